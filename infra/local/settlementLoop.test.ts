import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { readConfig } from '../../lib/config.ts';
import { createMissingTables } from '../../lib/dynamodb/bootstrap.ts';
import { createClient } from '../../lib/dynamodb/client.ts';
import { createLogger } from '../../lib/logger.ts';
import { createService, systemClock } from '../../lib/service.ts';
import { silentObserver } from '../../tests/support/observers.ts';
import { type EmbeddedStore, startEmbeddedStore } from './embeddedStore.ts';
import { runSettlementLoop } from './settlementLoop.ts';

let store: EmbeddedStore;
beforeAll(async () => {
  store = await startEmbeddedStore();
});
afterAll(() => store.close());

/** Runs the loop for so many runs; the store has its tables from the preparation `tablesAt` on. */
async function runFor(runs: number, tablesAt: number, reason?: Error) {
  const client = createClient(store.endpoint);
  const { tablePrefix, ...config } = readConfig({ TABLE_PREFIX: `${randomUUID()}-` });
  const logger = createLogger('SILENT');
  const warn = jest.spyOn(logger, 'warn');
  const stopping = new AbortController();
  const deadlinesMs: number[] = [];
  const clock = {
    ...systemClock,
    deadline: (milliseconds: number) => {
      deadlinesMs.push(milliseconds);
      if (deadlinesMs.length === runs) stopping.abort();
      return systemClock.deadline(milliseconds);
    },
  };
  const parts = { client, clock, logger, observer: silentObserver };
  const service = createService({ ...config, tablePrefix }, parts);
  let prepared = 0;
  const prepareStore = async (): Promise<void> => {
    prepared += 1;
    if (prepared < tablesAt && reason !== undefined) throw reason;
    if (prepared >= tablesAt) await createMissingTables(client, tablePrefix);
  };
  if (runs === 0) stopping.abort();

  await runSettlementLoop(service, prepareStore, stopping.signal);
  client.destroy();
  return { prepared, deadlinesMs, warnings: warn.mock.calls };
}

describe('runSettlementLoop', () => {
  it('makes the tables first, and resumes settlements with nearly a minute of time', async () => {
    expect(await runFor(1, 1)).toEqual({ prepared: 1, deadlinesMs: [59_000], warnings: [] });
  });

  it('says that a run failed, makes the tables again and goes on', async () => {
    const deadlinesMs = [59_000, 59_000, 59_000];
    const warnings = [['Not all settlements were carried on', { error: expect.any(Error) }]];
    expect(await runFor(3, 2)).toEqual({ prepared: 2, deadlinesMs, warnings });
  });

  it('says why the tables cannot be made, and tries again', async () => {
    const reason = new Error('connect ECONNREFUSED 127.0.0.1:9');

    const { warnings } = await runFor(1, 2, reason);

    const message = 'The store cannot be reached or prepared; it is tried again';
    expect(warnings).toEqual([[message, { error: reason }]]);
  });

  it('does not begin when it is stopped already', async () => {
    expect(await runFor(0, 1)).toEqual({ prepared: 0, deadlinesMs: [], warnings: [] });
  });
});
