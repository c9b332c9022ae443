import * as z from 'zod';
import { TABLE_NAMES, tables } from '../../lib/dynamodb/tables.ts';
import type { SentCommand } from './recording.ts';

/**
 * What AWS charges for a write, by its published rules: one unit for each KB of an item begun,
 * twice that in a transaction; and one for each KB of an index entry that is put, changed or
 * removed.
 *
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/on-demand-capacity-mode.html
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.html
 */
export interface Rules {
  prefix: string;
  /** 2 if the index's part of a transactional write is doubled too; AWS does not say. */
  indexInTransaction: 1 | 2;
}

const BYTES_PER_UNIT = 1024;
const IN_TRANSACTION = 2;

const put = z.object({ TableName: z.string(), Item: z.record(z.string(), z.unknown()) });
const update = z.object({ TableName: z.string(), UpdateExpression: z.string() });
const transactWrite = z.object({
  TransactItems: z.array(
    z.union([z.strictObject({ Put: put }), z.strictObject({ Update: update })]),
  ),
});
const statements = z.object({ Statements: z.array(z.object({ Statement: z.string() })) });

/** Write units of one command whose conditions all hold. Reads take none. */
export function writeUnits({ name, input }: SentCommand, rules: Rules): number {
  if (name === 'UpdateCommand') {
    const { TableName, UpdateExpression } = update.parse(input);
    return 1 + entriesChanged(TableName, UpdateExpression, rules);
  }
  if (name === 'BatchExecuteStatementCommand') {
    return sum(statements.parse(input).Statements, ({ Statement }) => {
      const [, table = '', clauses = ''] = /^UPDATE "([^"]+)" (.*) WHERE /.exec(Statement) ?? [];
      return 1 + entriesChanged(table, clauses, rules);
    });
  }
  if (name !== 'TransactWriteCommand') return 0;
  return sum(transactWrite.parse(input).TransactItems, (write) => {
    if ('Put' in write) {
      const { TableName, Item } = write.Put;
      const units = Math.ceil(itemBytes(Item) / BYTES_PER_UNIT);
      return IN_TRANSACTION * units + rules.indexInTransaction * entriesPut(TableName, Item, rules);
    }
    const { TableName, UpdateExpression } = write.Update;
    const entries = entriesChanged(TableName, UpdateExpression, rules);
    return IN_TRANSACTION + rules.indexInTransaction * entries;
  });
}

/** Of all items, what each counts. */
export function sum<Item>(items: readonly Item[], count: (item: Item) => number): number {
  return items.reduce((all, item) => all + count(item), 0);
}

/**
 * An item's size: names and texts in UTF-8; a number at most 21 bytes.
 *
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
 */
export function itemBytes(item: Record<string, unknown>): number {
  const MAX_NUMBER = 21;
  const bytesOf = (value: unknown): number =>
    typeof value === 'string' ? Buffer.byteLength(value) : MAX_NUMBER;
  return sum(Object.entries(item), ([name, value]) => Buffer.byteLength(name) + bytesOf(value));
}

function indexKeys(table: string, { prefix }: Rules): string[][] {
  const name = TABLE_NAMES.find((each) => prefix + each === table);
  if (name === undefined) throw new Error(`There is no table ${table}.`);
  const { GlobalSecondaryIndexes = [] } = tables[name];
  return GlobalSecondaryIndexes.map(({ KeySchema }) =>
    KeySchema.map(({ AttributeName }) => AttributeName),
  );
}

/** Only an item with all of an index's keys has an entry there. */
function entriesPut(table: string, item: Record<string, unknown>, rules: Rules): number {
  return indexKeys(table, rules).filter((keys) => keys.every((key) => key in item)).length;
}

/** An update that touches a key of an index removes an entry, or puts one, or both: at most two. */
function entriesChanged(table: string, expression: string, rules: Rules): number {
  const touched = indexKeys(table, rules).filter((keys) =>
    keys.some((key) => new RegExp(`\\b${key}\\b`).test(expression)),
  );
  return 2 * touched.length;
}
