import { element, reconcile } from './consoleDom.js';

/** The height of a row as the style sheet has it, in pixels. */
export const ROW_HEIGHT = 36;
/** Rows beyond what is seen, on either side. */
const MARGIN = 12;

/** Of any number of items, puts those in sight into a table's body, empty space for the others. */
export function paintRows(scroll, body, items, renderRow) {
  const first = Math.max(0, Math.floor(scroll.scrollTop / ROW_HEIGHT) - MARGIN);
  const count = Math.ceil(scroll.clientHeight / ROW_HEIGHT) + 2 * MARGIN;
  const seen = items.slice(first, first + count);
  const left = Math.max(0, items.length - first - seen.length);
  const above = { id: 'above', height: first * ROW_HEIGHT };
  const below = { id: 'below', height: left * ROW_HEIGHT };
  reconcile(body, [above, ...seen, below], idOf, (item, present) =>
    item.height === undefined ? renderRow(item) : renderSpace(item, present),
  );
  // What a screen reader counts: the head is the first row.
  for (const [index, row] of [...body.children].slice(1, -1).entries())
    row.setAttribute('aria-rowindex', first + index + 2);
}

function idOf({ id }) {
  return id;
}

function renderSpace({ height }, present) {
  const space = present ?? element('tr', { ariaHidden: 'true' }, element('td', { colSpan: 5 }));
  space.firstElementChild.style.height = `${height}px`;
  space.hidden = height === 0;
  return space;
}
