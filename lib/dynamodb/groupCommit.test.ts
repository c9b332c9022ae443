import type { CancellationReason } from '@aws-sdk/client-dynamodb';
import type { DynamoDBDocumentClient, TransactWriteCommandInput } from '@aws-sdk/lib-dynamodb';
import { setImmediate as soon } from 'node:timers/promises';
import { canceled, givenUp, refused } from '../../tests/support/dynamodb.ts';
import { betIdOf, NOON_TEXT, placedBet } from '../../tests/support/samples.ts';
import type { InsertResult, Placement } from '../bets/store.ts';
import { GroupCommit } from './groupCommit.ts';
import { tableNames } from './tables.ts';

type Action = NonNullable<TransactWriteCommandInput['TransactItems']>[number];

/** A transaction that was sent, and what the test has the store answer. */
interface Sent {
  actions: Action[];
  /** Which of its bets, by their numbers, in order. */
  bets: number[];
  signal: AbortSignal;
  succeed: () => void;
  fail: (error: Error) => void;
}

const patient = new AbortController().signal;
const INSERTED = { kind: 'inserted' };
const numberOf = (id: unknown): number => Number.parseInt(String(id).slice(-12), 16);

function placement(number: number, eventId = 'e', key?: string, fences = 64): Placement {
  const bet = placedBet(number, { eventId });
  const record = key === undefined ? undefined : { key, betId: bet.id, requestHash: 'hash' };
  return { bet, fences, record };
}

/** Groups on a store that answers when the test says so. */
function grouping(random = middle) {
  const sent: Sent[] = [];
  const deadlines: [number, 'set' | 'disposed'][] = [];
  const send = (
    { input }: { input: TransactWriteCommandInput },
    { abortSignal }: { abortSignal: AbortSignal },
  ): Promise<unknown> => {
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const actions = input.TransactItems ?? [];
    const puts = actions.filter(({ Put }) => Put?.TableName === 'test-bets');
    const bets = puts.map(({ Put }) => numberOf(Put?.Item?.['betId']));
    sent.push({ actions, bets, signal: abortSignal, succeed: () => resolve({}), fail: reject });
    return promise;
  };
  const clock = {
    deadline: (milliseconds: number) => {
      deadlines.push([milliseconds, 'set']);
      return {
        signal: new AbortController().signal,
        [Symbol.dispose]: () => void deadlines.push([milliseconds, 'disposed']),
      };
    },
  };
  const client = { send } as unknown as DynamoDBDocumentClient; // Groups use only `send`.
  const groups = new GroupCommit({ client, tables: tableNames('test-') }, { clock, random });
  const insert = (given: Placement, signal = patient): Promise<InsertResult> => {
    const result = groups.insert(given, { signal, random, sleep: async () => {} });
    // Looked at later, or never.
    result.catch(() => {});
    return result;
  };
  /** Fills all places for groups under way, each with a bet that came alone. */
  const fill = async (): Promise<Sent[]> => {
    for (let number = 0xf000; sent.length === number - 0xf000; number += 1) {
      void insert(placement(number, `filler-${number}`));
      await soon();
    }
    const fillers = [...sent];
    // One bet more waits; it goes first and alone.
    fillers[0]?.succeed();
    await soon();
    return fillers.with(0, sent.at(-1) ?? fail());
  };
  return { sent, deadlines, insert, fill };
}

const middle = (): number => 0.5;
function fail(): never {
  throw new Error('There is none.');
}

/** What the store says of each action of a cancelled transaction: by default nothing. */
function cancel(
  { actions, fail: reject }: Sent,
  judge: (action: Action) => CancellationReason | undefined,
): void {
  reject(canceled(...actions.map((action) => judge(action) ?? 'None')));
}

const FAILED = 'ConditionalCheckFailed';
const CLOSED = { Code: FAILED, Item: { closedAt: { S: NOON_TEXT } } };
const fenceIn = ({ Update }: Action): string | undefined => {
  const fence: unknown = Update?.Key?.['eventFence'];
  return fence === undefined ? undefined : String(fence);
};
const isCountOn = ({ Update }: Action, eventId: string): boolean =>
  fenceIn({ Update })?.startsWith(`${eventId}#`) ?? false;
/** The event `late` takes no bets any more. */
const isLate = (action: Action): CancellationReason | undefined =>
  isCountOn(action, 'late') ? CLOSED : undefined;

/** The last transaction that was sent. */
const last = (sent: readonly Sent[]): Sent => sent.at(-1) ?? fail();

