import { isBetId } from './bets/ids.ts';
import { service } from './service.ts';
import { systemClock } from './service.ts';

describe('service', () => {
  it('has the machine for its clock, and new ids each time', () => {
    const [first, second] = [service.newDecisionId(), service.newDecisionId()];

    expect(service.clock).toBe(systemClock);
    expect(isBetId(service.newBetId(0))).toBe(true);
    expect(first).toMatch(/^[0-9a-f-]{36}$/);
    expect(first).not.toBe(second);
  });

  it('has random numbers from 0 to below 1', () => {
    const numbers = Array.from({ length: 100 }, () => service.random());

    expect(Math.min(...numbers)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...numbers)).toBeLessThan(1);
    expect(new Set(numbers).size).toBeGreaterThan(90);
  });
});
