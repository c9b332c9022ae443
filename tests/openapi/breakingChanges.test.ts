import { describe, expect, it } from '@jest/globals';
import { breakingChanges } from './breakingChanges.ts';

/** A small document of the same make as ours, fresh for each test. */
function documentOf() {
  const bet = {
    type: 'object',
    required: ['id', 'status'],
    properties: {
      id: { type: 'string' },
      status: { $ref: '#/components/schemas/Status' },
      settled_at: { type: 'string' },
    },
  };
  const answer = (schema: object) => ({
    headers: { Location: {} },
    content: { 'application/json': { schema } },
  });
  return {
    openapi: '3.1.1',
    info: { version: '0.1.0' },
    paths: {
      '/bets': {
        get: {
          parameters: [
            {
              name: 'limit',
              in: 'query',
              required: false,
              schema: { type: 'integer', maximum: 9 },
            },
          ],
          responses: {
            '200': answer({ type: 'array', items: { $ref: '#/components/schemas/Bet' } }),
          } as Record<string, object>,
        },
        post: {
          requestBody: {
            required: true,
            content: {
              'application/json': {
                schema: {
                  type: 'object',
                  required: ['amount'],
                  additionalProperties: false,
                  properties: {
                    amount: { anyOf: [{ type: 'string', pattern: '^1$' }, { type: 'number' }] },
                    note: { type: 'string', maxLength: 5 },
                  } as Record<string, object>,
                },
              },
            },
          },
          responses: {
            '201': answer({ $ref: '#/components/schemas/Bet' }),
            '409': answer({ type: 'object' }),
          } as Record<string, object>,
        },
      },
    },
    components: {
      schemas: { Bet: bet, Status: { type: 'string', enum: ['pending', 'won'] } },
    },
  };
}

type Document = ReturnType<typeof documentOf>;
const bodyOf = (document: Document) =>
  document.paths['/bets'].post.requestBody.content['application/json'].schema;

const changes = (change: (document: Document) => void): string[] => {
  const after = documentOf();
  change(after);
  return breakingChanges(documentOf(), after);
};

