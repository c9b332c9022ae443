import type { Actor, Scope } from './world.ts';
import type { BetRequest, Known, Outcome, PutRequest } from './protocol.ts';

interface Placer extends Actor {
  requestOf: (tryNumber: number) => BetRequest;
}
type Placing = Partial<BetRequest> & { requests?: number; knows?: Known | null };

/**
 * A client with a key asks again; one without cannot know whether its bet was placed. `knows`: what
 * its process remembers of the event, nothing if that is null.
 */
function placer(name: string, given: Placing = {}): Placer {
  const { requests = 1, knows = 1, fence = 0, key = null, widens = false } = given;
  const wish = key ?? name;
  const requestOf = (tryNumber: number) => ({
    id: `${name}${tryNumber}`,
    wish,
    key,
    fence,
    widens,
  });
  return {
    name,
    wish: { name: wish, hasKey: key !== null },
    requests,
    requestOf,
    begin: (tryNumber) => ({ program: 'placeBets', given: [[requestOf(tryNumber)], knows] }),
  };
}

/** Two whose first requests go in one group of a process. */
function group(one: Placer, two: Placer, knows: Known | null = 1): Actor[] {
  const both = [one.requestOf(1), two.requestOf(1)];
  const begin: Actor['begin'] = (tryNumber, told) =>
    tryNumber > 1 ? one.begin(tryNumber, told) : { program: 'placeBets', given: [both, knows] };
  return [
    { ...one, begin },
    { ...two, joins: true },
  ];
}

type Settling = { requests?: number; sweeps?: boolean; corrects?: boolean };

/** `corrects`: waits for a result that was acknowledged, and gives `If-Match` with version 1. */
function settler(name: string, outcome: Outcome, given: Settling = {}): Actor {
  const { requests = 1, sweeps = false, corrects = false } = given;
  const ifVersion = corrects ? 1 : null;
  return {
    name,
    wish: { name, hasKey: false, outcome, ifVersion },
    requests,
    begin: (tryNumber, { version }) => {
      if (corrects && version === 0) return undefined;
      const id = `${name}${tryNumber}`;
      const put: PutRequest = { by: id, decision: { id, outcome }, ifVersion, sweeps };
      return { program: 'settleEvent', given: [put] };
    },
  };
}

function other(name: string, program: string, ...given: unknown[]): Actor {
  const begin = () => ({ program, given });
  return { name, wish: { name, hasKey: false }, requests: 1, begin };
}

const keyed = placer('keyed', { key: 'k', requests: 2 });
const keyless = placer('keyless');
const twin = placer('twin', { key: 'k' });
const keyedWidens = placer('keyed', { key: 'k', requests: 2, widens: true });
const keylessWidens = placer('keyless', { widens: true });
const twinWidens = placer('twin', { key: 'k', widens: true });
// These remember the two fences of their event.
const keyedAt0 = placer('keyed', { key: 'k', requests: 2, knows: 2 });
const keylessAt1 = placer('keyless', { fence: 1, knows: 2 });
const twinAt1 = placer('twin', { key: 'k', fence: 1, knows: 2 });
const first = placer('first', { knows: 2 });
const firstKeyed = placer('keyed', { key: 'k', requests: 2, knows: null, widens: true });
const firstKeyless = placer('keyless', { knows: null });
const win = settler('win', 'WIN');
const lose = settler('lose', 'LOSE');
const corrector = settler('corrector', 'LOSE', { corrects: true });
const correctTwice = settler('corrector', 'LOSE', { corrects: true, requests: 2 });
const correctAndSweep = settler('corrector', 'LOSE', { corrects: true, sweeps: true });
const sweeper = other('sweeper', 'resumeSettlements');
const winAndSweep = settler('win', 'WIN', { sweeps: true, requests: 2 });
const loseAndSweep = settler('lose', 'LOSE', { sweeps: true });
const bets = other('bets', 'readBets');
const get = other('get', 'readEvent');
const events = other('events', 'readEvents');
// As processes do that learned how wide the event is, or will be.
const atFence1 = placer('second', { key: 'k', fence: 1, knows: 2 });
const atFence2 = placer('third', { fence: 2, knows: 3 });
const widener = other('widener', 'widenEvent', 1);
const rival = other('rival', 'widenEvent', 2);
// Their memory is wrong: of a store that was wiped, or brought back.
const remembersMore = placer('keyed', { key: 'k', requests: 2, fence: 1, knows: 2 });
const remembersClosed = placer('keyless', { knows: 'closed' });

