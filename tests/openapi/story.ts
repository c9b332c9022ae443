import { document } from './document.ts';

/** What differs each time that the story is lived: ids, times, cursors, each of a length. */
const VOLATILE =
  /[0-9a-f]{8}-[0-9a-f-]{27}|\d{4}-\d\d-\d\dT[\d:]{8}\.\d{3}Z|(?<=cursor=)[\w-]{30}/g;
const REQUEST_ID = document.components.headers['X-Request-Id']?.example ?? '';

/** Remembers which real id, time or cursor stands for which of the examples. */
export class Story {
  private readonly real = new Map<string, string>();
  private readonly told = new Map<string, string>();

  /** A text of the document as it must be sent: with the real ids and cursors. */
  lived(text: string): string {
    return text.replaceAll(VOLATILE, (token) => this.real.get(token) ?? token);
  }

  /** An answer as the example tells it. What has another place than before stays as it is. */
  retold(answer: unknown, example: unknown): unknown {
    const tokens = JSON.stringify(example).match(VOLATILE) ?? [];
    // Each request has an id of its own, and the examples tell one for all.
    const text = JSON.stringify(answer).replace(/(?<=:request:)[0-9a-f-]{36}/, REQUEST_ID);
    let index = 0;
    const retold = text.replaceAll(VOLATILE, (real) => {
      const token = tokens[index] ?? '';
      index += 1;
      if (!this.real.has(token) && !this.told.has(real) && real.length === token.length) {
        this.real.set(token, real);
        this.told.set(real, token);
      }
      return this.told.get(real) ?? real;
    });
    return JSON.parse(retold);
  }
}
