import { TABLE_NAMES, type TableDefinition, tables } from '../../lib/dynamodb/tables.ts';

const BYTES_PER_UNIT = 1024;
const IN_TRANSACTION = 2;

export type Item = Record<string, unknown>;

/** What a write has made of an item; the same twice when its condition did not hold. */
export interface Change {
  table: string;
  before: Item | undefined;
  after: Item | undefined;
  inTransaction: boolean;
}

/**
 * What AWS charges for a write, by its published rules: one unit for each KB of the larger of the
 * item before and after, also when the condition does not hold; twice that in a transaction; and
 * one for each entry that is put into an index or removed from it. All entries are below one KB.
 * `indexInTransaction`: 2 if the index's part of a transactional write is doubled too, of which AWS
 * says nothing.
 *
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/on-demand-capacity-mode.html
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.html
 */
export function writeUnits(
  { table, before, after, inTransaction }: Change,
  indexInTransaction: 1 | 2,
): number {
  const bytes = Math.max(itemBytes(before), itemBytes(after), 1);
  const units = Math.ceil(bytes / BYTES_PER_UNIT) * (inTransaction ? IN_TRANSACTION : 1);
  const entries = sum(indexKeys(table), (keys) => {
    const [was, is] = [entryOf(before, keys), entryOf(after, keys)];
    return was === is ? 0 : (was === undefined ? 0 : 1) + (is === undefined ? 0 : 1);
  });
  return units + entries * (inTransaction ? indexInTransaction : 1);
}

/** Of all items, what each counts. */
export function sum<Each>(items: readonly Each[], count: (item: Each) => number): number {
  return items.reduce((all, item) => all + count(item), 0);
}

/**
 * An item's size: names and texts in UTF-8; a number at most 21 bytes; a list or a map 3 bytes, and
 * one more for each element.
 *
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
 */
export function itemBytes(item: Item = {}): number {
  return sum(Object.entries(item), ([name, value]) => Buffer.byteLength(name) + bytesOf(value));
}

function bytesOf(value: unknown): number {
  const MAX_NUMBER = 21;
  const NESTED = 3;
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (Array.isArray(value)) return NESTED + sum(value, (element) => 1 + bytesOf(element));
  if (typeof value !== 'object' || value === null) return MAX_NUMBER;
  const members = { ...value };
  return NESTED + Object.keys(members).length + itemBytes(members);
}

/** A table by its whole name, with the stage's prefix. */
export function tableOf(name: string): TableDefinition {
  const own = TABLE_NAMES.find((each) => name.endsWith(each));
  if (own === undefined) throw new Error(`There is no table ${name}.`);
  return tables[own];
}

function indexKeys(table: string): string[][] {
  const { GlobalSecondaryIndexes = [] } = tableOf(table);
  return GlobalSecondaryIndexes.map(({ KeySchema }) =>
    KeySchema.map(({ AttributeName }) => AttributeName),
  );
}

/** Only an item with all of an index's keys has an entry there; it holds nothing but keys. */
function entryOf(item: Item | undefined, keys: readonly string[]): string | undefined {
  const values = keys.map((key) => item?.[key]);
  return values.includes(undefined) ? undefined : JSON.stringify(values);
}
