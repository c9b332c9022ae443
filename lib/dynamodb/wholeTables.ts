import { DescribeTableCommand } from '@aws-sdk/client-dynamodb';
import type { DynamoDBDocumentClient, ScanCommandInput } from '@aws-sdk/lib-dynamodb';
import { BatchGetCommand, DeleteCommand, ScanCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { Wait } from '../bets/context.ts';
import { BetError, unavailable } from '../bets/errors.ts';
import { retry } from '../bets/retry.ts';
import { batchesOf } from '../bets/store.ts';
import { attempt, attemptUnless } from './failures.ts';
import type { Item } from './session.ts';
import { TABLE_NAMES, type TableName, tables } from './tables.ts';

/** Parts of a table that are read side by side; each has one page in memory, 1 MB at most. */
const SEGMENTS = 8;
/** Keys of one `BatchGetItem`, the most that AWS takes. */
const KEYS_AT_ONCE = 100;
/** Somebody else may use all that a table can give; a page is asked for again for some minutes. */
const PATIENCE = { tries: 20, baseMs: 100, capMs: 20_000 };
/** An index mostly lags for less than a second. */
const LAG = { tries: 4, baseMs: 2_000, capMs: 8_000 };

type OnPage = (items: Item[]) => void | Promise<void>;

/** A change of one item. It happens only if the item is what it was read as. */
export interface Mending {
  table: TableName;
  key: Item;
  /** What it was read as; undefined when it was not there. */
  was: Item | undefined;
  /** The attributes that it shall have; undefined takes one away. 'nothing' deletes the item. */
  to: Item | 'nothing';
}

/** How to wait, and how long for one call: what nobody answers must not hold up the command. */
export interface Patience extends Pick<Wait, 'sleep' | 'random'> {
  /** A new one for each call. */
  deadline: () => AbortSignal;
}

/** A deployment's tables whole, past the protocol: for auditors, never for requests. */
export class WholeTables {
  readonly #client: DynamoDBDocumentClient;
  readonly #names: Record<TableName, string>;
  readonly #patience: Patience;

  constructor(
    client: DynamoDBDocumentClient,
    names: Record<TableName, string>,
    patience: Patience,
  ) {
    this.#client = client;
    this.#names = names;
    this.#patience = patience;
  }

  /**
   * All items of a table, strongly consistent, a page after the other as it comes. Throws
   * `unavailable` when a page stays away for minutes.
   */
  scan(table: TableName, onPage: OnPage): Promise<void> {
    return this.#scanAll({ TableName: this.#names[table], ConsistentRead: true }, onPage);
  }

  /** The same of an index, which may lag behind its table and has the keys alone. */
  scanIndex(table: TableName, IndexName: string, onPage: OnPage): Promise<void> {
    return this.#scanAll({ TableName: this.#names[table], IndexName }, onPage);
  }

  /** Whether `look` finds that an index has caught up: it looks again, for some seconds. */
  async catchesUp(look: () => Promise<boolean>): Promise<boolean> {
    const caught = await retry(this.#patience, LAG, async () => (await look()) || undefined);
    return caught ?? false;
  }

  async #scanAll(of: ScanCommandInput, onPage: OnPage): Promise<void> {
    const segments = Array.from({ length: SEGMENTS }, async (_, Segment) => {
      let ExclusiveStartKey: ScanCommandInput['ExclusiveStartKey'];
      do {
        const from = ExclusiveStartKey && { ExclusiveStartKey };
        const page = await this.#scanPage({ ...of, Segment, ...from });
        await onPage(page.Items ?? []);
        ExclusiveStartKey = page.LastEvaluatedKey;
      } while (ExclusiveStartKey !== undefined);
    });
    await Promise.all(segments);
  }

  /** Those items of a table that are there, strongly consistent, in no order. */
  async get(table: TableName, keys: readonly Item[]): Promise<Item[]> {
    const TableName = this.#names[table];
    const items: Item[] = [];
    for (const batch of batchesOf(keys, KEYS_AT_ONCE)) {
      let left: Item[] | undefined = batch;
      await this.#again(async () => {
        const RequestItems = { [TableName]: { Keys: left, ConsistentRead: true } };
        const found = await this.#client.send(new BatchGetCommand({ RequestItems }), this.#options);
        items.push(...(found.Responses?.[TableName] ?? []));
        left = found.UnprocessedKeys?.[TableName]?.Keys;
        return left === undefined ? true : undefined;
      });
    }
    return items;
  }

  /** False when the item is not what it was read as any more; nothing has changed then. */
  async mend(mending: Mending): Promise<boolean> {
    const { table, key: Key, was, to } = mending;
    const where = { TableName: this.#names[table], Key };
    const command =
      to === 'nothing'
        ? new DeleteCommand({ ...where, ...conditionOn(was ?? {}, Object.keys(was ?? {})) })
        : new UpdateCommand({ ...where, ...updateOf(mending, to) });
    // A write whose answer was lost counts as overtaken: the next look finds it mended.
    return this.#again(async () => {
      const writing = this.#client.send(command, this.#options);
      return {
        made: (await attemptUnless('ConditionalCheckFailedException', writing)) !== undefined,
      };
    }).then(({ made }) => made);
  }

  /** The indexes that the tables lack. Throws, and says why, when a table cannot be read. */
  async missingIndexes(): Promise<{ table: TableName; index: string }[]> {
    const missing = TABLE_NAMES.map(async (table) => {
      const there = await this.#describe(this.#names[table]);
      const wanted = tables[table].GlobalSecondaryIndexes ?? [];
      const names = wanted.map(({ IndexName }) => IndexName);
      return names.filter((name) => !there.includes(name)).map((index) => ({ table, index }));
    });
    return (await Promise.all(missing)).flat();
  }

  async #describe(TableName: string): Promise<(string | undefined)[]> {
    const asking = this.#client.send(new DescribeTableCommand({ TableName }), this.#options);
    const { Table } = await asking.catch((error: unknown) => {
      const reason = error instanceof Error ? error.message : '';
      throw new Error(`The table ${TableName} cannot be read: ${reason}`, { cause: error });
    });
    return (Table?.GlobalSecondaryIndexes ?? []).map(({ IndexName }) => IndexName);
  }

  get #options() {
    return { abortSignal: this.#patience.deadline() };
  }

  #scanPage(input: ScanCommandInput) {
    const command = new ScanCommand({ ...input, TotalSegments: SEGMENTS });
    return this.#again(() => this.#client.send(command, this.#options));
  }

  /** Until it has a result. What the store cannot do now is asked for again. */
  async #again<Output>(call: () => Promise<Output | undefined>): Promise<Output> {
    let reason: unknown;
    const done = await retry(this.#patience, PATIENCE, () =>
      attempt(call()).catch((error: unknown) => {
        if (!isUnavailable(error)) throw error;
        reason = error;
        return undefined;
      }),
    );
    if (done !== undefined) return done;
    throw unavailable(`The store gave no answer in ${PATIENCE.tries} tries.`, reason);
  }
}

