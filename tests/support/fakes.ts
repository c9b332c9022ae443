import type { PlacedBet, Result } from '../../lib/bets/bet.ts';
import type { Clock, Deadline } from '../../lib/bets/context.ts';
import type { Dependencies } from '../../lib/bets/dependencies.ts';
import {
  activityOf,
  type Decision,
  type EventRecord,
  type EventState,
  type Fence,
  type Settlement,
} from '../../lib/bets/event.ts';
import { type BetId, shardOf } from '../../lib/bets/ids.ts';
import type {
  BetsBehindFence,
  BetStore,
  IdempotencyRecord,
  InsertResult,
  Page,
  StoredResult,
} from '../../lib/bets/store.ts';
import { silentObserver } from './observers.ts';

/** 2026-11-22T12:00:00.000Z */
export const NOON = 1_795_348_800_000;

/** A valid id; a larger number is a newer bet. Its last digit, the shard, is that of the number. */
export function betIdOf(number: number): BetId {
  return `01900000-0000-7000-8000-${number.toString(16).padStart(12, '0')}`;
}

export function placedBet(number: number, more: Partial<PlacedBet> = {}): PlacedBet {
  return {
    id: betIdOf(number),
    eventId: 'sr:match:42',
    fence: 0,
    amountMinor: 1050n,
    placedAt: NOON,
    ...more,
  };
}

type Behind = BetsBehindFence & { closed: boolean; swept: number };

/** A store of one process without races, whose index can be made to lag. */
export class FakeStore implements BetStore {
  readonly bets = new Map<BetId, PlacedBet & { result?: StoredResult }>();
  readonly keys = new Map<string, IdempotencyRecord>();
  readonly fences = new Map<string, Behind>();
  readonly events = new Map<string, EventRecord>();
  /** When an event was last noted or decided; lists those that are here. */
  readonly activities = new Map<string, number>();
  /** Bets that the index does not show yet. */
  readonly unindexed = new Set<BetId>();

  /** Adds bets as if they had been placed. */
  add(...bets: PlacedBet[]): this {
    for (const bet of bets) {
      this.bets.set(bet.id, bet);
      this.fenceOf(bet);
    }
    return this;
  }

  /** The versions that bets are stored at, 0 for those without a result. */
  storedVersions(): number[] {
    return [...this.bets.values()].map((bet) => bet.result?.version ?? 0);
  }

  async insertBet(
    bet: PlacedBet,
    record: IdempotencyRecord | undefined,
    _signal?: AbortSignal,
  ): Promise<InsertResult> {
    const taken = record && this.keys.get(record.key);
    if (this.bets.has(bet.id)) return { kind: 'bet-exists' };
    if (taken) return { kind: 'key-taken', record: taken };
    if (this.fenceOf(bet).closed) return { kind: 'fence-closed' };
    this.add(bet);
    if (record) this.keys.set(record.key, record);
    return { kind: 'inserted' };
  }

  async findPlaced(id: BetId | undefined, key: string | undefined, _signal?: AbortSignal) {
    const bet = id === undefined ? undefined : this.bets.get(id);
    const record = key === undefined ? undefined : this.keys.get(key);
    return { ...(bet && { bet }), ...(record && { record }) };
  }

  async findBet(id: BetId) {
    return this.bets.get(id);
  }

  async findBets(ids: readonly BetId[]) {
    return ids.flatMap((id) => this.bets.get(id) ?? []).toReversed();
  }

  async newestBets(shard: string, before: BetId | undefined, limit: number) {
    const inShard = [...this.bets.values()].filter((bet) => shardOf(bet.id) === shard);
    const older = inShard.filter((bet) => before === undefined || bet.id < before);
    return pageOf(
      older.sort((one, other) => (one.id < other.id ? 1 : -1)),
      limit,
    );
  }

  async newestBetIds(behind: BetsBehindFence, before: BetId | undefined, limit: number) {
    const older = this.indexed(behind).filter((id) => before === undefined || id < before);
    return pageOf(older.toReversed(), limit);
  }

  async oldestBetIds(behind: BetsBehindFence, after: BetId | undefined, limit: number) {
    return pageOf(
      this.indexed(behind).filter((id) => after === undefined || id > after),
      limit,
    );
  }

  async findFences(eventId: string): Promise<Fence[]> {
    const behind = [...this.fences.values()].filter((fence) => fence.eventId === eventId);
    return behind.map(({ fence, swept }) => {
      const bets = [...this.bets.values()].filter(
        (b) => b.eventId === eventId && b.fence === fence,
      );
      const stakedMinor = bets.reduce((sum, bet) => sum + bet.amountMinor, 0n);
      return { number: fence, placed: bets.length, stakedMinor, sweptVersion: swept };
    });
  }

  async closeFences(eventId: string) {
    for (let fence = 0; fence < 64; fence += 1) this.fenceOf({ eventId, fence }).closed = true;
  }

  async findEvent(eventId: string) {
    return this.events.get(eventId);
  }

  async findEvents(eventIds: readonly string[]) {
    const stored = eventIds.filter((id) => this.events.has(id) || this.activities.has(id));
    return stored.map((eventId) => this.events.get(eventId) ?? { eventId }).toReversed();
  }

