import { type DynamoDBDocumentClient, GetCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { readUnits } from './readUnits.ts';
import { type Change, type Item, sum, tableOf, writeUnits } from './writeUnits.ts';

/** Units of DynamoDB's capacity. */
export interface Units {
  write: number;
  /** Of the written ones those that store results on bets. */
  onBets: number;
  read: number;
}

const item = z.record(z.string(), z.unknown());
const write = z.object({ TableName: z.string(), Key: item.optional(), Item: item.optional() });
const transaction = z.object({
  TransactItems: z.array(z.object({ Put: write.optional(), Update: write.optional() })),
});
const statements = z.object({
  Statements: z.array(
    z.object({
      Statement: z.string().regex(/ SET "status".* WHERE "shard"/),
      Parameters: z.array(z.unknown()),
    }),
  ),
});

/** A write to one item, and whether it is a part of a transaction. */
interface Target {
  table: string;
  key: Item;
  inTransaction: boolean;
}

/** What was seen: writes are counted once it is known how AWS charges for indexes. */
interface Reading {
  changes: Change[];
  /** Results stored on bets: no index of theirs changes, and a bet is below one KB. */
  onBets: number;
  read: number;
}

/**
 * The client, with a note of what AWS charges for each command that it sends: of each item that is
 * written it reads what it was before and what it is after. Commands that write to one item at the
 * same time are not told apart.
 */
export function metered(plain: DynamoDBDocumentClient) {
  let reading: Reading | undefined;
  const find = async ({ table, key }: Target): Promise<Item | undefined> =>
    (await plain.send(new GetCommand({ TableName: table, Key: key, ConsistentRead: true }))).Item;
  const send = async (command: object, ...options: unknown[]): Promise<unknown> => {
    const pass = async (): Promise<unknown> =>
      Reflect.apply(plain.send, plain, [command, ...options]);
    return reading === undefined ? pass() : count(reading, command, pass);
  };
  const count = async (now: Reading, command: object, pass: () => Promise<unknown>) => {
    const { name } = command.constructor;
    const input: unknown = Reflect.get(command, 'input');
    if (name === 'BatchExecuteStatementCommand') {
      now.onBets += statements.parse(input).Statements.length;
      return pass();
    }
    const targets = targetsOf(name, input);
    if (targets === undefined) {
      const output = await pass();
      now.read += readUnits({ name, input }, (await readWhole(command)) ?? output);
      return output;
    }
    const before = await Promise.all(targets.map(find));
    try {
      return await pass();
    } finally {
      const after = await Promise.all(targets.map(find));
      for (const [index, { table, inTransaction }] of targets.entries()) {
        const change = { table, before: before[index], after: after[index], inTransaction };
        now.changes.push(change);
      }
    }
  };
  /** What a command with a projection would have read without it. */
  const readWhole = async (command: object): Promise<unknown> => {
    if (command instanceof QueryCommand && command.input.ProjectionExpression !== undefined) {
      const { ProjectionExpression: _part, ...whole } = command.input;
      return plain.send(new QueryCommand(whole));
    }
    return undefined;
  };
  const client = new Proxy(plain, {
    get: (target, property): unknown =>
      property === 'send' ? send : Reflect.get(target, property),
  });
  /** What `work` takes. */
  const during = async (
    work: () => Promise<unknown>,
    indexInTransaction: 1 | 2 = 1,
  ): Promise<Units> => {
    const own: Reading = { changes: [], onBets: 0, read: 0 };
    reading = own;
    try {
      await work();
    } finally {
      reading = undefined;
    }
    const { changes, onBets, read } = own;
    const units = sum(changes, (change) => writeUnits(change, indexInTransaction));
    return { write: units + onBets, onBets, read };
  };
  return { client, during };
}

/** The items that a command writes to; undefined for one that reads. */
function targetsOf(name: string, input: unknown): Target[] | undefined {
  if (name === 'PutCommand' || name === 'UpdateCommand') {
    return [targetOf(write.parse(input), false)];
  }
  if (name !== 'TransactWriteCommand') return undefined;
  return transaction.parse(input).TransactItems.map(({ Put, Update }) => {
    return targetOf(write.parse(Put ?? Update), true);
  });
}

function targetOf(
  { TableName: table, Key, Item: put }: z.infer<typeof write>,
  inTransaction: boolean,
): Target {
  const names = tableOf(table).KeySchema.map(({ AttributeName }) => AttributeName);
  const key = Key ?? Object.fromEntries(names.map((name) => [name, put?.[name]]));
  return { table, key, inTransaction };
}
