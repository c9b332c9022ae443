/** A JSON number by the digits that were sent, before any rounding to a float. */
export class JsonNumber {
  readonly source: string;

  constructor(source: string) {
    this.source = source;
  }
}

/** Objects and arrays within each other: a call takes one. */
export const MAX_DEPTH = 32;

export type JsonFault =
  | { kind: 'malformed' | 'too-deep' }
  /** The members that come again, each by the names and indexes that lead to it. */
  | { kind: 'repeated'; paths: (string | number)[][] };

/** A text that is not taken as JSON. */
export class JsonError extends Error {
  override readonly name = 'JsonError';
  readonly fault: JsonFault;

  constructor(fault: JsonFault) {
    super(fault.kind);
    this.fault = fault;
  }
}

/**
 * One token of RFC 8259 and the space before it: punctuation, a string, a number or a name. No
 * alternative begins as another does, so that a text is read in linear time.
 */
const STRING = String.raw`"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[\dA-Fa-f]{4}))*"`;
const NUMBER = String.raw`-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?`;
const TOKEN = new RegExp(`[ \\t\\n\\r]*([{}[\\],:]|${STRING}|${NUMBER}|true|false|null|$)`, 'y');

type Path = (string | number)[];

/**
 * The value of a JSON text, each number in it as a `JsonNumber`. Throws `JsonError`, also for a
 * member that comes twice in one object: RFC 8259 §4 leaves open which of them counts. `JSON.parse`
 * takes the last, rounds numbers, and in V8 13.6 reads the name `"\""` as `\` where the objects
 * before had that one.
 */
export function parseJson(text: string): unknown {
  const reader = new Reader(text);
  const value = reader.read([]);
  if (reader.next() !== '') throw new JsonError({ kind: 'malformed' });
  if (reader.repeated.length === 0) return value;
  throw new JsonError({ kind: 'repeated', paths: reader.repeated });
}

class Reader {
  readonly repeated: Path[] = [];
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** The next token; an empty text at the end. */
  next(): string {
    TOKEN.lastIndex = this.#at;
    const match = TOKEN.exec(this.#text);
    if (match === null) throw new JsonError({ kind: 'malformed' });
    this.#at = TOKEN.lastIndex;
    return match[1] ?? '';
  }

  /** The value that begins with `token`, at `path`. */
  read(path: Path, token = this.next()): unknown {
    if (token === '{') return this.#object(path);
    if (token === '[') return this.#array(path);
    if (token.startsWith('"')) return unquote(token);
    if (/^[-\d]/.test(token)) return new JsonNumber(token);
    if (token === 'true' || token === 'false') return token === 'true';
    if (token === 'null') return null;
    throw new JsonError({ kind: 'malformed' });
  }

  #object(path: Path): object {
    refuseDepth(path);
    const members = new Map<string, unknown>();
    for (let token = this.next(); token !== '}' || members.size > 0; token = this.next()) {
      if (!token.startsWith('"')) throw new JsonError({ kind: 'malformed' });
      const name = unquote(token);
      if (members.has(name)) this.repeated.push([...path, name]);
      this.#expect(':');
      members.set(name, this.read([...path, name]));
      if (this.#expect(',', '}') === '}') break;
    }
    // Not member by member: `__proto__` is a name like any other.
    return Object.fromEntries(members);
  }

  #array(path: Path): unknown[] {
    refuseDepth(path);
    const items: unknown[] = [];
    for (let token = this.next(); token !== ']' || items.length > 0; token = this.next()) {
      items.push(this.read([...path, items.length], token));
      if (this.#expect(',', ']') === ']') break;
    }
    return items;
  }

  #expect(...tokens: string[]): string {
    const token = this.next();
    if (tokens.includes(token)) return token;
    throw new JsonError({ kind: 'malformed' });
  }
}

/** `JSON.parse` reads the escapes; that a lone string is a string, the grammar says. */
function unquote(token: string): string {
  return String(JSON.parse(token));
}

function refuseDepth(path: Path): void {
  if (path.length >= MAX_DEPTH) throw new JsonError({ kind: 'too-deep' });
}
