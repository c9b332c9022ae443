/**
 * The attacks on a running service, each a command of its own.
 *
 *     npm run chaos -- crashes --crashes 100     killed at random moments
 *     npm run chaos -- wire --seconds 40         on a bad network to its store
 *     npm run chaos -- fuzz --requests 50000     requests of every malformed kind
 *     npm run chaos -- slow --turns 4            a thousand slow clients
 */
const ATTACKS: Record<string, () => Promise<unknown>> = {
  crashes: () => import('./crashes.ts'),
  wire: () => import('./wire.ts'),
  fuzz: () => import('../hostile/fuzz.ts'),
  slow: () => import('../hostile/run.ts'),
};

// The command reads the rest.
const [name = ''] = process.argv.splice(2, 1);
const attack = ATTACKS[name];
if (attack === undefined) {
  process.stderr.write(`chaos: give one of ${Object.keys(ATTACKS).join(', ')}, not "${name}".\n`);
  process.exit(2);
}
await attack();
