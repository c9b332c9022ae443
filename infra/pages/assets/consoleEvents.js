// The view of all events: found by name, by state and by order, each with the button that decides.
import { addressOf, go, withParams } from './consoleRoute.js';
import { countText, minorOf, moneyText, numberText, sumOf } from './consoleFormat.js';
import { draw, element, find, skeletons } from './consoleDom.js';
import { eventRow } from './consoleEventRow.js';
import { drawWaiting, Hold } from './consoleHold.js';
import { betsLoader, EVENTS_STEP } from './consoleModel.js';
import { drawLatest } from './consoleLatest.js';
import { afterTyping } from './consoleSources.js';
import { drawStakes } from './consoleStakes.js';

const TABS = ['open', 'settling', 'settled', 'all'];
const ROWS = 100;
const COLUMNS = 6;
const LATEST = 'latest';
const LATEST_BETS = 8;

const COMPARE = {
  name: (one, other) => one.event_id.localeCompare(other.event_id, 'en', { numeric: true }),
  bets: (one, other) => other.bets.total - one.bets.total,
  staked: (one, other) => Number(minorOf(other.bets.staked) - minorOf(one.bets.staked)),
};

/** What the address asks for. */
function wishOf({ params }) {
  return {
    tab: TABS.includes(params.tab) ? params.tab : 'open',
    text: (params.q ?? '').trim(),
    sort: params.sort in COMPARE ? params.sort : undefined,
    from: Math.max(0, Math.floor(Number(params.from)) || 0),
    most: Math.max(EVENTS_STEP, Math.floor(Number(params.load)) || 0),
  };
}

export class EventsView {
  #model;
  #sources;
  #hold;
  #route;
  #search = find('#search');

  constructor(model, sources, redraw) {
    this.#model = model;
    this.#sources = sources;
    this.#hold = new Hold(find('#events'), redraw);
    this.#search.addEventListener('submit', (submitted) => submitted.preventDefault());
    this.#search.addEventListener('input', () => {
      const q = this.#search.elements.q.value;
      go(withParams(this.#route, { q }), { replace: true });
    });
  }

  title() {
    return 'Events';
  }

  show(route) {
    this.#route = route;
    this.#hold.begin();
    const { q } = this.#search.elements;
    const text = route.params.q ?? '';
    // Who is typing goes on typing.
    if (q.value !== text) q.value = text;
  }

