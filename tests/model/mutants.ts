import { transformSync } from '@swc/core';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compileFunction } from 'node:vm';
import { type Mutant, textOf } from '../simulation/mutants.ts';
import type { Protocol } from './world.ts';
import type { SMALL } from './scopes.ts';

/** A break of the description: exploring its scope must find that its guarantee falls. */
interface ModelMutant extends Omit<Mutant, 'file'> {
  scope: keyof typeof SMALL;
}

export const MUTANTS: readonly ModelMutant[] = [
  {
    name: 'a transaction that is in progress is taken for done',
    guarantee: 1,
    scope: 'a bet',
    find: "reply: all('contended'), fault",
    replace: "reply: all('inserted'), fault",
  },
  {
    name: 'a replay is acknowledged though its bet is not there',
    guarantee: 1,
    scope: 'a bet',
    find: "return bet === null ? { kind: 'unavailable' } :",
    replace: 'return',
  },
  {
    name: 'a key may be taken twice',
    guarantee: 2,
    scope: 'a bet',
    find: 'tables.keys.find((record) => record.key === key)?.bet;',
    replace: 'tables.keys.find((record) => record.bet === id)?.bet;',
  },
  {
    name: 'closed fences let bets through',
    guarantee: 3,
    scope: 'a bet',
    find: 'const fenceIsOpen = fence?.closed !== true;',
    replace: 'const fenceIsOpen = true;',
  },
  {
    name: 'one fence is left open',
    guarantee: 3,
    scope: 'a bet',
    find: 'Array.from({ length: fences }, (_, fence) => fence)',
    replace: 'Array.from({ length: fences - 1 }, (_, fence) => fence + 1)',
  },
  {
    name: 'closing that a bet on its way holds up is taken for done',
    guarantee: 3,
    scope: 'a bet',
    find: 'return isLocked(tables, `fence ${fence}`) ? [] : [{ ...closed, final }];',
    replace: `
      const reply = { fence, placed: 0 };
      return isLocked(tables, \`fence \${fence}\`)
        ? [{ tables, reply, final: false }]
        : [{ ...closed, final }];`,
  },
  {
    name: 'a bet is refused while an earlier try of it is on its way',
    guarantee: 3,
    scope: 'a bet',
    find: 'if (event.history.length === 0) yield* close(event.fences);',
    replace: '',
  },
  {
    name: 'a refusal looks past a transaction that is under way',
    guarantee: 3,
    scope: 'a bet',
    find: 'return waits ? [] : [',
    replace: 'return waits && bet !== null ? [] : [',
  },
  {
    name: 'a copy of a cancelled group is not looked for',
    guarantee: 3,
    scope: 'a late group',
    find: "goOn('insertBet', { ...attempt, wasTried: true })",
    replace: "goOn('insertBet', attempt)",
  },
  {
    name: 'a replay does not read the result',
    guarantee: 4,
    scope: 'a bet',
    find: "return { kind: 'taken', bet, replayed, version: history.length };",
    replace: "return { kind: 'taken', bet, replayed, version: 0 * history.length };",
  },
  {
    name: 'a result is acknowledged when only its intent is noted',
    guarantee: 5,
    scope: 'a result',
    find: "noted ? goOn('closeAndPutInForce', put, noted.fences)",
    replace: "noted ? goOn('report', event)",
  },
  {
    name: 'a result replaces whatever version is there',
    guarantee: 5,
    scope: 'two results',
    find: 'const atVersion = event.history.length === from;',
    replace: 'const atVersion = event.history.length >= from;',
  },
  {
    name: 'a lost reply is taken for a lost race',
    guarantee: 5,
    scope: 'two results',
    find: 'some(({ id }) => id === put.decision.id);',
    replace: "some(({ id }) => id === 'nobody');",
  },
  {
    name: 'every bet of an answer looks its result up by itself',
    guarantee: 6,
    scope: 'a list',
    find: `
      const { history } = yield* findEvent();
      return { kind: 'bets', bets: ids.map((id) => ({ id, version: history.length })) };`,
    replace: `
      const bets = [];
      for (const id of ids) bets.push({ id, version: (yield* findEvent()).history.length });
      return { kind: 'bets', bets };`,
  },
  {
    name: 'an older version may be stored over a newer one',
    guarantee: 7,
    scope: 'an old sweep',
    find: 'bet.version < version;',
    replace: 'bet.version !== version;',
  },
  {
    name: 'no intent is noted',
    guarantee: 8,
    scope: 'a result',
    find: 'if (noResult) Object.assign(event, { intent: decision, unfinished: true });',
    replace: '',
  },
  {
    name: 'nobody completes a result that was only noted',
    guarantee: 8,
    scope: 'a result',
    find: "if (intent === null) return { kind: 'swept' };",
    replace: "if (intent !== null) return { kind: 'swept' };",
  },
  {
    name: 'a correction does not say that the event is unfinished again',
    guarantee: 8,
    scope: 'a correction',
    find: 'unfinished: bets > 0,',
    replace: 'unfinished: from === 0 && bets > 0,',
  },
  {
    name: 'a correction does not start the sweep again',
    guarantee: 9,
    scope: 'a correction',
    find: 'sweptVersion < job.version',
    replace: 'sweptVersion < 1',
  },
  {
    name: 'errors of single statements are forgotten',
    guarantee: 9,
    scope: 'a result',
    find: "{ reply: false, fault: 'the statement fails' }",
    replace: "{ reply: true, fault: 'the statement fails' }",
  },
  {
    name: 'a fence is done when its index shows no more, without counting',
    guarantee: 9,
    scope: 'a result',
    find: 'if (settled >= placed) done.push(fence);',
    replace: 'if (settled <= placed) done.push(fence);',
  },
  {
    name: 'the sweep of an old version finishes a newer one',
    guarantee: 9,
    scope: 'an old sweep',
    find: 'const atVersion = event.history.length === version;',
    replace: 'const atVersion = event.history.length >= version;',
  },
  {
    name: 'a PUT says settled when its sweep gave up',
    guarantee: 9,
    scope: 'a result',
    find: "goOn('report', job.event) :",
    replace: "goOn('report', { ...job.event, state: 'settled' }) :",
  },
  {
    name: 'a refusal looks at neither bet nor key',
    guarantee: 11,
    scope: 'a bet',
    find: 'if (triedId !== null || request.key !== null) {',
    replace: 'if (triedId !== null && request.key === null) {',
  },
  {
    name: 'an innocent bet of a cancelled group is refused',
    guarantee: 11,
    scope: 'a group',
    find: "if (result === null) return goOn('insertBet', { ...attempt, wasTried: true });",
    replace: "if (result === null) return { kind: 'refused' };",
  },
  {
    name: 'two items of one key go in a group',
    guarantee: 11,
    scope: 'one key in a group',
    find: 'key !== null && requests.find((request) => request.key === key)?.id !== id;',
    replace: 'id === null;',
  },
  {
    name: 'a remembered result refuses whatever the event says',
    guarantee: 11,
    scope: 'wrong memory',
    find: 'if (takesBets(event)) return tryAgain(request, tryNumber, null);',
    replace: '',
  },
  {
    name: 'a result is put in force before the fences are closed',
    guarantee: 13,
    scope: 'a bet',
    find: "noted ? goOn('closeAndPutInForce', put, noted.fences)",
    replace: "noted ? goOn('putInForce', put, 0, yield* countBets(noted.fences))",
  },
  {
    name: 'bets are counted before the fences are closed',
    guarantee: 13,
    scope: 'a bet',
    find: 'const bets = yield* close(fences);',
    replace: 'const bets = yield* countBets(fences); yield* close(fences);',
  },
  {
    name: 'the number of fences is read before the intent',
    guarantee: 13,
    scope: 'a wider event',
    find: "goOn('closeAndPutInForce', put, noted.fences)",
    replace: "goOn('closeAndPutInForce', put, event.fences)",
  },
  {
    name: 'an event is widened in spite of an intent',
    guarantee: 13,
    scope: 'a wider event',
    find: 'const takes = takesBets(event);',
    replace: 'const takes = true;',
  },
  {
    name: 'fences are made before the event has their number',
    guarantee: 13,
    scope: 'a wider event',
    find: 'const now = yield* update(',
    replace: `
      yield* createFences(seen, MOST_FENCES);
      const now = yield* update(`,
  },
  {
    name: 'a bet is stored without its count',
    guarantee: 13,
    scope: 'a bet',
    find: '.placed += change.bets;',
    replace: '.placed += 0;',
  },
  {
    name: 'a count forgets how many bets the group has',
    guarantee: 13,
    scope: 'a group',
    find: '.placed += change.bets;',
    replace: '.placed += 1;',
  },
  {
    name: 'a fence is taken without being there',
    guarantee: 14,
    scope: 'wrong memory',
    find: "if (free(`fence ${number}`) && fence === null) return { kind: 'fence-missing' };",
    replace: '',
  },
  {
    name: 'the entry of the list is written after the event',
    guarantee: 14,
    scope: 'a first bet',
    find: `
      yield* update('put the entry into the list', (tables) => { tables.listed = true; });
      return yield* update('make the event', ({ event }) => {
        if (!event.exists) Object.assign(event, { exists: true, fences: FIRST_FENCES });
        return structuredClone(event);
      });`,
    replace: `
      const made = yield* update('make the event', ({ event }) => {
        if (!event.exists) Object.assign(event, { exists: true, fences: FIRST_FENCES });
        return structuredClone(event);
      });
      yield* update('put the entry into the list', (tables) => { tables.listed = true; });
      return made;`,
  },
];

const SOURCE = join(import.meta.dirname, 'protocol.ts');

/** A copy of the description with one break in it. */
export function broken({ find, replace, name, guarantee }: ModelMutant): Protocol {
  const pattern = textOf({ find, replace, name, guarantee, file: SOURCE });
  const source = readFileSync(SOURCE, 'utf8');
  if (source.match(pattern)?.length !== 1) throw new Error(`Not once in the source: ${find}`);
  const { code } = transformSync(
    source.replace(pattern, () => replace),
    { jsc: { parser: { syntax: 'typescript' }, target: 'es2024' }, module: { type: 'commonjs' } },
  );
  const exports = {};
  compileFunction(code, ['exports'])(exports);
  return exports as Protocol; // The copy exports what its original does.
}
