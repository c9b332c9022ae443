// Fills a service with an evening of bets, so that there is something to look at.
// Run it with: npm run demo
// With another address or a token: npm run demo -- http://127.0.0.1:3000 <the operators' token>
// On one day, every run sends the same bets with the same keys. So a second run changes nothing.
const [api = 'http://127.0.0.1:3000', token = ''] = process.argv.slice(2);
const today = new Date().toISOString().slice(0, 10);
const MATCHES = [
  'epl:arsenal-chelsea',
  'epl:everton-fulham',
  'epl:leeds-burnley',
  'la-liga:sevilla-betis',
  'la-liga:valencia-getafe',
  'serie-a:roma-lazio',
  'serie-a:milan-torino',
  'bundesliga:union-mainz',
  'nba:lakers-celtics',
  'nba:bulls-knicks',
  'nhl:bruins-rangers',
  'atp:alcaraz-sinner',
].map((name) => name.replace(':', `:${today}:`));
const RESULTS = ['WIN', 'LOSE', 'LOSE', 'WIN', 'WIN'];
const CONNECTIONS = 8;

/** A linear congruential generator: the same numbers in every run, evenly spread over [0, 1). */
let state = 42;
function random() {
  state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
  return state / 2 ** 31;
}

async function send(method, path, body, headers) {
  const request = {
    method,
    headers: { 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(15_000),
  };
  const response = await fetch(api + path, request);
  if (!response.ok && response.status !== 412) throw new Error(await response.text());
}

/** Many small stakes and few large ones, most of them round. */
function stake() {
  const minor = Math.ceil(100 * 2 ** (8 * random() ** 2));
  const rounded = random() < 0.7 ? Math.ceil(minor / 100) * 100 : minor;
  return `${Math.floor(rounded / 100)}.${String(rounded % 100).padStart(2, '0')}`;
}

const bets = MATCHES.flatMap((event_id, index) =>
  Array.from({ length: Math.ceil(10 + (60 * random()) / (1 + index / 4)) }, (_, number) => ({
    key: `demo-${event_id}-${number}`,
    order: random(),
    body: { event_id, amount: stake() },
  })),
).sort((one, other) => one.order - other.order);

async function placeBets(waiting) {
  for (let bet = waiting.pop(); bet !== undefined; bet = waiting.pop())
    await send('POST', '/bets', bet.body, { 'Idempotency-Key': bet.key });
}

/** Sets a result only if the event is at `version`, so a second run changes no result. */
async function decide(event, version, status) {
  const operator = token === '' ? {} : { Authorization: `Bearer ${token}` };
  await send('PUT', `/events/${event}`, { status }, { 'If-Match': `"${version}"`, ...operator });
}

try {
  const waiting = [...bets];
  await Promise.all(Array.from({ length: CONNECTIONS }, () => placeBets(waiting)));
  for (const [index, status] of RESULTS.entries()) await decide(MATCHES[2 * index], 0, status);
  await decide(MATCHES[0], 1, 'LOSE');
  console.log(
    `${bets.length} bets on ${MATCHES.length} matches. ` +
      `${RESULTS.length} matches are over, and 1 result was corrected.`,
  );
  console.log(`Look at ${api}/`);
} catch (error) {
  console.error(`The demo on ${api} stopped; it is safe to run it again: ${error.message}`);
  process.exitCode = 1;
}
