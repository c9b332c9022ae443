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

const SINGLE: Record<string, string> = {
  GetCommand: 'GetItem',
  QueryCommand: 'Query',
  UpdateCommand: 'UpdateItem',
};
const IN_TRANSACTION: Record<string, string> = {
  ConditionCheck: 'ConditionCheckItem',
  Delete: 'DeleteItem',
  Get: 'GetItem',
  Put: 'PutItem',
  Update: 'UpdateItem',
};
const BY_VERB: Record<string, string> = {
  DELETE: 'PartiQLDelete',
  INSERT: 'PartiQLInsert',
  SELECT: 'PartiQLSelect',
  UPDATE: 'PartiQLUpdate',
};

/**
 * By AWS's tables of operations and actions. Throws for a command that is not in them.
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
      .map(([kind, { TableName }]) => ({ action: known(IN_TRANSACTION, kind), table: TableName }));
  }
  if (name === 'BatchExecuteStatementCommand') {
    return statements.parse(input).Statements.map(({ Statement }) => {
      const [, verb = '', table = ''] =
        /^(\w+)\s+(?:FROM\s+|INTO\s+)?"([^"]+)"/.exec(Statement) ?? [];
      return { action: known(BY_VERB, verb), table };
    });
  }
  const { TableName, IndexName } = onTable.parse(input);
  return [{ action: known(SINGLE, name), table: TableName, index: IndexName }];
}

function known(actions: Record<string, string>, name: string): string {
  const action = actions[name];
  if (action === undefined) throw new Error(`What does IAM call ${name}?`);
  return action;
}
