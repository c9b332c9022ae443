// Calls of the API, and the polling that keeps the page up to date.

/** An RFC 9457 problem that the API answered, or what stands for one when it did not answer. */
export class Problem extends Error {
  constructor({ title, detail = '', type, errors = [] }, status) {
    super(title);
    Object.assign(this, { title, detail, type, errors, status });
  }
}

const DEADLINE_MS = 15_000;
/** Answers that are remembered with their entity tags. */
const MAX_REMEMBERED = 200;
const remembered = new Map();

/** Operators' token, where the service asks for one; forgotten with the page. */
let token = '';

export function useToken(text) {
  token = text;
}

async function send(method, path, { body, headers = {} } = {}) {
  const request = {
    method,
    cache: 'no-store',
    signal: AbortSignal.timeout(DEADLINE_MS),
    headers: {
      ...headers,
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(token !== '' && method === 'PUT' && { authorization: `Bearer ${token}` }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  };
  try {
    return await fetch(path, request);
  } catch {
    throw new Problem(
      { title: 'The service does not answer', detail: 'Nothing is known of this request.' },
      0,
    );
  }
}

/** What a call answers: its body, its entity tag and the way to the next page. Throws a Problem. */
export async function call(method, path, options) {
  return read(await send(method, path, options));
}

async function read(response) {
  const body = await response.json().catch(() => ({}));
  if (!response.ok) throw new Problem({ title: response.statusText, ...body }, response.status);
  return { body, etag: response.headers.get('etag'), next: nextOf(response) };
}

/** A list; the very same object again as long as the service says that nothing has changed. */
export async function getList(path) {
  const known = remembered.get(path);
  const headers = known === undefined ? {} : { 'if-none-match': known.etag };
  const response = await send('GET', path, { headers });
  if (response.status === 304) return known;
  const answer = await read(response);
  if (remembered.size >= MAX_REMEMBERED) remembered.clear();
  remembered.set(path, answer);
  return answer;
}

/** The target of `Link: <…>; rel="next"`. */
function nextOf({ headers }) {
  return /^<([^>]+)>; rel="next"/.exec(headers.get('link') ?? '')?.[1];
}

const PERIOD_MS = 2_000;
const MAX_PERIOD_MS = 30_000;

/**
 * Runs `load` every two seconds while the page is looked at, less often while it fails. Answers a
 * function that runs it now.
 */
export function watch(load) {
  let timer;
  let failures = 0;
  let running;
  const run = async () => {
    clearTimeout(timer);
    try {
      await load();
      failures = 0;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      failures += 1;
    } finally {
      tellOffline(load, failures);
      timer = setTimeout(turn, Math.min(MAX_PERIOD_MS, PERIOD_MS * 2 ** failures));
    }
  };
  // One after the other: an answer that was overtaken must not be shown last.
  const refresh = () => (running = (running ?? Promise.resolve()).then(run));
  const turn = () => {
    if (document.visibilityState === 'visible') refresh();
  };
  document.addEventListener('visibilitychange', turn);
  refresh();
  return refresh;
}

const failing = new Set();

function tellOffline(load, failures) {
  if (failures > 1) failing.add(load);
  else failing.delete(load);
  const note = document.querySelector('#offline');
  note.hidden = failing.size === 0;
  note.textContent = note.hidden ? '' : 'The service does not answer. What is shown may be old.';
}
