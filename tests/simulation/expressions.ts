/**
 * The part of DynamoDB's expression language that the store uses, over plain values with every number
 * a bigint.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.html
 */
export type Value = string | bigint | boolean | Value[] | { [name: string]: Value };
export type Item = Record<string, Value>;

export interface Placeholders {
  names?: Record<string, string> | undefined;
  values?: Item | undefined;
}

const TOKEN = /\s*(<=|>=|<>|[(),=<>]|[#:]?[A-Za-z_][A-Za-z0-9_]*)/gy;

interface Reader {
  peek(): string | undefined;
  take(): string;
  accept(token: string): boolean;
}

/** The store uses few expressions, each very often. */
const known = new Map<string, string[]>();

function tokensOf(expression: string): string[] {
  const tokens =
    known.get(expression) ?? [...expression.trim().matchAll(TOKEN)].map(([, token = '']) => token);
  if (!known.has(expression) && tokens.join('') !== expression.replaceAll(/\s+/g, '')) {
    throw new Error(`Not understood: ${expression}`);
  }
  known.set(expression, tokens);
  return tokens;
}

function reader(expression: string): Reader {
  const tokens = tokensOf(expression);
  let at = 0;
  return {
    peek: () => tokens[at],
    take: () => {
      const token = tokens[at];
      if (token === undefined) throw new Error(`Ends too soon: ${expression}`);
      at += 1;
      return token;
    },
    accept: (token) => {
      if (tokens[at]?.toUpperCase() !== token.toUpperCase()) return false;
      at += 1;
      return true;
    },
  };
}

function expect(from: Reader, token: string): void {
  if (!from.accept(token)) throw new Error(`Expected ${token}, found ${String(from.peek())}`);
}

const KNOWN_FUNCTIONS = new Set(['if_not_exists', 'list_append']);

/** What an operand is worth on an item; undefined for an attribute that is not there. */
function operand(from: Reader, item: Item, { names, values }: Placeholders): Value | undefined {
  const token = from.take();
  if (token.startsWith(':')) {
    const value = values?.[token];
    if (value === undefined) throw new Error(`No value for ${token}`);
    return value;
  }
  if (!KNOWN_FUNCTIONS.has(token)) return item[attributeName(token, names)];
  expect(from, '(');
  const first = operand(from, item, { names, values });
  expect(from, ',');
  const second = operand(from, item, { names, values });
  expect(from, ')');
  if (token === 'if_not_exists') return first ?? second;
  if (!Array.isArray(first) || !Array.isArray(second)) throw new Error('list_append takes lists');
  return [...first, ...second];
}

function attributeName(token: string, names: Placeholders['names']): string {
  if (!token.startsWith('#')) return token;
  const name = names?.[token];
  if (name === undefined) throw new Error(`No name for ${token}`);
  return name;
}

/** Whether a condition holds on an item, `{}` being one that does not exist. */
export function holds(expression: string | undefined, item: Item, given: Placeholders): boolean {
  if (expression === undefined) return true;
  const from = reader(expression);
  let any = false;
  do {
    let all = true;
    // Every term is read, whatever the ones before it say.
    do all = term(from, item, given) && all;
    while (from.accept('AND'));
    any = all || any;
  } while (from.accept('OR'));
  if (from.peek() !== undefined) throw new Error(`Not understood: ${expression}`);
  return any;
}

function term(from: Reader, item: Item, given: Placeholders): boolean {
  for (const [name, wanted] of [
    ['attribute_not_exists', false],
    ['attribute_exists', true],
  ] as const) {
    if (!from.accept(name)) continue;
    expect(from, '(');
    const present = item[attributeName(from.take(), given.names)] !== undefined;
    expect(from, ')');
    return present === wanted;
  }
  const left = operand(from, item, given);
  const comparator = from.take();
  return compare(left, comparator, operand(from, item, given));
}

/** A comparison with an attribute that is not there, or of another type, is false. */
export function compare(
  left: Value | undefined,
  comparator: string,
  right: Value | undefined,
): boolean {
  if (left === undefined || right === undefined || typeof left !== typeof right) return false;
  if (comparator === '=') return left === right;
  if (comparator === '<') return left < right;
  if (comparator === '<=') return left <= right;
  if (comparator === '>') return left > right;
  throw new Error(`Not understood: ${comparator}`);
}

/** The item after an update; clauses see the item as it was before. */
export function updated(expression: string, before: Item, given: Placeholders): Item {
  const from = reader(expression);
  const after = { ...before };
  while (from.peek() !== undefined) {
    const clause = from.take().toUpperCase();
    do applyAction(clause, from, before, after, given);
    while (from.accept(','));
  }
  return after;
}

function applyAction(
  clause: string,
  from: Reader,
  before: Item,
  after: Item,
  given: Placeholders,
): void {
  const name = attributeName(from.take(), given.names);
  if (clause === 'REMOVE') {
    delete after[name];
    return;
  }
  if (clause === 'SET') expect(from, '=');
  const value = operand(from, before, given);
  if (value === undefined) throw new Error(`${name} is set to what is not there`);
  after[name] = clause === 'SET' ? value : sum(clause, before[name], value);
}

function sum(clause: string, present: Value | undefined, value: Value): Value {
  if (clause !== 'ADD') throw new Error(`Not understood: ${clause}`);
  const start = present ?? 0n;
  if (typeof start !== 'bigint' || typeof value !== 'bigint') throw new Error('ADD takes numbers');
  return start + value;
}

/** A value as the store would give it back: numbers are bigints, what is undefined is not there. */
export function normalized(value: unknown): Value {
  if (typeof value === 'number') return BigInt(value);
  if (typeof value === 'string' || typeof value === 'bigint' || typeof value === 'boolean') {
    return value;
  }
  if (Array.isArray(value)) return value.map(normalized);
  if (typeof value === 'object' && value !== null) return normalizedItem(value);
  throw new Error(`Not a value of the store: ${String(value)}`);
}

export function normalizedItem(item: object): Item {
  const present = Object.entries(item).filter(([, value]) => value !== undefined);
  return Object.fromEntries(present.map(([name, value]) => [name, normalized(value)]));
}