describe('a change that breaks clients is told:', () => {
  it.each<[string, (document: Document) => void, string[]]>([
    [
      'a path that is gone',
      (api) => Reflect.deleteProperty(api.paths, '/bets'),
      ['GET /bets is gone', 'POST /bets is gone'],
    ],
    [
      'a call that is gone',
      (api) => Reflect.deleteProperty(api.paths['/bets'], 'get'),
      ['GET /bets is gone'],
    ],
    [
      'a token that is asked for',
      (api) => Object.assign(api.paths['/bets'].get, { security: [{ token: [] }] }),
      ['GET /bets: {} is not enough'],
    ],
    [
      'a parameter that is gone',
      (api) => api.paths['/bets'].get.parameters.pop(),
      ['GET /bets: query limit is gone'],
    ],
    [
      'a parameter that became required',
      (api) => api.paths['/bets'].get.parameters.forEach((each) => (each.required = true)),
      ['GET /bets: query limit is required'],
    ],
    [
      'a new parameter that is required',
      (api) =>
        api.paths['/bets'].get.parameters.push({
          name: 'tenant',
          in: 'query',
          required: true,
          schema: { type: 'string', maximum: 0 },
        }),
      ['GET /bets: query tenant is required'],
    ],
    [
      'a lower maximum of a parameter',
      (api) => api.paths['/bets'].get.parameters.forEach((each) => (each.schema.maximum = 8)),
      ['GET /bets: query limit has a lower maximum'],
    ],
    [
      'another type of a parameter',
      (api) => api.paths['/bets'].get.parameters.forEach((each) => (each.schema.type = 'string')),
      ['GET /bets: query limit must be string'],
    ],
    [
      'a field that became required',
      (api) => bodyOf(api).required.push('note'),
      ['POST /bets: body.note is required'],
    ],
    [
      'a new field that is required',
      (api) => {
        bodyOf(api).required.push('currency');
        bodyOf(api).properties['currency'] = { type: 'string' };
      },
      ['POST /bets: body.currency is required'],
    ],
    [
      'a field that is no longer known',
      (api) => Reflect.deleteProperty(bodyOf(api).properties, 'note'),
      ['POST /bets: body.note is not known'],
    ],
    [
      'a form that is no longer taken',
      (api) => (bodyOf(api).properties['amount'] = { type: 'string', pattern: '^1$' }),
      ['POST /bets: body.amount may not be {"type":"number"}'],
    ],
    [
      'another pattern',
      (api) =>
        (bodyOf(api).properties['amount'] = {
          anyOf: [{ type: 'string', pattern: '^2$' }, { type: 'number' }],
        }),
      ['POST /bets: body.amount may not be {"type":"string","pattern":"^1$"}'],
    ],
    [
      'a success that is gone',
      (api) => Reflect.deleteProperty(api.paths['/bets'].post.responses, '201'),
      ['POST /bets: 201 is gone'],
    ],
    [
      'a success that is new',
      (api) => (api.paths['/bets'].post.responses['202'] = {}),
      ['POST /bets: 202 is a new success'],
    ],
    [
      'a header that is gone',
      (api) => Reflect.deleteProperty(api.paths['/bets'].post.responses['201'] ?? {}, 'headers'),
      ['POST /bets: 201: Location is gone'],
    ],
    [
      'a media type that is gone',
      (api) => Reflect.deleteProperty(api.paths['/bets'].post.responses['201'] ?? {}, 'content'),
      ['POST /bets: 201: application/json is gone'],
    ],
    [
      'a field of an answer that may be missing',
      (api) => (api.components.schemas.Bet.required = ['id']),
      ['GET /bets: 200: answer[].status is required', 'POST /bets: 201: answer.status is required'],
    ],
    [
      'an optional field of an answer that is gone',
      (api) => Reflect.deleteProperty(api.components.schemas.Bet.properties, 'settled_at'),
      ['GET /bets: 200: answer[].settled_at is gone', 'POST /bets: 201: answer.settled_at is gone'],
    ],
    [
      'a value in answers that is new',
      (api) => api.components.schemas.Status.enum.push('void'),
      [
        'GET /bets: 200: answer[].status must be one of ["pending","won"]',
        'POST /bets: 201: answer.status must be one of ["pending","won"]',
      ],
    ],
  ])('%s', (_name, change, expected) => {
    expect(changes(change)).toEqual(expected);
  });
});

describe('a change that breaks nobody passes:', () => {
  it.each<[string, (document: Document) => unknown]>([
    ['none', () => {}],
    [
      'a token that may be sent',
      (api) => Object.assign(api.paths['/bets'].get, { security: [{ token: [] }, {}] }),
    ],
    ['a description', (api) => Object.assign(api.info, { description: 'Bets' })],
    ['a call that is new', (api) => Object.assign(api.paths['/bets'], { put: { responses: {} } })],
    [
      'an optional field that is new',
      (api) => (bodyOf(api).properties['memo'] = { type: 'string' }),
    ],
    ['a field that became optional', (api) => bodyOf(api).required.pop()],
    [
      'a longer text',
      (api) => Object.assign(bodyOf(api).properties['note'] ?? {}, { maxLength: 6 }),
    ],
    [
      'a field of an answer that is new',
      (api) => Object.assign(api.components.schemas.Bet.properties, { odds: { type: 'string' } }),
    ],
    ['a value in answers that is gone', (api) => api.components.schemas.Status.enum.pop()],
    ['a refusal that is new', (api) => (api.paths['/bets'].post.responses['429'] = {})],
    [
      'a refusal that is gone',
      (api) => Reflect.deleteProperty(api.paths['/bets'].post.responses, '409'),
    ],
  ])('%s', (_name, change) => {
    expect(changes(change)).toEqual([]);
  });
});

it('refuses a document that refers to itself', () => {
  const endless = documentOf();
  Object.assign(endless.components.schemas.Bet.properties, {
    parent: { $ref: '#/components/schemas/Bet' },
  });

  expect(() => breakingChanges(endless, endless)).toThrow('refers to itself');
});
