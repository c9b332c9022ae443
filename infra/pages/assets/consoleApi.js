// Calls of the API: each with a deadline, and each failure as a sentence that is true.

/** Where the service is: this file is in its folder `assets`, whatever prefix stands before it. */
const SERVICE = new URL('../', import.meta.url);
/** A service that hangs is to be noticed within seconds. */
export const READ_DEADLINE_MS = 5_000;
/** The service may let a write wait for 5 seconds and work on it for 8. */
const WRITE_DEADLINE_MS = 15_000;
const MAX_RETRY_AFTER_MS = 30_000;

/** What an answer means that says nothing itself, such as a gateway's. */
const SENTENCES = {
  0: ['The service cannot be reached', ''],
  401: ['You are not signed in', 'The service wants a token, or a sign-in.'],
  403: ['You may not do that', 'Your token or your network does not allow it.'],
  404: ['There is nothing at this address', 'Is the service behind another address?'],
  408: ['The service did not answer in time', ''],
  429: ['There were too many requests', 'Wait a moment, then try again.'],
  502: ['The service is away', ''],
  503: ['The service is away or busy', 'Wait a moment, then try again.'],
  504: ['The service did not answer in time', ''],
};
/** These say nothing of the request: another one, or the same one later, may succeed. */
const PASSING = new Set([401, 403, 408, 429]);

/** An RFC 9457 problem, or the sentence that stands for one. `status` is 0 without an answer. */
export class Problem extends Error {
  constructor(status, { title, detail, type, errors = [] }, retryAfterMs = 0) {
    super(title);
    Object.assign(this, { status, title, detail, type, errors, retryAfterMs });
  }

  /** Whether the service itself has judged the request, so that the same one fails again. */
  get isFinal() {
    const isOurs = this.type !== undefined;
    return isOurs && this.status >= 400 && this.status < 500 && !PASSING.has(this.status);
  }

  /** Whether nobody knows if the request had its effect. */
  get isUnknown() {
    return this.status === 0 || this.status === 408 || this.status >= 500;
  }
}

/** The operators' token, where the service asks for one; forgotten with the page. */
let token = '';

export function useToken(text) {
  token = text;
}

/** Whether a text can stand in a path: `.` and `..` are steps, and half a character is none. */
export function isAskable(eventId) {
  return eventId !== '' && !/^\.{1,2}$/.test(eventId) && eventId.isWellFormed();
}

export const eventPath = (eventId) => `events/${encodeURIComponent(eventId)}`;

/** Reads what is at `path`; with the answer of the last time, `known` again if nothing changed. */
export async function read(path, { signal, known } = {}) {
  const headers = known?.etag ? { 'if-none-match': known.etag } : {};
  const asked = Date.now();
  const answer = await send('GET', path, { headers, signal, deadlineMs: READ_DEADLINE_MS });
  if (answer.status === 304 && known !== undefined) return { ...known, asked };
  return { ...parse(answer), asked };
}

/** Sends a body; answers what comes back. */
export async function write(method, path, body, headers = {}) {
  const asked = Date.now();
  const own = {
    'content-type': 'application/json',
    ...(method === 'PUT' && token !== '' && { authorization: `Bearer ${token}` }),
    ...headers,
  };
  const given = { headers: own, body: JSON.stringify(body), deadlineMs: WRITE_DEADLINE_MS };
  return { ...parse(await send(method, path, given)), asked };
}

async function send(method, path, { headers, body, signal, deadlineMs }) {
  const deadline = AbortSignal.timeout(deadlineMs);
  const ending = signal === undefined ? deadline : AbortSignal.any([signal, deadline]);
  try {
    const request = { method, headers, body, cache: 'no-store', signal: ending };
    const response = await fetch(new URL(path, SERVICE), request);
    const { status, url } = response;
    return { status, url, headers: response.headers, text: await response.text() };
  } catch (error) {
    if (signal?.aborted) throw error;
    throw unanswered(deadline.aborted ? deadlineMs : undefined);
  }
}

function unanswered(deadlineMs) {
  const [title, detail] = SENTENCES[0];
  if (deadlineMs === undefined) return new Problem(0, { title, detail });
  const late = `The service did not answer within ${deadlineMs / 1000} seconds`;
  return new Problem(0, { title: late, detail });
}

function parse({ status, url, headers, text }) {
  const body = jsonOf(text);
  if (status < 200 || status > 299) throw problemOf(status, body, headers);
  if (typeof body !== 'object' || body === null) {
    const title = 'The answer is not from this service';
    const detail = 'Something between you and the service answered instead.';
    throw new Problem(0, { title, detail });
  }
  return { body, etag: headers.get('etag'), next: cursorIn(headers.get('link'), url) };
}

function jsonOf(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function problemOf(status, body, headers) {
  const seconds = Number(headers.get('retry-after') ?? 0);
  const retryAfterMs = Math.min(MAX_RETRY_AFTER_MS, 1000 * seconds) || 0;
  if (typeof body?.title === 'string') return new Problem(status, body, retryAfterMs);
  const unknown = ['The service gave no reason', 'Try again, or tell whoever runs the service.'];
  const [title, detail] = SENTENCES[status] ?? unknown;
  const said = `${detail} (HTTP ${status})`.trim();
  return new Problem(status, { title, detail: said }, retryAfterMs);
}

/** The cursor in `Link: <…>; rel="next"`. */
function cursorIn(link, url) {
  const target = /^<([^>]+)>; rel="next"/.exec(link ?? '')?.[1];
  if (target === undefined) return undefined;
  return new URL(target, url).searchParams.get('cursor') ?? undefined;
}

/** Where a problem is explained, if it is one of this service's. */
export function explanationOf({ type }) {
  const code = /docs\/problems#([\w-]+)$/.exec(type ?? '')?.[1];
  return code && new URL(`docs/problems#${code}`, SERVICE).href;
}
