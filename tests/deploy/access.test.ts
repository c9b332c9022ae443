import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import type { Sent } from '../support/apiEvent.ts';
import { needsOf } from './actions.ts';
import { ofType, packageService, type Template } from './packaged.ts';
import { recordHandlers, type Recording, type SentCommand } from './recording.ts';

let template: Template;
let recording: Recording;
const sentBy: Record<string, SentCommand[]> = {};
beforeAll(async () => {
  const packaged = await packageService();
  template = packaged.template;
  await packaged.remove();
  recording = await recordHandlers();
  await driveAll();
}, 120_000);
afterAll(() => recording.close());

const JSON_TYPE = { 'content-type': 'application/json' };
const betOn = (eventId: string, key?: string, amount = '1.00'): Sent => ({
  method: 'POST',
  path: '/bets',
  headers: { ...JSON_TYPE, ...(key !== undefined && { 'idempotency-key': key }) },
  body: JSON.stringify({ event_id: eventId, amount }),
});
const onEvent = (eventId: string): Sent => ({ pathParameters: { event_id: eventId } });
const resultOf = (eventId: string, status: 'WIN' | 'LOSE'): Sent => ({
  ...onEvent(eventId),
  method: 'PUT',
  headers: JSON_TYPE,
  body: JSON.stringify({ status }),
});
const idOf = (body: unknown): string => z.object({ id: z.string() }).parse(body).id;

/** Takes each handler on each of its ways through the store. */
async function driveAll(): Promise<void> {
  const { handlers, during, conflict, resumeSettlements } = recording;
  const { placeBet, listBets, getBet, settleEvent, listEvents, getEvent } = handlers;
  const statuses: Record<string, number[]> = {};
  const record = async (name: string, work: () => Promise<{ statusCode: number }>) => {
    const sent = await during(async () => {
      (statuses[name] ??= []).push((await work()).statusCode);
    });
    (sentBy[name] ??= []).push(...sent);
  };

  // Taken, with and without a key; replayed; a key for another bet; past another writer.
  await record('placeBet', () => placeBet(betOn('a')));
  await record('placeBet', () => placeBet(betOn('a', 'key-1')));
  await record('placeBet', () => placeBet(betOn('a', 'key-1')));
  await record('placeBet', () => placeBet(betOn('a', 'key-1', '2.00')));
  conflict(1, 2);
  await record('placeBet', () => placeBet(betOn('a')));

  await record('listBets', () => listBets());
  await record('listBets', () => listBets({ query: { event_id: 'a' } }));
  const { body } = await placeBet(betOn('a'));
  await record('getBet', () => getBet({ pathParameters: { id: idOf(body) } }));
  await record('listEvents', () => listEvents());
  await record('getEvent', () => getEvent(onEvent('a')));

  // Few bets are swept by the request; past bets that are being placed; corrected.
  await record('settleEvent', () => settleEvent(resultOf('a', 'WIN')));
  await placeBet(betOn('b'));
  conflict(1, 64);
  await record('settleEvent', () => settleEvent(resultOf('b', 'WIN')));
  await record('settleEvent', () => settleEvent(resultOf('b', 'LOSE')));

  // Too late: at once, with a key that is new, and after a try that met another writer.
  await record('placeBet', () => placeBet(betOn('a')));
  conflict(1, 64);
  await record('placeBet', () => placeBet(betOn('a', 'key-2')));
  conflict(1, 2);
  await record('placeBet', () => placeBet(betOn('a')));

  // More bets than one batch are left to the resumer, and so is a result that was only noted.
  for (let bet = 0; bet < 30; bet += 1) await placeBet(betOn('c'));
  await record('settleEvent', () => settleEvent(resultOf('c', 'WIN')));
  await record('getEvent', () => getEvent(onEvent('c')));
  await placeBet(betOn('d'));
  const { service } = await import('../../lib/service.ts');
  const intent = { id: 'decision', outcome: 'WIN', decidedAt: Date.now() } as const;
  await service.store.noteIntent('d', intent, new AbortController().signal);
  conflict(1, 64);
  // A fence whose bets take another page, when the other is done.
  for (let bet = 0; bet <= 501; bet += 1) {
    const placedAt = Date.now();
    const id = service.newBetId(placedAt);
    const fence = bet === 0 ? 1 : 0;
    const given = { id, eventId: 'e', fence, amountMinor: 100n, placedAt };
    await service.store.insertBet(given, undefined, new AbortController().signal);
  }
  await record('settleEvent', () => settleEvent(resultOf('e', 'WIN')));
  sentBy['resumeSettlements'] = await during(async () => {
    expect(await resumeSettlements()).toEqual({ found: 3, finished: ['c', 'd', 'e'] });
  });

  expect(statuses).toEqual({
    placeBet: [201, 201, 201, 422, 201, 409, 409, 409],
    listBets: [200, 200],
    getBet: [200],
    listEvents: [200],
    getEvent: [200, 200],
    settleEvent: [200, 200, 200, 202, 202],
  });
}

const PREFIX = 'bet-maker-';
const names = (needs: Iterable<string>): string[] => [...new Set(needs)].toSorted();

