import type { Clock } from '../../lib/bets/context.ts';
import { readConfig } from '../../lib/config.ts';
import type { Call } from '../../lib/http/call.ts';
import { createHandler, type Invocation } from '../../lib/http/handler.ts';
import { createService, type Parts } from '../../lib/service.ts';
import { apiEvent, context, read, type Sent } from './apiEvent.ts';
import { mockDynamodb } from './dynamodb.ts';
import { keptLog } from './keptLog.ts';
import { silentObserver } from './observers.ts';
import { betIdOf, NOON } from './samples.ts';

/** The id of every bet that is placed. */
export const NEW_BET_ID = betIdOf(0x1001);

/** Always noon: no pause takes time, and no deadline comes. */
export const noon: Clock = {
  now: () => NOON,
  sleep: async () => {},
  deadline: () => ({ signal: new AbortController().signal, [Symbol.dispose]: () => {} }),
};

export type Served = ReturnType<typeof serve>;

/** The handler of a call on a service of its own: at noon, with known ids and the fence 32. */
export function serve(call: Call, given: Partial<Parts> = {}) {
  const { logger, lines } = keptLog();
  const service = createService(readConfig({ DYNAMODB_ENDPOINT: 'aws' }), {
    clock: noon,
    observer: silentObserver,
    logger,
    newBetId: () => NEW_BET_ID,
    newDecisionId: () => 'decision-1',
    random: () => 0.5,
    ...given,
  });
  const handler = createHandler(call, service);
  return {
    /** The store; a command that no test expects is a bug. */
    dynamodb: mockDynamodb(),
    ask: async (sent?: Sent, invocation: Invocation = context) =>
      read(await handler(apiEvent(sent), invocation)),
    /** What was logged. */
    lines,
  };
}
