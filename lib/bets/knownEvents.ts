import { type Context, untilAborted, type Wait } from './context.ts';
import { type EventRecord, takesNoBets, widened } from './event.ts';
import type { FencedEvent } from './store.ts';

/** Events that a process remembers. */
const MAX_REMEMBERED = 10_000;
/** What is remembered as the number of fences of an event that takes no more bets. */
const CLOSED = 0;

/**
 * How many fences each event has, as far as a process knows. It may be wrong, as a store can be
 * wiped or restored while the process lives. So a bet's transaction demands that its fence is
 * there, and nobody is refused by memory alone.
 */
export class KnownEvents {
  readonly #fences = new Map<string, number>();
  /** What one request asks the store for, so that others who want the same wait for it. */
  readonly #underWay = new Map<string, Promise<void>>();

  /** The number of fences, 0 for an event that takes no more bets; undefined if it is unknown. */
  get(eventId: string): number | undefined {
    return this.#fences.get(eventId);
  }

  remember(event: EventRecord): void {
    this.#set(event.eventId, takesNoBets(event) ? CLOSED : event.fences);
  }

  rememberClosed(eventId: string): void {
    this.#set(eventId, CLOSED);
  }

  forget(eventId: string): void {
    this.#fences.delete(eventId);
  }

  #set(eventId: string, fences: number): void {
    const [oldest] = this.#fences.keys();
    if (this.#fences.size >= MAX_REMEMBERED && oldest !== undefined) this.#fences.delete(oldest);
    this.#fences.set(eventId, fences);
  }

  /**
   * Waits for the request that asks the store about an event. Undefined, at once, when there is
   * none: whole groups of bets come here in the same instant, and one of them shall ask.
   */
  othersAsk(eventId: string, { signal }: Wait): Promise<void> | undefined {
    const other = this.#underWay.get(eventId);
    // If it failed, whoever waited asks the store, and hears of the failure.
    return other && untilAborted(signal, other).catch(() => {});
  }

  /** Asks the store about an event. */
  async ask(eventId: string, { signal }: Wait, task: () => Promise<void>): Promise<void> {
    const asking = untilAborted(signal, task());
    this.#underWay.set(eventId, asking);
    try {
      await asking;
    } finally {
      this.#underWay.delete(eventId);
    }
  }
}

/**
 * Makes sure that an event can take bets: that it is listed, and has fences. Returns how many, or 0
 * when it takes no more bets. `mends`: its fences may be missing, and are made.
 */
export async function admit(
  context: Context,
  eventId: string,
  at: number,
  mends: boolean,
): Promise<number> {
  const { store, known } = context;
  if (known.get(eventId) === undefined) {
    const others = known.othersAsk(eventId, context);
    if (others !== undefined) await others;
  }
  const remembered = known.get(eventId);
  if (remembered !== undefined) return remembered;
  await known.ask(eventId, context, async () => {
    const found = (await store.events.find([eventId])).get(eventId);
    // A fence comes last, so that no event has a bet and is not listed.
    const event = found ?? (await store.events.enlist(eventId, at));
    const needsFences = found === undefined || mends;
    if (needsFences && !takesNoBets(event)) await store.fences.create(event, 0);
    known.remember(event);
  });
  return known.get(eventId) ?? CLOSED;
}

/** Gives an event on which bets met each other more fences than the `fences` that it had. */
export async function widen(context: Context, event: FencedEvent): Promise<void> {
  const { store, known } = context;
  const { eventId, fences } = event;
  const to = widened(fences);
  if (to === undefined || known.get(eventId) !== fences) return;
  const others = known.othersAsk(eventId, context);
  if (others !== undefined) return others;
  await known.ask(eventId, context, async () => {
    const now = await store.events.widen(event, to);
    if (now === undefined) return known.forget(eventId);
    // Whoever learns the number before the fences are there makes them.
    if (now.fences === to && !takesNoBets(now)) await store.fences.create(now, fences);
    known.remember(now);
  });
}
