import type { Guarantee } from './promises.ts';

/** A deliberate break of the protocol: the simulation must notice that `guarantee` falls. */
export interface Mutant {
  name: string;
  guarantee: Guarantee;
  file: string;
  /** A piece of the file, which must have it once, however its lines are broken. */
  find: string;
  replace: string;
}

/** Finds the piece; whitespace, and a comma before a bracket that closes, do not count. */
export function textOf({ find }: Mutant): RegExp {
  const bare = find.replaceAll(/\s|,\s*(?=[)\]}])/g, '');
  const parts = Array.from(bare, (character) => {
    const escaped = character.replace(/[^\w]/, '\\$&');
    return /[)\]}]/.test(character) ? `,?\\s*${escaped}` : escaped;
  });
  return new RegExp(parts.join('\\s*'), 'g');
}

export const MUTANTS: readonly Mutant[] = [
  {
    name: 'a bet is acknowledged when the store fails',
    guarantee: 1,
    file: 'lib/dynamodb/groupCommit.ts',
    find: 'if (!(error instanceof TransactionCanceledException)) throw translateFailure(error);',
    replace:
      'if (!(error instanceof TransactionCanceledException)) ' +
      "return bets.map(() => ({ kind: 'inserted' }));",
  },
  {
    name: 'the history is read without one of its shards',
    guarantee: 1,
    file: 'lib/bets/readBets.ts',
    find: '= SHARDS.map(',
    replace: '= SHARDS.slice(1).map(',
  },
  {
    name: 'the history is read eventually consistent',
    guarantee: 1,
    file: 'lib/dynamodb/bets.ts',
    find: 'ConsistentRead: true, ScanIndexForward: false,',
    replace: 'ConsistentRead: false, ScanIndexForward: false,',
  },
  {
    name: 'a page begins with the bet that the one before ended with',
    guarantee: 1,
    file: 'lib/dynamodb/bets.ts',
    find: 'AND betId < :before',
    replace: 'AND betId <= :before',
  },
  {
    name: 'a key may be taken twice',
    guarantee: 2,
    file: 'lib/dynamodb/insertion.ts',
    find: "const KEY_IS_NEW = 'attribute_not_exists(#key)';",
    replace: "const KEY_IS_NEW = 'attribute_not_exists(nothing)';",
  },
  {
    name: 'another try is another bet',
    guarantee: 11,
    file: 'lib/bets/placeBet.ts',
    find: 'store.bets.insert({ bet, fences, record })',
    replace:
      'store.bets.insert({ bet: { ...bet, id: context.newBetId(placedAt) }, fences, record })',
  },
  {
    name: 'closed fences let bets through',
    guarantee: 3,
    file: 'lib/dynamodb/insertion.ts',
    find: "'attribute_exists(eventFence) AND attribute_not_exists(closedAt)'",
    replace: "'attribute_exists(eventFence)'",
  },
  {
    name: 'one fence is left open',
    guarantee: 3,
    file: 'lib/dynamodb/fences.ts',
    find: 'const closings = fenceKeys(event).map(',
    replace: 'const closings = fenceKeys(event).slice(1).map(',
  },
  {
    name: 'a first result is put in force without an intent',
    guarantee: 3,
    file: 'lib/dynamodb/events.ts',
    find: 'const FIRST_RESULT = `intent.id = :decision AND ${NO_RESULT}`;',
    replace: 'const FIRST_RESULT = NO_RESULT;',
  },
  {
    name: 'a bet is refused while an earlier try of it is on its way',
    guarantee: 3,
    file: 'lib/bets/placeBet.ts',
    find: 'if (event.settlement === undefined) await store.fences.close(event, context.now());',
    replace: 'await Promise.resolve();',
  },
  {
    name: 'a refusal looks past a transaction that is under way',
    guarantee: 3,
    file: 'lib/dynamodb/bets.ts',
    find: 'transactGet(this.#session, [...betKeys, ...keys]),',
    replace: 'transactGet(this.#session, [...betKeys, ...keys]).then((it) => it ?? []),',
  },
  {
    name: 'results are read eventually consistent',
    guarantee: 4,
    file: 'lib/dynamodb/session.ts',
    find: 'Keys: left, ConsistentRead: true',
    replace: 'Keys: left, ConsistentRead: false',
  },
  {
    name: 'a result is acknowledged when only its intent is noted',
    guarantee: 4,
    file: 'lib/bets/settleEvent.ts',
    find: 'const closed = await context.store.fences.close(event, context.now());',
    replace: `
      const early = { version: 1, state: 'settling', bets: 0, stakedMinor: 0n, history: [] };
      if (Math.floor(decision.decidedAt) % 2) {
        return { ...event, settlement: { ...decision, ...early } };
      }
      const closed = await context.store.fences.close(event, context.now());`,
  },
  {
    name: 'a result replaces whatever version is there',
    guarantee: 5,
    file: 'lib/dynamodb/events.ts',
    find: "const AT_VERSION = 'version = :from';",
    replace: "const AT_VERSION = 'attribute_exists(version)';",
  },
  {
    name: 'a lost reply is taken for a lost race',
    guarantee: 5,
    file: 'lib/bets/settleEvent.ts',
    find: '(verdict) => verdict.id === decision.id',
    replace: "(verdict) => verdict.id === 'nobody' + decision.id",
  },
  {
    name: 'every bet of an answer looks its result up by itself',
    guarantee: 6,
    file: 'lib/bets/readBets.ts',
    find: 'return bets.map((bet) => underResult(bet, known.get(bet.eventId)));',
    replace: `
      return Promise.all(bets.map(async (bet) => {
        const results = await store.events.findResults([bet.eventId]);
        return underResult(bet, results.get(bet.eventId));
      }));`,
  },
  {
    name: 'an older version may be stored over a newer one',
    guarantee: 7,
    file: 'lib/dynamodb/bets.ts',
    find: '[...set, shardOf(id), id, version]',
    replace: '[...set, shardOf(id), id, 1_000_000]',
  },
  {
    name: 'nobody completes a result that was only noted',
    guarantee: 8,
    file: 'lib/bets/resumeSettlements.ts',
    find: 'noted ? await closeAndPutInForce(context, event, noted) : event',
    replace: 'event',
  },
  {
    name: 'a correction does not start the sweep again',
    guarantee: 8,
    file: 'lib/bets/sweep.ts',
    find: 'fence.sweptVersion < result.version',
    replace: 'fence.sweptVersion < 1',
  },
  {
    name: 'errors of single statements are forgotten',
    guarantee: 9,
    file: 'lib/dynamodb/bets.ts',
    find: "if (TRANSIENT_STATEMENT_ERRORS.has(error.Code)) return 'left';",
    replace: "if (TRANSIENT_STATEMENT_ERRORS.has(error.Code)) return 'stored';",
  },
  {
    name: 'a fence is done when its index shows no more, without counting',
    guarantee: 9,
    file: 'lib/bets/sweep.ts',
    find: 'const done = ended.filter((walk) => walk.settled === walk.fence.placed);',
    replace: `
      const done = ended;
      for (const walk of ended) walk.settled = walk.fence.placed;`,
  },
  {
    name: 'the sweep of an old version finishes a newer one',
    guarantee: 9,
    file: 'lib/dynamodb/events.ts',
    find: "REMOVE unfinished, asideSince', ConditionExpression: AT_VERSION,",
    replace: "REMOVE unfinished, asideSince', ConditionExpression: 'attribute_exists(version)',",
  },
  {
    name: 'stakes go through a float',
    guarantee: 10,
    file: 'lib/dynamodb/items.ts',
    find: '...bet, shard: shardOf(id),',
    replace: `
      ...bet, amountMinor: BigInt(Math.round(Number(bet.amountMinor) * 1.1)),
      shard: shardOf(id),`,
  },
  {
    name: 'contention is answered as a refusal',
    guarantee: 11,
    file: 'lib/bets/placeBet.ts',
    find: 'throw unavailable(`The event takes too many bets',
    replace: "throw new BetError('event-settled', `The event takes too many bets",
  },
  {
    name: 'a closed fence is looked at before the bet and the key that exist',
    guarantee: 11,
    file: 'lib/bets/placeBet.ts',
    find: 'if (triedId !== undefined || idempotencyKey !== undefined) {',
    replace: 'if (triedId !== undefined && triedId === idempotencyKey) {',
  },
  {
    name: 'a PUT stores the statuses of however many bets',
    guarantee: 12,
    file: 'lib/bets/settleEvent.ts',
    find: 'settlement.bets <= STORE_RESULT_BATCH',
    replace: 'settlement.bets <= STORE_RESULT_BATCH * 1000',
  },
  {
    name: 'bets are counted before the fences are closed',
    guarantee: 13,
    file: 'lib/bets/settleEvent.ts',
    find: 'const closed = await context.store.fences.close(event, context.now());',
    replace: `
      const closed = (await context.store.fences.find([event])).get(event.eventId) ?? [];
      await context.store.fences.close(event, context.now());`,
  },
  {
    name: 'a bet is stored without its count',
    guarantee: 13,
    file: 'lib/dynamodb/insertion.ts',
    find: "UpdateExpression: 'ADD placed :placed, stakedMinor :staked',",
    replace: "UpdateExpression: 'ADD stakedMinor :staked',",
  },
  {
    name: 'an event is listed if that happens to succeed',
    guarantee: 14,
    file: 'lib/dynamodb/events.ts',
    find:
      'await attempt(client.send(new PutCommand({ TableName: tables.eventList, Item }), ' +
      'options));',
    replace:
      'await client.send(new PutCommand({ TableName: tables.eventList, Item }), options)' +
      '.catch(() => {});',
  },
  {
    name: 'a page of events begins with the one that the page before ended with',
    guarantee: 14,
    file: 'lib/dynamodb/events.ts',
    find: 'listKey < :beyond',
    replace: 'listKey <= :beyond',
  },
  {
    name: 'a remembered result refuses without looking',
    guarantee: 3,
    file: 'lib/bets/placeBet.ts',
    find: 'if (event === undefined || !takesNoBets(event)) {',
    replace: 'if (event === undefined) {',
  },
  {
    name: 'an event that gets its result while it is enlisted is corrected',
    guarantee: 5,
    file: 'lib/bets/settleEvent.ts',
    find: 'if (event.settlement !== current) return undefined;',
    replace: '',
  },
  {
    name: 'an innocent bet of a cancelled group hears what another one hears',
    guarantee: 11,
    file: 'lib/dynamodb/groupCommit.ts',
    find: 'const result = results[index];',
    replace: 'const result = results[index] ?? results.find((other) => other !== undefined);',
  },
  {
    name: 'two bets with one key go in one group',
    guarantee: 11,
    file: 'lib/dynamodb/groupCommit.ts',
    find: 'if (record !== undefined) this.#keys.add(record.key);',
    replace: '',
  },
  {
    name: "a first result takes another operator's intent for its own",
    guarantee: 13,
    file: 'lib/dynamodb/events.ts',
    find: 'const FIRST_RESULT = `intent.id = :decision AND ${NO_RESULT}`;',
    replace: 'const FIRST_RESULT = `attribute_exists(intent) AND ${NO_RESULT}`;',
  },
  {
    name: 'the number of fences is read before the intent',
    guarantee: 13,
    file: 'lib/bets/settleEvent.ts',
    find: 'return noted && closeAndPutInForce(context, noted, decision);',
    replace: 'return noted && closeAndPutInForce(context, event, decision);',
  },
  {
    name: 'an event is widened in spite of an intent',
    guarantee: 13,
    file: 'lib/dynamodb/events.ts',
    find: `
      ConditionExpression: \`\${HAS_FENCES} AND \${NO_INTENT} AND \${NO_RESULT}\`,
      ExpressionAttributeValues: { ':fences': fences, ':to': to },
      ReturnValues: 'ALL_NEW',
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      }),
      options,
      );
      try {
      return toEvent((await widening).Attributes);`,
    replace: `
      ConditionExpression: HAS_FENCES,
      ExpressionAttributeValues: { ':fences': fences, ':to': to },
      ReturnValues: 'ALL_NEW',
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      }),
      options,
      );
      try {
      const { intent, settlement, ...widened } = toEvent((await widening).Attributes);
      return widened;`,
  },
  {
    name: 'a count forgets how many bets the group has',
    guarantee: 13,
    file: 'lib/dynamodb/insertion.ts',
    find: 'count.placed += 1;',
    replace: 'count.placed = 1;',
  },
  {
    name: 'a fence is taken without being there',
    guarantee: 14,
    file: 'lib/dynamodb/insertion.ts',
    find: "'attribute_exists(eventFence) AND attribute_not_exists(closedAt)'",
    replace: "'attribute_not_exists(closedAt)'",
  },
  {
    name: 'an entry is shown that lost the race to enlist its event',
    guarantee: 14,
    file: 'lib/bets/readEvents.ts',
    find: 'return record?.listKey === listKey ? [record] : [];',
    replace: 'return record ? [record] : [];',
  },
  {
    name: 'innocent bets of a cancelled group go again behind all newcomers',
    guarantee: 12,
    file: 'lib/dynamodb/groupCommit.ts',
    find: 'this.#again.push(...batchesOf(innocent, Math.ceil(bets.length / 2)));',
    replace: `
      this.#queue.push(...innocent);
      for (const key of staying) this.#keys.delete(key);`,
  },
  {
    name: 'fences are made before the event has their number',
    guarantee: 3,
    file: 'lib/bets/knownEvents.ts',
    find: 'const now = await store.events.widen(event, to);',
    replace: `
      await store.fences.create({ eventId, fences: to }, fences);
      known.remember({ eventId, fences: to });
      const now = await store.events.widen(event, to);`,
  },
  {
    name: 'an event that is gone is remembered all the same',
    guarantee: 11,
    file: 'lib/bets/placeBet.ts',
    find: `
      case 'fence-missing':
        known.forget(eventId);`,
    replace: "case 'fence-missing':",
  },
];
