import {
  type CancellationReason,
  ConditionalCheckFailedException,
  TransactionCanceledException,
  TransactionConflictException,
  TransactionInProgressException,
} from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { type TableDefinition, tables } from '../../lib/dynamodb/tables.ts';
import {
  compare,
  holds,
  type Item,
  normalized,
  normalizedItem,
  type Placeholders,
  updated,
} from './expressions.ts';

/**
 * The state of a DynamoDB and what one request does to it at the instant when it is carried out.
 * Knows exactly the commands that the store sends. Time and faults are the network's matter.
 */
export interface Cloud {
  /** All items at one instant; cancelled when one of them is being written by a transaction. */
  transactGet(input: CommandInput): Output;
  /** Only the first `taken` keys are read; the others come back unprocessed. */
  batchGet(input: CommandInput, taken: number): Output;
  /** A page may end after `most` items, wherever the limit is. */
  query(input: CommandInput, most: number): Output;
  update(input: CommandInput): Output;
  put(input: CommandInput): Output;
  /**
   * Checks and locks; after `commit` the writes are seen one by one, until it is `finished`; after
   * `abort` it has never been. Throws when the transaction is cancelled at once.
   */
  prepare(input: CommandInput, token: string): Prepared;
  /** `fates` names the statements that fail by chance, before or after they were carried out. */
  batchExecute(input: CommandInput, fates: StatementFate[]): Output;
  /** All items of a table, for the checks. */
  all(table: keyof typeof tables): Item[];
  /** Remembers all items as they are; the function brings them back, as a backup does. */
  backUp(): () => void;
}

interface Prepared {
  commit: (finished: () => void) => void;
  abort: () => void;
}

/** What the document client's commands are made of; each has some of it. */
export interface CommandInput {
  TableName?: string;
  IndexName?: string;
  Key?: Item;
  Item?: object;
  KeyConditionExpression?: string;
  ConditionExpression?: string;
  UpdateExpression?: string;
  ProjectionExpression?: string;
  ExpressionAttributeNames?: Record<string, string>;
  ExpressionAttributeValues?: object;
  ConsistentRead?: boolean;
  ScanIndexForward?: boolean;
  Limit?: number;
  ExclusiveStartKey?: Item;
  ReturnValues?: string;
  ReturnValuesOnConditionCheckFailure?: string;
  TransactItems?: { Get?: CommandInput; Put?: CommandInput; Update?: CommandInput }[];
  RequestItems?: Record<string, CommandInput & { Keys: Item[] }>;
  Statements?: { Statement: string; Parameters: unknown[] }[];
}
export type Output = Record<string, unknown>;
export type StatementFate = { code: string; applied: boolean } | undefined;

export interface CloudOptions {
  tablePrefix: string;
  /** How long a write takes to reach an index of a table, in milliseconds. */
  indexLagMs: (table: string) => number;
  after: (milliseconds: number, run: () => void) => void;
  /** How long after its transaction was decided an item shows it, in milliseconds. */
  commitMs: () => number;
  now: () => number;
  /** Whether a read that did not ask for consistency misses a write of the last second. */
  stale: () => boolean;
  /** Whether a read of an index does not see what has reached it in the last seconds. */
  indexGoesBack?: () => boolean;
  /** Sees every write to an item when it happens. */
  onWrite: (table: string, before: Item | undefined, after: Item) => void;
}

interface Stored {
  item: Item;
  /** What was there before the last write, and when that write was. */
  previous: Item | undefined;
  writtenAt: number;
  /** Counts the writes to this item. */
  revision: number;
}

interface Index {
  name: string;
  range: string;
  /** What its entries consist of: its own keys and the table's. */
  keyNames: string[];
  entries: Map<string, Entry>;
}

/** What an index shows of an item; `item` has no attributes where that is nothing. */
interface Entry {
  item: Item;
  revision: number;
  before: Item;
  reachedAt: number;
}

interface Table {
  name: string;
  keyNames: string[];
  items: Map<string, Stored>;
  indexes: Index[];
}

/** What an eventually consistent read may miss, in milliseconds. */
const STALE_MS = 1_000;
/** How far a read of an index may go back, in milliseconds. */
const BACK_MS = 5_000;
/** What one command takes at most. */
const MAX_GETS = 100;
const MAX_WRITES = 100;
const MAX_STATEMENTS = 25;
/** How long DynamoDB keeps a client request token: ten minutes. */
const TOKEN_LIFE_MS = 10 * 60_000;
const CONDITION_FAILED = 'ConditionalCheckFailed';
const fault = { $metadata: {}, message: '' };

