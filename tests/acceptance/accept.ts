import { randomInt, randomUUID } from 'node:crypto';
import type { Violation } from '../simulation/promises.ts';
import { createRandom } from '../simulation/random.ts';
import { judge } from './judge.ts';
import { overHttp, type Target } from './overHttp.ts';
import { playRound } from './round.ts';

export interface AcceptOptions extends Target {
  minutes: number;
  clients?: number;
  /** Told of each round when it is judged. */
  onRound?: (report: Report) => void;
}

export interface Report {
  rounds: number;
  bets: number;
  results: number;
  /** By status; 0 stands for none. */
  answers: Record<string, number>;
  slowestMs: number;
  violations: Violation[];
}

/** A round is judged as a whole, and then forgotten: nothing grows with the minutes. */
const ROUND_MS = 20_000;
const CLIENTS = 8;

/**
 * Uses a deployment for some minutes as clients and operators do, on events of its own, and judges
 * all answers by the guarantees. Throws `Refused` when nothing can be said of it.
 */
export async function accept(options: AcceptOptions): Promise<Report> {
  const { minutes, clients = CLIENTS, onRound } = options;
  const target = overHttp(options);
  const run = `accept/${new Date().toISOString()}/${randomUUID().slice(0, 8)}`;
  const report: Report = {
    rounds: 0,
    bets: 0,
    results: 0,
    answers: target.answers,
    slowestMs: 0,
    violations: [],
  };
  const end = performance.now() + minutes * 60_000;
  do {
    const name = `${run}/${report.rounds + 1}`;
    const milliseconds = Math.max(0, Math.min(ROUND_MS, end - performance.now()));
    const random = createRandom(randomInt(2 ** 31));
    const round = await playRound(target, random, { name, clients, milliseconds });
    report.rounds += 1;
    report.bets += round.bets.length;
    report.results += round.reports.reduce((sum, { version }) => sum + version, 0);
    report.slowestMs = target.slowestMs();
    report.violations.push(...judge(round));
    onRound?.(report);
  } while (performance.now() < end);
  return report;
}
