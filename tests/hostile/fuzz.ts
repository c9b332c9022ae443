import { parseArgs } from 'node:util';
import * as fc from 'fast-check';
import { type Service, startService } from '../support/service.ts';
import { createLedger, type Ledger } from './ledger.ts';
import { problemFault } from './problemFault.ts';
import { type Damage, damage, type WireRequest, wireRequest } from './requests.ts';
import { Line, shout, takeAnswers, toBytes, type WireAnswer } from './wire.ts';

/**
 * Nearly valid and badly broken requests, on several connections, against the service as a process.
 * No answer may be a 5xx, late, or a refusal that is not a problem of the catalogue; and what is
 * stored at the end must be what was acknowledged, each as an independent reader understands its
 * request.
 *
 *     npm run fuzz -- --requests 100000 --seed 1
 */
const { values } = parseArgs({
  options: {
    requests: { type: 'string', default: '100000' },
    seed: { type: 'string', default: '1' },
    /** When an answer is late, in milliseconds: what a machine keeps that does nothing else. */
    'late-ms': { type: 'string', default: '1000' },
  },
});
const LINES = 8;
const BATCH = 500;
/** One request in so many is sent with broken bytes, on a connection of its own. */
const DAMAGED_EVERY = 40;
const PATIENCE_MS = 15_000;
/** What has broken bytes may wait for more of them; who sent them listens for this long. */
const QUIET_MS = 1_500;
/** Requests with broken bytes at once: each holds a connection until it is quiet. */
const MAX_BROKEN = 200;
const MAX_FAULTS = 20;
/** A new service after so many: the embedded store lists a long history slowly. */
const ROUND = 50_000;

let most = Number(values.requests);
const seed = Number(values.seed);
const lateMs = Number(values['late-ms']);
const statuses: Record<string, number> = {};
const faults: string[] = [];
let sent = 0;
let slowestMs = 0;

let service: Service;
let ledger: Ledger;
let betsPlaced = 0;

function report(what: string, bytes: Buffer): void {
  if (faults.length >= MAX_FAULTS) return;
  faults.push(`${what}: ${JSON.stringify(bytes.toString('latin1')).slice(0, 1_500)}`);
}

function judge(answer: WireAnswer, bytes: Buffer, bodyless: boolean): void {
  statuses[answer.status] = (statuses[answer.status] ?? 0) + 1;
  const fault = problemFault(answer, bodyless);
  if (fault !== undefined) report(fault, bytes);
}

function time(begunAt: number, bytes: Buffer): void {
  const tookMs = performance.now() - begunAt;
  slowestMs = Math.max(slowestMs, tookMs);
  if (tookMs > lateMs) report(`answered after ${Math.round(tookMs)} ms`, bytes);
}

async function askWhole(line: Line, request: WireRequest): Promise<void> {
  const bytes = toBytes(request);
  const begunAt = performance.now();
  const answer = await line.ask(bytes, request.method === 'HEAD', PATIENCE_MS);
  time(begunAt, bytes);
  if (typeof answer === 'string') return report(answer, bytes);
  judge(answer, bytes, request.method === 'HEAD' || answer.status === 304);
  const fault = ledger.enter(request, answer);
  if (fault !== undefined) report(fault, bytes);
}

function broken(whole: Buffer, { at, length, kind, bytes }: Damage): Buffer {
  const from = Math.floor(at * whole.length);
  const hit = whole.subarray(from, from + length);
  const instead = { cut: Buffer.alloc(0), repeat: Buffer.concat([hit, hit]), replace: bytes }[kind];
  return Buffer.concat([whole.subarray(0, from), instead, whole.subarray(from + length)]);
}

async function askBroken(request: WireRequest, how: Damage): Promise<void> {
  const bytes = broken(toBytes(request), how);
  const { answers, rest } = takeAnswers(await shout(service.url, bytes, QUIET_MS));
  for (const answer of answers) {
    judge(answer, bytes, false);
    ledger.enterUnread(answer);
  }
  if (rest.length > 0) report('the answer is cut', bytes);
}

/**
 * The next requests of one connection. HEAD is never broken: its answer could not be told from
 * others.
 */
async function askBatch(line: Line, batch: number): Promise<void> {
  const requests = fc.sample(wireRequest, { numRuns: BATCH, seed: seed * 1_000_003 + batch });
  const damages = fc.sample(damage, { numRuns: BATCH / DAMAGED_EVERY, seed: seed + batch });
  for (const [index, request] of requests.entries()) {
    if (isOver()) return;
    sent += 1;
    const how = index % DAMAGED_EVERY === 0 ? damages[index / DAMAGED_EVERY] : undefined;
    if (how === undefined || request.method === 'HEAD') await askWhole(line, request);
    else await inBackground(() => askBroken(request, how));
  }
}

const background = new Set<Promise<void>>();
async function inBackground(ask: () => Promise<void>): Promise<void> {
  while (background.size >= MAX_BROKEN) await Promise.race(background);
  const asked = ask().finally(() => background.delete(asked));
  background.add(asked);
}

let batches = 0;
async function work(): Promise<void> {
  const line = new Line(service.url);
  while (!isOver()) await askBatch(line, (batches += 1));
  line.end();
}

let roundEnd = 0;
const isOver = (): boolean => sent >= roundEnd || isDone();
const isDone = (): boolean => sent >= most || faults.length >= MAX_FAULTS;

async function round(): Promise<void> {
  // A PUT may work for its budget before it answers: by default as long as what is late here.
  service = await startService({ LOG_LEVEL: 'WARN', SETTLE_BUDGET_MS: '250' });
  ledger = createLedger(service);
  roundEnd = sent + ROUND;
  await Promise.all(Array.from({ length: LINES }, work));
  await Promise.all(background);
  faults.push(...(await ledger.compare()));
  betsPlaced += ledger.size();
  await service.stop('SIGTERM');
}

// Ends early with the same comparison and report.
process.once('SIGINT', () => (most = sent));
const begun = performance.now();
while (!isDone()) await round();
const seconds = (performance.now() - begun) / 1_000;
const perSecond = Math.round(sent / seconds);
const times = { requests: sent, perSecond, slowestMs: Math.round(slowestMs) };
const figures = { ...times, statuses, betsPlaced, seed, faults };
process.stdout.write(`${JSON.stringify(figures, null, 2)}\n`);
process.exitCode = faults.length === 0 && betsPlaced > 0 ? 0 : 1;
