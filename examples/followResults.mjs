// Prints each result as it comes, and each correction: those of the newest thousand events.
// Run it with: node examples/followResults.mjs
// With another address, and the seconds between two looks:
// node examples/followResults.mjs http://127.0.0.1:3000 5
const [api = 'http://127.0.0.1:3000', seconds = '5'] = process.argv.slice(2);
const PAGE = 100;
const PAGES = 10;
/** After a failure the next look comes twice as late, up to this. */
const MAX_WAIT_MS = 60_000;

/** What each page was like when it was last read, by its address. */
let pages = new Map();
/** The version of each event that was printed. */
let printed = new Map();

/** A page as it is now. The service answers 304, and sends no page, when nothing has changed. */
async function readPage(url) {
  const known = pages.get(url);
  const headers = known === undefined ? {} : { 'If-None-Match': known.tag };
  const response = await fetch(url, { headers, signal: AbortSignal.timeout(15_000) });
  if (response.status === 304) return known;
  if (!response.ok) throw new Error(await response.text());
  const [, link] = /<([^>]+)>; rel="next"/.exec(response.headers.get('link') ?? '') ?? [];
  const next = link && new URL(link, url).href;
  return { tag: response.headers.get('etag'), events: await response.json(), next };
}

async function readEvents() {
  const read = new Map();
  /** @type {string | undefined} */
  let url = new URL(`/events?limit=${PAGE}`, api).href;
  while (url !== undefined && read.size < PAGES) {
    const page = await readPage(url);
    read.set(url, page);
    url = page.next;
  }
  // Pages that nothing leads to any more are forgotten.
  pages = read;
  return [...read.values()].flatMap(({ events }) => events);
}

/** The oldest first, as they were decided: each line begins with the time. */
function printNew(events) {
  const news = events.filter(({ event_id, version }) => version > (printed.get(event_id) ?? 0));
  const lines = news.map(({ event_id, status, version, bets, history }) => {
    const what = version === 1 ? status : `${status} (correction ${version - 1})`;
    const { decided_at } = history.at(-1);
    return `${decided_at} ${event_id} ${what}: ${bets.total} bets, ${bets.staked} staked`;
  });
  for (const line of lines.sort()) console.log(line);
  printed = new Map(events.map(({ event_id, version }) => [event_id, version]));
}

for (let waitMs = 0; ;) {
  try {
    printNew(await readEvents());
    waitMs = Number(seconds) * 1000;
  } catch (error) {
    waitMs = Math.min(2 * waitMs + 1000, MAX_WAIT_MS);
    console.error(`The next look at ${api} is in ${waitMs} ms: ${error.message}`);
  }
  await new Promise((resolve) => setTimeout(resolve, waitMs));
}