export function createCloud(options: CloudOptions): Cloud {
  const byName = new Map(
    Object.entries(tables).map(([name, definition]) => {
      return [options.tablePrefix + name, emptyTable(name, definition)];
    }),
  );
  const tableOf = ({ TableName }: CommandInput): Table => {
    const table = byName.get(String(TableName));
    if (table === undefined) throw new Error(`No table ${String(TableName)}`);
    return table;
  };
  const locks = new Set<string>();
  /** How often the items were brought back; what was on its way to them before is void. */
  let restored = 0;
  /** When each transaction was committed; Infinity while it is under way. */
  const tokens = new Map<string, number>();
  const lockOf = (table: Table, key: string): string => `${table.name} ${key}`;

  const write = (table: Table, key: string, after: Item): void => {
    const before = table.items.get(key);
    const stored: Stored = {
      item: after,
      previous: before?.item,
      writtenAt: options.now(),
      revision: (before?.revision ?? 0) + 1,
    };
    table.items.set(key, stored);
    options.onWrite(table.name, before?.item, after);
    for (const index of table.indexes) propagate(table, index, key, stored);
  };

  /** Entries reach an index in any order, but an older one never replaces a newer one. */
  const propagate = (table: Table, index: Index, key: string, stored: Stored): void => {
    const generation = restored;
    options.after(options.indexLagMs(table.name), () => {
      if (generation === restored) reach(index, key, stored);
    });
  };

  const reach = (index: Index, key: string, { item: whole, revision }: Stored): void => {
    const present = index.entries.get(key);
    if (present !== undefined && present.revision > revision) return;
    const listed = index.keyNames.every((name) => whole[name] !== undefined);
    const item = listed ? pick(whole, index.keyNames) : {};
    const before = present?.item ?? {};
    index.entries.set(key, { item, revision, before, reachedAt: options.now() });
  };

  /** What an index shows, or has shown a moment ago. */
  const listedIn = ({ entries }: Index): Item[] => {
    const since = options.indexGoesBack?.() ? options.now() - BACK_MS : Infinity;
    return Array.from(entries.values(), (entry) =>
      entry.reachedAt > since ? entry.before : entry.item,
    );
  };

  const seen = (stored: Stored | undefined, consistent: unknown): Item | undefined => {
    const fresh = consistent === true || stored === undefined;
    const late = !fresh && options.now() - stored.writtenAt <= STALE_MS && options.stale();
    return late ? stored.previous : stored?.item;
  };

  return {
    transactGet: ({ TransactItems = [] }) => {
      checkSize(TransactItems, MAX_GETS);
      const gets = TransactItems.map(({ Get = {} }) => {
        const table = tableOf(Get);
        return { table, key: keyOf(table, Get.Key ?? {}) };
      });
      const busy = gets.map(({ table, key }) => locks.has(lockOf(table, key)));
      if (busy.includes(true)) {
        throw canceled(busy.map((met) => ({ Code: met ? 'TransactionConflict' : 'None' })));
      }
      return { Responses: gets.map(({ table, key }) => ({ Item: table.items.get(key)?.item })) };
    },
    batchGet: ({ RequestItems = {} }, taken) => {
      const output: Record<'Responses' | 'UnprocessedKeys', Output> = {
        Responses: {},
        UnprocessedKeys: {},
      };
      for (const [TableName, request] of Object.entries(RequestItems)) {
        const table = tableOf({ TableName });
        checkSize(request.Keys, MAX_GETS);
        checkOnce(request.Keys.map((key) => keyOf(table, key)));
        output.Responses[TableName] = request.Keys.slice(0, taken).flatMap((key) => {
          const item = seen(table.items.get(keyOf(table, key)), request.ConsistentRead);
          return item === undefined ? [] : [projected(item, request)];
        });
        const Keys = request.Keys.slice(taken);
        if (Keys.length > 0) output.UnprocessedKeys[TableName] = { ...request, Keys };
      }
      return { ...output };
    },
    query: (input, most) => {
      const table = tableOf(input);
      const index = table.indexes.find(({ name }) => name === input.IndexName);
      const places =
        index === undefined
          ? [...table.items.values()].map((stored) => seen(stored, input.ConsistentRead))
          : listedIn(index);
      return queryItems(table, index, places, input, most);
    },
    update: (input) => {
      const { table, key, check, result } = writeOf({ Update: input }, tableOf);
      if (locks.has(lockOf(table, key))) throw new TransactionConflictException(fault);
      const { Code, Item } = check();
      if (Code !== 'None') throw new ConditionalCheckFailedException({ ...fault, Item });
      const after = result();
      write(table, key, after);
      return input.ReturnValues === 'ALL_NEW' ? { Attributes: after } : {};
    },
    put: (input) => {
      const { table, key, result } = writeOf({ Put: input }, tableOf);
      if (locks.has(lockOf(table, key))) throw new TransactionConflictException(fault);
      write(table, key, result());
      return {};
    },
    prepare: ({ TransactItems = [] }, token) => {
      checkSize(TransactItems, MAX_WRITES);
      const committedAt = tokens.get(token) ?? -Infinity;
      if (committedAt === Infinity) throw new TransactionInProgressException(fault);
      if (options.now() - committedAt < TOKEN_LIFE_MS) {
        return { commit: (finished) => finished(), abort: () => {} };
      }
      const writes = TransactItems.map((item) => writeOf(item, tableOf));
      checkOnce(writes.map(({ table, key }) => lockOf(table, key)));
      const reasons = writes.map(({ table, key, check }) => {
        return locks.has(lockOf(table, key)) ? { Code: 'TransactionConflict' } : check();
      });
      if (reasons.some((reason) => reason.Code !== 'None')) throw canceled(reasons);
      for (const { table, key } of writes) locks.add(lockOf(table, key));
      tokens.set(token, Infinity);
      return {
        abort: () => {
          for (const { table, key } of writes) locks.delete(lockOf(table, key));
          tokens.delete(token);
        },
        commit: (finished) => {
          let left = writes.length;
          // Item by item: each is locked until its own write is seen.
          for (const { table, key, result } of writes) {
            options.after(options.commitMs(), () => {
              locks.delete(lockOf(table, key));
              write(table, key, result());
              left -= 1;
              if (left > 0) return;
              tokens.set(token, options.now());
              finished();
            });
          }
        },
      };
    },
    batchExecute: ({ Statements = [] }, fates) => {
      checkSize(Statements, MAX_STATEMENTS);
      const Responses = Statements.map(({ Statement, Parameters }, index) => {
        const fate = fates[index];
        if (fate?.applied === false) return failed(fate.code);
        const { table, key, after } = statementWrite(Statement, Parameters, tableOf);
        if (locks.has(lockOf(table, key))) return failed('TransactionConflict');
        if (after === undefined) return failed(CONDITION_FAILED);
        write(table, key, after);
        return fate === undefined ? {} : failed(fate.code);
      });
      return { Responses };
    },
    all: (name) => {
      const table = tableOf({ TableName: options.tablePrefix + name });
      return [...table.items.values()].map(({ item }) => item);
    },
    backUp: () => {
      const kept = [...byName.values()].map((table) => ({ table, items: new Map(table.items) }));
      return () => {
        restored += 1;
        tokens.clear();
        for (const { table, items } of kept) {
          table.items = new Map(items);
          for (const index of table.indexes) {
            index.entries.clear();
            for (const [key, stored] of items) reach(index, key, stored);
          }
        }
      };
    },
  };
}

