import { draw, element, find } from './consoleDom.js';
import { countText, moneyText, sumOf } from './consoleFormat.js';

const SVG = 'http://www.w3.org/2000/svg';
const WIDTH = 300n;
const HEIGHT = 18;
const GAP = 2;
const STATUS = { null: 'pending', WIN: 'won', LOSE: 'lost' };

/** How much is staked on the events that are open, won and lost: a bar, and the same in words. */
export function drawStakes(events, whole) {
  const groups = Map.groupBy(events, ({ status }) => STATUS[status]);
  const sums = Object.values(STATUS).map((status) => {
    const group = groups.get(status) ?? [];
    return { status, count: group.length, minor: sumOf(group.map(({ bets }) => bets.staked)) };
  });
  const total = sums.reduce((sum, { minor }) => sum + minor, 0n);
  draw(find('#stakes'), ...sums.map((sum) => legend(sum, total)));
  draw(find('#stakes-chart'), ...barsOf(sums, total));
  const of = whole ? 'Of all' : 'A part: of the newest';
  find('#stakes-of').textContent = `${of} ${countText(events.length, 'event')}.`;
}

function barsOf(sums, total) {
  let at = 0;
  return sums.map(({ status, minor }) => {
    const width = total === 0n ? 0 : Number((minor * WIDTH * 100n) / total) / 100;
    const bar = document.createElementNS(SVG, 'rect');
    const shown = { x: at, y: 0, width: Math.max(0, width - GAP), height: HEIGHT, class: status };
    for (const [name, value] of Object.entries(shown)) bar.setAttribute(name, value);
    at += width;
    return bar;
  });
}

function legend({ status, count, minor }, total) {
  const percent = total === 0n ? 0 : Number((minor * 1000n) / total) / 10;
  const small = element('small', {}, ` ${percent.toFixed(0)} % · ${countText(count, 'event')}`);
  return element(
    'div',
    {},
    element('dt', {}, element('span', { className: `dot ${status}` }), status),
    element('dd', {}, moneyText(minor), small),
  );
}
