import { describe, expect, it, jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { accept } from '../acceptance/accept.ts';
import { startService } from '../support/service.ts';
import { storeEndpoint } from '../support/storeEndpoint.ts';

jest.setTimeout(600_000);

const TOKEN = 'token-of-an-operator';
const MINUTES = 0.5;

describe("the packaged functions under AWS's runtime client", () => {
  it('keep all guarantees while clients and operators use them', async () => {
    const store = await storeEndpoint();
    const service = await startService({
      DYNAMODB_ENDPOINT: store.endpoint,
      TABLE_PREFIX: `test-${randomUUID()}-`,
      OPERATOR_TOKEN: TOKEN,
    });

    const { violations, ...report } = await accept({
      url: service.url,
      token: TOKEN,
      minutes: MINUTES,
    });
    await service.stop('SIGTERM');
    await store.close();

    expect(violations).toEqual([]);
    expect(Math.min(report.rounds, report.bets, report.results)).toBeGreaterThan(0);
  });
});
