// Bets as rows, wherever they are shown.
import { badge, button, draw, element, find, idOf, skeletons, timeOf } from './consoleDom.js';
import { addressOf } from './consoleRoute.js';
import { amountText } from './consoleFormat.js';
import { drawWaiting, Hold } from './consoleHold.js';

/**
 * The table with the id `name`, which shows a page of bets as the API answered it, with the event
 * of each unless all are on one.
 */
export class BetsTable {
  #name;
  #cellsOf;
  #hold;

  constructor(name, redraw, { withEvent = true } = {}) {
    this.#name = name;
    this.#cellsOf = withEvent
      ? [placedCell, eventCell, ...OTHER_CELLS]
      : [placedCell, ...OTHER_CELLS];
    this.#hold = new Hold(find(`#${name}`), redraw);
  }

  begin() {
    this.#hold.begin();
  }

  release() {
    this.#hold.release();
  }

  /** `bets` is undefined while nothing is known of them. */
  draw(bets) {
    const body = find(`#${this.#name}`);
    body.closest('table').ariaBusy = String(bets === undefined);
    if (bets === undefined) return draw(body, ...skeletons(5, this.#cellsOf.length));
    const byId = new Map(bets.map((bet) => [bet.id, bet]));
    // A bet that does not belong any more goes at once: nobody tells what has become of it.
    const { keys, waiting } = this.#hold.arrange([...byId.keys()], () => false);
    draw(body, ...keys.map((id) => this.#row(byId.get(id))));
    drawWaiting(find(`#${this.#name}-waiting`), waiting, 'bet');
  }

  #row(bet) {
    const cells = this.#cellsOf.map((cellOf) => cellOf(bet));
    return element('tr', { data: { key: bet.id } }, ...cells);
  }
}

const cell = (className, ...content) => element('td', { className }, ...content);

const placedCell = ({ placed_at }) => cell('placed', timeOf(placed_at));

function eventCell({ event_id }) {
  const href = addressOf({ view: 'event', id: event_id });
  return cell('event', element('a', { href }, idOf(event_id)));
}

const OTHER_CELLS = [
  ({ amount }) => cell('number', amountText(amount)),
  ({ status }) => cell('status', badge(status)),
  ({ id }) => {
    const copy = button('copy', 'Copy', { of: id, ariaLabel: `Copy the id ${id}` });
    return cell('bet', element('code', {}, id), ' ', copy);
  },
];
