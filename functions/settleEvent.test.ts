import {
  BatchExecuteStatementCommand,
  BatchGetCommand,
  PutCommand,
  QueryCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { settleEvent } from '../lib/http/calls/settleEvent.ts';
import {
  EVENT_FAULT,
  invalidAnswer,
  jsonAnswer,
  problemAnswer,
} from '../tests/support/apiEvent.ts';
import { broken, type MockedDynamodb, sent } from '../tests/support/dynamodb.ts';
import { serve } from '../tests/support/handlers.ts';
import { betIdOf, NOON_TEXT } from '../tests/support/samples.ts';

const EVENT = 'sr:match:42';
const STATE = { '#state': 'state' };

const putting = (status: string, headers: Record<string, string> = {}, id = EVENT) => ({
  method: 'PUT',
  path: `/events/${id}`,
  pathParameters: { event_id: id },
  headers: { 'content-type': 'application/json', ...headers },
  body: `{"status":"${status}"}`,
});

/** As the table holds the event before its first result. */
const bare = { eventId: EVENT, listKey: `${NOON_TEXT} ${EVENT}`, fences: 1n };
const verdict = { id: 'decision-1', outcome: 'WIN', decidedAt: NOON_TEXT, version: 1n };
/** As the table holds the event right after its first result. */
const won = {
  ...bare,
  outcome: 'WIN',
  decidedAt: NOON_TEXT,
  version: 1n,
  state: 'settling',
  bets: 2n,
  stakedMinor: 2100n,
  history: [verdict],
};
/** After somebody else's result. */
const theirs = { ...won, history: [{ ...verdict, id: 'others' }] };
/** After a correction of it. */
const lost = {
  ...won,
  outcome: 'LOSE',
  version: 2n,
  history: [...theirs.history, { ...verdict, outcome: 'LOSE', version: 2n }],
};
const event = {
  event_id: EVENT,
  status: 'WIN',
  version: 1,
  state: 'settled',
  bets: { total: 2, settled: 2, staked: '21.00' },
  history: [{ status: 'WIN', version: 1, decided_at: NOON_TEXT }],
};

const etagAt = (version: number): unknown =>
  expect.stringMatching(new RegExp(`^"${version}-[\\w-]{22}"$`));

/** A store with two bets on the event, whose next result makes it `after`. */
function hold(dynamodb: MockedDynamodb, before: object | undefined, after: object): void {
  const fence = { eventFence: `${EVENT}#0`, placed: 2n, stakedMinor: 2100n };
  dynamodb
    .on(BatchGetCommand)
    .resolvesOnce({ Responses: { 'bet-maker-events': before === undefined ? [] : [before] } })
    .resolves({ Responses: { 'bet-maker-fences': [fence] } });
  dynamodb.on(UpdateCommand).resolves({});
  dynamodb.on(UpdateCommand, { Key: { eventId: EVENT } }).resolves({ Attributes: bare });
  dynamodb.on(UpdateCommand, { TableName: 'bet-maker-fences' }).resolves({ Attributes: fence });
  dynamodb.on(UpdateCommand, { ExpressionAttributeNames: STATE }).resolves({ Attributes: after });
  dynamodb.on(PutCommand).resolves({});
  dynamodb.on(QueryCommand).resolves({ Items: [{ betId: betIdOf(1) }, { betId: betIdOf(2) }] });
  dynamodb.on(BatchExecuteStatementCommand).resolves({ Responses: [{}, {}] });
}

describe('PUT /events/{event_id+}', () => {
  it('puts a first result in force, stores it with every bet and answers 200', async () => {
    const { dynamodb, ask, lines } = serve(settleEvent);
    hold(dynamodb, undefined, won);

    const answer = await ask(putting('WIN'));

    expect(answer).toEqual(jsonAnswer(200, event, { etag: etagAt(1) }));
    expect(lines).toEqual([]);
    const writes = sent(dynamodb).filter(([name]) => name !== 'BatchGetCommand');
    expect(writes.map(([name, input]) => [name, Reflect.get(input, 'TableName')])).toEqual([
      ['PutCommand', 'bet-maker-eventList'],
      ['UpdateCommand', 'bet-maker-events'],
      ['UpdateCommand', 'bet-maker-events'],
      ['UpdateCommand', 'bet-maker-fences'],
      ['UpdateCommand', 'bet-maker-events'],
      ['QueryCommand', 'bet-maker-bets'],
      ['BatchExecuteStatementCommand', undefined],
      ['UpdateCommand', 'bet-maker-events'],
    ]);
  });

  it('notes the subject of the token, and shows who decided each result', async () => {
    const { dynamodb, ask } = serve(settleEvent);
    hold(dynamodb, undefined, { ...won, history: [{ ...verdict, decidedBy: 'anna' }] });

    const answer = await ask({ ...putting('WIN'), claims: { sub: 'anna' } });

    const history = [{ ...event.history[0], decided_by: 'anna' }];
    expect(answer).toEqual(jsonAnswer(200, { ...event, history }, { etag: etagAt(1) }));
    const values = sent(dynamodb).map(([, input]) => {
      return Reflect.get(input, 'ExpressionAttributeValues');
    });
    const decided = expect.objectContaining({ decidedBy: 'anna' });
    expect(values).toContainEqual(expect.objectContaining({ ':intent': decided }));
    expect(values).toContainEqual(expect.objectContaining({ ':verdict': [decided] }));
  });

  it('answers 202 while the result is in force and not stored with every bet', async () => {
    const { dynamodb, ask } = serve(settleEvent);
    hold(dynamodb, undefined, won);
    dynamodb.on(BatchExecuteStatementCommand).rejects(broken('ECONNRESET'));

    const answer = await ask(putting('WIN'));

    const bets = { total: 2, settled: 0, staked: '21.00' };
    const settling = { ...event, state: 'settling', bets };
    expect(answer).toEqual(jsonAnswer(202, settling, { etag: etagAt(1) }));
  });

  it('corrects the version that If-Match names', async () => {
    const { dynamodb, ask } = serve(settleEvent);
    hold(dynamodb, theirs, lost);

    const answer = await ask(putting('LOSE', { 'if-match': '"7", "1"' }));

    const history = [
      { status: 'WIN', version: 1, decided_at: NOON_TEXT },
      { status: 'LOSE', version: 2, decided_at: NOON_TEXT },
    ];
    const corrected = { ...event, status: 'LOSE', version: 2, history };
    expect(answer).toEqual(jsonAnswer(200, corrected, { etag: etagAt(2) }));
  });

  it.each(['*', 'W/"0"', '"1"'])('refuses an event that does not match %s', async (tags) => {
    const { dynamodb, ask } = serve(settleEvent);
    hold(dynamodb, undefined, won);

    const answer = await ask(putting('WIN', { 'if-match': tags }));

    expect(answer).toEqual(problemAnswer('version-mismatch', 'Event sr:match:42 is at version 0.'));
  });

  it.each([
    ['has a result', theirs, {}, 1],
    ['has a result, although If-Match names it', theirs, { 'if-match': '"1"' }, 1],
    ['has none, if If-Match names another version', undefined, { 'if-match': '"1"' }, 0],
    ['has none, if If-Match asks for any result', undefined, { 'if-match': '*' }, 0],
  ])('with If-None-Match, refuses an event that %s', async (_case, before, more, version) => {
    const { dynamodb, ask } = serve(settleEvent);
    hold(dynamodb, before, lost);

    const answer = await ask(putting('LOSE', { 'if-none-match': '*', ...more }));

    const detail = `Event sr:match:42 is at version ${version}.`;
    expect(answer).toEqual(problemAnswer('version-mismatch', detail));
    expect(sent(dynamodb).map(([name]) => name)).toEqual(['BatchGetCommand']);
  });

  it.each([{}, { 'if-match': '"0"' }])(
    'with If-None-Match, puts a first result in force: %j',
    async (more) => {
      const { dynamodb, ask } = serve(settleEvent);
      hold(dynamodb, undefined, won);

      const answer = await ask(putting('WIN', { 'if-none-match': '*', ...more }));

      expect(answer).toEqual(jsonAnswer(200, event, { etag: etagAt(1) }));
    },
  );

  it('lists all faults of all parts, and asks the store nothing', async () => {
    const { dynamodb, ask } = serve(settleEvent);

    const answer = await ask(putting('DRAW', { 'if-match': '1' }, 'a\n'));

    const TAGS_RULE = 'must be * or a list of entity tags such as "1"';
    expect(answer).toEqual(
      invalidAnswer(
        { in: 'path', pointer: '#/event_id', detail: EVENT_FAULT },
        { in: 'header', pointer: '#/if-match', detail: TAGS_RULE },
        { in: 'body', pointer: '#/status', detail: 'must be WIN or LOSE' },
      ),
    );
    expect(sent(dynamodb)).toEqual([]);
  });
});
