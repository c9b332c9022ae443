import type { Actor, Scope } from './world.ts';
import type { BetRequest, Memory, Outcome, PutRequest } from './protocol.ts';

type Placing = Partial<BetRequest> & { requests?: number; remembers?: Memory };

/** A client with a key asks again; one without cannot know whether its bet was placed. */
function placer(name: string, { requests = 1, remembers = 1, ...given }: Placing = {}): Actor {
  const key = given.key ?? null;
  const wish = key ?? name;
  return {
    name,
    wish: { name: wish, hasKey: key !== null },
    requests,
    begin: (tryNumber) => {
      const request: BetRequest = { id: `${name}${tryNumber}`, wish, key, fence: 0, ...given };
      return { program: 'placeBet', given: [request, 1, remembers] };
    },
  };
}

/** Two requests, one without a key and one with it. The client with a key asks again, alone. */
function group(keys: (string | null)[], { requests = 1, remembers = 1 }: Placing = {}): Actor {
  const parts = keys.map((key, place): BetRequest => {
    const id = `member${place}`;
    return { id, wish: key ?? id, key, fence: 0 };
  });
  const wishes = parts.map(({ wish, key }) => ({ name: wish, hasKey: key !== null }));
  const keyed = parts.find(({ key }) => key !== null);
  if (keyed === undefined) throw new Error('Nobody would ask again');
  return {
    name: 'group',
    wish: { name: keyed.wish, hasKey: true, group: wishes },
    requests,
    begin: (tryNumber) => {
      if (tryNumber === 1) return { program: 'placeGroup', given: [parts, remembers] };
      const again = { ...keyed, id: `again${tryNumber}` };
      return { program: 'placeBet', given: [again, 1, remembers] };
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

const two = { remembers: 2 };
const unknown = { remembers: null };
const keyed = placer('keyed', { key: 'k', requests: 2 });
const keyedOfTwo = placer('keyed', { key: 'k', requests: 2, ...two });
const twin = placer('twin', { key: 'k' });
const twinOfTwo = placer('twin', { key: 'k', fence: 1, ...two });
const keyless = placer('keyless');
const keylessOfTwo = placer('keyless', { fence: 1, ...two });
const win = settler('win', 'WIN');
const lose = settler('lose', 'LOSE');
const corrector = settler('corrector', 'LOSE', { corrects: true });
const correctAndSweep = settler('corrector', 'LOSE', { corrects: true, sweeps: true });
const sweeper = other('sweeper', 'resumeSettlements');
const winAndSweep = settler('win', 'WIN', { sweeps: true, requests: 2 });
const loseAndSweep = settler('lose', 'LOSE', { sweeps: true });
const list = other('list', 'readBets');
const get = other('get', 'readEvent');
const firstKeyed = placer('keyed', { key: 'k', requests: 2, ...unknown });
const firstKeyless = placer('keyless', unknown);
const wrongTwo = placer('keyed', { key: 'k', requests: 2, fence: 1, ...two });
const wrongClosed = placer('mistaken', { remembers: 'closed' });
const crowd = group([null, 'k'], { requests: 2 });
const firstCrowd = group([null, 'k'], { requests: 2, ...unknown });
const lateCrowd = group(['k', null], { requests: 2, ...two });
const twinCrowd = group(['k', 'k'], { requests: 2 });

/** For every run of the tests: each takes about a second at most. */
export const SMALL = {
  'a bet': { fences: 2, faults: 2, actors: [keyedOfTwo, win] },
  'a first bet': { fences: 0, faults: 1, actors: [firstKeyed, win] },
  'a result': { fences: 1, faults: 1, actors: [keyless, winAndSweep] },
  'a correction': {
    ...{ fences: 2, faults: 0 },
    actors: [keyedOfTwo, keylessOfTwo, winAndSweep, correctAndSweep],
  },
  'an old sweep': { fences: 1, faults: 0, actors: [keyless, win, sweeper, correctAndSweep] },
  'two results': { fences: 1, faults: 1, actors: [keyless, win, lose] },
  'a list': { fences: 2, faults: 0, actors: [keyedOfTwo, keylessOfTwo, win, corrector, list] },
  'a wider event': { fences: 1, faults: 1, actors: [keyed, win] },
  'a group': { fences: 1, faults: 1, actors: [crowd, win] },
  'one key in a group': { fences: 1, faults: 1, actors: [twinCrowd, win] },
  'a late group': { fences: 2, faults: 2, actors: [lateCrowd, win] },
  'wrong memory': { fences: 0, faults: 0, actors: [wrongTwo, wrongClosed, win] },
} satisfies Record<string, Scope>;

/** Together, each pair of programs with any fault. */
export const LARGE: Record<string, Scope> = {
  'first bets': { fences: 0, faults: 1, actors: [firstKeyed, firstKeyless, win] },
  'first results': { fences: 0, faults: 2, actors: [firstKeyless, win, lose] },
  'late bets': { fences: 2, faults: 2, actors: [keyedOfTwo, keylessOfTwo, win] },
  'one key, two clients': { fences: 2, faults: 2, actors: [keyedOfTwo, twinOfTwo, win] },
  'two results': { fences: 2, faults: 1, actors: [keyedOfTwo, keylessOfTwo, win, lose] },
  'a crowd': { fences: 0, faults: 1, actors: [firstCrowd, win, corrector, sweeper] },
  'a late group': { fences: 2, faults: 2, actors: [lateCrowd, keylessOfTwo, win] },
  widening: { fences: 1, faults: 1, actors: [keyed, keyless, win, lose] },
  'sweeps side by side': {
    ...{ fences: 2, faults: 1 },
    actors: [keyedOfTwo, keylessOfTwo, winAndSweep, sweeper],
  },
  'rival sweeps': { fences: 1, faults: 1, actors: [keyless, winAndSweep, loseAndSweep, sweeper] },
  corrections: { fences: 1, faults: 1, actors: [keyed, win, lose, corrector, sweeper] },
  readers: { fences: 1, faults: 1, actors: [keyed, win, corrector, sweeper, list, get] },
  'wrong memory': { fences: 0, faults: 2, actors: [wrongTwo, wrongClosed, win] },
  everybody: { fences: 1, faults: 1, actors: [keyed, keyless, win, corrector, sweeper] },
  'a group': { fences: 1, faults: 2, actors: [crowd, twin, win] },
  'a store brought back': { fences: 1, faults: 1, actors: [wrongTwo, wrongClosed, keyless, win] },
};
