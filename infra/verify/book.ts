import type { Bet, Event, Fence } from './items.ts';

/** What is behind one fence: what it says, and what the bets say. */
export interface Behind {
  number: number;
  /** The item, when there is one. */
  fence: Fence | undefined;
  placed: bigint;
  stakedMinor: bigint;
  /** The oldest version that a bet behind it is stored at; undefined without a bet. */
  oldestVersion: bigint | undefined;
}

/** What is known of an event. */
export interface Page {
  eventId: string;
  /** The item, when there is one that can be read. */
  event: Event | undefined;
  /** There is one that cannot be read: nothing is said of what belongs to it. */
  isUnreadable: boolean;
  isListed: boolean;
  /** Its place in the list of events, when there is an entry and no event. */
  strayListKey: string | undefined;
  behind: Map<number, Behind>;
  /** When the first bet on it was placed. */
  firstBetAt: string | undefined;
}

/** All events with the sums of their bets: one page an event, however many bets there are. */
export class Book {
  readonly #pages = new Map<string, Page>();

  /** A new one for an event that nothing was known of. */
  pageOf(eventId: string): Page {
    const page = this.#pages.get(eventId) ?? newPage(eventId);
    this.#pages.set(eventId, page);
    return page;
  }

  pages(): Iterable<Page> {
    return this.#pages.values();
  }

  noteFence(fence: Fence): void {
    const at = fence.eventFence.lastIndexOf('#');
    const page = this.pageOf(fence.eventFence.slice(0, at));
    behindOf(page, Number(fence.eventFence.slice(at + 1))).fence = fence;
  }

  noteBet(bet: Bet): void {
    const page = this.pageOf(bet.eventId);
    const behind = behindOf(page, Number(bet.fence));
    behind.placed += 1n;
    behind.stakedMinor += bet.amountMinor;
    const oldest = behind.oldestVersion ?? bet.outcomeVersion;
    behind.oldestVersion = bet.outcomeVersion < oldest ? bet.outcomeVersion : oldest;
    if (bet.placedAt < (page.firstBetAt ?? '~')) page.firstBetAt = bet.placedAt;
  }
}

function newPage(eventId: string): Page {
  return {
    eventId,
    event: undefined,
    isUnreadable: false,
    isListed: false,
    strayListKey: undefined,
    behind: new Map(),
    firstBetAt: undefined,
  };
}

function behindOf({ behind }: Page, number: number): Behind {
  const none = { fence: undefined, placed: 0n, stakedMinor: 0n, oldestVersion: undefined };
  const found = behind.get(number) ?? { number, ...none };
  behind.set(number, found);
  return found;
}