  /** The book and, while somebody searches, the event with exactly that id. */
  wants() {
    const { most, text } = wishOf(this.#route);
    const load = afterTyping(untilAbsent(this.#model.eventLoader(text)));
    const exact = text !== '' && { [`event:${text}`]: load };
    const book = { [`book:${most}`]: this.#model.bookLoader(most) };
    return { ...book, ...exact, [LATEST]: betsLoader({}, LATEST_BETS) };
  }

  release() {
    this.#hold.release();
  }

  draw() {
    const loaded = this.#model.events();
    const wish = wishOf(this.#route);
    drawLatest(this.#sources.get(LATEST)?.value?.bets);
    find('#events-table').ariaBusy = String(loaded === undefined);
    if (loaded === undefined) return draw(find('#events'), ...skeletons(8, COLUMNS));
    const found = this.#withExact(loaded, wish.text).filter(has(wish.text));
    drawStakes(loaded, this.#model.book.whole);
    this.#drawTabs(found, wish);
    this.#drawHead(wish);
    this.#drawRows(found, wish);
    this.#drawMore(wish);
  }

  /** The event with exactly the id that was searched may be older than those that are loaded. */
  #withExact(loaded, text) {
    const exact = this.#sources.get(`event:${text}`)?.value && this.#model.event(text);
    if (!exact || this.#model.book.ids.includes(text)) return loaded;
    return [exact, ...loaded];
  }

  #drawTabs(found, { tab }) {
    const links = TABS.map((name) => {
      const href = addressOf(withParams(this.#route, { tab: name === 'open' ? '' : name }));
      const count = found.filter(isIn(name)).length;
      const current = name === tab ? { ariaCurrent: 'true' } : {};
      const number = element('span', { className: 'count' }, numberText(count));
      return element('a', { href, ...current }, `${capital(name)} `, number);
    });
    draw(find('#tabs'), ...links);
  }

  #drawHead({ sort }) {
    for (const cell of document.querySelectorAll('#events-table th[data-sort]')) {
      const { sort: own } = cell.dataset;
      const isSorted = own === sort;
      const href = addressOf(withParams(this.#route, { sort: isSorted ? '' : own }));
      cell.querySelector('a').href = href;
      const order = own === 'name' ? 'ascending' : 'descending';
      if (isSorted) cell.ariaSort = order;
      else cell.removeAttribute('aria-sort');
    }
  }

  #drawRows(found, { tab, text, sort, from }) {
    const listed = found.filter(isIn(tab));
    const ordered = sort === undefined ? listed : listed.toSorted(COMPARE[sort]);
    const page = ordered.slice(from, from + ROWS).map(({ event_id }) => event_id);
    const { keys, waiting } = this.#hold.arrange(page, (id) => this.#model.event(id));
    const rows = keys.map((id) => eventRow(this.#model.event(id), text));
    draw(find('#events'), ...rows);
    drawWaiting(find('#events-waiting'), waiting, 'event');
    draw(find('#no-events'), ...this.#absence(found, listed, { tab, text }));
    this.#drawPager(ordered, from);
  }

  #absence(found, listed, { tab, text }) {
    if (listed.length > 0) return [];
    if (found.length === 0 && text === '') return ['No event has a bet yet. Place the first one.'];
    const where = this.#model.book.whole ? '' : ' among those loaded, and none has exactly this id';
    if (found.length === 0) return [`No event is like “${text}”${where}.`];
    const href = addressOf(withParams(this.#route, { tab: 'all' }));
    const others = element('a', { href }, `Show ${countText(found.length, 'event')}`);
    return [`No ${tab} event${text && ` is like “${text}”`}. `, others];
  }

  #drawPager(ordered, from) {
    const { params } = this.#route;
    const last = Math.min(from + ROWS, ordered.length);
    const sum = moneyText(sumOf(ordered.map(({ bets }) => bets.staked)));
    const range = ordered.length > ROWS ? `${numberText(from + 1)}–${numberText(last)} of ` : '';
    const said = `${range}${countText(ordered.length, 'event')} · ${sum} staked`;
    const to = (place, label) =>
      element(
        'a',
        { href: addressOf({ ...this.#route, params: { ...params, from: place } }) },
        label,
      );
    const before = from > 0 ? [to(Math.max(0, from - ROWS), 'Previous')] : [];
    const after = last < ordered.length ? [to(last, 'Next')] : [];
    draw(find('#events-pager'), element('span', {}, said), ...before, ...after);
  }

  #drawMore({ most }) {
    const { ids, whole } = this.#model.book;
    const said = `The newest ${countText(ids.length, 'event')} are loaded. `;
    const more = { ...this.#route.params, load: most + EVENTS_STEP };
    const href = addressOf({ ...this.#route, params: more });
    const link = element('a', { href }, `Load ${numberText(EVENTS_STEP)} older ones`);
    draw(find('#more-events'), ...(whole ? [] : [said, link]));
  }

  /** All that the filter finds, on every page. */
  listed() {
    const { tab, text, sort } = wishOf(this.#route);
    const found = this.#withExact(this.#model.events() ?? [], text).filter(has(text));
    const listed = found.filter(isIn(tab));
    return sort === undefined ? listed : listed.toSorted(COMPARE[sort]);
  }
}

const capital = (word) => word.charAt(0).toUpperCase() + word.slice(1);
const isIn = (tab) => (event) => tab === 'all' || event.state === tab;

/** An event that is not there now will come with the book, as the newest. */
function untilAbsent(load) {
  let isThere = true;
  return async (signal) => {
    if (isThere) isThere = await load(signal);
    return isThere;
  };
}

/** As people read texts: in either case, however an accent is written. */
const asRead = (text) => text.normalize().toLowerCase();

function has(text) {
  const wanted = asRead(text);
  return ({ event_id }) => asRead(event_id).includes(wanted);
}
