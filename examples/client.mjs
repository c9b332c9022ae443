// A client in ten lines. Run it with: node examples/client.mjs
const api = process.argv[2] ?? 'http://127.0.0.1:3000';
async function call(method, path, body) {
  const headers = { 'Content-Type': 'application/json' };
  const request = { method, headers, body: JSON.stringify(body) };
  const response = await fetch(api + path, request);
  if (!response.ok) throw new Error(await response.text());
  return response.json();
}
const bet = await call('POST', '/bets', { event_id: `epl/match ${Date.now()}`, amount: '10.50' });
await call('PUT', `/events/${encodeURIComponent(bet.event_id)}`, { status: 'WIN' });
console.log(await call('GET', `/bets/${bet.id}`));
