import type { Actor, Scope } from './world.ts';
import type { BetRequest, Outcome, PutRequest } from './protocol.ts';

type Placing = Partial<BetRequest> & { requests?: number };

/** A client with a key asks again; one without cannot know whether its bet was placed. */
function placer(name: string, { requests = 1, ...given }: Placing = {}): Actor {
  const key = given.key ?? null;
  const wish = key ?? name;
  return {
    name,
    wish: { name: wish, hasKey: key !== null },
    requests,
    begin: (tryNumber) => {
      const id = `${name}${tryNumber}`;
      const request: BetRequest = { id, wish, key, fence: 0, listed: true, ...given };
      return { program: 'placeBet', given: [request] };
    },
  };
}

type Settling = { requests?: number; sweeps?: boolean; corrects?: boolean };

/** `corrects`: waits for a result that was acknowledged, and gives `If-Match` with its version. */
function settler(name: string, outcome: Outcome, given: Settling = {}): Actor {
  const { requests = 1, sweeps = false, corrects = false } = given;
  return {
    name,
    wish: { name, hasKey: false, outcome },
    requests,
    begin: (tryNumber, { version }) => {
      if (corrects && version === 0) return undefined;
      const id = `${name}${tryNumber}`;
      const ifVersion = corrects ? version : null;
      const put: PutRequest = { by: id, decision: { id, outcome }, ifVersion, sweeps };
      return { program: 'settleEvent', given: [put] };
    },
  };
}

function other(name: string, program: string): Actor {
  const begin = () => ({ program, given: [] });
  return { name, wish: { name, hasKey: false }, requests: 1, begin };
}

const keyed = placer('keyed', { key: 'k', requests: 2 });
const twin = placer('twin', { key: 'k', fence: 1 });
const keyless = placer('keyless', { fence: 1 });
const first = placer('first');
const win = settler('win', 'WIN');
const lose = settler('lose', 'LOSE');
const corrector = settler('corrector', 'LOSE', { corrects: true });
const correctAndSweep = settler('corrector', 'LOSE', { corrects: true, sweeps: true });
const sweeper = other('sweeper', 'resumeSettlements');
const winAndSweep = settler('win', 'WIN', { sweeps: true, requests: 2 });
const loseAndSweep = settler('lose', 'LOSE', { sweeps: true });
const list = other('list', 'readBets');
const get = other('get', 'readEvent');
const firstKeyed = placer('keyed', { key: 'k', requests: 2, listed: false });
const firstKeyless = placer('keyless', { fence: 1, listed: false });

/** For every run of the tests: each takes less than a second. */
export const SMALL = {
  'a bet': { fences: 2, faults: 2, listed: false, actors: [firstKeyed, win] },
  'a result': { fences: 1, faults: 1, actors: [keyless, winAndSweep] },
  'a correction': { fences: 2, faults: 0, actors: [first, keyless, winAndSweep, correctAndSweep] },
  'an old sweep': { fences: 1, faults: 0, actors: [keyless, win, sweeper, correctAndSweep] },
  'two results': { fences: 1, faults: 1, actors: [win, lose] },
  'a list': { fences: 2, faults: 0, actors: [first, keyless, win, corrector, list] },
} satisfies Record<string, Scope>;

/** Together, each pair of programs with any fault, and all but the readers with a crash. */
export const LARGE: Record<string, Scope> = {
  'first bets': {
    ...{ fences: 2, faults: 1, listed: false },
    actors: [firstKeyed, firstKeyless, win],
  },
  'late bets': { fences: 2, faults: 2, actors: [keyed, keyless, win] },
  'one key, two clients': { fences: 2, faults: 2, actors: [keyed, twin, win] },
  'two results': { fences: 2, faults: 1, actors: [keyed, keyless, win, lose] },
  'sweeps side by side': { fences: 2, faults: 1, actors: [keyed, keyless, winAndSweep, sweeper] },
  'rival sweeps': { fences: 1, faults: 1, actors: [keyless, winAndSweep, loseAndSweep, sweeper] },
  corrections: { fences: 2, faults: 1, actors: [keyed, win, lose, corrector, sweeper] },
  readers: { fences: 1, faults: 1, actors: [keyed, win, corrector, sweeper, list, get] },
  everybody: {
    ...{ fences: 1, faults: 1, onlyCrashes: true },
    actors: [keyed, keyless, win, lose, corrector, sweeper],
  },
};
