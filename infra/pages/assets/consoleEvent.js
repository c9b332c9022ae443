// The page of one event, with an address of its own.
import { BetsTable } from './consoleBetsTable.js';
import { betsWish, drawBetsPager } from './consoleBets.js';
import { badge, button, draw, element, find, idOf, showProblem, timeOf } from './consoleDom.js';
import { decideButton, progressOf } from './consoleEventRow.js';
import { amountText, numberText } from './consoleFormat.js';
import { betsLoader } from './consoleModel.js';

const NOTHING = '0.00';

export class EventView {
  #model;
  #sources;
  #route;
  #table;

  constructor(model, sources, redraw) {
    this.#model = model;
    this.#sources = sources;
    this.#table = new BetsTable('event-bets', redraw, { withEvent: false });
  }

  title() {
    return this.#route.id;
  }

  show(route) {
    this.#route = route;
    this.#table.begin();
  }

  get #names() {
    const bets = `bets:${JSON.stringify(betsWish(this.#route))}`;
    return { event: `event:${this.#route.id}`, bets };
  }

  wants() {
    const { event, bets } = this.#names;
    return {
      [event]: this.#model.eventLoader(this.#route.id),
      [bets]: betsLoader(betsWish(this.#route)),
    };
  }

  release() {
    this.#table.release();
  }

  draw() {
    const names = this.#names;
    const { value: isKnown, problem } = this.#sources.get(names.event) ?? {};
    const { value: page } = this.#sources.get(names.bets) ?? {};
    const { id } = this.#route;
    const event = isKnown === false ? undefined : this.#model.event(id);
    draw(find('#event-title'), idOf(id));
    draw(find('#event-actions'), ...actionsOf(id, event));
    showProblem(find('#event-problem'), problem?.isFinal ? problem : undefined);
    find('#no-event').hidden = isKnown !== false;
    find('#event-parts').hidden = isKnown === false || problem?.isFinal === true;
    find('#event-parts').ariaBusy = String(event === undefined);
    if (event !== undefined) drawEvent(event);
    this.#table.draw(page?.bets);
    find('#no-event-bets').hidden = page?.bets.length !== 0;
    drawBetsPager('#event-pager', this.#route, page);
  }
}

function actionsOf(id, event) {
  const copy = button('copy', 'Copy the id', { of: id });
  if (event === undefined) return [copy];
  const bet = event.status === null ? [button('place-on', 'Place a bet', { of: id })] : [];
  return [decideButton(event), ...bet, copy];
}

function drawEvent(event) {
  const { event_id, status, version, state, bets, history } = event;
  const going = state === 'settling' ? progressOf(event_id, bets) : [];
  draw(
    find('#event-facts'),
    fact('State', badge(state), ...going),
    fact('Result', status === null ? 'none yet' : badge(status)),
    fact('Version', numberText(version)),
    fact('Bets', numberText(bets.total)),
    fact('Staked', amountText(bets.staked)),
  );
  draw(find('#outcomes'), outcomeRow('WIN', event), outcomeRow('LOSE', event));
  draw(find('#event-history'), ...history.toReversed().map(resultRow));
  find('#no-results').hidden = history.length > 0;
}

function fact(name, ...value) {
  return element('div', {}, element('dt', {}, name), element('dd', {}, ...value));
}

/** What an outcome makes of the stakes: all bets are on the first team. */
function outcomeRow(outcome, { status, bets }) {
  const staked = amountText(bets.staked);
  const isWon = outcome === 'WIN';
  const inForce = status === outcome ? [' ', element('small', {}, 'in force')] : [];
  return element(
    'tr',
    {},
    element('th', { scope: 'row' }, badge(outcome), ...inForce),
    element('td', { className: 'number' }, isWon ? staked : NOTHING),
    element('td', { className: 'number' }, isWon ? NOTHING : staked),
  );
}

function resultRow({ status, version, decided_at, decided_by }) {
  return element(
    'tr',
    {},
    element('td', { className: 'number' }, numberText(version)),
    element('td', {}, badge(status)),
    element('td', {}, timeOf(decided_at)),
    element('td', { className: 'who' }, decided_by ?? 'not recorded'),
  );
}
