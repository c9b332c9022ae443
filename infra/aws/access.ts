import type { TableName } from '../../lib/dynamodb/tables.ts';

/** The functions of serverless.yml. */
export const FUNCTION_NAMES = [
  'placeBet',
  'listBets',
  'getBet',
  'settleEvent',
  'listEvents',
  'getEvent',
  'pages',
  'resumeSettlements',
] as const;
export type FunctionName = (typeof FUNCTION_NAMES)[number];

/**
 * What IAM calls the calls that the store makes. A transaction or a batch of statements is judged
 * by the single actions in it.
 *
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html
 */
type Action = 'BatchGetItem' | 'GetItem' | 'PartiQLUpdate' | 'PutItem' | 'Query' | 'UpdateItem';

/** A table, or one of its indexes. */
type Target = TableName | 'bets/byEvent' | 'events/byState' | 'events/unfinished';

export type Access = Partial<Record<Target, readonly Action[]>>;

/** Finding what is unsettled on an event and storing its result. */
const SWEEP = {
  bets: ['PartiQLUpdate'],
  'bets/byEvent': ['Query'],
  events: ['BatchGetItem', 'UpdateItem'],
  fences: ['BatchGetItem', 'UpdateItem'],
} as const satisfies Access;

/** All that each function may do; a test compares it with what each one does. */
export const access: Record<FunctionName, Access> = {
  placeBet: {
    bets: ['BatchGetItem', 'GetItem', 'PutItem'],
    events: ['BatchGetItem', 'UpdateItem'],
    fences: ['UpdateItem'],
    idempotencyKeys: ['GetItem', 'PutItem'],
  },
  listBets: {
    bets: ['BatchGetItem', 'Query'],
    'bets/byEvent': ['Query'],
    events: ['BatchGetItem'],
    fences: ['BatchGetItem'],
  },
  getBet: { bets: ['BatchGetItem'], events: ['BatchGetItem'] },
  settleEvent: SWEEP,
  listEvents: { events: ['BatchGetItem'], 'events/byState': ['Query'], fences: ['BatchGetItem'] },
  getEvent: { events: ['BatchGetItem'], fences: ['BatchGetItem'] },
  pages: {},
  resumeSettlements: { ...SWEEP, 'events/unfinished': ['Query'] },
};
