const api = process.argv[2] ?? 'http://127.0.0.1:3000';
const token = process.env['TOKEN'] ?? '';
const event_id = `everton-fulham ${Date.now()}`;

/** A 4xx: the service would refuse the same request again. */
class Refused extends Error {}

async function call(url: string, method = 'GET', body?: object, more?: object) {
  const headers = { 'Content-Type': 'application/json', ...more };
  const init = { method, headers, signal: AbortSignal.timeout(10_000) };
  const sent = body && { body: JSON.stringify(body) };
  const response = await fetch(url, { ...init, ...sent });
  if (response.ok) return response;
  throw new (response.status < 500 ? Refused : Error)(await response.text());
}

// -- place
const bet = { event_id, amount: '10.50' };
const placed = await call(`${api}/bets`, 'POST', bet);
console.log(await placed.json());

// -- retry
// Make the key before the first try, and use it again in each retry: it places one bet.
const key = { 'Idempotency-Key': `my-shop-${crypto.randomUUID()}` };
for (let tries = 1; ; tries += 1) {
  try {
    const retried = await call(`${api}/bets`, 'POST', bet, key);
    console.log(await retried.json());
    break;
  } catch (error) {
    if (error instanceof Refused || tries === 5) throw error;
    await new Promise((resolve) => setTimeout(resolve, 200 * 2 ** tries));
  }
}

// -- page
// The header Link leads to the next page. The last page has none.
let url = `${api}/bets?limit=1`;
for (let pages = 0; pages < 2; pages += 1) {
  const page = await call(url);
  console.log(await page.json());
  const next = /<([^>]+)>; rel="next"/.exec(page.headers.get('Link') ?? '')?.[1];
  if (next === undefined) break;
  url = new URL(next, page.url).href;
}

// -- settle
// If-Match lets the result in only if nobody has decided since you looked.
const event = `${api}/events/${encodeURIComponent(event_id)}`;
const seen = await call(event);
const conditions = { 'If-Match': seen.headers.get('ETag'), Authorization: `Bearer ${token}` };
const settled = await call(event, 'PUT', { status: 'WIN' }, conditions);
console.log(await settled.json());