  async noteActivity(eventId: string, at: number, _signal?: AbortSignal) {
    if (this.events.get(eventId)?.settlement === undefined) this.activities.set(eventId, at);
  }

  async listedEvents(state: EventState, before: string | undefined, limit: number) {
    const listed = [...this.activities]
      .filter(([id]) => (this.events.get(id)?.settlement?.state ?? 'open') === state)
      .map(([eventId, at]) => ({ eventId, activity: activityOf(eventId, at) }))
      .filter(({ activity }) => before === undefined || activity < before)
      .sort((one, other) => (one.activity < other.activity ? 1 : -1));
    return pageOf(listed, limit);
  }

  async findResults(eventIds: readonly string[]) {
    const found = eventIds.flatMap((eventId): [string, Result][] => {
      const settlement = this.events.get(eventId)?.settlement;
      if (settlement === undefined) return [];
      return [[eventId, { outcome: settlement.outcome, decidedAt: settlement.decidedAt }]];
    });
    return new Map(found);
  }

  async noteIntent(eventId: string, intent: Decision, _signal?: AbortSignal) {
    if (this.events.get(eventId)?.settlement !== undefined) return false;
    this.events.set(eventId, { eventId, intent });
    return true;
  }

  async putInForce(
    eventId: string,
    decision: Decision,
    from: Pick<Settlement, 'version' | 'bets' | 'stakedMinor'>,
    _signal?: AbortSignal,
  ): Promise<Settlement | undefined> {
    const current = this.events.get(eventId)?.settlement;
    if ((current?.version ?? 0) !== from.version) return undefined;
    const version = from.version + 1;
    const { bets, stakedMinor } = from;
    const { outcome, decidedAt } = decision;
    const history = [...(current?.history ?? []), { ...decision, version }];
    const state = bets > 0 ? 'settling' : 'settled';
    const settlement: Settlement = {
      outcome,
      decidedAt,
      version,
      state,
      bets,
      stakedMinor,
      history,
    };
    this.events.set(eventId, { eventId, settlement });
    this.activities.set(eventId, decidedAt);
    return settlement;
  }

  async storeResult(ids: readonly BetId[], result: StoredResult, _signal?: AbortSignal) {
    for (const id of ids) {
      const bet = this.bets.get(id);
      if (bet && (bet.result?.version ?? 0) < result.version) this.bets.set(id, { ...bet, result });
    }
    return [...ids];
  }

  async markFenceSwept(behind: BetsBehindFence, version: number, _signal?: AbortSignal) {
    const fence = this.fenceOf(behind);
    fence.swept = Math.max(fence.swept, version);
  }

  async finishSettlement(eventId: string, version: number) {
    const settlement = this.events.get(eventId)?.settlement;
    if (settlement?.version === version) {
      this.events.set(eventId, { eventId, settlement: { ...settlement, state: 'settled' } });
    }
  }

  async unfinishedEvents(limit: number) {
    const going = [...this.events.values()].filter(
      (e) => e.intent ?? e.settlement?.state === 'settling',
    );
    return going.slice(0, limit).map(({ eventId, intent, settlement }) => ({
      eventId,
      since: (intent ?? settlement)?.decidedAt ?? 0,
    }));
  }

  async ping() {}

  private fenceOf({ eventId, fence }: BetsBehindFence): Behind {
    const key = `${eventId}#${fence}`;
    const found = this.fences.get(key) ?? { eventId, fence, closed: false, swept: 0 };
    this.fences.set(key, found);
    return found;
  }

  private indexed({ eventId, fence }: BetsBehindFence): BetId[] {
    const behind = [...this.bets.values()].filter(
      (b) => b.eventId === eventId && b.fence === fence,
    );
    return behind
      .map((bet) => bet.id)
      .filter((id) => !this.unindexed.has(id))
      .sort();
  }
}

function pageOf<Item>(items: readonly Item[], limit: number): Page<Item> {
  return { items: items.slice(0, limit), end: items.length <= limit };
}

export interface Fakes {
  deps: Dependencies;
  store: FakeStore;
  /** The pauses that were made, in milliseconds; none takes any time. */
  pauses: number[];
  deadlines: number[];
}

/** Dependencies whose time stands at noon and whose ids and random numbers are known. */
export function createFakes({ random = 0.5 }: { random?: number } = {}): Fakes {
  const store = new FakeStore();
  const pauses: number[] = [];
  const deadlines: number[] = [];
  const clock: Clock = {
    now: () => NOON,
    sleep: async (milliseconds) => void pauses.push(milliseconds),
    deadline: (milliseconds) => {
      deadlines.push(milliseconds);
      return deadlineOf(new AbortController().signal);
    },
  };
  let bets = 0x1000;
  let decisions = 0;
  const deps: Dependencies = {
    store,
    clock,
    observer: silentObserver,
    newBetId: () => betIdOf((bets += 1)),
    newDecisionId: () => `decision-${(decisions += 1)}`,
    random: () => random,
  };
  return { deps, store, pauses, deadlines };
}

/** A deadline that is over when the signal says so. */
export function deadlineOf(signal: AbortSignal): Deadline {
  return { signal, [Symbol.dispose]: () => {} };
}

/** A signal that never aborts. */
export const calm: AbortSignal = new AbortController().signal;
