/** The promises of the README, by their numbers there. */
export const GUARANTEES = {
  1: 'an acknowledged bet is in every later list, unchanged',
  2: 'one key, at most one bet',
  3: 'a late bet is refused or replayed, and a refused bet never exists',
  4: 'a read after a result shows it or a later one',
  5: 'an event is a linearizable register',
  6: 'one answer shows one result for an event',
  7: 'a stored version never falls',
  8: 'all stored statuses reach their result',
  9: 'settled is said only when every counted bet is',
  10: 'no bet is invented, and amounts are exact',
  11: 'a 4xx is final, a 5xx is resolved by a retry',
  12: 'the work of a request is bounded',
  13: 'counts equal bets, and stakes add up',
  14: 'every event with a bet or a result is listed',
} as const;
export type Guarantee = keyof typeof GUARANTEES;

export interface Violation {
  guarantee: Guarantee;
  detail: string;
}

export function violation(guarantee: Guarantee, detail: string): Violation {
  return { guarantee, detail };
}
