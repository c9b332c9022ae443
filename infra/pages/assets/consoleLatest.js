import { badge, draw, element, find, idOf, timeOf } from './consoleDom.js';
import { amountText } from './consoleFormat.js';
import { addressOf } from './consoleRoute.js';

/** The newest bets beside the book, in short. */
export function drawLatest(bets) {
  const rows = (bets ?? []).map(({ id, event_id, amount, status, placed_at }) => {
    const href = addressOf({ view: 'event', id: event_id });
    const link = element('a', { href }, idOf(event_id));
    const sum = element('span', { className: 'number' }, amountText(amount));
    return element('li', { data: { key: id } }, link, sum, timeOf(placed_at), badge(status));
  });
  draw(find('#latest'), ...rows);
  find('#no-latest').hidden = bets?.length !== 0;
}