describe('bets in groups', () => {
  it('leave at once when they come alone, by a deadline of their own', async () => {
    const { sent, deadlines, insert } = grouping();

    const result = insert(placement(1));
    await soon();
    const set = [...deadlines];
    sent[0]?.succeed();

    expect(await result).toEqual(INSERTED);
    expect(sent.map(({ bets }) => bets)).toEqual([[1]]);
    expect(set).toEqual([[8000, 'set']]);
    expect(deadlines).toEqual([...set, [8000, 'disposed']]);
  });

  it('go together that come while groups are under way, first come first', async () => {
    const { sent, insert, fill } = grouping();
    const fillers = await fill();
    const results = [3, 1, 2].map((number) => insert(placement(number)));
    await soon();
    expect(sent).toHaveLength(fillers.length + 1);

    fillers[0]?.succeed();
    await soon();
    expect(last(sent).bets).toEqual([3, 1, 2]);
    last(sent).succeed();

    expect(await Promise.all(results)).toEqual([INSERTED, INSERTED, INSERTED]);
  });

  it('are at most 99 on one event, which is counted once', async () => {
    const { sent, insert, fill } = grouping();
    const [filler] = await fill();
    for (let number = 1; number <= 101; number += 1) void insert(placement(number));

    filler?.succeed();
    await soon();

    expect(last(sent).bets).toEqual(Array.from({ length: 99 }, (_, index) => index + 1));
    last(sent).succeed();
    await soon();
    expect(last(sent).bets).toEqual([100, 101]);
  });

  it('are at most 99 on one event also when the first of them waits for its key', async () => {
    const { sent, insert, fill } = grouping();
    const [one, other] = await fill();
    void insert(placement(1, 'other', 'k'));
    one?.succeed();
    await soon();
    void insert(placement(2, 'e', 'k'));
    for (let number = 3; number <= 102; number += 1) void insert(placement(number));

    other?.succeed();
    await soon();

    expect(last(sent).bets).toEqual(Array.from({ length: 99 }, (_, index) => index + 3));
  });

  it('make at most 100 actions, and none overtakes another', async () => {
    const { sent, insert, fill } = grouping();
    const [filler] = await fill();
    // Of each three actions, but for the last, which has only one and would fit.
    for (let number = 1; number <= 34; number += 1) {
      void insert(placement(number, `e${number}`, `key-${number}`));
    }
    void insert(placement(35, 'e1'));

    filler?.succeed();
    await soon();

    expect(last(sent).actions).toHaveLength(99);
    expect(last(sent).bets).toEqual(Array.from({ length: 33 }, (_, index) => index + 1));
    last(sent).succeed();
    await soon();
    expect(last(sent).bets).toEqual([34, 35]);
  });

  it('have one key once: in a group, and in all groups under way', async () => {
    const { sent, insert, fill } = grouping();
    const [one, other] = await fill();
    const given = [placement(1, 'e', 'k'), placement(2, 'e', 'k'), placement(3, 'e', 'other')];
    for (const each of given) void insert(each);

    one?.succeed();
    await soon();
    const first = last(sent);
    other?.succeed();
    await soon();
    void insert(placement(4));
    await soon();

    expect(sent.slice(-2).map(({ bets }) => bets)).toEqual([[1, 3], [4]]);
    // Others pass by who waits for a key.
    first.succeed();
    await soon();
    expect(last(sent).bets).toEqual([2]);
  });
});

describe('two groups under way', () => {
  it.each([
    ['a random one and the next', 64, 0.5, ['e#32', 'e#33']],
    ['the last and the first', 4, 0.999, ['e#3', 'e#0']],
  ])('write to different fences: %s', async (_case, fences, number, expected) => {
    const { sent, insert } = grouping(() => number);

    for (const bet of [1, 2]) void insert(placement(bet, 'e', undefined, fences));
    await soon();

    expect(sent.map(({ actions: [count] }) => count && fenceIn(count))).toEqual(expected);
  });

  it('are the most: a third waits for one of them', async () => {
    const { sent, insert } = grouping();

    for (const number of [1, 2, 3]) void insert(placement(number, `e${number}`));
    await soon();

    expect(sent.map(({ bets }) => bets)).toEqual([[1], [2]]);
  });

  it('never write to the only fence at once: bets on other events pass by', async () => {
    const { sent, insert } = grouping();
    const given = [
      placement(1, 'e', undefined, 1),
      placement(2, 'e', undefined, 1),
      placement(3, 'other'),
    ];
    for (const each of given) void insert(each);
    await soon();

    expect(sent.map(({ bets }) => bets)).toEqual([[1], [3]]);
    sent[0]?.succeed();
    await soon();
    expect(last(sent).bets).toEqual([2]);
  });

  it('leave the innocent waiting for the only fence, and newcomers for the innocent', async () => {
    const { sent, insert, fill } = grouping();
    const [filler, other] = await fill();
    for (const number of [1, 2, 3, 4]) void insert(placement(number, 'e', undefined, 1));
    void insert(placement(5, 'late'));
    filler?.succeed();
    await soon();
    void insert(placement(6));
    other?.succeed();
    await soon();
    const [cancelled, newcomer] = sent.slice(-2);

    // Two halves on one fence: the second goes when the first has.
    if (cancelled !== undefined) cancel(cancelled, isLate);
    await soon();
    void insert(placement(7));
    newcomer?.succeed();
    await soon();
    expect(last(sent).bets).toEqual([1, 2, 3]);
    last(sent).succeed();
    await soon();

    expect(sent.slice(-2).map(({ bets }) => bets)).toEqual([[4], [7]]);
  });
});