/** `action table` or `action table/index`, as the commands that a handler sent need them. */
function needed(name: string): string[] {
  return names(
    (sentBy[name] ?? []).flatMap(needsOf).map(({ action, table, index }) => {
      const target = index === undefined ? table : `${table}/${index}`;
      return `dynamodb:${action} ${target.slice(PREFIX.length)}`;
    }),
  );
}

const getAtt = z.object({ 'Fn::GetAtt': z.tuple([z.string(), z.literal('Arn')]) });
const sub = z.object({ 'Fn::Sub': z.string() });
const statement = z.object({
  Effect: z.enum(['Allow', 'Deny']),
  Action: z.array(z.string()),
  Resource: z.union([z.literal('*'), getAtt, sub]),
  Condition: z.unknown().optional(),
});
type Statement = z.output<typeof statement>;
const role = z.object({
  AssumeRolePolicyDocument: z.unknown(),
  Policies: z.array(z.object({ PolicyDocument: z.object({ Statement: z.array(statement) }) })),
  ManagedPolicyArns: z.undefined().optional(),
});

/** The one role of a function, by its FunctionName. */
function statementsOf(name: string): Statement[] {
  const [, found] =
    ofType(template, 'AWS::Lambda::Function').find(
      ([, { Properties }]) => Properties['FunctionName'] === `bet-maker-dev-${name}`,
    ) ?? [];
  const [id] = getAtt.parse(found?.Properties['Role'])['Fn::GetAtt'];
  const { Policies } = role.parse(template.Resources[id]?.Properties);
  return Policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
}

function tableName(logicalId: string): string {
  const name = z.string().parse(template.Resources[logicalId]?.Properties['TableName']);
  return name.slice('bet-maker-dev-'.length);
}

function targetOf(resource: Statement['Resource']): string {
  if (resource === '*') return '*';
  if ('Fn::GetAtt' in resource) return tableName(resource['Fn::GetAtt'][0]);
  const [, id = '', index = ''] =
    /^\$\{(\w+)\.Arn\}\/index\/(\w+)$/.exec(resource['Fn::Sub']) ?? [];
  return `${tableName(id)}/${index}`;
}

const touchesTables = ({ Action }: Statement): boolean =>
  Action.some((action) => action.startsWith('dynamodb:'));

function granted(name: string): string[] {
  const allowed = statementsOf(name).filter((one) => one.Effect === 'Allow' && touchesTables(one));
  return names(
    allowed.flatMap(({ Action, Resource }) => Action.map((one) => `${one} ${targetOf(Resource)}`)),
  );
}

const ON_TABLES = [
  'placeBet',
  'listBets',
  'getBet',
  'settleEvent',
  'listEvents',
  'getEvent',
  'resumeSettlements',
];
const FUNCTIONS = [...ON_TABLES, 'pages'];

describe('what a function may do to the tables', () => {
  it.each(ON_TABLES)('is just what it does: %s', (name) => {
    expect(needed(name).length).toBeGreaterThan(0);
    expect(granted(name)).toEqual(needed(name));
  });

  it('is nothing for the pages', () => {
    expect(granted('pages')).toEqual([]);
  });

  it('is known of every call that the store can make', async () => {
    const { service } = await import('../../lib/service.ts');
    const all = Object.keys(service.store).filter((name) => name !== 'ping');

    expect([...recording.portCalls].toSorted()).toEqual(all.toSorted());
  });

  it.each(FUNCTIONS)('names its actions, and no other but its log and traces: %s', (name) => {
    const others = statementsOf(name).filter(
      (one) => one.Effect === 'Allow' && !touchesTables(one),
    );
    const logGroup = `${name.charAt(0).toUpperCase()}${name.slice(1)}LogGroup`;

    expect(JSON.stringify(statementsOf(name).flatMap(({ Action }) => Action))).not.toContain('*');
    expect(others).toEqual([
      {
        Effect: 'Allow',
        Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        Resource: { 'Fn::GetAtt': [logGroup, 'Arn'] },
      },
      {
        Effect: 'Allow',
        Action: ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'],
        Resource: '*',
      },
    ]);
  });

  it.each(FUNCTIONS)('is never to read a whole table: %s', (name) => {
    expect(statementsOf(name).filter(({ Effect }) => Effect === 'Deny')).toEqual([
      { Effect: 'Deny', Action: ['dynamodb:Scan'], Resource: '*' },
      {
        Effect: 'Deny',
        Action: ['dynamodb:PartiQLSelect'],
        Resource: '*',
        Condition: { Bool: { 'dynamodb:FullTableScan': 'true' } },
      },
    ]);
  });
});

describe('the roles', () => {
  it('are one a function, for Lambda alone', () => {
    const roles = ofType(template, 'AWS::IAM::Role');
    const used = ofType(template, 'AWS::Lambda::Function').map(
      ([, { Properties }]) => getAtt.parse(Properties['Role'])['Fn::GetAtt'][0],
    );

    expect(used.toSorted()).toEqual(roles.map(([id]) => id).toSorted());
    expect(new Set(used).size).toBe(FUNCTIONS.length);
    for (const [, { Properties }] of roles) {
      expect(role.parse(Properties).AssumeRolePolicyDocument).toMatchObject({
        Statement: [
          {
            Effect: 'Allow',
            Principal: { Service: 'lambda.amazonaws.com' },
            Action: 'sts:AssumeRole',
          },
        ],
      });
    }
  });
});
