// The view of the history: filters and place stand in the address.
import { BetsTable } from './consoleBetsTable.js';
import { draw, element, find, showProblem } from './consoleDom.js';
import { countText, moneyText, sumOf } from './consoleFormat.js';
import { betsLoader } from './consoleModel.js';
import { TYPING_MS } from './consoleSources.js';
import { addressOf, go, withParams } from './consoleRoute.js';

const INSTANTS = ['placed_from', 'placed_before'];
const FILTERS = ['event_id', 'status', ...INSTANTS];

/** What a route asks the API for. */
export function betsWish({ view, id, params }) {
  if (view === 'event') return { event_id: id, cursor: params.cursor };
  const { event_id, status, placed_from, placed_before, cursor } = params;
  return { event_id, status, placed_from, placed_before, cursor };
}

export class BetsView {
  #sources;
  #route;
  #table;
  #typing;
  #filters = find('#filters');

  constructor(sources, redraw) {
    this.#sources = sources;
    this.#table = new BetsTable('bets', redraw);
    this.#filters.addEventListener('submit', (submitted) => submitted.preventDefault());
    this.#filters.addEventListener('input', ({ target }) => {
      clearTimeout(this.#typing);
      const pause = target instanceof HTMLSelectElement ? 0 : TYPING_MS;
      this.#typing = setTimeout(() => this.#filter(), pause);
    });
  }

  #filter() {
    const given = [...new FormData(this.#filters)].map(([name, text]) => {
      return [name, INSTANTS.includes(name) ? instantOf(text) : text.trim()];
    });
    go(withParams(this.#route, Object.fromEntries(given)), { replace: true });
  }

  title() {
    return 'Bets';
  }

  show(route) {
    this.#route = route;
    this.#table.begin();
    for (const name of FILTERS) {
      const field = this.#filters.elements[name];
      const given = route.params[name] ?? '';
      const value = INSTANTS.includes(name) ? localOf(given) : given;
      // Who is typing goes on typing.
      if (field.value.trim() !== value) field.value = value;
    }
  }

  get #wish() {
    return betsWish(this.#route);
  }

  get #name() {
    return `bets:${JSON.stringify(this.#wish)}`;
  }

  wants() {
    return { [this.#name]: betsLoader(this.#wish) };
  }

  release() {
    this.#table.release();
  }

  draw() {
    const { value, problem } = this.#sources.get(this.#name) ?? {};
    showProblem(find('#bets-problem'), problem?.isFinal ? problem : undefined);
    this.#table.draw(problem?.isFinal ? [] : value?.bets);
    drawBetsPager('#bets-pager', this.#route, value);
    const isEmpty = value?.bets.length === 0 && !problem?.isFinal;
    find('#no-bets').textContent = isEmpty ? absenceOf(value) : '';
  }
}

/** What a field of local time holds, as an instant (RFC 3339). */
function instantOf(local) {
  return local && new Date(local).toISOString();
}

/** An instant as a field of local time holds it, to the minute. */
function localOf(instant) {
  const date = new Date(instant);
  const local = date.getTime() - 60_000 * date.getTimezoneOffset();
  return Number.isNaN(local) ? '' : new Date(local).toISOString().slice(0, 16);
}

function absenceOf({ next }) {
  if (next === undefined) return 'No bet is like that.';
  return 'No bet is like that among those that were looked through.';
}

/** How many bets a page shows and their sum, and the ways to the others. */
export function drawBetsPager(selector, route, value) {
  if (value === undefined) return draw(find(selector));
  const { bets, next } = value;
  const { cursor, ...kept } = route.params;
  const sum = moneyText(sumOf(bets.map(({ amount }) => amount)));
  const isPart = cursor !== undefined || next !== undefined;
  const said = `${countText(bets.length, 'bet')} · ${sum}${isPart ? ' on this page' : ''}`;
  const to = (params, label) => element('a', { href: addressOf({ ...route, params }) }, label);
  const newest = cursor === undefined ? [] : [to(kept, 'Newest')];
  const older = next === undefined ? [] : [to({ ...kept, cursor: next }, 'Older')];
  draw(find(selector), element('span', {}, said), ...newest, ...older);
}
