import { describe, expect, it } from '@jest/globals';
import { breakingChanges } from './breakingChanges.ts';

const answer = (schema: object) => ({
  headers: { Link: { schema: { type: 'string' } } },
  content: { json: { schema } },
});
const limit = { name: 'limit', in: 'query', schema: { type: 'integer', minimum: 1, maximum: 9 } };
const schemaOf = (name: string) => ({ $ref: `#/schemas/${name}` });
const one = { type: 'string', pattern: '^1$' };

/** A small document of the same make as ours. */
const DOCUMENT = JSON.stringify({
  paths: {
    '/bets': {
      get: {
        parameters: [limit],
        responses: { 200: answer({ type: 'array', items: schemaOf('Bet') }) },
      },
      post: {
        requestBody: { required: true, content: { json: { schema: schemaOf('PlaceBet') } } },
        responses: { 201: {}, 409: answer({ type: 'object' }) },
      },
    },
  },
  schemas: {
    PlaceBet: {
      type: 'object',
      required: ['amount'],
      additionalProperties: false,
      properties: {
        amount: { anyOf: [one, { type: 'number' }] },
        note: { type: 'string', maxLength: 5 },
      },
    },
    Bet: {
      type: 'object',
      required: ['id', 'status'],
      properties: {
        id: { type: 'string' },
        status: schemaOf('Status'),
        settled_at: { type: 'string' },
      },
    },
    Status: { type: 'string', enum: ['pending', 'won'] },
  },
});

const GET = 'paths /bets get';
const LIMIT = `${GET} parameters 0`;
const POST = 'paths /bets post';
const BODY = 'schemas PlaceBet';

/** What breaks when the part at the path becomes `value`, or goes when there is none. */
function changes(path: string, value?: unknown): string[] {
  const after: unknown = JSON.parse(DOCUMENT);
  const keys = path.split(' ');
  const last = keys.pop() ?? '';
  const part = keys.reduce((at, key) => Reflect.get(Object(at), key), after);
  if (value === undefined) Reflect.deleteProperty(Object(part), last);
  else Reflect.set(Object(part), last, value);
  return breakingChanges(DOCUMENT, JSON.stringify(after));
}

describe('tells what breaks a client:', () => {
  it.each<[string, string, unknown?]>([
    ['GET /bets is gone', GET],
    [
      'GET /bets: request.token must be one of ["{\\"token\\":[]}"]',
      `${GET} security`,
      [{ token: [] }],
    ],
    [
      'GET /bets: request.query tenant is required',
      `${GET} parameters 1`,
      { name: 'tenant', in: 'query', required: true, schema: {} },
    ],
    ['GET /bets: request.query limit is not known', `${GET} parameters`, []],
    ['GET /bets: request.query limit is required', `${LIMIT} required`, true],
    ['GET /bets: request.query limit has a narrower maximum', `${LIMIT} schema maximum`, 8],
    ['GET /bets: request.query limit has a narrower minimum', `${LIMIT} schema minimum`, 2],
    ['GET /bets: request.query limit must be string', `${LIMIT} schema type`, 'string'],
    ['POST /bets: request.body is not known', `${POST} requestBody`],
    ['POST /bets: request.body.json is not known', `${POST} requestBody content json`],
    ['POST /bets: request.body.json.note is required', `${BODY} required`, ['amount', 'note']],
    ['POST /bets: request.body.json.odds is required', `${BODY} required`, ['amount', 'odds']],
    ['POST /bets: request.body.json.note is not known', `${BODY} properties note`],
    [
      'POST /bets: request.body.json.amount may not be {"type":"number"}',
      `${BODY} properties amount`,
      one,
    ],
    [
      'POST /bets: request.body.json.amount may not be {"type":"string","pattern":"^1$"}',
      `${BODY} properties amount anyOf 0 pattern`,
      '^2$',
    ],
    ['POST /bets: answer.201 is gone', `${POST} responses 201`],
    ['POST /bets: answer.202 is not known', `${POST} responses 202`, {}],
    ['GET /bets: answer.200.Link is gone', `${GET} responses 200 headers Link`],
    ['POST /bets: answer.409.json is gone', `${POST} responses 409 content json`],
    ['GET /bets: answer.200.json[].status is required', 'schemas Bet required', ['id']],
    ['GET /bets: answer.200.json[].settled_at is gone', 'schemas Bet properties settled_at'],
    [
      'GET /bets: answer.200.json[].status must be one of ["pending","won"]',
      'schemas Status enum 2',
      'void',
    ],
  ])('%s', (expected, ...change) => {
    expect(changes(...change)).toEqual([expected]);
  });
});

describe('passes what breaks no client:', () => {
  it.each<[string, string, unknown?]>([
    ['another description', 'info', {}],
    ['a token that may be sent', `${GET} security`, [{ token: [] }, {}]],
    ['a new call', 'paths /bets put', { responses: {} }],
    ['a new optional parameter', `${GET} parameters 1`, { ...limit, name: 'skip' }],
    ['a new optional field', `${BODY} properties memo`, { type: 'string' }],
    ['a field that is optional now', `${BODY} required`, []],
    ['a longer text', `${BODY} properties note maxLength`, 6],
    ['a new field of an answer', 'schemas Bet properties odds', { type: 'string' }],
    ['a value that is gone from answers', 'schemas Status enum', ['won']],
    ['a new refusal', `${POST} responses 429`, {}],
    ['a refusal that is gone', `${POST} responses 409`],
  ])('%s', (_title, ...change) => {
    expect(changes(...change)).toEqual([]);
  });
});
