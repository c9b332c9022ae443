import { element, find } from './consoleDom.js';
import { minorOf, moneyText } from './consoleMoney.js';

const SVG = 'http://www.w3.org/2000/svg';
const WIDTH = 300n;
const HEIGHT = 18;
const GAP = 2;

function outcomeOf({ status }) {
  if (status === null) return 'pending';
  return status === 'WIN' ? 'won' : 'lost';
}

/** How much is staked on events that are open, won and lost: a bar, and the same in words. */
export function drawStakes(events) {
  const sums = { pending: 0n, won: 0n, lost: 0n };
  for (const event of events) sums[outcomeOf(event)] += minorOf(event.bets.staked);
  const total = sums.pending + sums.won + sums.lost;
  const entries = Object.entries(sums);
  find('#stakes').replaceChildren(
    ...entries.map(([outcome, minor]) => legend(outcome, minor, total)),
  );
  let at = 0;
  const bars = entries.map(([outcome, minor]) => {
    const width = total === 0n ? 0 : Number((minor * WIDTH * 100n) / total) / 100;
    const bar = document.createElementNS(SVG, 'rect');
    const shown = { x: at, y: 0, width: Math.max(0, width - GAP), height: HEIGHT, class: outcome };
    for (const [name, value] of Object.entries(shown)) bar.setAttribute(name, value);
    at += width;
    return bar;
  });
  find('#stakes-chart').replaceChildren(...bars);
}

function legend(outcome, minor, total) {
  const percent = total === 0n ? 0 : Number((minor * 1000n) / total) / 10;
  return element(
    'div',
    {},
    element('dt', {}, element('span', { className: `dot ${outcome}` }), outcome),
    element('dd', {}, moneyText(minor), element('small', {}, ` ${percent.toFixed(0)} %`)),
  );
}
