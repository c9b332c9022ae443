import { getList } from './consoleApi.js';
import { element, find, reconcile } from './consoleDom.js';
import { amountText } from './consoleMoney.js';

const STATES = ['open', 'settling', 'settled'];
const STEP = 25;
/** Rows at most: who looks for an older event filters the history. */
const MAX_EVENTS = 500;
const PAGE = 100;

/** The events, open ones first, each with the button that decides it. */
export class Book {
  #body = find('#events');
  #more = find('#more-events');
  #wanted = STEP;

  /** `decide` is called with the id of an event that is to be settled or corrected. */
  constructor(decide) {
    this.#body.addEventListener('click', ({ target }) => {
      const button = target.closest('button');
      if (button !== null) decide(button.closest('tr').dataset.key);
    });
  }

  onMore(refresh) {
    this.#more.addEventListener('click', () => {
      this.#wanted = Math.min(MAX_EVENTS, this.#wanted + STEP);
      refresh();
    });
  }

  /** Reads the events and shows them; those that are shown. */
  async load() {
    const wanted = this.#wanted;
    const lists = await Promise.all(STATES.map((state) => listIn(state, wanted)));
    // One that changes its state meanwhile may be in two lists: the later state is right.
    const found = lists.flatMap(({ events }) => events);
    const byId = new Map(found.map((event) => [event.event_id, event]));
    const inOrder = STATES.flatMap((state) =>
      [...byId.values()].filter((event) => event.state === state),
    );
    const shown = inOrder.slice(0, wanted);
    const whole = inOrder.length <= wanted && lists.every((list) => list.whole);
    this.#more.hidden = whole || wanted >= MAX_EVENTS;
    find('#no-events').hidden = shown.length > 0;
    reconcile(this.#body, shown, ({ event_id }) => event_id, renderEvent);
    return shown;
  }
}

/** At least `count` events in a state, or all; and whether they are all. */
async function listIn(state, count) {
  const events = [];
  /** @type {string | undefined} */
  let path = `/events?state=${state}&limit=${Math.min(PAGE, count)}`;
  while (path !== undefined && events.length < count) {
    const page = await getList(path);
    events.push(...page.body);
    path = page.next;
  }
  return { events, whole: path === undefined };
}

function renderEvent({ event_id, status, version, state, bets }, present) {
  const row =
    present ?? element('tr', {}, element('td', {}, element('button', { type: 'button' })));
  // The button stays where it is, so that it keeps the focus.
  const last = row.lastElementChild;
  while (row.firstElementChild !== last) row.firstElementChild.remove();
  const result = element('td', {}, status === null ? '–' : badge(status, status));
  if (version > 1) result.append(element('small', {}, ` version ${version}`));
  const action = status === null ? 'Settle' : 'Correct';
  Object.assign(last.firstElementChild, {
    className: status === null ? 'small' : 'small quiet',
    textContent: action,
    ariaLabel: `${action} ${event_id}`,
  });
  const settling = state === 'settling' ? progressOf(event_id, bets) : [];
  row.prepend(
    element('th', { scope: 'row', className: 'id', title: event_id }, event_id),
    element('td', {}, badge(state, state), ...settling),
    element('td', { className: 'number' }, bets.total.toLocaleString('en')),
    element('td', { className: 'number' }, amountText(bets.staked)),
    result,
  );
  return row;
}

function badge(kind, text) {
  return element('span', { className: `badge ${kind}` }, text);
}

function progressOf(eventId, { total, settled }) {
  const ariaLabel = `Bets on ${eventId} stored as settled`;
  return [
    element('progress', { max: total, value: settled, ariaLabel }),
    element('small', {}, `${settled.toLocaleString('en')} of ${total.toLocaleString('en')}`),
  ];
}