function checkSize({ length }: readonly unknown[], most: number): void {
  if (length > most) throw new Error(`ValidationException: ${length} are more than ${most}`);
}

/** DynamoDB takes no request that names one item twice. */
function checkOnce(items: readonly string[]): void {
  if (new Set(items).size < items.length) throw new Error('ValidationException: an item twice');
}

function failed(Code: string): Output {
  return { Error: { Code, Message: Code } };
}

function emptyTable(
  name: string,
  { KeySchema, GlobalSecondaryIndexes = [] }: TableDefinition,
): Table {
  const names = (schema: TableDefinition['KeySchema']): string[] =>
    schema.map((key) => key.AttributeName);
  return {
    name,
    keyNames: names(KeySchema),
    items: new Map(),
    indexes: GlobalSecondaryIndexes.map((index) => {
      const own = names(index.KeySchema);
      const [, range = ''] = own;
      const keyNames = [...own, ...names(KeySchema)];
      return { name: index.IndexName, range, keyNames, entries: new Map() };
    }),
  };
}

function keyOf({ keyNames }: Table, item: Item): string {
  return keyNames.map((name) => String(item[name])).join(' ');
}

function pick(item: Item, names: readonly string[]): Item {
  return Object.fromEntries(Object.entries(item).filter(([name]) => names.includes(name)));
}

