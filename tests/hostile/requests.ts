import * as fc from 'fast-check';
import { TAKEN } from '../support/eventIds.ts';

/** A request as it goes over the wire, in parts that a reader can judge without parsing HTTP. */
export interface WireRequest {
  method: string;
  target: string;
  headers: readonly (readonly [string, string])[];
  body: Buffer;
}

/** A member of a JSON object: its name, and its value as the text that is sent. */
type Member = readonly [name: string, text: string];

/** Words of a text, so that a long list does not need a line for each. */
const words = (text: string): string[] => text.split(' ');
const word = (text: string): fc.Arbitrary<string> => fc.constantFrom(...words(text));

const EVENTS = [...words('sr:match:1 sr:match:2 cup-final 42 -7 ~ 9007199254740991'), ...TAKEN];
const PROTOTYPE_KEYS = words('__proto__ constructor prototype toString hasOwnProperty');
const ODD_NUMBERS = words(
  '0 -0 0.0 -1 1e400 -1e400 1e-400 1E2 10.50 10.5 1e1 0.1e1 0.001 10.005 1000000000 ' +
    '1000000000.00 1000000000.01 99999999999999999999999 9007199254740993 12e-1 ' +
    '0.1000000000000000055 1.00000000000000000000 1e2147483648',
);
const NO_JSON = ['', ...words("NaN Infinity - +1 01 .5 'a' undefined 0x10 1_0")];
/** Halves of a pair, which no UTF-8 can say but JSON can, and what harms logs and terminals. */
const FORGED = '\r\n{"level":"ERROR"}';
const ODD_TEXTS = ['\ud800', 'a\udc00b', '\0', '\u2028', '\ufeff', FORGED, '\x1b[31m'];

const text = fc.oneof(
  fc.string({ maxLength: 20 }),
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.constantFrom(...ODD_TEXTS),
  fc.constantFrom(...PROTOTYPE_KEYS),
);
const jsonText = text.map((value) => JSON.stringify(value));
const money = fc.tuple(fc.nat({ max: 99_999 }), fc.nat({ max: 99 })).map(([units, cents]) => {
  return `${units}.${String(cents).padStart(2, '0')}`;
});
const deep = fc
  .tuple(fc.constantFrom(['[', '', ']'], ['{"a":', '1', '}']), fc.integer({ min: 1, max: 10_000 }))
  .map(([[open = '', inside = '', close = ''], depth]) => {
    return open.repeat(depth) + inside + close.repeat(depth);
  });
const broken = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...ODD_NUMBERS) },
  { weight: 3, arbitrary: fc.constantFrom(...NO_JSON, 'null', 'true', '[]', '{}', '[1]') },
  { weight: 4, arbitrary: jsonText },
  { weight: 2, arbitrary: fc.jsonValue({ maxDepth: 2 }).map((value) => JSON.stringify(value)) },
  { weight: 1, arbitrary: deep },
);
const mostly = (good: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.oneof({ weight: 2, arbitrary: good }, { weight: 3, arbitrary: broken });

const eventText = fc.constantFrom(...EVENTS).map((name) => JSON.stringify(name));
const eventNumber = fc.integer({ min: -50, max: 50 }).map(String);
const event = mostly(fc.oneof(eventText, eventNumber));
const amount = mostly(
  fc.oneof(
    money.map((value) => `"${value}"`),
    money,
  ),
);
const member = (name: string, value: fc.Arbitrary<string>): fc.Arbitrary<Member> =>
  value.map((given) => [name, given]);
const extra = fc.oneof(
  member('event_id', event),
  member('eventId', event),
  member('amount', amount),
  fc.tuple(text, broken),
);
const mostlyThere = { nil: undefined, freq: 15 };
const eventMember = fc.oneof(
  { weight: 4, arbitrary: member('event_id', event) },
  member('eventId', event),
);
const members = fc
  .tuple(
    fc.option(eventMember, mostlyThere),
    fc.option(member('amount', amount), mostlyThere),
    fc.oneof({ weight: 6, arbitrary: fc.constant([]) }, fc.array(extra, { maxLength: 3 })),
  )
  .map(([who, stake, more]) => [who, stake, ...more].filter((each) => each !== undefined));
const asObject = (all: readonly Member[]): string =>
  `{${all.map(([name, value]) => `${JSON.stringify(name)}:${value}`).join(',')}}`;

const betBody = fc.oneof(
  { weight: 12, arbitrary: members.map((all) => Buffer.from(asObject(all))) },
  { weight: 2, arbitrary: broken.map((value) => Buffer.from(value)) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)) },
);
const resultBody = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom('{"status":"WIN"}', '{"status":"LOSE"}') },
  { weight: 3, arbitrary: broken.map((value) => `{"status":${value}}`) },
  { weight: 1, arbitrary: members.map(asObject) },
);

const json = ['content-type', 'application/json'] as const;
const ODD_TYPES = ['application/json; charset=utf-16', '']
  .concat(words('text/plain application/xml application/JSON application/problem+json'))
  .concat(words('application/json; */* a multipart/form-data'));
