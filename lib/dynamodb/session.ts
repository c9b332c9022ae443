import type {
  BatchGetCommandInput,
  DynamoDBDocumentClient,
  QueryCommandInput,
  UpdateCommandInput,
} from '@aws-sdk/lib-dynamodb';
import {
  BatchGetCommand,
  QueryCommand,
  TransactGetCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import type { Wait } from '../bets/context.ts';
import { unavailable } from '../bets/errors.ts';
import { retry } from '../bets/retry.ts';
import { batchesOf, type Page } from '../bets/store.ts';
import { attempt, attemptUnless } from './failures.ts';
import type { TableName } from './tables.ts';

/** What the calls of one request share. */
export interface Session {
  client: DynamoDBDocumentClient;
  tables: Record<TableName, string>;
  /** Given with every command, so that it ends by the request's deadline. */
  options: { abortSignal: AbortSignal };
  wait: Wait;
}

export type Item = Record<string, unknown>;

/** What AWS calls a condition that did not hold, in a transaction or a batch of statements. */
export const CONDITION_FAILED = 'ConditionalCheckFailed';
/** What AWS calls throttling there. */
export const THROTTLED = ['ThrottlingError', 'ProvisionedThroughputExceeded'] as const;
/** Pauses before the same call again, in milliseconds. */
export const BUSY = { baseMs: 20, capMs: 500 };

/** Actions of one transaction, the most that AWS takes. */
export const MAX_ACTIONS = 100;
/** Keys of one `BatchGetItem`, the most that AWS takes. */
const BATCH_GET_KEYS = 100;
const BATCH_GET_TRIES = { tries: 6, ...BUSY };
/** Pages of one `Query` loop. A page ends at 1 MB, so this is far beyond any limit asked for. */
const MAX_QUERY_PAGES = 64;

/** Undefined when the condition does not hold. */
export function updateIf({ client, options }: Session, input: UpdateCommandInput) {
  const update = client.send(new UpdateCommand(input), options);
  return attemptUnless('ConditionalCheckFailedException', update);
}

/**
 * At most 100 items as at one instant, in the order of their keys. Unlike `GetItem` it does not
 * look past a write that is under way to one of them, but is refused: undefined then.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html
 */
export async function transactGet(
  { client, tables, options }: Session,
  keys: readonly (readonly [TableName, Item])[],
): Promise<(Item | undefined)[] | undefined> {
  const TransactItems = keys.map(([table, Key]) => ({ Get: { TableName: tables[table], Key } }));
  const reading = client.send(new TransactGetCommand({ TransactItems }), options);
  const output = await attemptUnless('TransactionCanceledException', reading);
  return output && (output.Responses ?? []).map(({ Item }) => Item);
}

/** Strongly consistent; those items that exist, in no order. Any number of keys, 100 a call. */
export async function batchGet(
  session: Session,
  table: TableName,
  keys: readonly Item[],
  projection: { ProjectionExpression?: string } = {},
): Promise<Item[]> {
  const batches = batchesOf(keys, BATCH_GET_KEYS);
  const found = await Promise.all(
    batches.map((Keys) => batchGetOnce(session, table, { Keys, ...projection })),
  );
  return found.flat();
}

type Keys = NonNullable<BatchGetCommandInput['RequestItems']>[string];

async function batchGetOnce(session: Session, table: TableName, request: Keys): Promise<Item[]> {
  const { client, tables, options, wait } = session;
  const name = tables[table];
  const items: Item[] = [];
  let left = request.Keys;
  const all = await retry(wait, BATCH_GET_TRIES, async () => {
    const RequestItems = { [name]: { ...request, Keys: left, ConsistentRead: true } };
    const output = await attempt(client.send(new BatchGetCommand({ RequestItems }), options));
    items.push(...(output.Responses?.[name] ?? []));
    left = output.UnprocessedKeys?.[name]?.Keys ?? [];
    return left.length === 0 ? items : undefined;
  });
  if (all !== undefined) return all;
  const { tries } = BATCH_GET_TRIES;
  throw unavailable(`The store left ${left?.length} reads undone after ${tries} tries.`);
}

/** Up to `limit` items of one partition, over as many pages as that takes. */
export async function queryPage<Decoded>(
  { client, options }: Session,
  input: QueryCommandInput,
  limit: number,
  decode: (item: Item) => Decoded,
): Promise<Page<Decoded>> {
  const items: Decoded[] = [];
  let start: QueryCommandInput['ExclusiveStartKey'];
  for (let page = 1; page <= MAX_QUERY_PAGES; page += 1) {
    const command = new QueryCommand({
      ...input,
      Limit: limit - items.length,
      ...(start !== undefined && { ExclusiveStartKey: start }),
    });
    const output = await attempt(client.send(command, options));
    items.push(...(output.Items ?? []).map(decode));
    start = output.LastEvaluatedKey;
    if (start === undefined || items.length >= limit) return { items, end: start === undefined };
  }
  throw new Error(`A query of ${limit} items did not end within ${MAX_QUERY_PAGES} pages.`);
}
