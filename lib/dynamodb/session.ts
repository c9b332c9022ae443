import {
  type $Command,
  ConditionalCheckFailedException,
  type DynamoDBClientResolvedConfig,
  type ServiceInputTypes,
  type ServiceOutputTypes,
} from '@aws-sdk/client-dynamodb';
import {
  BatchGetCommand,
  type DynamoDBDocumentClient,
  QueryCommand,
  type QueryCommandInput,
  UpdateCommand,
  type UpdateCommandInput,
  type UpdateCommandOutput,
} from '@aws-sdk/lib-dynamodb';
import type { TableName } from '../../infra/tables.ts';
import { backoffMs, type Clock } from '../bets/clock.ts';
import { unavailable } from '../bets/errors.ts';
import type { Page } from '../bets/store.ts';
import { translateFailure } from './failures.ts';

/** The client and what every call shares. */
export interface Session {
  client: DynamoDBDocumentClient;
  tables: Record<TableName, string>;
  clock: Clock;
  random: () => number;
}

export type Item = Record<string, unknown>;

/** What AWS calls a condition that did not hold, in a transaction or a batch of statements. */
export const CONDITION_FAILED = 'ConditionalCheckFailed';

/** Keys of one `BatchGetItem`, the most that AWS takes. */
const BATCH_GET_KEYS = 100;
const BATCH_GET_TRIES = 6;
/** Pages of one `Query` loop. A page ends at 1 MB, so this is far beyond any limit asked for. */
const MAX_QUERY_PAGES = 64;
export const BUSY_BACKOFF = { baseMs: 20, capMs: 500 };

/** Runs one call of the SDK. A failure that passes becomes `unavailable`. */
export async function attempt<Output>(call: Promise<Output>): Promise<Output> {
  try {
    return await call;
  } catch (error) {
    throw translateFailure(error);
  }
}

type BareCommand<Input extends ServiceInputTypes, Output extends ServiceOutputTypes> = $Command<
  Input,
  Output,
  DynamoDBClientResolvedConfig
>;

/**
 * A command of the client below the document client, which hands it on as it is: for what is sent the most. To
 * look through a whole command for what is to be translated is a good part of the work of sending it.
 */
export function sendBare<Input extends ServiceInputTypes, Output extends ServiceOutputTypes>(
  { client }: Session,
  command: BareCommand<Input, Output>,
  signal: AbortSignal,
): Promise<Output> {
  // The document client's type knows its own commands only.
  const send = client.send.bind(client) as unknown as (
    bare: BareCommand<Input, Output>,
    options: { abortSignal: AbortSignal },
  ) => Promise<Output>;
  return send(command, { abortSignal: signal });
}

export async function pause(
  { clock, random }: Session,
  tries: number,
  signal: AbortSignal,
): Promise<void> {
  await clock.sleep(backoffMs(BUSY_BACKOFF, tries, random()), signal);
}

/** Undefined when the condition does not hold. */
export async function updateIf(
  { client }: Session,
  input: UpdateCommandInput,
  signal: AbortSignal,
): Promise<UpdateCommandOutput | undefined> {
  try {
    return await client.send(new UpdateCommand(input), { abortSignal: signal });
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return undefined;
    throw translateFailure(error);
  }
}

/** Strongly consistent; those items that exist, in no order. Any number of keys, 100 a call. */
export async function batchGet(
  session: Session,
  table: TableName,
  keys: readonly Item[],
  signal: AbortSignal,
  projection: { ProjectionExpression?: string } = {},
): Promise<Item[]> {
  const chunks = Array.from({ length: Math.ceil(keys.length / BATCH_GET_KEYS) }, (_, index) =>
    keys.slice(index * BATCH_GET_KEYS, (index + 1) * BATCH_GET_KEYS),
  );
  const found = await Promise.all(
    chunks.map((chunk) => batchGetChunk(session, table, chunk, signal, projection)),
  );
  return found.flat();
}

async function batchGetChunk(
  session: Session,
  table: TableName,
  keys: Item[],
  signal: AbortSignal,
  projection: object,
): Promise<Item[]> {
  const name = session.tables[table];
  const items: Item[] = [];
  let left = keys;
  for (let tries = 1; tries <= BATCH_GET_TRIES; tries += 1) {
    const command = new BatchGetCommand({
      RequestItems: { [name]: { Keys: left, ConsistentRead: true, ...projection } },
    });
    const output = await attempt(session.client.send(command, { abortSignal: signal }));
    items.push(...(output.Responses?.[name] ?? []));
    left = output.UnprocessedKeys?.[name]?.Keys ?? [];
    if (left.length === 0) return items;
    await pause(session, tries, signal);
  }
  throw unavailable(`The store left ${left.length} reads undone after ${BATCH_GET_TRIES} tries.`);
}

/** Up to `limit` items of one partition, over as many pages as that takes. */
export async function queryPage(
  session: Session,
  input: QueryCommandInput,
  limit: number,
  signal: AbortSignal,
): Promise<Page<Item>> {
  const items: Item[] = [];
  let start: QueryCommandInput['ExclusiveStartKey'];
  for (let page = 1; page <= MAX_QUERY_PAGES; page += 1) {
    const command = new QueryCommand({
      ...input,
      Limit: limit - items.length,
      ...(start !== undefined && { ExclusiveStartKey: start }),
    });
    const output = await attempt(session.client.send(command, { abortSignal: signal }));
    items.push(...(output.Items ?? []));
    start = output.LastEvaluatedKey;
    if (start === undefined || items.length >= limit) return { items, end: start === undefined };
  }
  throw new Error(`A query of ${limit} items did not end within ${MAX_QUERY_PAGES} pages.`);
}
