import type { TableName } from '../../lib/dynamodb/tables.ts';

/**
 * What IAM calls the calls that the store makes. A transaction or a batch of statements is judged
 * by the single actions in it.
 *
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html
 */
type Action =
  | 'BatchGetItem'
  | 'DescribeTable'
  | 'GetItem'
  | 'PartiQLUpdate'
  | 'PutItem'
  | 'Query'
  | 'UpdateItem';

/** A table, or one of its indexes. */
type Target = TableName | 'bets/byEvent' | 'events/byState' | 'events/unfinished';

type Access = Partial<Record<Target, readonly Action[]>>;

/** Finding what is unsettled on an event and storing its result. */
const SWEEP = {
  bets: ['PartiQLUpdate'],
  'bets/byEvent': ['Query'],
  events: ['BatchGetItem', 'UpdateItem'],
  fences: ['BatchGetItem', 'UpdateItem'],
} as const satisfies Access;

/** What layout the tables have; and an event that nobody knew is put into the list of events. */
const LAYOUT = { eventList: ['BatchGetItem'] } as const satisfies Access;
const ENLIST = { eventList: ['BatchGetItem', 'PutItem'] } as const satisfies Access;

/** All that each function of serverless.yml may do; a test compares it with what each one does. */
const ACCESS = {
  placeBet: {
    bets: ['BatchGetItem', 'GetItem', 'PutItem'],
    events: ['BatchGetItem', 'UpdateItem'],
    fences: ['UpdateItem'],
    idempotencyKeys: ['GetItem', 'PutItem'],
    ...ENLIST,
  },
  listBets: {
    bets: ['BatchGetItem', 'Query'],
    'bets/byEvent': ['Query'],
    events: ['BatchGetItem'],
    ...LAYOUT,
  },
  getBet: { bets: ['BatchGetItem'], events: ['BatchGetItem'], ...LAYOUT },
  settleEvent: { ...SWEEP, ...ENLIST },
  listEvents: {
    eventList: ['BatchGetItem', 'Query'],
    events: ['BatchGetItem'],
    'events/byState': ['Query'],
    'events/unfinished': ['Query'],
    fences: ['BatchGetItem', 'GetItem'],
  },
  getEvent: { events: ['BatchGetItem'], fences: ['BatchGetItem', 'GetItem'], ...LAYOUT },
  pages: {},
  // Each run looks whether all tables and indexes are there.
  resumeSettlements: {
    bets: [...SWEEP.bets, 'DescribeTable'],
    'bets/byEvent': SWEEP['bets/byEvent'],
    eventList: [...ENLIST.eventList, 'DescribeTable'],
    events: [...SWEEP.events, 'DescribeTable'],
    'events/unfinished': ['Query'],
    fences: [...SWEEP.fences, 'DescribeTable'],
    idempotencyKeys: ['DescribeTable'],
  },
} satisfies Record<string, Access>;

export type FunctionName = keyof typeof ACCESS;
export const access: Record<FunctionName, Access> = ACCESS;
export const FUNCTION_NAMES = Object.keys(access) as FunctionName[]; // It has no other keys.

/** What one process may do that serves all calls and resumes settlements. */
export function accessOfAll(): Access {
  const all: Access = {};
  for (const [target, actions] of FUNCTION_NAMES.flatMap((name) => entriesOf(access[name]))) {
    all[target] = [...new Set([...(all[target] ?? []), ...actions])].toSorted();
  }
  return all;
}

export function entriesOf(granted: Access): [Target, readonly Action[]][] {
  return Object.entries(granted) as [Target, readonly Action[]][]; // It has no other keys.
}
