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
    find: "({ kind: inserted ? 'inserted' : 'contended' })",
    replace: "({ kind: 'inserted' })",
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
    find: 'const fenceIsOpen = fenceItem?.closed !== true;',
    replace: 'const fenceIsOpen = true;',
  },
  {
    name: 'one fence is left open',
    guarantee: 3,
    scope: 'a bet',
    find: 'let [open, sum] = [upTo(fences), 0];',
    replace: 'let [open, sum] = [upTo(fences).slice(1), 0];',
  },
  {
    name: 'closing that a bet on its way holds up is taken for done',
    guarantee: 3,
    scope: 'a bet',
    find: 'return free.map((fence) => changed(tables, closing(fence)));',
    replace: `
      return open.map((fence) =>
        free.includes(fence)
          ? changed(tables, closing(fence))
          : { tables, reply: { closed: fence, placed: 0 } },
      );`,
  },
  {
    name: 'a bet is refused while an earlier try of it is on its way',
    guarantee: 3,
    scope: 'a bet',
    find: 'yield* close(closed.toClose);',
    replace: '',
  },
  {
    name: 'a copy of a cancelled group is not looked for',
    guarantee: 3,
    scope: 'a group again',
    find: "return goOn('insertBets', [request], nextTry, known);",
    replace: "return goOn('insertBets', [request], 1, known);",
  },
  {
    name: 'a refusal looks past a transaction that is under way',
    guarantee: 3,
    scope: 'a bet',
    find: 'return waits ? [] : [',
    replace: 'return waits && bet !== null ? [] : [',
  },
  {
    name: 'a first result is put in force without an intent',
    guarantee: 3,
    scope: 'a store brought back',
    find: 'event.intent?.id === decision.id;',
    replace: 'true;',
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
    find: "return goOn('closeAndPutInForce', put, noted.fences);",
    replace: "return goOn('report', noted);",
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
    find: 'Object.assign(event, { intent: decision, unfinished: true });',
    replace: '',
  },
  {
    name: 'nobody completes a result that was only noted',
    guarantee: 8,
    scope: 'a result',
    find: "if (intent === null) return { kind: 'done' };",
    replace: "if (intent !== null) return { kind: 'done' };",
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
    find: 'if (settled === placed) done.push(fence);',
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
    find: "if (kind === 'fence-missing') return",
    replace:
      "if (kind === 'innocent') return { kind: 'refused' }; if (kind === 'fence-missing') return",
  },
  {
    name: 'two items of one key go in a group',
    guarantee: 11,
    scope: 'one key in a group',
    find: 'key === null || keys.indexOf(key) === place',
    replace: 'key === null || keys.includes(key, place)',
  },
  {
    name: 'a remembered result refuses whatever the event says',
    guarantee: 11,
    scope: 'wrong memory',
    find: 'if (closed === null) {',
    replace: "if (closed === null) { return { kind: 'refused' };",
  },
  {
    name: 'a result is put in force before the fences are closed',
    guarantee: 13,
    scope: 'a bet',
    find: "return goOn('closeAndPutInForce', put, noted.fences);",
    replace: "return goOn('putInForce', put, 0, yield* countBets(noted.fences));",
  },
  {
    name: 'bets are counted before the fences are closed',
    guarantee: 13,
    scope: 'a bet',
    find: "return goOn('putInForce', put, 0, yield* close(fences));",
    replace: `
      const bets = yield* countBets(fences);
      yield* close(fences);
      return goOn('putInForce', put, 0, bets);`,
  },
  {
    name: 'a bet is stored without its count',
    guarantee: 13,
    scope: 'a bet',
    find: 'placed += change.bets;',
    replace: 'placed += 0;',
  },
  {
    name: 'a count forgets how many bets the group has',
    guarantee: 13,
    scope: 'a group',
    find: 'placed += change.bets;',
    replace: 'placed += 1;',
  },
  {
    name: "a first result takes another operator's intent for its own",
    guarantee: 13,
    scope: 'a store brought back',
    find: 'event.intent?.id === decision.id;',
    replace: 'event.intent !== null;',
  },
  {
    name: 'the number of fences is read before the intent',
    guarantee: 13,
    scope: 'a wider event',
    find: 'const noted = yield* noteIntent(put.decision);',
    replace: `
      const { fences } = yield* findEvent();
      const noted = yield* noteIntent(put.decision);
      Object.assign(noted ?? {}, { fences });`,
  },
  {
    name: 'an event is widened in spite of an intent',
    guarantee: 13,
    scope: 'a wider event',
    find: `
      const isOpen = takesBets(event);
      if (isOpen && event.fences === seen) event.fences = seen + 1;
      return event.listKey === null ? null : structuredClone(event);`,
    replace: `
      const isOpen = event.history.length === 0;
      if (isOpen && event.fences === seen) event.fences = seen + 1;
      return event.listKey === null ? null : { ...structuredClone(event), intent: null };`,
  },
  {
    name: 'an event is widened without a look at the number seen',
    guarantee: 13,
    scope: 'a wider event',
    find: 'if (isOpen && event.fences === seen) event.fences',
    replace: 'if (isOpen) event.fences',
  },
  {
    name: 'fences are made before the event has their number',
    guarantee: 13,
    scope: 'a wider event',
    find: 'const event = yield* widenEvent(seen);',
    replace: 'yield* createFences(seen, seen + 1); const event = yield* widenEvent(seen);',
  },
  {
    name: 'a fence is taken without being there',
    guarantee: 13,
    scope: 'wrong memory',
    find: 'const fenceItem = tables.fences[fence] ?? null;',
    replace: 'const fenceItem = tables.fences[fence] ?? newFence();',
  },
  {
    name: 'the entry of the list is written after the event',
    guarantee: 14,
    scope: 'a first bet',
    find: 'yield* putEntry(listKey); return yield* putEvent(listKey);',
    replace: 'const event = yield* putEvent(listKey); yield* putEntry(listKey); return event;',
  },
  {
    name: 'an entry is shown that lost the race to enlist its event',
    guarantee: 14,
    scope: 'a first bet',
    find: 'entries.filter((entry) => entry === listKey).length',
    replace: 'entries.filter(() => listKey !== null).length',
  },
  {
    name: 'who enlists an event that is known replaces its list key',
    guarantee: 14,
    scope: 'a first bet',
    find: 'event.listKey ??= listKey;',
    replace: 'event.listKey = listKey;',
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
