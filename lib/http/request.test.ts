import * as z from 'zod';
import { apiEvent, type Sent } from '../../tests/support/apiEvent.ts';
import { type Fault, HttpError } from './problems.ts';
import { parseRequest, type RequestSchemas } from './request.ts';

const text = z.string({ error: 'must be a text' });
const nothing = z.strictObject({});
/** Parses an API event by these schemas. */
const parse = (request: RequestSchemas, sent: Sent = {}, more: { rawQueryString?: string } = {}) =>
  parseRequest({ path: '/', request }, { ...apiEvent(sent), ...more });

/** What a client hears of a request that is refused. */
function refusal(...request: Parameters<typeof parse>): { message: string; errors: Fault[] } {
  try {
    parse(...request);
  } catch (error) {
    if (error instanceof HttpError) return { message: error.message, errors: [...error.errors] };
  }
  throw new Error('The request was not refused.');
}

describe('parseRequest', () => {
  it('is each part as its schema makes it', () => {
    const schemas = {
      path: z.object({ id: text.transform((id) => id.length) }),
      query: z.object({ limit: z.coerce.number() }),
      headers: z.object({ 'x-key': text }),
      body: text,
    };
    const sent = {
      pathParameters: { id: 'abc' },
      query: { limit: '5' },
      headers: { 'x-key': 'k', 'x-other': 'o' },
      body: 'text',
    };

    const parsed = parse(schemas, sent);

    const headers = { 'x-key': 'k' };
    expect(parsed).toEqual({ path: { id: 3 }, query: { limit: 5 }, headers, body: 'text' });
  });

  it('does not look at a part without a schema', () => {
    expect(parse({}, { query: { any: 'thing' }, body: '{' })).toEqual({});
  });

  it('takes a request without path and query for one with empty ones', () => {
    const parsed = parse({ path: nothing, query: nothing });

    expect(parsed).toEqual({ path: {}, query: {} });
  });

  it('lists the faults of all parts, in the order of the parts', () => {
    const part = z.object({ a: text, b: text });

    const { message, errors } = refusal(
      { headers: part, path: part, query: part, body: part },
      { body: '[]' },
    );

    expect(message).toBe(
      'Not valid: path #/a, path #/b, query #/a, query #/b, header #/a, header #/b, body #.',
    );
    expect(errors.slice(0, 2)).toEqual([
      { in: 'path', pointer: '#/a', detail: 'must be a text' },
      { in: 'path', pointer: '#/b', detail: 'must be a text' },
    ]);
  });

  it('names each member that is not known, a hundred at most', () => {
    const query = Object.fromEntries(Array.from({ length: 101 }, (_, index) => [`x${index}`, '1']));

    const { errors } = refusal({ query: nothing }, { query });

    expect(errors).toEqual(
      Array.from({ length: 100 }, (_, index) => {
        return { in: 'query', pointer: `#/x${index}`, detail: 'is not known' };
      }),
    );
  });

  it.each([
    ['a/b', '#/a~1b'],
    ['a~b', '#/a~0b'],
    ['~1', '#/~01'],
    ['a b"%', '#/a%20b%22%25'],
    ['ä', '#/%C3%A4'],
    ['\ud800', '#/%EF%BF%BD'],
    ['x'.repeat(500), `#/${'x'.repeat(199)}`],
  ])('points at the member %j by RFC 6901', (member, pointer) => {
    const { errors } = refusal({ query: nothing }, { query: { [member]: '1' } });

    expect(errors).toEqual([{ in: 'query', pointer, detail: 'is not known' }]);
  });

  it('names a parameter that cannot be read, beside the faults of those that can', () => {
    const query = z.object({ a: text.max(1, 'is too long').optional() });

    const { errors } = refusal({ query }, {}, { rawQueryString: 'a=12&b=%zz' });

    const detail = 'has a % that is not followed by two hexadecimal digits';
    expect(errors).toEqual([
      { in: 'query', pointer: '#/b', detail },
      { in: 'query', pointer: '#/a', detail: 'is too long' },
    ]);
  });

  it('points into nested values', () => {
    const list = z.object({ list: z.array(z.object({ name: text })) });
    const body = z.preprocess((json) => JSON.parse(String(json)), list);

    const { message } = refusal({ body }, { body: '{"list":[{"name":"a"},{"name":1}]}' });

    expect(message).toBe('Not valid: body #/list/1/name.');
  });
});
