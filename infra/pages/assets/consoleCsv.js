// Files of what is filtered, for a spreadsheet.
import { read } from './consoleApi.js';
import { element } from './consoleDom.js';
import { betsQuery } from './consoleModel.js';

/** Bets in one request, as many as the API gives. */
const PAGE = 1000;
export const MAX_CSV_BETS = 100_000;

const BOM = '\u{FEFF}';
const BETS_HEAD = ['id', 'event_id', 'amount', 'status', 'placed_at', 'settled_at'];
const EVENTS_HEAD = ['event_id', 'state', 'bets', 'staked', 'status', 'version', 'decided_at'];

/**
 * RFC 4180, of texts and numbers. A spreadsheet runs a text that begins like a formula, so such a
 * text gets an apostrophe.
 * @see https://owasp.org/www-community/attacks/CSV_Injection
 */
function line(values) {
  const quoted = values.map((value) => {
    const text = (value ?? '').toString().replaceAll('"', '""');
    return `"${/^[=+\-@\t\r]/.test(text) ? `'${text}` : text}"`;
  });
  return `${quoted.join(',')}\r\n`;
}

export function saveEvents(events) {
  const rows = events.map(({ event_id, state, bets, status, version, history }) =>
    line([
      event_id,
      state,
      bets.total,
      bets.staked,
      status ?? '',
      version,
      history.at(-1)?.decided_at,
    ]),
  );
  save('events', [BOM, line(EVENTS_HEAD), ...rows]);
}

/**
 * Reads all bets of a filter, the newest `MAX_CSV_BETS` at most, and saves them. `told` hears how
 * many there are so far. Answers how many were saved, and whether these are all.
 */
export async function saveBets({ cursor: _cursor, ...filter }, told) {
  const parts = [BOM, line(BETS_HEAD)];
  let count = 0;
  let cursor;
  do {
    const { body, next } = await read(`bets?${betsQuery({ ...filter, cursor }, PAGE)}`);
    parts.push(body.map((bet) => line(BETS_HEAD.map((name) => bet[name]))).join(''));
    count += body.length;
    cursor = next;
    told(count);
  } while (cursor !== undefined && count < MAX_CSV_BETS);
  save('bets', parts);
  return { count, whole: cursor === undefined };
}

function save(name, parts) {
  const day = new Date().toISOString().slice(0, 10);
  const href = URL.createObjectURL(new Blob(parts, { type: 'text/csv;charset=utf-8' }));
  element('a', { href, download: `${name}-${day}.csv` }).click();
  setTimeout(() => URL.revokeObjectURL(href), 60_000);
}
