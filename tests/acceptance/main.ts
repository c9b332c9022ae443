import { parseArgs } from 'node:util';
import { accept, type Report } from './accept.ts';
import { GUARANTEES } from '../simulation/promises.ts';
import { Refused } from './overHttp.ts';

/**
 * The canary of a deployment, and the first thing to run on a new one.
 *
 *     npm run accept -- --url https://api.example [--minutes 2] [--clients 8] [--token …]
 *
 * The token of an operator may also be in the variable OPERATOR_TOKEN. Ends with 0 when every
 * answer keeps the guarantees, with 1 when one does not, and with 2 when it could not look.
 */
const USAGE = 'Usage: npm run accept -- --url <url> [--minutes 2] [--clients 8] [--token <token>]';
const MAX_CLIENTS = 64;
const MAX_MINUTES = 24 * 60;

function readOptions() {
  const { values } = parseArgs({
    options: {
      url: { type: 'string' },
      token: { type: 'string', default: process.env['OPERATOR_TOKEN'] ?? '' },
      minutes: { type: 'string', default: '2' },
      clients: { type: 'string', default: '8' },
    },
  });
  const [minutes, clients] = [Number(values.minutes), Number(values.clients)];
  if (!URL.canParse(values.url ?? '')) throw new Refused(`--url must be an address. ${USAGE}`);
  if (!(minutes > 0 && minutes <= MAX_MINUTES)) {
    throw new Refused(`--minutes must be more than 0 and at most ${MAX_MINUTES}. ${USAGE}`);
  }
  if (!(Number.isInteger(clients) && clients > 0 && clients <= MAX_CLIENTS)) {
    throw new Refused(`--clients must be from 1 to ${MAX_CLIENTS}. ${USAGE}`);
  }
  return { url: values.url ?? '', token: values.token, minutes, clients };
}

function tell({ rounds, bets, results, violations }: Report): void {
  const found = violations.length === 1 ? '1 violation' : `${violations.length} violations`;
  process.stderr.write(`round ${rounds}: ${bets} bets, ${results} results, ${found} so far\n`);
}

/** Violations of one kind often come in hundreds; one of each says as much. */
const MAX_SHOWN = 20;

try {
  const { violations, ...report } = await accept({ ...readOptions(), onRound: tell });
  for (const { guarantee, detail } of violations.slice(0, MAX_SHOWN)) {
    process.stdout.write(`VIOLATED ${guarantee}, ${GUARANTEES[guarantee]}: ${detail}\n`);
  }
  process.stdout.write(`${JSON.stringify({ ...report, violations: violations.length })}\n`);
  process.exitCode = violations.length === 0 ? 0 : 1;
} catch (error) {
  process.stderr.write(`accept: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
}
