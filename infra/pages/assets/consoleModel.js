// The book as the API tells it: the one place that the page's parts read.
import { eventPath, isAskable, read } from './consoleApi.js';

/** Events on a page of the API at most. */
const EVENTS_PAGE = 100;
/** Events that are loaded at first, and more of them with each wish for more. */
export const EVENTS_STEP = 500;
/** Events that are remembered at most, besides those that are loaded. */
const MAX_REMEMBERED = 5_000;
/** Bets on a page of the console. */
export const BETS_PAGE = 100;

export class Model {
  /** By id: the event, and when its request was sent and answered. */
  #events = new Map();
  /** The ids of the events that are loaded, newest first, and whether these are all. */
  book;

  event(id) {
    return this.#events.get(id)?.event;
  }

  /** The events that are loaded; undefined before the first answer. */
  events() {
    return this.book?.ids.flatMap((id) => this.event(id) ?? []);
  }

  /**
   * Takes what an answer tells of an event, unless a result was heard of after that answer was
   * asked for. A lower version that was asked for later is true: the store was emptied.
   */
  learn(event, asked) {
    const known = this.#events.get(event.event_id);
    const overtaken = known !== undefined && known.answered > asked;
    if (overtaken && known.event.version > event.version) return;
    this.#events.set(event.event_id, { event, answered: Date.now() });
  }

  forget(id) {
    this.#events.delete(id);
  }

  /** Loads the newest events, `most` or all. Pages that did not change are not sent again. */
  bookLoader(most) {
    let known = new Map();
    return async (signal) => {
      const now = new Map();
      const ids = [];
      /** @type {string | undefined} */
      let path = `events?limit=${EVENTS_PAGE}`;
      while (path !== undefined && ids.length < most) {
        const page = await read(path, { signal, known: known.get(path) });
        now.set(path, page);
        for (const event of page.body) {
          this.learn(event, page.asked);
          ids.push(event.event_id);
        }
        path = page.next && `events?limit=${EVENTS_PAGE}&cursor=${encodeURIComponent(page.next)}`;
      }
      known = now;
      this.book = { ids: [...new Set(ids)], whole: path === undefined };
      this.#forgetOthers();
      return this.book;
    };
  }

  /** A console may be open for weeks. */
  #forgetOthers() {
    if (this.#events.size < this.book.ids.length + MAX_REMEMBERED) return;
    const loaded = new Set(this.book.ids);
    for (const id of this.#events.keys()) if (!loaded.has(id)) this.#events.delete(id);
  }

  /** Loads one event: true if something is known of it. */
  eventLoader(id) {
    let known;
    return async (signal) => {
      if (!isAskable(id)) return false;
      try {
        known = await read(eventPath(id), { signal, known });
        this.learn(known.body, known.asked);
        return true;
      } catch (error) {
        if (error.status !== 404 || !error.isFinal) throw error;
        this.forget(id);
        return false;
      }
    };
  }
}

/** Loads a page of bets, and where the next one begins. */
export function betsLoader(query, limit = BETS_PAGE) {
  let known;
  return async (signal) => {
    known = await read(`bets?${betsQuery(query, limit)}`, { signal, known });
    return { bets: known.body, next: known.next };
  };
}

/** The parameters of `GET /bets`, without those that are empty. */
export function betsQuery(query, limit) {
  const given = Object.entries({ limit, ...query }).filter(([, value]) => value);
  return new URLSearchParams(given).toString();
}
