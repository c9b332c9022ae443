import {
  type AttributeMap,
  DynamodbError,
  type NativeOperation,
  type Operation,
} from './dynaliteOperations.ts';

interface Write {
  TableName: string;
  Key?: AttributeMap;
  Item?: AttributeMap;
  ReturnValuesOnConditionCheckFailure?: 'ALL_OLD' | 'NONE';
}
type TransactItem = Partial<Record<'Put' | 'Update', Write>>;

interface Reason {
  Code: string;
  Message?: string;
  Item?: AttributeMap;
}

const CONDITION_FAILED = 'com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException';

/**
 * `TransactWriteItems` of puts and updates, made of single writes: each is carried out, and if the
 * condition of any fails, all that were are undone. The caller holds the store's lock all the while,
 * so nobody sees the middle of it. Request tokens are not kept: a reply cannot be lost in-process.
 */
export function createTransactWriteItems(native: Record<NativeOperation, Operation>): Operation {
  const keyNames = keyNamesReader(native);
  return async (input) => {
    const { TransactItems } = input as { TransactItems: TransactItem[] };
    const undo: (() => Promise<unknown>)[] = [];
    const reasons: Reason[] = [];
    try {
      for (const item of TransactItems) {
        const { reason, undoIt } = await carryOut(native, keyNames, item);
        reasons.push(reason);
        if (undoIt !== undefined) undo.push(undoIt);
      }
      if (reasons.every((reason) => reason.Code === 'None')) return {};
      throw canceled(reasons);
    } catch (error) {
      for (const undoIt of undo.toReversed()) await undoIt();
      throw error;
    }
  };
}

/** `TransactGetItems`: reads of single items, which nothing comes between under the store's lock. */
export function createTransactGetItems(native: Record<NativeOperation, Operation>): Operation {
  return async (input) => {
    const { TransactItems } = input as { TransactItems: { Get: object }[] };
    const reads = TransactItems.map(({ Get }) => native.GetItem({ ...Get, ConsistentRead: true }));
    return { Responses: await Promise.all(reads) };
  };
}

/** One write, and how to undo it; a condition that does not hold is a reason, not an error. */
async function carryOut(
  native: Record<NativeOperation, Operation>,
  keyNames: (table: string) => Promise<string[]>,
  item: TransactItem,
): Promise<{ reason: Reason; undoIt?: () => Promise<unknown> }> {
  const { operation, write } = writeOf(item);
  const { TableName } = write;
  const Key = write.Key ?? pick(write.Item ?? {}, await keyNames(TableName));
  const read = await native.GetItem({ TableName, Key, ConsistentRead: true });
  // GetItem answers the item, if there is one, under this name.
  const before = read['Item'] as AttributeMap | undefined;
  try {
    await native[operation](write);
  } catch (error) {
    return { reason: reasonOf(error, write, before) };
  }
  const undoIt = () =>
    before === undefined
      ? native.DeleteItem({ TableName, Key })
      : native.PutItem({ TableName, Item: before });
  return { reason: { Code: 'None' }, undoIt };
}

function writeOf(item: TransactItem): { operation: 'PutItem' | 'UpdateItem'; write: Write } {
  if (item.Put !== undefined) return { operation: 'PutItem', write: item.Put };
  if (item.Update !== undefined) return { operation: 'UpdateItem', write: item.Update };
  throw new DynamodbError({
    __type: 'com.amazon.coral.validate#ValidationException',
    message: 'The embedded store has puts and updates in transactions, nothing else.',
  });
}

function reasonOf(error: unknown, write: Write, before: AttributeMap | undefined): Reason {
  if (!(error instanceof DynamodbError) || error.body['__type'] !== CONDITION_FAILED) throw error;
  const Message = 'The conditional request failed';
  const shown = write.ReturnValuesOnConditionCheckFailure === 'ALL_OLD' && before !== undefined;
  return { Code: 'ConditionalCheckFailed', Message, ...(shown && { Item: before }) };
}

function canceled(reasons: Reason[]): DynamodbError {
  const codes = reasons.map((reason) => reason.Code).join(', ');
  return new DynamodbError({
    __type: 'com.amazonaws.dynamodb.v20120810#TransactionCanceledException',
    Message: `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes}]`,
    CancellationReasons: reasons,
  });
}

/** Reads the names of a table's key attributes, once a table. */
export function keyNamesReader(
  native: Record<NativeOperation, Operation>,
): (table: string) => Promise<string[]> {
  const known = new Map<string, string[]>();
  return async (TableName) => {
    const names = known.get(TableName) ?? (await readKeyNames(native, TableName));
    known.set(TableName, names);
    return names;
  };
}

async function readKeyNames(
  native: Record<NativeOperation, Operation>,
  TableName: string,
): Promise<string[]> {
  const { Table } = await native.DescribeTable({ TableName });
  const { KeySchema } = Table as { KeySchema: { AttributeName: string }[] };
  return KeySchema.map((key) => key.AttributeName);
}

export function pick(item: AttributeMap, names: readonly string[]): AttributeMap {
  return Object.fromEntries(Object.entries(item).filter(([name]) => names.includes(name)));
}
