import { DynamodbError, type NativeOperation, type Operation } from './dynaliteOperations.ts';
import { createBatchExecuteStatement } from './statements.ts';

const updates: object[] = [];

function nativeThat(update: Operation): Record<NativeOperation, Operation> {
  const none: Operation = async () => ({});
  const KeySchema = [{ AttributeName: 'shard' }, { AttributeName: 'betId' }];
  return {
    BatchGetItem: none,
    CreateTable: none,
    DeleteItem: none,
    DescribeTable: async () => ({ Table: { KeySchema } }),
    GetItem: none,
    PutItem: none,
    Query: none,
    UpdateItem: update,
  };
}

const input = {
  Statements: [
    {
      Statement: 'UPDATE "t" SET "a"=? SET "b"=? WHERE "shard"=? AND "betId"=? AND "b"<?',
      Parameters: [{ S: 'x' }, { N: '2' }, { S: '1' }, { S: 'id' }, { N: '3' }],
    },
  ],
};

describe('BatchExecuteStatement', () => {
  it('is the UpdateItem that a statement stands for', async () => {
    const execute = createBatchExecuteStatement(
      nativeThat(async (update) => {
        updates.push(update);
        return {};
      }),
    );

    expect(await execute(input)).toEqual({ Responses: [{ TableName: 't' }] });
    expect(updates).toEqual([
      {
        TableName: 't',
        Key: { shard: { S: '1' }, betId: { S: 'id' } },
        UpdateExpression: 'SET #n0 = :v0, #n1 = :v1',
        ConditionExpression: 'attribute_exists(#key) AND #n2 < :v2',
        ExpressionAttributeNames: { '#key': 'shard', '#n0': 'a', '#n1': 'b', '#n2': 'b' },
        ExpressionAttributeValues: { ':v0': { S: 'x' }, ':v1': { N: '2' }, ':v2': { N: '3' } },
      },
    ]);
  });

  it.each([
    ['com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException', 'ConditionalCheckFailed'],
    ['com.amazonaws.dynamodb.v20120810#ResourceNotFoundException', 'ResourceNotFound'],
  ])('answers %s with the code %s', async (__type, Code) => {
    const execute = createBatchExecuteStatement(
      nativeThat(async () => {
        throw new DynamodbError({ __type, message: 'why' });
      }),
    );

    expect(await execute(input)).toEqual({
      Responses: [{ TableName: 't', Error: { Code, Message: 'why' } }],
    });
  });

  it('passes a bug on', async () => {
    const bug = new TypeError('a bug');
    const execute = createBatchExecuteStatement(nativeThat(() => Promise.reject(bug)));

    await expect(execute(input)).rejects.toBe(bug);
  });
});