const contentType = fc.oneof(
  { weight: 20, arbitrary: fc.constant(json) },
  fc.constantFrom(...ODD_TYPES).map((value) => ['content-type', value] as const),
);
/** What may stand in a header (RFC 9110 §5.5), odd as it may be: bytes, one a character. */
const headerText = fc.oneof(
  fc.stringMatching(/^[!-~]([ -~]{0,30}[!-~])?$/),
  fc.stringMatching(/^[\x80-\xff]{1,20}$/),
  fc.constantFrom('{"level":"ERROR"}', 'x'.repeat(4_000)),
);
const someKey = fc.nat({ max: 500 }).map((key) => `key-${key}`);
const ODD_HEADERS = words(
  'x-correlation-id cookie accept x-http-method-override forwarded x-forwarded-host ' +
    'x-original-url authorization range te __proto__ if-none-match if-modified-since ' +
    'accept-encoding origin constructor',
);
const header = fc.oneof(
  fc.tuple(
    fc.constant('idempotency-key'),
    fc.oneof({ weight: 3, arbitrary: someKey }, { weight: 1, arbitrary: headerText }),
  ),
  fc.tuple(fc.constant('if-match'), fc.oneof(word('* "0" "1" W/"1" "'), headerText)),
  fc.tuple(fc.constantFrom(...ODD_HEADERS), headerText),
  fc.tuple(fc.constant('content-encoding'), fc.constantFrom('', 'gzip', 'br', 'identity', 'x')),
);
const headers = fc
  .tuple(
    contentType,
    fc.oneof({ weight: 4, arbitrary: fc.constant([]) }, fc.array(header, { maxLength: 4 })),
  )
  .map(([type, more]) => Array.of<readonly [string, string]>(type).concat(more));

/** Text as a part of a target: mostly encoded as it should be, or with odd and wrong encodings. */
const targetText = fc.oneof(
  text.map((value) => encodeURIComponent(value.toWellFormed())),
  word('% %zz %00 %2e%2e .. %2F %C0%AE %ED%A0%80 %F0%9F%92%A9 %25'),
  fc.stringMatching(/^[!$&-;=@-Z_a-z~|^`{}\\[\]]{1,12}$/),
);
const queryPair = fc.oneof(
  word('limit=1 limit=3 limit=0 limit=1e1 limit=-1 limit=1&limit=2 status=won'),
  word('status=pending status= event_id=42 event_id=sr:match:1 cursor= & ='),
  targetText.map((value) => `cursor=${value}`),
  targetText.map((value) => `event_id=${value}`),
  fc.tuple(targetText, targetText).map(([one, other]) => `${one}=${other}`),
);
/** `limit` comes first, so that a listing of all bets does not stand for most of the work. */
const query = fc.array(queryPair, { maxLength: 3 }).map((pairs) => ['limit=2', ...pairs].join('&'));
const someEvent = fc.oneof(fc.constantFrom(...EVENTS.map(encodeURIComponent)), targetText);
const NONE = Buffer.alloc(0);

type Texts = fc.Arbitrary<string>;
const requestTo = (method: Texts, target: Texts, body: fc.Arbitrary<Buffer>) =>
  fc.record<WireRequest>({ method, target, headers, body });

const post = fc.constant('POST');
const get = fc.constantFrom('GET', 'GET', 'HEAD');
const anyMethod = word('GET HEAD POST PUT PATCH DELETE OPTIONS TRACE PROPFIND PURGE M-SEARCH');
const anyPath = fc.oneof(
  word('/ /bets /bets/ //bets /BETS /bets/x/y /events /livez /readyz'),
  word('/openapi.json /docs /docs/problems /metrics * /assets/../package.json'),
  targetText.map((value) => `/${value}`),
  fc.tuple(targetText, targetText).map(([one, other]) => `/${one}/${other}`),
);
const none = fc.constant(NONE);
const result = resultBody.map((value) => Buffer.from(value));

/** Events that are settled have names of their own, so that most bets meet an open event. */
const settledEvent = fc.oneof(
  { weight: 4, arbitrary: fc.nat({ max: 200 }).map((name) => `settled-${name}`) },
  { weight: 1, arbitrary: targetText },
);

const put = fc.constant('PUT');
const bets = fc.constantFrom('/bets', '/bets/', '/bets?a=1');
const betsFound = query.map((pairs) => `/bets?${pairs}`);
const bet = targetText.map((id) => `/bets/${id}`);
const oneEvent = someEvent.map((id) => `/events/${id}`);
const endedEvent = settledEvent.map((id) => `/events/${id}`);

export const wireRequest: fc.Arbitrary<WireRequest> = fc.oneof(
  { weight: 55, arbitrary: requestTo(post, bets, betBody) },
  { weight: 1, arbitrary: requestTo(get, betsFound, none) },
  { weight: 10, arbitrary: requestTo(get, bet, none) },
  { weight: 2, arbitrary: requestTo(get, oneEvent, none) },
  { weight: 2, arbitrary: requestTo(put, endedEvent, result) },
  { weight: 20, arbitrary: requestTo(anyMethod, anyPath, fc.oneof(none, betBody)) },
);

/** Where and how a request's bytes are broken: some are cut out, repeated or replaced. */
export interface Damage {
  at: number;
  length: number;
  kind: 'cut' | 'repeat' | 'replace';
  bytes: Uint8Array;
}

const oddBytes = fc
  .constantFrom('\n', '\r', '\r\n', '\0', ' ', ':', '\r\n\r\n', 'chunked')
  .map((value) => Buffer.from(value));
export const damage: fc.Arbitrary<Damage> = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
  length: fc.integer({ min: 1, max: 12 }),
  kind: fc.constantFrom('cut', 'repeat', 'replace'),
  bytes: fc.oneof(fc.uint8Array({ maxLength: 8 }), oddBytes),
});
