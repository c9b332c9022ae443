import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startService } from '../support/service.ts';
import { holdConnections } from './slowClients.ts';
import { Line, toBytes } from './wire.ts';

/**
 * A thousand slow clients beside normal ones: the 99th percentile of the normal answers must stay
 * under twice what it is without them. Both are measured in turns, so that a busy machine is busy
 * for both.
 *
 *     npm run hostile -- --turns 4 --seconds 6
 */
const { values } = parseArgs({
  options: {
    turns: { type: 'string', default: '4' },
    seconds: { type: 'string', default: '6' },
    clients: { type: 'string', default: '1000' },
  },
});
const MAX_RATIO = 2;
const LINES = 4;
const PATIENCE_MS = 10_000;
/** Time to open the slow connections, and for the service to forget them. */
const SETTLE_MS = 1_000;

const bytes = toBytes({
  method: 'POST',
  target: '/bets',
  headers: [['content-type', 'application/json']],
  body: Buffer.from('{"event_id":"final","amount":"1.00"}'),
});
const faults: string[] = [];
const service = await startService();

async function placeBets(until: number, tookMs: number[]): Promise<void> {
  const line = new Line(service.url);
  while (performance.now() < until) {
    const begun = performance.now();
    const answer = await line.ask(bytes, false, PATIENCE_MS);
    tookMs.push(performance.now() - begun);
    if (typeof answer === 'string') faults.push(answer);
    else if (answer.status !== 201) faults.push(`a bet was answered ${answer.status}`);
  }
  line.end();
}

async function measure(into: number[]): Promise<void> {
  const until = performance.now() + Number(values.seconds) * 1_000;
  await Promise.all(Array.from({ length: LINES }, () => placeBets(until, into)));
}

function percentile99(tookMs: number[]): number {
  return tookMs.sort((one, other) => one - other)[Math.floor(tookMs.length * 0.99)] ?? Number.NaN;
}

const alone: number[] = [];
const beside: number[] = [];
let held = Infinity;
let timedOut = 0;
// The first seconds of a process are slower than all others.
await measure([]);
for (let turn = 1; turn <= Number(values.turns); turn += 1) {
  await measure(alone);
  const slow = holdConnections(service.url, Number(values.clients));
  await delay(SETTLE_MS);
  await measure(beside);
  held = Math.min(held, slow.held());
  timedOut += slow.timedOut();
  slow.close();
  await delay(SETTLE_MS);
}
await service.stop('SIGTERM');

const aloneP99Ms = percentile99(alone);
const besideP99Ms = percentile99(beside);
const ratio = besideP99Ms / aloneP99Ms;
if (!(ratio < MAX_RATIO)) faults.push(`answers take ${ratio.toFixed(2)} times as long`);
if (held < Number(values.clients)) faults.push(`only ${held} connections were held`);
if (timedOut === 0) faults.push('no slow client was told that its time is up');
const bets = { alone: alone.length, beside: beside.length };
const p99Ms = { alone: aloneP99Ms, beside: besideP99Ms };
const figures = { bets, p99Ms, ratio, held, timedOut, faults: faults.slice(0, 20) };
process.stdout.write(`${JSON.stringify(figures, null, 2)}\n`);
process.exitCode = faults.length === 0 ? 0 : 1;
