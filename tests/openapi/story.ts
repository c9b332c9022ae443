/** What differs each time that the story of the examples is lived: ids, times, cursors. */
const VOLATILE = {
  id: '[0-9a-f]{8}-[0-9a-f]{4}-[47][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}',
  time: String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z`,
  cursor: '(?<=cursor=)[A-Za-z0-9_-]{30}',
} as const;
const ANY_VOLATILE = new RegExp(Object.values(VOLATILE).join('|'), 'g');
const REQUEST_URN = 'urn:bet-maker:request:';

/** Remembers which real id, time or cursor stands for which of the examples. */
export class Story {
  private readonly real = new Map<string, string>();

  /** A text of the document as it must be sent: with what is known of the real ones. */
  retold(text: string): string {
    return text.replaceAll(ANY_VOLATILE, (token) => this.real.get(token) ?? token);
  }

  /** Where an answer tells something else than the example, a line each. */
  differences(example: unknown, actual: unknown, where = 'answer'): string[] {
    if (typeof example === 'string' && typeof actual === 'string') {
      return this.sameText(example, actual)
        ? []
        : [`${where} is "${actual}", not "${this.retold(example)}"`];
    }
    if (typeof example !== 'object' || example === null) {
      return Object.is(example, actual)
        ? []
        : [`${where} is ${JSON.stringify(actual)}, not ${JSON.stringify(example)}`];
    }
    if (
      typeof actual !== 'object' ||
      actual === null ||
      Array.isArray(actual) !== Array.isArray(example)
    ) {
      return [`${where} is ${JSON.stringify(actual)}`];
    }
    const names = new Set([...Object.keys(example), ...Object.keys(actual)]);
    return [...names].flatMap((name) =>
      this.differences(Reflect.get(example, name), Reflect.get(actual, name), `${where}.${name}`),
    );
  }

  private sameText(example: string, actual: string): boolean {
    const tokens = example.match(ANY_VOLATILE) ?? [];
    const literals = example.split(ANY_VOLATILE).map(escapeRegExp);
    const form = literals.reduce((before, after, index) => {
      return `${before}(${kindOf(tokens[index - 1] ?? '', example)})${after}`;
    });
    const match = new RegExp(`^${form}$`).exec(actual);
    if (match === null) return false;
    // Each request has an id of its own, and the examples tell one for all.
    if (example.startsWith(REQUEST_URN)) return true;
    return tokens.every((token, index) => this.standsFor(token, match[index + 1] ?? ''));
  }

  private standsFor(token: string, real: string): boolean {
    const known = this.real.get(token) ?? real;
    this.real.set(token, known);
    return known === real;
  }
}

/** The pattern of the kind that a volatile part of an example is of. */
function kindOf(token: string, example: string): string {
  const kind = Object.values(VOLATILE).find((pattern) => {
    const found: string[] = example.match(new RegExp(pattern, 'g')) ?? [];
    return found.includes(token);
  });
  if (kind === undefined) throw new Error(`${token} is of no kind.`);
  return kind;
}

function escapeRegExp(text: string): string {
  return text.replaceAll(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`);
}
