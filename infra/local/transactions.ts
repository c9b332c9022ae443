import * as z from 'zod';
import type { AttributeMap, Native, Operation } from './dynaliteOperations.ts';
import { DynamodbError } from './dynaliteOperations.ts';

const attributes = z.record(z.string(), z.record(z.string(), z.unknown()));
const write = z.looseObject({ TableName: z.string() });
const put = write.extend({ Item: attributes });
const update = write.extend({ Key: attributes });
const transactWrite = z.object({
  TransactItems: z.array(z.object({ Put: put.optional(), Update: update.optional() })),
});
type TransactItem = z.infer<typeof transactWrite>['TransactItems'][number];

const transactGet = z.object({ TransactItems: z.array(z.object({ Get: z.looseObject({}) })) });

const ON_FAILURE = 'ReturnValuesOnConditionCheckFailure';
const CONDITION_FAILED = 'com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException';

/**
 * `TransactWriteItems` of puts and updates, made of single writes: each is carried out, and if the
 * condition of any fails, all that were are undone. The caller lets nothing else run meanwhile, so
 * nobody sees the middle of it. Request tokens are not kept: a reply cannot be lost in-process.
 */
export function createTransactWriteItems(native: Native): Operation {
  const keyNames = keyNamesReader(native);
  return async (input) => {
    const { TransactItems } = transactWrite.parse(input);
    const seen = new Set<string>();
    const writes: Awaited<ReturnType<typeof carryOut>>[] = [];
    try {
      for (const item of TransactItems) writes.push(await carryOut(native, keyNames, item, seen));
      if (writes.some(({ undo }) => undo === undefined)) throw canceled(writes);
      return {};
    } catch (error) {
      for (const { undo } of writes.toReversed()) await undo?.();
      throw error;
    }
  };
}

/** `UpdateItem` that can show an item on which its condition did not hold; dynalite does not. */
export function createUpdateItem(native: Native): Operation {
  return async (input) => {
    try {
      return await native.UpdateItem(input);
    } catch (error) {
      if (!isConditionFailed(error)) throw error;
      const { TableName, Key, [ON_FAILURE]: returned } = update.parse(input);
      if (returned !== 'ALL_OLD') throw error;
      const { Item } = await native.GetItem({ TableName, Key, ConsistentRead: true });
      throw new DynamodbError({ ...error.body, ...(Item && { Item }) });
    }
  };
}

/** `TransactGetItems`: reads of single items, between which the caller lets nothing else run. */
export function createTransactGetItems(native: Native): Operation {
  return async (input) => {
    const { TransactItems } = transactGet.parse(input);
    const reads = TransactItems.map(({ Get }) => native.GetItem({ ...Get, ConsistentRead: true }));
    return { Responses: await Promise.all(reads) };
  };
}

/**
 * One write, and how to undo it; a condition that does not hold is a reason, not an error. `seen`:
 * the items that the transaction has written to, each of which it may have once.
 */
async function carryOut(
  native: Native,
  keyNames: KeyNames,
  { Put, Update }: TransactItem,
  seen: Set<string>,
) {
  const given = Put ?? Update;
  if (given === undefined) {
    throw invalid('The embedded store has puts and updates in transactions, nothing else.');
  }
  const { TableName } = given;
  const Key = 'Key' in given ? given.Key : pick(given.Item, await keyNames(TableName));
  const values = Object.entries(Object(Key)).map((entry) => JSON.stringify(entry));
  const written = [TableName, ...values.toSorted()].join(' ');
  if (seen.has(written)) throw invalid('Transaction request cannot write to one item twice');
  seen.add(written);
  const { Item: before } = await native.GetItem({ TableName, Key, ConsistentRead: true });
  try {
    await (Put === undefined ? native.UpdateItem(given) : native.PutItem(given));
  } catch (error) {
    if (!isConditionFailed(error)) throw error;
    const shown = given[ON_FAILURE] === 'ALL_OLD' ? before : undefined;
    const Message = 'The conditional request failed';
    return { reason: { Code: 'ConditionalCheckFailed', Message, ...(shown && { Item: shown }) } };
  }
  const undo = () =>
    before === undefined
      ? native.DeleteItem({ TableName, Key })
      : native.PutItem({ TableName, Item: before });
  return { reason: { Code: 'None' }, undo };
}

function isConditionFailed(error: unknown): error is DynamodbError {
  return error instanceof DynamodbError && error.body['__type'] === CONDITION_FAILED;
}

function invalid(message: string): DynamodbError {
  return new DynamodbError({
    __type: 'com.amazon.coral.validate#ValidationException',
    message,
  });
}

function canceled(writes: readonly { reason: { Code: string } }[]): DynamodbError {
  const reasons = writes.map(({ reason }) => reason);
  const codes = reasons.map((reason) => reason.Code).join(', ');
  const why = 'please refer cancellation reasons for specific reasons';
  return new DynamodbError({
    __type: 'com.amazonaws.dynamodb.v20120810#TransactionCanceledException',
    Message: `Transaction cancelled, ${why} [${codes}]`,
    CancellationReasons: reasons,
  });
}

type KeyNames = ReturnType<typeof keyNamesReader>;

/** Reads the names of a table's key attributes, once a table. */
export function keyNamesReader({ DescribeTable }: Pick<Native, 'DescribeTable'>) {
  const known = new Map<string, Awaited<ReturnType<typeof DescribeTable>>>();
  return async (TableName: string): Promise<string[]> => {
    const described = known.get(TableName) ?? (await DescribeTable({ TableName }));
    known.set(TableName, described);
    return described.Table?.KeySchema.map((key) => key.AttributeName) ?? [];
  };
}

export function pick(item: AttributeMap, names: readonly string[]): AttributeMap {
  return Object.fromEntries(Object.entries(item).filter(([name]) => names.includes(name)));
}
