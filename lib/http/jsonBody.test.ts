import { apiEvent, invalidAnswer, problemAnswer, type Sent } from '../../tests/support/apiEvent.ts';
import { takeJson } from '../../tests/support/takeJson.ts';
import { JsonNumber } from './jsonScan.ts';

const sending = (body: string | undefined, more: Sent = {}) =>
  apiEvent({
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    ...(body !== undefined && { body }),
    ...more,
  });
const base64 = (text: string) =>
  sending(Buffer.from(text).toString('base64'), { isBase64Encoded: true });
const digits = (source: string): JsonNumber => new JsonNumber(source);

const MALFORMED = problemAnswer('malformed-json', 'The body cannot be parsed as JSON.');
const TOO_LARGE = problemAnswer('body-too-large', 'A body may have 65536 bytes.');
const TOO_DEEP = problemAnswer('malformed-json', 'A body may be 32 levels deep.');

describe('jsonBody', () => {
  it('keeps the digits of every number, and leaves all else as JSON has it', async () => {
    const body = '{"a": 1.50 ,"b":[-0,1E+2,{"1":9007199254740993}],"c":"3","d":[null,true]}';

    const taken = await takeJson(sending(body));

    expect(taken).toStrictEqual({
      a: digits('1.50'),
      b: [digits('-0'), digits('1E+2'), { '1': digits('9007199254740993') }],
      c: '3',
      d: [null, true],
    });
  });

  it.each([
    ['5', digits('5')],
    [' "5" ', '5'],
    ['null', null],
  ])('leaves the body %s, which is no object, to the schema', async (body, value) => {
    const taken = await takeJson(sending(body));

    expect(taken).toEqual(value);
  });

  it('reads a base64-encoded body, and leaves the caller its event', async () => {
    const event = base64('{"a":"é"}');
    const before = structuredClone(event);

    const taken = await takeJson(event);

    expect(taken).toEqual({ a: 'é' });
    expect(event).toEqual(before);
  });

  it('refuses more than 64 KiB, counted in bytes after base64', async () => {
    const most = `["${'é'.repeat(32_766)}"]`;

    const atMost = await takeJson(base64(most));
    const beyond = [await takeJson(base64(`${most} `)), await takeJson(sending(`${most} `))];

    expect(atMost).toEqual(['é'.repeat(32_766)]);
    expect(beyond).toEqual([TOO_LARGE, TOO_LARGE]);
  });

  const nested = (levels: number): string => `${'['.repeat(levels)}1${']'.repeat(levels)}`;

  it('takes what is 32 levels deep, with a number in the deepest', async () => {
    const taken = await takeJson(sending(`{"a":1.0,"b":${nested(31)}}`));

    expect(taken).toMatchObject({ a: digits('1.0') });
  });

  it.each([
    ['33', `{"a":${nested(32)},"b":1}`, TOO_DEEP],
    ['32,767', nested(32_767), TOO_DEEP],
  ])('refuses a body of %s levels', async (_count, body, refusal) => {
    const taken = await takeJson(sending(body));

    expect(taken).toEqual(refusal);
  });

  it.each([
    { 'content-type': 'application/json; charset=utf-8' },
    { 'content-type': 'application/json', 'content-encoding': '' },
    { 'content-type': 'application/json', 'content-encoding': 'Identity' },
  ])('takes a body with the headers %j', async (headers) => {
    const taken = await takeJson(sending('[]', { headers }));

    expect(taken).toEqual([]);
  });

  it.each(['', 'text/plain', 'application/jsonx', undefined])(
    'refuses a body with the content type %j',
    async (type) => {
      const headers = type === undefined ? {} : { 'content-type': type };

      const taken = await takeJson(sending('[]', { headers }));

      expect(taken).toEqual(problemAnswer('unsupported-media-type', 'Send application/json.'));
    },
  );

  it.each(['gzip', 'br', 'identity,gzip', 'identity, identity'])(
    'refuses a body with the encoding %s, whatever else is wrong with it',
    async (encoding) => {
      const headers = { 'content-encoding': encoding, 'content-type': 'text/plain' };

      const taken = await takeJson(sending('x'.repeat(70_000), { headers }));

      const detail = 'Send application/json without compression.';
      expect(taken).toEqual(problemAnswer('unsupported-media-type', detail));
    },
  );

  it.each([
    ['{"amount":"1","amount":"1000"}', ['#/amount']],
    ['{"a":1,"a":1}', ['#/a']],
    ['{"a":1,"\\u0061":1}', ['#/a']],
    ['{"a":[{"b/c":1},{"b/c":{},"d":0,"b/c":[]}]}', ['#/a/1/b~1c']],
    ['{"a":1,"b":2,"a":3,"b":{"c":1,"c":1},"a":4}', ['#/a', '#/b', '#/b/c', '#/a']],
    ['[{"":1,"":2}]', ['#/0/']],
  ])('refuses %s, and names each member that comes again', async (body, pointers) => {
    const taken = await takeJson(sending(body));

    const detail = 'must come only once in its object';
    const faults = pointers.map((pointer) => ({ in: 'body' as const, pointer, detail }));
    expect(taken).toEqual(invalidAnswer(...faults));
  });

  it('takes the same name in different objects', async () => {
    const taken = await takeJson(sending('{"a":{"a":[{"a":1},{"a":1}]},"constructor":2}'));

    const one = digits('1');
    expect(taken).toEqual({ a: { a: [{ a: one }, { a: one }] }, constructor: digits('2') });
  });

  it.each([
    ['{"__proto__":{"a":1}}', ['#/__proto__']],
    ['{"a":[{"__proto__":1,"\\u005f_proto__":2}]}', ['#/a/0/__proto__', '#/a/0/__proto__']],
    ['{"a":{"constructor":{"prototype":1}}}', ['#/a/constructor']],
  ])('refuses %s, whose names mean something to JavaScript', async (body, pointers) => {
    const taken = await takeJson(sending(body));

    const detail = 'is not known';
    const faults = pointers.map((pointer) => ({ in: 'body' as const, pointer, detail }));
    expect(taken).toEqual(invalidAnswer(...faults));
  });

  it('says of a body that cannot be parsed only that, whatever its names mean', async () => {
    const taken = await takeJson(sending('{"constructor":{"prototype":1}'));

    const detail = 'The body cannot be parsed as JSON.';
    expect(taken).toEqual(problemAnswer('malformed-json', detail));
  });

  it('may read an escaped quote in a name as V8 does, as no name of a call', async () => {
    // V8 13.6 compares a name with those that it read before without a look at the escapes.
    await takeJson(sending('{"amount":0,"\\\\":1}'));

    const taken = await takeJson(sending('{"amount":0,"\\"":1}'));

    const [first, second] = Object.keys(Object(taken));
    expect(first).toBe('amount');
    expect(['"', '\\']).toContain(second);
  });

  const spellings =
    '{ [1,] {1:2} {12:3} {"a":1:2} [01] [-01] [1.] [.5] [1.5.5] [+1] [--1] [-] [1e] [1e+] [1"a"] ' +
    '["a"1] [true1] [0x10] [1_000] [NaN] ["] ["1\\] ["1\\"] [\'1\'] {"a":1}"';

  it.each([
    undefined,
    '',
    '{1 :2}',
    '{1.5e3\n:2}',
    '[1 1]',
    '[1\u00a0]',
    '["\n"]',
    ...spellings.split(' '),
  ])('refuses %j as malformed', async (body) => {
    const taken = await takeJson(sending(body));

    expect(taken).toEqual(MALFORMED);
  });

  it.each([
    ['a number that does not end', `[${'1'.repeat(65_000)}`],
    ['digits before a colon', `[${'1'.repeat(65_000)}:`],
    ['zeros', `[${'0'.repeat(65_000)}`],
    ['exponents', `[${'1e'.repeat(32_000)}`],
    ['space behind a number', `[1${' '.repeat(65_000)}`],
    ['space before a colon', `[1.5${' '.repeat(65_000)}:`],
    ['nothing but space', ' '.repeat(65_000)],
    ['escaped quotes', `["${'\\"'.repeat(32_000)}`],
    ['backslashes', `["${'\\'.repeat(65_000)}`],
    ['quotes behind backslashes', `[${'\\"'.repeat(32_000)}`],
    ['brackets', '['.repeat(65_000)],
  ])('judges 64 KB of %s in linear time', async (_case, body) => {
    const before = process.cpuUsage();

    await takeJson(sending(body));

    // Linear work is a few milliseconds of this process's own, quadratic work some seconds.
    const { user } = process.cpuUsage(before);
    expect(user).toBeLessThan(1_000_000);
  });
});