describe('a group that is cancelled', () => {
  it('tells each bet its own reason, and stores those that nothing speaks against', async () => {
    const { sent, insert, fill } = grouping();
    const [filler] = await fill();
    const given = [
      placement(1),
      placement(2, 'late'),
      placement(3, 'wiped'),
      placement(4, 'busy'),
      placement(5, 'e', 'used'),
      placement(6),
      placement(7),
    ];
    const results = given.map((each) => insert(each));
    filler?.succeed();
    await soon();

    const Item = { key: { S: 'used' }, betId: { S: betIdOf(9) }, requestHash: { S: 'h' } };
    cancel(last(sent), (action) => {
      if (isCountOn(action, 'wiped')) return { Code: FAILED };
      if (isCountOn(action, 'busy')) return { Code: 'TransactionConflict' };
      if (action.Put?.Item?.['key'] === 'used') return { Code: FAILED, Item };
      if (action.Put?.Item?.['betId'] === betIdOf(6)) return { Code: FAILED };
      return isLate(action);
    });
    await soon();
    last(sent).succeed();

    expect(last(sent).bets).toEqual([1, 7]);
    expect(await Promise.all(results)).toEqual([
      INSERTED,
      { kind: 'fence-closed', triedBefore: false },
      { kind: 'fence-missing' },
      { kind: 'contended' },
      { kind: 'key-taken', record: { key: 'used', betId: betIdOf(9), requestHash: 'h' } },
      { kind: 'bet-exists' },
      INSERTED,
    ]);
  });

  it('lets the innocent go before newcomers, in groups of half the size', async () => {
    const { sent, insert, fill } = grouping();
    const [filler, other] = await fill();
    for (let number = 1; number <= 8; number += 1) {
      void insert(placement(number, number === 8 ? 'late' : 'e', `key-${number}`));
    }
    filler?.succeed();
    await soon();
    const cancelled = last(sent);
    // These wait, the second for a key that stays with an innocent.
    void insert(placement(0x10));
    void insert(placement(0x11, 'e', 'key-7'));

    cancel(cancelled, isLate);
    await soon();
    const firstHalf = last(sent);
    other?.succeed();
    await soon();
    const secondHalf = last(sent);
    firstHalf.succeed();
    await soon();
    const newcomer = last(sent);
    secondHalf.succeed();
    await soon();

    const groups = [firstHalf, secondHalf, newcomer, last(sent)];
    expect(groups.map(({ bets }) => bets)).toEqual([[1, 2, 3, 4], [5, 6, 7], [0x10], [0x11]]);
  });

  it('sends the innocent of an event behind one fence, any that is free', async () => {
    const { sent, insert, fill } = grouping();
    const [filler] = await fill();
    for (const [number, eventId] of [
      [1, 'e'],
      [2, 'e'],
      [3, 'late'],
    ] as const) {
      void insert(placement(number, eventId));
    }
    filler?.succeed();
    await soon();

    cancel(last(sent), isLate);
    await soon();

    expect(last(sent).actions.flatMap((action) => fenceIn(action) ?? [])).toEqual(['e#32']);
    expect(last(sent).bets).toEqual([1, 2]);
  });

  it('says of an innocent bet that was refused later that it was tried before', async () => {
    const { sent, insert, fill } = grouping();
    const [filler] = await fill();
    void insert(placement(1, 'late'));
    const result = insert(placement(2));
    filler?.succeed();
    await soon();

    cancel(last(sent), isLate);
    await soon();
    cancel(last(sent), (action) => (isCountOn(action, 'e') ? CLOSED : undefined));

    expect(await result).toEqual({ kind: 'fence-closed', triedBefore: true });
  });

  it('gives back the keys of those it refused', async () => {
    const { sent, insert } = grouping();
    void insert(placement(1, 'late', 'k'));
    cancel(last(sent), isLate);
    await soon();

    void insert(placement(2, 'e', 'k'));

    expect(last(sent).bets).toEqual([2]);
  });

  it.each([
    ['a reason that nobody knows', canceled('ValidationError')],
    ['no reason', canceled()],
    ['another failure that is no matter of time', refused('ValidationException')],
  ])('for %s is a bug of all', async (_case, error) => {
    const { sent, insert, fill } = grouping();
    const [filler] = await fill();
    const results = [1, 2].map((number) => insert(placement(number)));
    filler?.succeed();
    await soon();

    last(sent).fail(error);

    for (const result of results) await expect(result).rejects.toBe(error);
  });
});

