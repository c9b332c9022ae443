import { getList, Problem } from './consoleApi.js';
import { element, find, showProblem, timeOf } from './consoleDom.js';
import { amountText } from './consoleMoney.js';
import { paintRows, ROW_HEIGHT } from './consoleRows.js';

const PAGE = 100;
/** Pages that a filter leaves empty, read one after the other before the reader scrolls again. */
const MAX_EMPTY_PAGES = 20;

/** The bets, newest first: all that were read are held, and only those in sight are in the page. */
export class History {
  #scroll = find('#history-scroll');
  #filters = find('#filters');
  #bets = [];
  /** The way to the bets before the oldest here. */
  #next;
  #query = '';
  #loading = false;
  /** Nothing is known yet of what the filters ask for. */
  #asking = true;

  constructor() {
    this.#scroll.addEventListener('scroll', () => {
      requestAnimationFrame(() => this.#paint());
      void this.#loadOlder();
    });
    this.#filters.addEventListener('submit', (submitted) => submitted.preventDefault());
  }

  onFilter(refresh) {
    this.#filters.addEventListener('input', () => {
      this.#query = queryOf(new FormData(this.#filters));
      this.#begin({ bets: [], next: undefined });
      this.#ask();
      this.#scroll.scrollTop = 0;
      refresh();
    });
  }

  /** Reads the newest bets again. Throws a Problem that is not the filter's. */
  async load() {
    const asked = this.#query;
    try {
      const page = await readPage(`/bets?limit=${PAGE}${asked}`);
      if (asked === this.#query) this.#show(page);
    } catch (error) {
      if (error.status !== 422) throw error;
      if (asked === this.#query) this.#begin({ bets: [], next: undefined }, error);
    }
  }

  /** The book knows of a result before the older bets are read again. */
  applyResults(events) {
    const decided = events.filter(({ status }) => status !== null);
    const results = new Map(decided.map(({ event_id, status }) => [event_id, status]));
    const wanted = new FormData(this.#filters).get('status');
    this.#bets = this.#bets
      .map((bet) => underResult(bet, results.get(bet.event_id)))
      .filter(({ status }) => wanted === '' || wanted === status);
    this.#paint();
  }

  /** What is new goes before what is there; after a gap everything begins anew. */
  #show(page) {
    const [newest] = this.#bets;
    const overlaps = newest !== undefined && page.bets.some(({ id }) => id <= newest.id);
    if (!overlaps) return this.#begin(page);
    const fresh = page.bets.filter(({ id }) => id > newest.id);
    const now = new Map(page.bets.map((bet) => [bet.id, bet]));
    this.#bets = [...fresh, ...this.#bets.map((bet) => now.get(bet.id) ?? bet)];
    this.#paint();
    // Who reads further down goes on reading there.
    if (this.#scroll.scrollTop > 0) this.#scroll.scrollTop += fresh.length * ROW_HEIGHT;
    if (fresh.length > 0) tellNews(fresh.length);
  }

  #ask() {
    this.#asking = true;
    this.#paint();
  }

  #begin({ bets, next }, problem) {
    this.#asking = false;
    this.#bets = bets;
    this.#next = next;
    showProblem(find('#history-problem'), problem);
    this.#paint();
  }

  async #loadOlder() {
    const { scrollTop, clientHeight } = this.#scroll;
    const left = this.#bets.length * ROW_HEIGHT - scrollTop - clientHeight;
    if (this.#loading || this.#next === undefined || left > PAGE * ROW_HEIGHT) return;
    this.#loading = true;
    const asked = this.#query;
    try {
      const { bets, next } = await readPage(this.#next);
      if (asked !== this.#query) return;
      this.#bets.push(...bets);
      this.#next = next;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      showProblem(find('#history-problem'), error);
    } finally {
      this.#loading = false;
      this.#paint();
    }
  }

  #paint() {
    const body = find('#bets');
    paintRows(this.#scroll, body, this.#bets, renderBet);
    const rows = this.#next === undefined ? this.#bets.length + 1 : -1;
    body.parentElement.setAttribute('aria-rowcount', rows);
    find('#no-bets').hidden = this.#asking || this.#bets.length > 0;
  }
}

function queryOf(form) {
  const given = [...form].map(([name, value]) => [name, value.trim()]);
  const query = new URLSearchParams(given.filter(([, value]) => value !== '')).toString();
  return query && `&${query}`;
}

/** A page and, while a filter leaves it empty, the ones after it. */
async function readPage(path) {
  let page = await getList(path);
  for (let empty = 1; empty <= MAX_EMPTY_PAGES; empty += 1) {
    if (page.body.length > 0 || page.next === undefined) break;
    page = await getList(page.next);
  }
  return { bets: page.body, next: page.next };
}

function underResult(bet, result) {
  if (result === undefined) return bet;
  const status = result === 'WIN' ? 'won' : 'lost';
  return bet.status === status ? bet : { ...bet, status };
}

function renderBet({ id, event_id, amount, status, placed_at }) {
  return element(
    'tr',
    {},
    element('td', {}, timeOf(placed_at)),
    element('td', { className: 'id' }, event_id),
    element('td', { className: 'number' }, amountText(amount)),
    element('td', {}, element('span', { className: `badge ${status}` }, status)),
    element('td', { className: 'id faint', title: id }, `…${id.slice(-12)}`),
  );
}

function tellNews(count) {
  find('#news').textContent = count === 1 ? 'One new bet.' : `${count} new bets.`;
}
