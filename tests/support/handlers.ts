import type { BetStore } from '../../lib/bets/store.ts';
import { logger } from '../../lib/logger.ts';
import { createClient } from '../../lib/dynamodb/client.ts';
import { createDynamodbStore } from '../../lib/dynamodb/store.ts';
import { observeWith, service } from '../../lib/service.ts';
import { expectNothing, type MockedDynamodb, mockDynamodb } from './dynamodb.ts';
import { betIdOf, NOON } from './fakes.ts';
import { silentObserver } from './observers.ts';

export interface HandlerWorld {
  dynamodb: MockedDynamodb;
  /** What was logged as an error and as a warning. */
  errors: jest.SpyInstance;
  warnings: jest.SpyInstance;
  /** Pauses that were made; none takes any time. */
  pauses: jest.SpyInstance;
}

/** The id of the next bet that is placed. */
export const NEW_BET_ID = betIdOf(0x1001);
export const NOON_TEXT = '2026-11-22T12:00:00.000Z';

/** One that remembers nothing of the test before. */
function newStore(): BetStore {
  const { clock } = service;
  const client = createClient(undefined);
  return createDynamodbStore({ client, tablePrefix: 'bet-maker-', clock, random: Math.random });
}

/** For each test: no store, noon, known ids, fence 32, and a log that stays here. */
export function handlerWorld(): HandlerWorld {
  const world: HandlerWorld = {
    dynamodb: mockDynamodb(),
    errors: jest.spyOn(logger, 'error'),
    warnings: jest.spyOn(logger, 'warn'),
    pauses: jest.spyOn(service.clock, 'sleep'),
  };
  beforeEach(() => {
    observeWith(silentObserver);
    service.store = newStore();
    expectNothing(world.dynamodb);
    world.errors.mockReset().mockReturnValue(undefined);
    world.warnings.mockReset().mockReturnValue(undefined);
    world.pauses.mockReset().mockResolvedValue(undefined);
    jest.spyOn(service.clock, 'now').mockReturnValue(NOON);
    jest.spyOn(service, 'newBetId').mockReturnValue(NEW_BET_ID);
    jest.spyOn(service, 'newDecisionId').mockReturnValue('decision-1');
    jest.spyOn(service, 'random').mockReturnValue(0.5);
  });
  return world;
}
