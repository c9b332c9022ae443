import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Wait } from '../bets/context.ts';
import type { BetStore } from '../bets/store.ts';
import { BetTable } from './bets.ts';
import { EventTable } from './events.ts';
import { FenceTable } from './fences.ts';
import { GroupCommit, type GroupCommitOptions } from './groupCommit.ts';
import { checkLayout, verifyLayout } from './layout.ts';
import { tableNames } from './tables.ts';

/** The store on DynamoDB: AWS's own, DynamoDB Local or the embedded one. */
export function createDynamodbStore(
  client: DynamoDBDocumentClient,
  tablePrefix: string,
  options: GroupCommitOptions,
) {
  const tables = tableNames(tablePrefix);
  const groups = new GroupCommit({ client, tables }, options);
  return {
    /** The store for one request: every call ends by the deadline of `wait`. */
    until: (wait: Wait): BetStore => {
      const session = { client, tables, wait, options: { abortSignal: wait.signal } };
      return {
        bets: new BetTable(session, groups),
        fences: new FenceTable(session),
        events: new EventTable(session),
        checkLayout: () => checkLayout(session),
        verifyLayout: () => verifyLayout(session),
      };
    },
  };
}
