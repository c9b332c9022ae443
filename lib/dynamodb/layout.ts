import { DescribeTableCommand, type TableDescription } from '@aws-sdk/client-dynamodb';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { BetError } from '../bets/errors.ts';
import { attempt, attemptUnless, misfit } from './failures.ts';
import { layoutItem } from './items.ts';
import { batchGet, type Session } from './session.ts';
import { LAYOUT, LAYOUT_KEY, TABLE_NAMES, type TableName, tables } from './tables.ts';

/**
 * By one read. A store that says nothing is new, or the resumer has not looked at it yet: it is
 * taken. Throws `not-ready` when the store has another layout.
 */
export async function checkLayout(session: Session): Promise<void> {
  const found = await findLayout(session);
  if (found !== undefined && found !== LAYOUT) throw misfit(`it has layout ${found}`);
}

/**
 * The same, and whether each table and index is there with its keys. Notes the layout on a store
 * that says nothing. Throws `not-ready` when something else is there.
 */
export async function verifyLayout(session: Session): Promise<void> {
  const found = await findLayout(session).catch((error: unknown) => {
    // A table that is missing is named below.
    if (isMissingTable(error)) return undefined;
    throw error;
  });
  const faults = await Promise.all(TABLE_NAMES.map((name) => faultsOf(session, name)));
  const other = found === undefined || found === LAYOUT ? [] : [`it has layout ${found}`];
  const all = [...other, ...faults.flat()];
  if (all.length > 0) throw misfit(all.join('; '));
  if (found === undefined) await noteLayout(session);
}

async function findLayout(session: Session): Promise<number | undefined> {
  const [item] = await batchGet(session, 'eventList', [LAYOUT_KEY]);
  return item && layoutItem.parse(item).layout;
}

/** Whoever is first notes it. */
async function noteLayout({ client, tables: names, options }: Session): Promise<void> {
  const put = new PutCommand({
    TableName: names.eventList,
    Item: { ...LAYOUT_KEY, layout: LAYOUT },
    ConditionExpression: 'attribute_not_exists(layout)',
  });
  await attemptUnless('ConditionalCheckFailedException', client.send(put, options));
}

async function faultsOf(session: Session, table: TableName): Promise<string[]> {
  const { client, tables: names, options } = session;
  const TableName = names[table];
  const describing = attempt(client.send(new DescribeTableCommand({ TableName }), options));
  const described = await describing.catch((error: unknown) => {
    if (isMissingTable(error)) return undefined;
    throw error;
  });
  if (described === undefined) return [`the table ${TableName} is missing`];
  return [...differences(TableName, table, described.Table ?? {})];
}

function* differences(name: string, table: TableName, found: TableDescription): Generator<string> {
  const { KeySchema, GlobalSecondaryIndexes = [] } = tables[table];
  if (keysOf(found.KeySchema) !== keysOf(KeySchema)) yield `the table ${name} has other keys`;
  for (const wanted of GlobalSecondaryIndexes) {
    const index = found.GlobalSecondaryIndexes?.find((one) => one.IndexName === wanted.IndexName);
    const named = `the index ${wanted.IndexName} of ${name}`;
    if (index === undefined) yield `${named} is missing`;
    else if (keysOf(index.KeySchema) !== keysOf(wanted.KeySchema)) yield `${named} has other keys`;
  }
}

type Keys = TableDescription['KeySchema'];

function keysOf(keys: Keys = []): string {
  return keys.map(({ AttributeName, KeyType }) => `${AttributeName} ${KeyType}`).join();
}

function isMissingTable(error: unknown): boolean {
  return error instanceof BetError && Reflect.get(Object(error.cause), 'name') === MISSING_TABLE;
}

const MISSING_TABLE = 'ResourceNotFoundException';
