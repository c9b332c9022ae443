/**
 * The part of DynamoDB's expression language that the store uses, over plain values with every
 * number a bigint.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.html
 */
export type Value = string | bigint | readonly Value[] | { readonly [name: string]: Value };
/** Frozen, so that a reader may have an item itself. */
export type Item = Readonly<Record<string, Value>>;

export interface Placeholders {
  names: Record<string, string>;
  values: Item;
}

/** What a part of an expression says of an item. */
type Part<Result> = (item: Item, given: Placeholders) => Result;
type Operand = Part<Value | undefined>;
/** Changes one attribute of `after`; sees the item as it was before. */
type Action = (after: Record<string, Value>, before: Item, given: Placeholders) => void;

const TOKEN = /\s*([<>]=|[(),=<>]|[#:]?[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_]+)?)/gy;

class Reader {
  readonly #expression: string;
  readonly #tokens: string[];

  constructor(expression: string) {
    this.#expression = expression;
    this.#tokens = [...expression.matchAll(TOKEN)].map(([, token = '']) => token);
    if (this.#tokens.join('') !== expression.replaceAll(/\s+/g, '')) throw this.fault();
  }

  get ended(): boolean {
    return this.#tokens.length === 0;
  }

  take(): string {
    const token = this.#tokens.shift();
    if (token === undefined) throw this.fault();
    return token;
  }

  accept(token: string): boolean {
    if (this.#tokens[0] !== token) return false;
    this.#tokens.shift();
    return true;
  }

  expect(token: string): void {
    if (!this.accept(token)) throw this.fault();
  }

  fault(): Error {
    return new Error(`Not understood: ${this.#expression}`);
  }
}

/** The store uses few expressions, each very often. */
function compiledOnce<Compiled>(
  compile: (from: Reader) => Compiled,
): (expression: string) => Compiled {
  const known = new Map<string, Compiled>();
  return (expression) => {
    const compiled = known.get(expression) ?? compile(new Reader(expression));
    known.set(expression, compiled);
    return compiled;
  };
}

const conditionOf = compiledOnce((from): Part<boolean> => {
  const alternatives: Part<boolean>[][] = [];
  do {
    const terms: Part<boolean>[] = [];
    do terms.push(readTerm(from));
    while (from.accept('AND'));
    alternatives.push(terms);
  } while (from.accept('OR'));
  if (!from.ended) throw from.fault();
  // Every term is asked, whatever the ones before it say, so that each must have its values.
  return (item, given) =>
    alternatives.reduce(
      (any, terms) => terms.reduce((all, term) => term(item, given) && all, true) || any,
      false,
    );
});

const actionsOf = compiledOnce((from): Action[] => {
  const actions: Action[] = [];
  while (!from.ended) {
    const clause = from.take();
    do actions.push(readAction(from, clause));
    while (from.accept(','));
  }
  return actions;
});

/** Whether a condition holds on an item, `{}` being one that does not exist. */
export function holds(expression: string | undefined, item: Item, given: Placeholders): boolean {
  return expression === undefined || conditionOf(expression)(item, given);
}

/** The item after an update. */
export function updated(expression: string, before: Item, given: Placeholders): Item {
  const after = { ...before };
  for (const act of actionsOf(expression)) act(after, before, given);
  return Object.freeze(after);
}

const PRESENCE = new Map([
  ['attribute_not_exists', false],
  ['attribute_exists', true],
]);

function readTerm(from: Reader): Part<boolean> {
  const token = from.take();
  const wanted = PRESENCE.get(token);
  if (wanted !== undefined) {
    from.expect('(');
    const name = from.take();
    from.expect(')');
    return (item, { names }) => (item[attributeName(name, names)] !== undefined) === wanted;
  }
  const left = readOperand(from, token);
  const comparator = from.take();
  const right = readOperand(from, from.take());
  if (comparator === 'BETWEEN') {
    from.expect('AND');
    const high = readOperand(from, from.take());
    return (item, given) =>
      compare(left(item, given), '>=', right(item, given)) &&
      compare(left(item, given), '<=', high(item, given));
  }
  return (item, given) => compare(left(item, given), comparator, right(item, given));
}

/** What an operand is worth on an item; undefined for an attribute that is not there. */
function readOperand(from: Reader, token: string): Operand {
  if (token === 'if_not_exists' || token === 'list_append') {
    from.expect('(');
    const first = readOperand(from, from.take());
    from.expect(',');
    const second = readOperand(from, from.take());
    from.expect(')');
    if (token === 'if_not_exists') {
      return (item, given) => first(item, given) ?? second(item, given);
    }
    return (item, given) => joined(first(item, given), second(item, given));
  }
  if (!token.startsWith(':')) {
    const [attribute = '', part] = token.split('.');
    return (item, { names }) => {
      const value = item[attributeName(attribute, names)];
      return part === undefined ? value : partOf(value, part);
    };
  }
  return (_item, { values }) => {
    const value = values[token];
    if (value === undefined) throw new Error(`No value for ${token}`);
    return value;
  };
}

/** What a map has under a name. */
function partOf(map: Value | undefined, name: string): Value | undefined {
  const isMap = typeof map === 'object' && !Array.isArray(map);
  return isMap ? Object.entries(map).find(([each]) => each === name)?.[1] : undefined;
}

function attributeName(token: string, names: Placeholders['names']): string {
  if (!token.startsWith('#')) return token;
  const name = names[token];
  if (name === undefined) throw new Error(`No name for ${token}`);
  return name;
}

function joined(first: Value | undefined, second: Value | undefined): Value {
  if (!Array.isArray(first) || !Array.isArray(second)) throw new Error('list_append takes lists');
  return Object.freeze([...first, ...second]);
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
  if (comparator === '>=') return left >= right;
  throw new Error(`Not understood: ${comparator}`);
}

function readAction(from: Reader, clause: string): Action {
  const token = from.take();
  if (clause === 'REMOVE') {
    return (after, _before, { names }) => void delete after[attributeName(token, names)];
  }
  if (clause === 'SET') from.expect('=');
  else if (clause !== 'ADD') throw from.fault();
  const operand = readOperand(from, from.take());
  return (after, before, given) => {
    const name = attributeName(token, given.names);
    const value = operand(before, given);
    if (value === undefined) throw new Error(`${name} is set to what is not there`);
    after[name] = clause === 'SET' ? value : sum(before[name], value);
  };
}

function sum(present: Value | undefined, value: Value): Value {
  const start = present ?? 0n;
  if (typeof start !== 'bigint' || typeof value !== 'bigint') throw new Error('ADD takes numbers');
  return start + value;
}

/** A value as the store would give it back: numbers are bigints, what is undefined is not there. */
export function normalized(value: unknown): Value {
  if (typeof value === 'number') return BigInt(value);
  if (typeof value === 'string' || typeof value === 'bigint') return value;
  if (Array.isArray(value)) return Object.freeze(value.map(normalized));
  if (typeof value === 'object' && value !== null) return normalizedItem(value);
  throw new Error(`Not a value of the store: ${String(value)}`);
}

export function normalizedItem(item: object): Item {
  const present: Record<string, Value> = {};
  for (const [name, value] of Object.entries(item)) {
    if (value !== undefined) present[name] = normalized(value);
  }
  return Object.freeze(present);
}
