import { badge, button, element, idOf } from './consoleDom.js';
import { addressOf } from './consoleRoute.js';
import { amountText, numberText } from './consoleFormat.js';

/** An event in a table, with the button that decides it. */
export function eventRow({ event_id, status, version, state, bets }) {
  const href = addressOf({ view: 'event', id: event_id });
  const link = element('a', { href }, idOf(event_id));
  const going = state === 'settling' ? progressOf(event_id, bets) : [];
  const corrected = version > 1 ? [element('small', {}, ` version ${version}`)] : [];
  return element(
    'tr',
    { data: { key: event_id } },
    element('th', { scope: 'row' }, link),
    element('td', { className: 'state' }, badge(state), ...going),
    element('td', { className: 'number bets' }, numberText(bets.total)),
    element('td', { className: 'number' }, amountText(bets.staked)),
    element(
      'td',
      { className: status === null ? 'undecided' : 'result' },
      status ? badge(status) : '–',
      ...corrected,
    ),
    element('td', { className: 'action' }, decideButton({ event_id, status })),
  );
}

export function decideButton({ event_id, status }) {
  const action = status === null ? 'Settle' : 'Correct';
  const className = status === null ? 'small' : 'small quiet';
  const ariaLabel = `${action} ${event_id}`;
  return button('decide', action, { of: event_id, className, ariaLabel });
}

/** How many of an event's bets are stored under the result that is in force. */
export function progressOf(eventId, { total, settled }) {
  const ariaLabel = `Bets on ${eventId} stored as settled`;
  return [
    element('progress', { max: Math.max(1, total), value: settled, ariaLabel }),
    element('small', {}, `${numberText(settled)} of ${numberText(total)}`),
  ];
}
