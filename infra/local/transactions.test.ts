import {
  createDynaliteOperations,
  DynamodbError,
  type NativeOperation,
  type Operation,
} from './dynaliteOperations.ts';
import { createTransactWriteItems, keyNamesReader, pick } from './transactions.ts';

let native: Record<NativeOperation, Operation>;
let transact: Operation;

beforeEach(async () => {
  native = createDynaliteOperations();
  transact = createTransactWriteItems(native);
  for (const TableName of ['one', 'two']) {
    await native.CreateTable({
      TableName,
      AttributeDefinitions: [{ AttributeName: 'k', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'k', KeyType: 'HASH' }],
      BillingMode: 'PAY_PER_REQUEST',
    });
    // dynalite makes a table a moment after its answer.
    await new Promise((resolve) => {
      setTimeout(resolve, 5);
    });
  }
});

const put = (TableName: string, k: string, more: object = {}): object => ({
  Put: { TableName, Item: { k: { S: k }, n: { N: '1' } }, ...more },
});
const add = (TableName: string, k: string, more: object = {}): object => ({
  Update: {
    TableName,
    Key: { k: { S: k } },
    UpdateExpression: 'ADD n :n',
    ExpressionAttributeValues: { ':n': { N: '5' } },
    ...more,
  },
});
const IF_NEW = { ConditionExpression: 'attribute_not_exists(k)' };

/** The number that an item holds, if it exists. */
async function numberAt(TableName: string, k: string): Promise<unknown> {
  const { Item } = await native.GetItem({ TableName, Key: { k: { S: k } }, ConsistentRead: true });
  return (Item as { n: { N: string } } | undefined)?.n.N;
}

async function failureOf(input: object): Promise<unknown> {
  const error: unknown = await transact(input).catch((thrown: unknown) => thrown);
  return error instanceof DynamodbError ? { status: error.statusCode, ...error.body } : error;
}

function canceled(...CancellationReasons: { Code: string }[]): object {
  const codes = CancellationReasons.map((reason) => reason.Code).join(', ');
  return {
    status: 400,
    __type: 'com.amazonaws.dynamodb.v20120810#TransactionCanceledException',
    Message: `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes}]`,
    CancellationReasons,
  };
}
const FAILED = { Code: 'ConditionalCheckFailed', Message: 'The conditional request failed' };
const NONE = { Code: 'None' };

describe('TransactWriteItems', () => {
  it('carries out all writes', async () => {
    const output = await transact({ TransactItems: [put('one', 'a'), add('two', 'a')] });

    expect(output).toEqual({});
    expect(await numberAt('one', 'a')).toBe('1');
    expect(await numberAt('two', 'a')).toBe('5');
  });

  it('undoes every write when one condition fails: what was new is gone, what was changed is back', async () => {
    await transact({ TransactItems: [put('one', 'old'), put('two', 'taken')] });

    const failure = await failureOf({
      TransactItems: [
        add('one', 'new'),
        add('one', 'old'),
        put('two', 'taken', IF_NEW),
        put('two', 'after'),
      ],
    });

    expect(failure).toEqual(canceled(NONE, NONE, FAILED, NONE));
    expect(await numberAt('one', 'new')).toBeUndefined();
    expect(await numberAt('one', 'old')).toBe('1');
    expect(await numberAt('two', 'taken')).toBe('1');
    expect(await numberAt('two', 'after')).toBeUndefined();
  });

  it('gives the reason of each write, and the item that is there when it is asked for', async () => {
    await transact({ TransactItems: [put('one', 'a'), put('two', 'a')] });
    const shown = { ...IF_NEW, ReturnValuesOnConditionCheckFailure: 'ALL_OLD' };

    const failure = await failureOf({
      TransactItems: [put('one', 'a', IF_NEW), put('one', 'b', IF_NEW), put('two', 'a', shown)],
    });

    const Item = { k: { S: 'a' }, n: { N: '1' } };
    expect(failure).toEqual(canceled(FAILED, NONE, { ...FAILED, Item } as typeof FAILED));
  });

  it('shows no item where there is none', async () => {
    const mustExist = {
      ConditionExpression: 'attribute_exists(k)',
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    };

    const failure = await failureOf({ TransactItems: [add('one', 'a', mustExist)] });

    expect(failure).toEqual(canceled(FAILED));
  });

  it('undoes every write when a write is not valid, and says so', async () => {
    const notValid = add('one', 'b', { UpdateExpression: 'ADD' });

    const failure = await failureOf({ TransactItems: [add('one', 'a'), notValid] });

    expect(failure).toMatchObject({
      __type: 'com.amazon.coral.validate#ValidationException',
    });
    expect(await numberAt('one', 'a')).toBeUndefined();
  });

  it('undoes every write when a later one is to a table that is not there', async () => {
    await expect(transact({ TransactItems: [put('one', 'a'), put('three', 'b')] })).rejects.toThrow(
      'Requested resource not found',
    );

    expect(await numberAt('one', 'a')).toBeUndefined();
  });

  it('has puts and updates and nothing else', async () => {
    const failure = await failureOf({
      TransactItems: [{ Delete: { TableName: 'one', Key: { k: { S: 'a' } } } }],
    });

    expect(failure).toMatchObject({
      __type: 'com.amazon.coral.validate#ValidationException',
      message: 'The embedded store has puts and updates in transactions, nothing else.',
    });
  });
});

describe('keyNamesReader', () => {
  it('reads the names once a table', async () => {
    const describing = jest.spyOn(native, 'DescribeTable');
    const keyNames = keyNamesReader(native);

    const names = [await keyNames('one'), await keyNames('one'), await keyNames('two')];

    expect(names).toEqual([['k'], ['k'], ['k']]);
    expect(describing.mock.calls).toEqual([[{ TableName: 'one' }], [{ TableName: 'two' }]]);
  });
});

describe('pick', () => {
  it('keeps the attributes of these names', () => {
    expect(pick({ a: { S: '1' }, b: { S: '2' } }, ['b', 'c'])).toEqual({ b: { S: '2' } });
  });
});
