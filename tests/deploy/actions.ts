import * as z from 'zod';
import type { SentCommand } from './recording.ts';

/** What IAM asks for before a command is carried out: an action on a table or on an index. */
export interface Need {
  action: string;
  table: string;
  index?: string | undefined;
}

const onTable = z.object({ TableName: z.string(), IndexName: z.string().optional() });
const batchGet = z.object({ RequestItems: z.record(z.string(), z.unknown()) });
const transaction = z.object({ TransactItems: z.array(z.record(z.string(), onTable)) });
const statements = z.object({ Statements: z.array(z.object({ Statement: z.string() })) });

/** Commands, parts of a transaction and verbs of PartiQL, as far as the store sends them. */
const ACTIONS: Record<string, string> = {
  DescribeTableCommand: 'DescribeTable',
  GetCommand: 'GetItem',
  PutCommand: 'PutItem',
  QueryCommand: 'Query',
  UpdateCommand: 'UpdateItem',
  Get: 'GetItem',
  Put: 'PutItem',
  Update: 'UpdateItem',
  UPDATE: 'PartiQLUpdate',
};

/**
 * By AWS's tables of operations and actions. Throws for what is not in them.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis-iam.html
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-iam.html
 */
export function needsOf({ name, input }: SentCommand): Need[] {
  if (name === 'BatchGetCommand') {
    const tables = Object.keys(batchGet.parse(input).RequestItems);
    return tables.map((table) => ({ action: 'BatchGetItem', table }));
  }
  if (name === 'TransactWriteCommand' || name === 'TransactGetCommand') {
    return transaction
      .parse(input)
      .TransactItems.flatMap(Object.entries<z.output<typeof onTable>>)
      .map(([kind, { TableName }]) => ({ action: actionOf(kind), table: TableName }));
  }
  if (name === 'BatchExecuteStatementCommand') {
    return statements.parse(input).Statements.map(({ Statement }) => {
      const [, verb = '', table = ''] = /^(\w+) "([^"]+)"/.exec(Statement) ?? [];
      return { action: actionOf(verb), table };
    });
  }
  const { TableName, IndexName } = onTable.parse(input);
  return [{ action: actionOf(name), table: TableName, index: IndexName }];
}

function actionOf(name: string): string {
  const action = ACTIONS[name];
  if (action === undefined) throw new Error(`What does IAM call ${name}?`);
  return action;
}