describe('a group of which nobody knows what became of it', () => {
  it('leaves all its bets unavailable, tries none again and gives back the keys', async () => {
    const { sent, insert, fill } = grouping();
    const [filler] = await fill();
    const given = [placement(1, 'e', 'k'), placement(2)];
    const results = given.map((each) => insert(each));
    filler?.succeed();
    await soon();
    const group = last(sent);

    group.fail(givenUp('TimeoutError'));

    for (const result of results)
      await expect(result).rejects.toHaveProperty('code', 'unavailable');
    expect(last(sent)).toBe(group);
    void insert(placement(3, 'e', 'k'));
    expect(last(sent).bets).toEqual([3]);
  });

  it('is met by its own retry while it is under way', async () => {
    const { sent, insert } = grouping();
    const result = insert(placement(1));

    last(sent).fail(refused('TransactionInProgressException'));

    expect(await result).toEqual({ kind: 'contended' });
  });
});

describe('a caller whose deadline is over', () => {
  it('waits no longer, and its bet leaves the queue', async () => {
    const { sent, insert, fill } = grouping();
    const [filler] = await fill();
    const caller = new AbortController();
    const given = insert(placement(1), caller.signal);
    void insert(placement(2));

    caller.abort();

    await expect(given).rejects.toHaveProperty('code', 'unavailable');
    filler?.succeed();
    await soon();
    expect(last(sent).bets).toEqual([2]);
  });

  it('does not end the group that its bet is in, but is in no other', async () => {
    const { sent, insert, fill } = grouping();
    const [filler] = await fill();
    const caller = new AbortController();
    const given = insert(placement(1, 'e', 'k'), caller.signal);
    const others = [insert(placement(2)), insert(placement(3, 'late'))];
    filler?.succeed();
    await soon();
    const group = last(sent);

    caller.abort();

    await expect(given).rejects.toHaveProperty('code', 'unavailable');
    expect(group.signal.aborted).toBe(false);
    cancel(group, isLate);
    await soon();
    expect(last(sent).bets).toEqual([2]);
    last(sent).succeed();
    expect(await Promise.all(others)).toMatchObject([INSERTED, { kind: 'fence-closed' }]);
    // Its key is free again.
    void insert(placement(4, 'e', 'k'));
    expect(last(sent).bets).toEqual([4]);
  });
});

describe('somebody who sends bets that must fail into every group', () => {
  const MOST_GROUPS = 8;

  it.each([
    ['late bets', (number: number) => placement(number, 'late'), isLate],
    [
      'reused keys',
      (number: number) => placement(number, 'e', `used-${number}`),
      ({ Put }: Action) => {
        const key: unknown = Put?.Item?.['key'];
        if (!String(key).startsWith('used')) return undefined;
        const Item = { key: { S: String(key) }, betId: { S: 'b' }, requestHash: { S: 'h' } };
        return { Code: FAILED, Item };
      },
    ],
  ])('cannot hold up others: %s', async (_case, attack, judge) => {
    const { sent, insert, fill } = grouping();
    const [filler] = await fill();
    const groupsOf = new Map<number, number>();
    let attacks = 0x1_0000;
    const stored: Promise<InsertResult>[] = [];
    for (let number = 1; number <= 96; number += 1) {
      stored.push(insert(placement(number, `e${number % 5}`)));
      if (number % 10 === 0) void insert(attack((attacks += 1)));
    }
    let judged = sent.length;
    const done = Promise.all(stored);

    filler?.succeed();
    for (let round = 0; round < 60; round += 1) {
      await soon();
      for (const group of sent.slice(judged)) {
        judged += 1;
        for (const number of group.bets) groupsOf.set(number, (groupsOf.get(number) ?? 0) + 1);
        if (group.actions.some(judge)) cancel(group, judge);
        else group.succeed();
        // There is always one more at the head of the queue.
        for (let more = 0; more < 5; more += 1) void insert(attack((attacks += 1)));
      }
    }

    expect(new Set((await done).map(({ kind }) => kind))).toEqual(new Set(['inserted']));
    const innocent = [...groupsOf].filter(([number]) => number <= 96);
    expect(innocent).toHaveLength(96);
    expect(Math.max(...innocent.map(([, groups]) => groups))).toBeLessThanOrEqual(MOST_GROUPS);
  });
});
