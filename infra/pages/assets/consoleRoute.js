// What is shown stands in the address, so that reload, Back and a shared link work:
// #/events?tab=open&q=cup   #/events/{encoded id}?cursor=…   #/bets?status=won

/** `view` is `events`, `event` (with `id`) or `bets`; `params` has filters and places. */
export function routeOf(fragment) {
  const [, path, query] = /^#?\/?([^?]*)\??(.*)$/.exec(fragment) ?? [];
  const params = Object.fromEntries(new URLSearchParams(query));
  if (path === 'bets') return { view: 'bets', params };
  const id = /^events\/(.+)$/.exec(path)?.[1];
  return id === undefined ? { view: 'events', params } : { view: 'event', id: decoded(id), params };
}

/** An id that somebody typed may have a stray percent sign. */
function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The fragment of a route, without the parameters that are empty. */
export function addressOf({ view, id, params = {} }) {
  const path = view === 'event' ? `events/${encodeURIComponent(id)}` : view;
  const given = Object.entries(params).filter(([, value]) => value);
  const query = new URLSearchParams(given).toString();
  return `#/${path}${query && `?${query}`}`;
}

/** The same view with some parameters changed, from its first row on. */
export function withParams({ params, ...route }, changed) {
  const { cursor: _cursor, from: _from, ...kept } = params;
  return { ...route, params: { ...kept, ...changed } };
}

const PUSHED = 'console:route';

export function currentRoute() {
  return routeOf(location.hash);
}

/** Goes to a route: a new place to come back from, unless it only goes on with the one before. */
export function go(route, { replace = false } = {}) {
  const address = addressOf(route);
  if (replace) history.replaceState(null, '', address);
  else history.pushState(null, '', address);
  dispatchEvent(new Event(PUSHED));
}

export function onRoute(told) {
  addEventListener('popstate', told);
  addEventListener(PUSHED, told);
}
