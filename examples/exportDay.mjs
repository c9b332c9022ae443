// Exports the bets of a day as CSV (RFC 4180), the newest first. A day is one of UTC.
// Run it with: node examples/exportDay.mjs 2026-11-27 > bets.csv
// With another address: node examples/exportDay.mjs 2026-11-27 http://127.0.0.1:3000
const today = new Date().toISOString().slice(0, 10);
const [day = today, api = 'http://127.0.0.1:3000'] = process.argv.slice(2);
const DAY_MS = 24 * 60 * 60 * 1000;
const FIELDS = ['id', 'event_id', 'amount', 'status', 'placed_at', 'settled_at'];

/** A spreadsheet runs a text that begins like a formula, so such a text gets an apostrophe. */
function field(value = '') {
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return `"${text.replaceAll('"', '""')}"`;
}

/** Every bet of the pages, from the one at `url` on. `Link` leads from each to the next. */
async function* betsFrom(url) {
  for (let next = url; next !== undefined;) {
    const response = await fetch(next, { signal: AbortSignal.timeout(15_000) });
    if (!response.ok) throw new Error(await response.text());
    yield* await response.json();
    const [, link] = /<([^>]+)>; rel="next"/.exec(response.headers.get('link') ?? '') ?? [];
    next = link && new URL(link, next);
  }
}

try {
  const from = new Date(`${day}T00:00:00Z`);
  const before = new Date(from.getTime() + DAY_MS);
  const query = { placed_from: from.toISOString(), placed_before: before.toISOString() };
  process.stdout.write(`${FIELDS.join(',')}\r\n`);
  for await (const bet of betsFrom(new URL(`/bets?${new URLSearchParams(query)}`, api))) {
    process.stdout.write(`${FIELDS.map((name) => field(bet[name])).join(',')}\r\n`);
  }
} catch (error) {
  console.error(`The export of ${day} from ${api} stopped: ${error.message}`);
  process.exitCode = 1;
}