function projected(item: Item, { ProjectionExpression: names }: CommandInput): Item {
  return names === undefined ? item : pick(item, names.split(/\s*,\s*/));
}

function placeholders(input: CommandInput): Placeholders {
  return {
    names: input.ExpressionAttributeNames ?? {},
    values: normalizedItem(input.ExpressionAttributeValues ?? {}),
  };
}

function queryItems(
  table: Table,
  index: Index | undefined,
  places: readonly (Item | undefined)[],
  input: CommandInput,
  most: number,
): Output {
  const range = index?.range ?? table.keyNames[1] ?? '';
  const descending = input.ScanIndexForward === false;
  const start = input.ExclusiveStartKey;
  const after = (item: Item): boolean =>
    start === undefined || compare(item[range], descending ? '<' : '>', start[range]);
  const given = placeholders(input);
  const matching = places
    .filter((item) => item !== undefined)
    .filter((item) => holds(input.KeyConditionExpression, item, given) && after(item))
    .sort((one, other) => (compare(one[range], '<', other[range]) ? -1 : 1));
  if (descending) matching.reverse();
  const limit = Math.min(input.Limit ?? Infinity, Math.max(1, most));
  const page = matching.slice(0, limit);
  const last = page.at(-1);
  const more = last !== undefined && page.length === limit;
  return {
    Items: page.map((item) => projected(item, input)),
    ...(more && { LastEvaluatedKey: pick(last, (index ?? table).keyNames) }),
  };
}

/** One item's write, in a transaction or by itself. */
function writeOf(
  { Put, Update }: NonNullable<CommandInput['TransactItems']>[number],
  tableOf: (input: CommandInput) => Table,
): { table: Table; key: string; check: () => CancellationReason; result: () => Item } {
  const input = Put ?? Update ?? {};
  const table = tableOf(input);
  const given = placeholders(input);
  const put = Put && normalizedItem(Put.Item ?? {});
  const Key = put === undefined ? (input.Key ?? {}) : pick(put, table.keyNames);
  const key = keyOf(table, Key);
  const found = (): Item | undefined => table.items.get(key)?.item;
  const before = (): Item => found() ?? {};
  return {
    table,
    key,
    check: () => {
      if (holds(input.ConditionExpression, before(), given)) return { Code: 'None' };
      const shown = input.ReturnValuesOnConditionCheckFailure === 'ALL_OLD' ? found() : undefined;
      return { Code: CONDITION_FAILED, ...(shown && { Item: marshall(shown) }) };
    },
    result: () => put ?? updated(input.UpdateExpression ?? '', { ...before(), ...Key }, given),
  };
}

function canceled(CancellationReasons: CancellationReason[]): TransactionCanceledException {
  return new TransactionCanceledException({ ...fault, CancellationReasons });
}

const STATEMENT = /^UPDATE "([^"]+)"((?: SET "[^"]+"=\?)+) WHERE (.+)$/;

/** A PartiQL update by key; `after` is undefined when its condition does not hold. */
function statementWrite(
  statement: string,
  parameters: unknown[],
  tableOf: (input: CommandInput) => Table,
): { table: Table; key: string; after: Item | undefined } {
  const [, TableName, set = '', where = ''] = STATEMENT.exec(statement) ?? [];
  if (TableName === undefined) throw new Error(`Not understood: ${statement}`);
  const table = tableOf({ TableName });
  const values = parameters.map(normalized);
  const names = [...set.matchAll(/"([^"]+)"=\?/g)].map(([, name = '']) => name);
  const terms = where.split(' AND ').map((text, index) => {
    const [, name = '', comparator = ''] = /^"([^"]+)"([=<])\?$/.exec(text) ?? [];
    return { name, comparator, value: values[names.length + index] };
  });
  const key = keyOf(table, Object.fromEntries(terms.map(({ name, value = '' }) => [name, value])));
  const before = table.items.get(key)?.item;
  const applies =
    before !== undefined &&
    terms.every((term) => compare(before[term.name], term.comparator, term.value));
  if (!applies) return { table, key, after: undefined };
  const changes = Object.fromEntries(names.map((name, index) => [name, values[index] ?? '']));
  return { table, key, after: Object.freeze({ ...before, ...changes }) };
}