function isUnavailable(error: unknown): boolean {
  return error instanceof BetError && error.code === 'unavailable';
}

/** Lists and maps are not compared: not every local store can. */
const isCompared = (value: unknown): boolean => value !== undefined && typeof value !== 'object';

/** That these attributes are still what they were read as. */
function conditionOn(was: Item, names: readonly string[]) {
  const read = names.map((name, index) => [`:was${index}`, was[name]] as const);
  const values = read.filter(([, value]) => isCompared(value));
  const holds = names.map((name, index) => {
    if (isCompared(was[name])) return `#n${index} = :was${index}`;
    return `attribute_${was[name] === undefined ? 'not_' : ''}exists(#n${index})`;
  });
  return {
    ConditionExpression: holds.join(' AND '),
    ExpressionAttributeNames: Object.fromEntries(names.map((name, index) => [`#n${index}`, name])),
    ...(values.length > 0 && { ExpressionAttributeValues: Object.fromEntries(values) }),
  };
}

function updateOf({ key, was }: Mending, to: Item) {
  const names = Object.keys(to);
  // Of an item that is not there no attribute is; its key says so best.
  const [keyName = ''] = Object.keys(key);
  const condition =
    was === undefined ? conditionOn({}, [...names, keyName]) : conditionOn(was, names);
  const places = names.map((name, index) => ({ index, value: to[name] }));
  const set = places.filter(({ value }) => value !== undefined);
  const gone = places.filter(({ value }) => value === undefined);
  const setting = set.map(({ index }) => `#n${index} = :to${index}`).join(', ');
  const removing = gone.map(({ index }) => `#n${index}`).join(', ');
  const values = {
    ...condition.ExpressionAttributeValues,
    ...Object.fromEntries(set.map(({ index, value }) => [`:to${index}`, value])),
  };
  return {
    ...condition,
    UpdateExpression: `${setting && `SET ${setting} `}${removing && `REMOVE ${removing}`}`,
    ...(Object.keys(values).length > 0 && { ExpressionAttributeValues: values }),
  };
}
