import type { Mutant } from './mutants.ts';

/**
 * Subtle breaks, made once and kept: off by one, a read forgotten, a filter lost. Each names the
 * guarantee that it should break, and is caught when any breaks.
 */
export const SUBTLE_MUTANTS: readonly Mutant[] = [
  {
    name: 'the last full page leads to one more',
    guarantee: 1,
    file: 'lib/bets/readBets.ts',
    find: 'const { page, ...next } = cutPage(found, (bet) => bet.id, limit);',
    replace: `
      const { page } = cutPage(found, (bet) => bet.id, limit);
      const last = page.at(-1);
      const next = found.length >= limit && last !== undefined && { next: last.id };`,
  },
  {
    name: 'a shard loses its place in the second round of a later page',
    guarantee: 1,
    file: 'lib/bets/readBets.ts',
    find: 'bets.newest(shard, from ?? before, count)',
    replace: 'bets.newest(shard, before ?? from, count)',
  },
  {
    name: 'a fence loses its place in the second round of a later page',
    guarantee: 1,
    file: 'lib/bets/readBets.ts',
    find: 'bets.newestIds(fence, from ?? before, count)',
    replace: 'bets.newestIds(fence, before ?? from, count)',
  },
  {
    name: 'a state loses its place in the second round of a later page',
    guarantee: 14,
    file: 'lib/bets/readEvents.ts',
    find: 'store.events.listed(each, from ?? before, count)',
    replace: 'store.events.listed(each, before ?? from, count)',
  },
  {
    name: 'a page that the filter emptied leads nowhere',
    guarantee: 1,
    file: 'lib/bets/readBets.ts',
    find: 'return { bets, ...next };',
    replace: `
      const last = bets.at(-1);
      return { bets, ...(next.next && last && { next: last.id }) };`,
  },
  {
    name: 'a fence with one bet is taken for empty',
    guarantee: 1,
    file: 'lib/bets/readBets.ts',
    find: '.filter((fence) => fence.placed > 0);',
    replace: '.filter((fence) => fence.placed > 1);',
  },
  {
    name: 'bets of an event come in the order of the store',
    guarantee: 1,
    file: 'lib/bets/readBets.ts',
    find: 'return ids.flatMap((id) => byId.get(id) ?? []);',
    replace: 'return [...byId.values()];',
  },
  {
    name: 'a refused bet opens an event that is settled',
    guarantee: 14,
    file: 'lib/dynamodb/events.ts',
    find: "const QUIET_AND_OPEN = '#state = :open AND activity < :quiet';",
    replace: "const QUIET_AND_OPEN = 'activity < :quiet';",
  },
  {
    name: 'an activity is remembered before it is noted',
    guarantee: 14,
    file: 'lib/dynamodb/events.ts',
    find: 'if (last !== undefined && Math.abs(at - last) < ACTIVITY_MS) return;',
    replace: `
      if (last !== undefined && Math.abs(at - last) < ACTIVITY_MS) return;
      this.#notedAt.set(eventId, at);`,
  },
  {
    name: 'a result brings its event not quite to the front',
    guarantee: 14,
    file: 'lib/dynamodb/events.ts',
    find: "':activity': activityOf(eventId, decidedAt),",
    replace: "':activity': activityOf(eventId, decidedAt - ACTIVITY_MS),",
  },
  {
    name: 'a settled event stays among the unfinished',
    guarantee: 8,
    file: 'lib/dynamodb/events.ts',
    find: "'SET #state = :settled REMOVE unfinished, unfinishedSince'",
    replace: "'SET #state = :settled REMOVE unfinishedSince'",
  },
  {
    name: 'an intent stays when its result is in force',
    guarantee: 8,
    file: 'lib/dynamodb/events.ts',
    find: 'unfinishedSince = :decidedAt REMOVE intent`',
    replace: 'unfinishedSince = :decidedAt`',
  },
  {
    name: 'only the last result is looked at for a reply that was lost',
    guarantee: 5,
    file: 'lib/bets/settleEvent.ts',
    find: 'return settlement.history.some((verdict) => verdict.id === decision.id);',
    replace: 'return settlement.history.at(-1)?.id === decision.id;',
  },
  {
    name: 'an event may have one result too many',
    guarantee: 5,
    file: 'lib/bets/settleEvent.ts',
    find: 'if (current.version < MAX_VERSIONS)',
    replace: 'if (current.version <= MAX_VERSIONS)',
  },
  {
    name: 'an older version is no mismatch, whatever the outcome',
    guarantee: 5,
    file: 'lib/bets/settleEvent.ts',
    find: '(wasLeft && outcome === current?.outcome)',
    replace: '(wasLeft && outcome !== undefined)',
  },
  {
    name: 'fences are closed before the intent is noted',
    guarantee: 8,
    file: 'lib/bets/settleEvent.ts',
    find: 'const noted = await context.store.events.noteIntent(eventId, decision);',
    replace: `
      await context.store.fences.close(eventId, context.now());
      const noted = await context.store.events.noteIntent(eventId, decision);`,
  },
  {
    name: 'a group of fences that is not done is forgotten after the next',
    guarantee: 9,
    file: 'lib/bets/sweep.ts',
    find: 'complete &&= swept;',
    replace: 'complete = swept;',
  },
  {
    name: 'a walk goes on after the first id of its page',
    guarantee: 9,
    file: 'lib/bets/sweep.ts',
    find: 'walk.after = page.items.at(-1) ?? walk.after;',
    replace: 'walk.after = page.items.at(0) ?? walk.after;',
  },
  {
    name: 'a walk that begins again keeps its count',
    guarantee: 9,
    file: 'lib/bets/sweep.ts',
    find: 'const again = behind.map(({ fence, count }) => newWalk(fence, count + 1));',
    replace: `
      const again = behind.map(({ fence, count, settled }) => ({
        ...newWalk(fence, count + 1), settled }));`,
  },
  {
    name: 'a fence is done when one bet is missing',
    guarantee: 9,
    file: 'lib/bets/sweep.ts',
    find: 'const done = ended.filter((walk) => walk.settled >= walk.fence.placed);',
    replace: `
      const done = ended.filter((walk) => walk.settled >= walk.fence.placed - 1);
      for (const walk of done) walk.settled = walk.fence.placed;`,
  },
  {
    name: 'a sweep that the store failed is taken for done',
    guarantee: 9,
    file: 'lib/bets/sweep.ts',
    find: "if (error instanceof BetError && error.code === 'unavailable') return false;",
    replace: "if (error instanceof BetError && error.code === 'unavailable') return true;",
  },
  {
    name: 'a whole batch counts as stored when a part of it is',
    guarantee: 9,
    file: 'lib/dynamodb/bets.ts',
    find: 'stored.push(...done);',
    replace: 'stored.push(...(done.size > 0 ? left : []));',
  },
  {
    name: 'a statement that nothing was said of counts as stored',
    guarantee: 9,
    file: 'lib/dynamodb/bets.ts',
    find: 'if (response === undefined) return false;',
    // Only a unit test notices: the simulated cloud, like DynamoDB, says something of each.
    replace: 'if (response === undefined) return true;',
  },
  {
    name: 'a fence is marked for the version to come',
    guarantee: 9,
    file: 'lib/bets/sweep.ts',
    find: 'store.fences.markSwept(each, result.version)',
    replace: 'store.fences.markSwept(each, result.version + 1)',
  },
  {
    name: 'fences of the version before count as settled',
    guarantee: 9,
    file: 'lib/bets/event.ts',
    find: 'fences.filter((fence) => fence.sweptVersion >= version)',
    replace: 'fences.filter((fence) => fence.sweptVersion >= version - 1)',
  },
  {
    name: 'fences are closed only under a result',
    guarantee: 3,
    file: 'lib/bets/placeBet.ts',
    find: 'if (!results.has(eventId)) await store.fences.close(',
    replace: 'if (results.has(eventId)) await store.fences.close(',
  },
  {
    name: 'the first two tries of a bet are not looked for',
    guarantee: 3,
    file: 'lib/bets/placeBet.ts',
    find: 'tryNumber === 1 ? undefined : id',
    replace: 'tryNumber <= 2 ? undefined : id',
  },
  {
    name: 'a key stands for an event, whatever the amount',
    guarantee: 2,
    file: 'lib/bets/placeBet.ts',
    find: 'update(`${eventId} ${amountMinor}`)',
    replace: 'update(`${eventId} ${typeof amountMinor}`)',
  },
  {
    name: 'a replay shows the bet as it was placed',
    guarantee: 4,
    file: 'lib/bets/placeBet.ts',
    find: 'return { bet, replayed: true };',
    replace: 'return { bet: underResult(bet, undefined), replayed: true };',
  },
  {
    name: 'the key answers before the bet that exists',
    guarantee: 2,
    file: 'lib/bets/placeBet.ts',
    find: `
      if (result.record.betId === id) return foundPlaced(context, await readBet(context, id));`,
    replace: '',
  },
  {
    name: 'one fence is left out when fences are closed one by one',
    guarantee: 3,
    file: 'lib/dynamodb/fences.ts',
    find: 'await Promise.all(closings.map((update) => this.#update(update)));',
    replace: 'await Promise.all(closings.slice(1).map((update) => this.#update(update)));',
  },
  {
    name: 'fences that are just being closed are taken for closed',
    guarantee: 3,
    file: 'lib/dynamodb/fences.ts',
    find: 'const closing = client.send(command, options);',
    replace: `
      const closing = client.send(command, options).catch((error: unknown) => {
        const { name } = error instanceof Error ? error : { name: '' };
        if (name === 'TransactionInProgressException') return {};
        throw error;
      });`,
  },
  {
    name: 'a fence that is being written to is taken for closed',
    guarantee: 3,
    file: 'lib/dynamodb/fences.ts',
    find: `
      const done = await retry(wait, UPDATE_TRIES, () =>
        attemptUnless('TransactionConflictException',
          client.send(new UpdateCommand(input), options)));`,
    replace: `
      const done = await retry(wait, UPDATE_TRIES, async () => {
        const update = client.send(new UpdateCommand(input), options);
        await attemptUnless('TransactionConflictException', update);
        return true;
      });`,
  },
  {
    name: 'keys that a batch left unread are forgotten',
    guarantee: 4,
    file: 'lib/dynamodb/session.ts',
    find: 'left = output.UnprocessedKeys?.[name]?.Keys ?? [];',
    replace: 'left = [];',
  },
  {
    name: 'a page that is full is taken for the last',
    guarantee: 1,
    file: 'lib/dynamodb/session.ts',
    find: 'return { items, end: start === undefined };',
    replace: 'return { items, end: true };',
  },
  {
    name: 'the link to the next page forgets the status',
    guarantee: 1,
    file: 'lib/http/calls/listBets.ts',
    find: "nextLink('/bets', { limit, event_id, status }, after)",
    replace: "nextLink('/bets', { limit, event_id }, after)",
  },
  {
    name: 'the tag of a page does not depend on its link',
    guarantee: 1,
    file: 'lib/http/conditionalGet.ts',
    find: ".update((headers['link'] ?? '') + body)",
    replace: ".update((headers['nothing'] ?? '') + body)",
  },
  {
    name: 'a request is given up much later',
    guarantee: 12,
    file: 'lib/http/handler.ts',
    find: 'service.within(DEADLINE_MS, (context)',
    replace: 'service.within(DEADLINE_MS * 10, (context)',
  },
  {
    name: 'the sweep of a PUT ignores its budget',
    guarantee: 12,
    file: 'lib/bets/settleEvent.ts',
    find: '(inTime) => sweep(inTime, eventId, settlement)',
    replace: '() => sweep(context, eventId, settlement)',
  },
  {
    name: 'a source of a list is read only once',
    guarantee: 1,
    file: 'lib/bets/mergeNewestFirst.ts',
    find: 'reader.ahead.length === 0 && reader.end !== true',
    replace: 'reader.ahead.length === 0 && reader.last === undefined && reader.end !== true',
  },
];