/** For every run of the tests: each takes less than a second. */
export const SMALL = {
  'a bet': { fences: 2, faults: 2, actors: [keyedAt0, win] },
  'a first bet': { fences: 0, faults: 0, actors: [firstKeyed, firstKeyless, events] },
  'a wider event': { fences: 1, faults: 0, actors: [atFence1, widener, rival, win] },
  'wrong memory': { fences: 1, faults: 0, actors: [remembersMore, remembersClosed] },
  'a store brought back': {
    ...{ fences: 1, faults: 1, onlyCrashes: true, isBroughtBack: true },
    actors: [keyed, win, lose],
  },
  'a group': { fences: 1, faults: 0, actors: [...group(keyedWidens, keyless), twin, win] },
  'a group again': { fences: 2, faults: 1, actors: [...group(keyedAt0, first, 2), win] },
  'one key in a group': { fences: 1, faults: 1, actors: [...group(keyed, twin), win] },
  'a result': { fences: 1, faults: 1, actors: [keyless, winAndSweep] },
  'a correction': {
    ...{ fences: 2, faults: 0 },
    actors: [first, keylessAt1, winAndSweep, correctAndSweep],
  },
  'an old sweep': { fences: 1, faults: 0, actors: [keyless, win, sweeper, correctAndSweep] },
  'two results': { fences: 1, faults: 1, actors: [win, lose] },
  'a list': { fences: 2, faults: 0, actors: [first, keylessAt1, win, corrector, bets] },
} satisfies Record<string, Scope>;

/** Together, each pair of programs with any fault, and all but the readers with a crash. */
export const LARGE: Record<string, Scope> = {
  'first bets': { fences: 0, faults: 1, actors: [firstKeyed, firstKeyless, win] },
  'first results': { fences: 0, faults: 2, actors: [firstKeyless, win, lose] },
  'late bets': { fences: 2, faults: 2, actors: [keyedAt0, keylessAt1, win] },
  'one key, two clients': { fences: 2, faults: 2, actors: [keyedAt0, twinAt1, win] },
  'wrong memory': { fences: 1, faults: 1, actors: [remembersMore, remembersClosed, win] },
  'a wiped store': { fences: 0, faults: 1, actors: [remembersMore, remembersClosed, win, events] },
  'a store brought back': {
    ...{ fences: 2, faults: 2, onlyCrashes: true, isBroughtBack: true },
    actors: [keyedAt0, keylessAt1, win, lose],
  },
  'wider events': { fences: 1, faults: 1, actors: [atFence1, atFence2, widener, rival, win] },
  'rival wideners': {
    ...{ fences: 1, faults: 0 },
    actors: [atFence1, atFence2, widener, rival, win, lose],
  },
  'a group and a bet': {
    ...{ fences: 1, faults: 1 },
    actors: [...group(keylessWidens, keyedWidens), twinWidens, win],
  },
  'a late group': { fences: 1, faults: 2, actors: [...group(keyed, keyless), win, lose] },
  'a first group': {
    ...{ fences: 0, faults: 1 },
    actors: [...group(firstKeyed, firstKeyless, null), win, sweeper],
  },
  'a group under results': {
    ...{ fences: 1, faults: 1 },
    actors: [...group(keyed, keyless), win, corrector, sweeper],
  },
  'innocent bets': {
    ...{ fences: 2, faults: 2 },
    actors: [...group(keyedAt0, first, 2), twinAt1, win],
  },
  'one key in a group': { fences: 1, faults: 2, actors: [...group(keyed, twin), win] },
  'two results': { fences: 2, faults: 1, actors: [keyedAt0, keylessAt1, win, lose] },
  'sweeps side by side': {
    ...{ fences: 2, faults: 1 },
    actors: [keyedAt0, keylessAt1, winAndSweep, sweeper],
  },
  'rival sweeps': { fences: 1, faults: 1, actors: [keyless, winAndSweep, loseAndSweep, sweeper] },
  corrections: { fences: 2, faults: 1, actors: [keyedAt0, win, lose, correctTwice, sweeper] },
  readers: { fences: 1, faults: 1, actors: [keyed, win, corrector, sweeper, bets, get] },
  everybody: {
    ...{ fences: 1, faults: 1, onlyCrashes: true },
    actors: [keyed, keyless, win, lose, corrector, sweeper],
  },
};
