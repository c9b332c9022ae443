import { randomUUID } from 'node:crypto';

/** What `JSON.parse` does not tell of a text, and Middy's parser with it. */

/** A JSON number by the digits that were sent, before any rounding to a float. */
export class JsonNumber {
  readonly source: string;

  constructor(source: string) {
    this.source = source;
  }
}

/** The names and indexes that lead to a member. */
export type Path = (string | number)[];

export interface Scan {
  /** The text with a marked string for each number: see `reviveNumber`. */
  marked: string;
  /** Objects and arrays within each other, at most. */
  depth: number;
  /** Members of a name that their object has already; RFC 8259 §4 leaves open which counts. */
  repeated: Path[];
  /** Members of a name that means something to JavaScript. */
  reserved: Path[];
}

/** Begins a text that stands for a number. No client can know it, so none can make one up. */
const MARK = randomUUID();

/**
 * A string of JSON, also one without an end; a number (RFC 8259 §6) that is no member's name; or
 * punctuation. What is left of a malformed number stays malformed.
 */
const TOKEN = /"(?:[^"\\]|\\.)*"?|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?!\s*:)|[{}[\],]/gs;
const COLON = /\s*:/y;
const RESERVED = new Set(['__proto__', 'constructor']);

/** An object or an array that is not closed yet, and where in it the text is. */
interface Open {
  names: Set<string>;
  at: string | number;
}

/** Reads a text once, in linear time. What it says holds if the text is JSON. */
export function scanJson(text: string): Scan {
  const scan: Scan = { marked: '', depth: 0, repeated: [], reserved: [] };
  const open: Open[] = [];
  scan.marked = text.replaceAll(TOKEN, (token, start: number) => {
    const inner = open.at(-1);
    if (token === '{' || token === '[') {
      open.push({ names: new Set(), at: token === '[' ? 0 : '' });
      scan.depth = Math.max(scan.depth, open.length);
    } else if (token === '}' || token === ']') open.pop();
    else if (token === ',') goOn(inner);
    else if (!token.startsWith('"')) return `"${MARK}${token}"`;
    else if (inner && isFollowedByColon(text, start + token.length))
      enter(scan, open, inner, token);
    return token;
  });
  return scan;
}

function goOn(inner: Open | undefined): void {
  if (typeof inner?.at === 'number') inner.at += 1;
}

function enter(scan: Scan, open: readonly Open[], inner: Open, token: string): void {
  inner.at = unquote(token);
  const path = open.map(({ at }) => at);
  if (inner.names.has(inner.at)) scan.repeated.push(path);
  if (RESERVED.has(inner.at)) scan.reserved.push(path);
  inner.names.add(inner.at);
}

function isFollowedByColon(text: string, at: number): boolean {
  COLON.lastIndex = at;
  return COLON.test(text);
}

/** A text that is no string of JSON will be refused: until then it is what it is. */
function unquote(token: string): string {
  try {
    return String(JSON.parse(token));
  } catch {
    return token;
  }
}

/** For `JSON.parse` of a marked text. */
export function reviveNumber(_name: string, value: unknown): unknown {
  const marked = typeof value === 'string' && value.startsWith(MARK);
  return marked ? new JsonNumber(value.slice(MARK.length)) : value;
}
