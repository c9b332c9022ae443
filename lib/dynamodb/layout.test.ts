import { DescribeTableCommand } from '@aws-sdk/client-dynamodb';
import { BatchGetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { conditionFailed, mockedSession, refused, sent } from '../../tests/support/dynamodb.ts';
import { checkLayout, verifyLayout } from './layout.ts';
import { TABLE_NAMES, type TableName, tables } from './tables.ts';

const { dynamodb, session } = mockedSession();
const missing = refused('ResourceNotFoundException');

/** A store that says which layout it has, if it says so, with tables as they must be. */
function hold(layout?: bigint): void {
  const items = layout === undefined ? [] : [{ shard: 'layout', listKey: 'layout', layout }];
  dynamodb.on(BatchGetCommand).resolves({ Responses: { 'test-eventList': items } });
  for (const name of TABLE_NAMES) describeAs(name, tables[name]);
  dynamodb.on(PutCommand).resolves({});
}

function describeAs(name: TableName, Table: object): void {
  dynamodb.on(DescribeTableCommand, { TableName: `test-${name}` }).resolves({ Table });
}

const misfit = (fault: string) => ({
  code: 'not-ready',
  message:
    `The store does not fit: ${fault}, and this version of the service needs layout 2. ` +
    'docs/upgrade.md says what to do.',
});
const putsIn = () => sent(dynamodb).filter(([name]) => name === 'PutCommand');

describe('checkLayout', () => {
  it.each([
    ['the layout of this version', 2n],
    ['no layout yet', undefined],
  ])('takes a store with %s, after one read', async (_case, layout) => {
    hold(layout);

    await checkLayout(session);

    const Keys = [{ shard: 'layout', listKey: 'layout' }];
    const RequestItems = { 'test-eventList': { Keys, ConsistentRead: true } };
    expect(sent(dynamodb)).toEqual([['BatchGetCommand', { RequestItems }]]);
  });

  it.each([1n, 3n])('refuses a store with layout %d, and says what to do', async (layout) => {
    hold(layout);

    await expect(checkLayout(session)).rejects.toMatchObject(misfit(`it has layout ${layout}`));
  });

  it('waits for a table that may be on its way', async () => {
    dynamodb.on(BatchGetCommand).rejects(missing);

    await expect(checkLayout(session)).rejects.toHaveProperty('code', 'unavailable');
  });
});

describe('verifyLayout', () => {
  it('looks at every table, and changes nothing where all is as it must be', async () => {
    hold(2n);

    await verifyLayout(session);

    const described = TABLE_NAMES.map((name) => [
      'DescribeTableCommand',
      { TableName: `test-${name}` },
    ]);
    expect(sent(dynamodb).slice(1)).toEqual(described);
  });

  it('notes the layout on a store that says nothing, unless somebody else does', async () => {
    hold();

    await verifyLayout(session);

    const Item = { shard: 'layout', listKey: 'layout', layout: 2 };
    const ConditionExpression = 'attribute_not_exists(layout)';
    const put = { TableName: 'test-eventList', Item, ConditionExpression };
    expect(putsIn()).toEqual([['PutCommand', put]]);
  });

  it('is content when somebody else was faster to note it', async () => {
    hold();
    dynamodb.on(PutCommand).rejects(conditionFailed());

    await expect(verifyLayout(session)).resolves.toBeUndefined();
  });

  it('names everything that does not fit, and notes nothing', async () => {
    hold();
    const [byEvent] = tables.bets.GlobalSecondaryIndexes ?? [];
    const [unfinished] = tables.events.GlobalSecondaryIndexes ?? [];
    const otherKeys = [{ AttributeName: 'eventId', KeyType: 'HASH' as const }];
    describeAs('bets', {
      ...tables.bets,
      GlobalSecondaryIndexes: [{ ...byEvent, KeySchema: otherKeys }],
    });
    describeAs('events', { ...tables.events, GlobalSecondaryIndexes: [unfinished] });
    describeAs('fences', { ...tables.fences, KeySchema: otherKeys });
    const asked = { TableName: 'test-idempotencyKeys' };
    dynamodb.on(DescribeTableCommand, asked).rejects(missing);

    await expect(verifyLayout(session)).rejects.toMatchObject(
      misfit(
        'the index byEvent of test-bets has other keys; the table test-fences has other keys; ' +
          'the index byState of test-events is missing; ' +
          'the table test-idempotencyKeys is missing',
      ),
    );
    expect(putsIn()).toEqual([]);
  });

  it('names the table that would say which layout there is, when it is missing', async () => {
    hold();
    dynamodb.on(BatchGetCommand).rejects(missing);
    dynamodb.on(DescribeTableCommand, { TableName: 'test-eventList' }).rejects(missing);

    const fault = 'the table test-eventList is missing';
    await expect(verifyLayout(session)).rejects.toMatchObject(misfit(fault));
  });

  it('refuses a layout of another version whose tables look the same', async () => {
    hold(3n);

    await expect(verifyLayout(session)).rejects.toMatchObject(misfit('it has layout 3'));
  });

  it('is unavailable when a table cannot be looked at now', async () => {
    hold(2n);
    dynamodb
      .on(DescribeTableCommand, { TableName: 'test-bets' })
      .rejects(refused('ThrottlingException'));

    await expect(verifyLayout(session)).rejects.toHaveProperty('code', 'unavailable');
  });
});
