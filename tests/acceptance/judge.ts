import type { Item } from '../simulation/expressions.ts';
import { checkHistory, type Stored } from '../simulation/guarantees.ts';
import type { BetJson, EventJson, History } from '../simulation/history.ts';
import { type Violation, violation } from '../simulation/promises.ts';
import type { Round } from './round.ts';

/**
 * Judges a round as the simulation judges a schedule. What is stored nobody sees here, so what the
 * service showed last, when all was settled and read once more, stands for it.
 */
export function judge(round: Round): Violation[] {
  return [...checkHistory(round.history, storedAsShown(round)), ...checkOpen(round.history)];
}

function minor(amount: string): bigint {
  return BigInt(amount.replace('.', ''));
}

function storedAsShown({ bets, events, reports }: Round): Stored {
  const byId = new Map(reports.map((report) => [report.event_id, report]));
  const places = new Map(events.map(({ event_id }, index) => [event_id, placeOf(index)]));
  return {
    bets: bets.map((bet) => betItem(bet, byId.get(bet.event_id))),
    events: reports.map((report) => eventItem(report, places.get(report.event_id))),
    fences: reports.map(fenceItem),
    eventList: Array.from(places, ([eventId, listKey]) => ({ eventId, listKey })),
  };
}

/** Texts that sort as the list does: what comes first in it is the newest. */
function placeOf(index: number): string {
  return String(9_999_999 - index);
}

function betItem(bet: BetJson, event: EventJson | undefined): Item {
  const outcome = bet.status === 'won' ? 'WIN' : 'LOSE';
  const verdict = event?.history.findLast(
    ({ status, decided_at }) => status === outcome && decided_at === bet.settled_at,
  );
  return {
    betId: bet.id,
    eventId: bet.event_id,
    amountMinor: minor(bet.amount),
    placedAt: bet.placed_at,
    status: bet.status,
    outcomeVersion: BigInt(verdict?.version ?? 0),
    ...(bet.settled_at !== undefined && { settledAt: bet.settled_at }),
  };
}

function eventItem({ event_id, version, state, ...report }: EventJson, listKey = 'nowhere'): Item {
  const history = report.history.map((verdict) => ({
    id: String(verdict.version),
    outcome: verdict.status,
    version: BigInt(verdict.version),
    decidedAt: verdict.decided_at,
    ...(verdict.decided_by !== undefined && { decidedBy: verdict.decided_by }),
  }));
  const last = report.history.at(-1);
  const result = last && {
    version: BigInt(version),
    state,
    outcome: last.status,
    decidedAt: last.decided_at,
    bets: BigInt(report.bets.total),
  };
  return { eventId: event_id, listKey, history, ...result };
}

function fenceItem({ event_id, version, history, bets }: EventJson): Item {
  return {
    eventFence: `${event_id}#0`,
    placed: BigInt(bets.total),
    stakedMinor: minor(bets.staked),
    ...(version > 0 && { closedAt: history[0]?.decided_at ?? '' }),
  };
}

/**
 * While an event is open its counts move. They have at least the bets that were acknowledged at
 * their first request before the event was asked for, and at most those that were asked for.
 */
function* checkOpen({ wishes, eventReads }: History): Generator<Violation> {
  for (const { event, start, end, status, answer } of eventReads) {
    if (status !== 200 && status !== 404) continue;
    const { version = 0, bets: { total } = { total: 0 } } = answer ?? {};
    if (version > 0) continue;
    const own = wishes.filter((wish) => wish.event === event);
    const counted = own.filter(({ requests: [first, ...more] }) => {
      return first?.bet !== undefined && first.end <= start && more.every((one) => one.start > end);
    });
    const asked = own.filter(({ requests: [first] }) => first === undefined || first.start <= end);
    if (total >= counted.length && total <= asked.length) continue;
    const bounds = `${counted.length} to ${asked.length}`;
    yield violation(13, `${event} is said to have ${total} bets, and has ${bounds}`);
  }
}
