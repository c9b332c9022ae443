import * as z from 'zod';
import { apiEvent, type Sent } from '../../tests/support/apiEvent.ts';
import { HttpError } from './problems.ts';
import { parseRequest, type RequestSchemas } from './request.ts';

const name = z.string({ error: 'must be a text' });

/** The refusal of a request, as a client hears of it. */
function refusal(schemas: RequestSchemas, sent: Sent): Pick<HttpError, 'message' | 'errors'> {
  try {
    parseRequest(schemas, apiEvent(sent));
  } catch (error) {
    if (error instanceof HttpError) return { message: error.message, errors: error.errors };
  }
  throw new Error('The request was not refused.');
}

describe('parseRequest', () => {
  it('is each part as its schema makes it', () => {
    const schemas = {
      path: z.object({ id: name.transform((text) => text.length) }),
      query: z.object({ limit: z.coerce.number() }),
      headers: z.object({ 'x-key': name }),
      body: name,
    };
    const sent = apiEvent({
      pathParameters: { id: 'abc' },
      query: { limit: '5' },
      headers: { 'x-key': 'k', 'x-other': 'o' },
      body: 'text',
    });

    expect(parseRequest(schemas, sent)).toEqual({
      path: { id: 3 },
      query: { limit: 5 },
      headers: { 'x-key': 'k' },
      body: 'text',
    });
  });

  it('does not look at a part without a schema', () => {
    expect(parseRequest({}, apiEvent({ query: { any: 'thing' }, body: '{' }))).toEqual({});
  });

  it('takes a request without path and query for one with empty ones', () => {
    const schemas = { path: z.strictObject({}), query: z.strictObject({}) };

    expect(parseRequest(schemas, apiEvent())).toEqual({ path: {}, query: {} });
  });

  it('lists the faults of all parts, in the order of the parts', () => {
    const part = z.object({ a: name, b: name });

    const { message, errors } = refusal({ headers: part, path: part, query: part, body: part }, {});

    expect(message).toBe(
      'Not valid: path #/a, path #/b, query #/a, query #/b, header #/a, header #/b, body #.',
    );
    expect(errors.slice(0, 2)).toEqual([
      { in: 'path', pointer: '#/a', detail: 'must be a text' },
      { in: 'path', pointer: '#/b', detail: 'must be a text' },
    ]);
  });

  it('tells of a hundred faults at most', () => {
    const body = Object.fromEntries(Array.from({ length: 7_500 }, (_, index) => [`x${index}`, 1]));

    const { errors } = refusal({ body: z.strictObject({}) }, { body: body as never });

    expect(errors).toHaveLength(100);
    expect(errors[99]).toEqual({ in: 'body', pointer: '#/x99', detail: 'is not known' });
  });

  it('names each member that is not known', () => {
    const { errors } = refusal({ query: z.strictObject({}) }, { query: { b: '1', a: '2' } });

    expect(errors).toEqual([
      { in: 'query', pointer: '#/b', detail: 'is not known' },
      { in: 'query', pointer: '#/a', detail: 'is not known' },
    ]);
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
    const { errors } = refusal({ query: z.strictObject({}) }, { query: { [member]: '1' } });

    expect(errors).toEqual([{ in: 'query', pointer, detail: 'is not known' }]);
  });

  it('points into nested values', () => {
    const body = z.object({ list: z.array(z.object({ name })) });
    const sent = { ...apiEvent(), body: { list: [{ name: 'a' }, { name: 1 }] } as never };

    expect(() => parseRequest({ body }, sent)).toThrow('Not valid: body #/list/1/name.');
  });
});
