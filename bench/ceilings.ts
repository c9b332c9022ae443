/**
 * At which rate of bets DynamoDB begins to throttle: a model, since no laptop can measure it.
 *
 * What AWS says:
 * - A partition takes 1,000 write units a second (and 3,000 read units).
 *   https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html
 * - A new table on demand takes 4,000 write units a second at once; a table or an index that was
 *   pre-warmed takes its warm throughput, if keys spread over its partitions. An index that is
 *   throttled throttles its table.
 *   https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/warm-throughput-scenarios.html
 * - In a transaction, a write of up to 1 KB costs 2 units. Whether its part in an index costs 1 or
 *   2 is not said; the model takes 1.
 *
 * What the model assumes, and AWS does not say:
 * - A table with a warm throughput of W has W / 1,000 partitions of equal size. So each hash key
 *   stands on any of them with the same probability, wherever the others are.
 * - Bets spread evenly over the shards, over the events, and over the fences of an event.
 * - Throttling begins where the hottest partition needs more than its 1,000 units. Unused units of
 *   the last five minutes (burst) may hide that for a while.
 * - No partition is split while the crowd is there. AWS splits hot ones after minutes ("split for
 *   heat"): a hope, no promise. It can give each shard a partition of its own, and no more: the ids
 *   of a shard's bets only grow, so a cut through a shard would leave all new bets on one side.
 * - Nothing but placing goes on. A sweep writes 1 unit a bet to the same partitions.
 */
import { SHARDS } from '../lib/bets/ids.ts';
import { createRandom, type Random } from '../tests/simulation/random.ts';
import { percentile } from './measure.ts';

const PARTITION_UNITS = 1_000;
/** Write units a second: a new table, and pre-warmed ones. AWS allows 40,000 unless asked. */
const WARM = [4_000, 8_000, 16_000, 32_000, 64_000];

const BET_UNITS = 2;
const FENCE_UNITS = 2;
const KEY_UNITS = 2;
const INDEX_UNITS = 1;
/** An event's entry in the list of events, one write of no transaction. */
const ENTRY_UNITS = 1;

const GROUPS = [1, 8, 48];
const EVENTS = [1, 20, 1_000];
const FENCES = [1, 4, 16, 64];
/** Idempotency keys never come back: so many stand for any number. */
const MANY_KEYS = 50_000;

/** A transaction from its first to its last moment, in seconds: a guess, AWS promises none. */
const TRANSACTION_SECONDS = 0.01;
const MET = 0.1;

const SEED = 13;
/** Keys that are put on partitions for one figure; every figure gets at least the second number. */
const KEYS_TO_PLACE = 1_000_000;
const MIN_TRIALS = 100;
const MAX_TRIALS = 4_000;

/** What takes the writes: so many hash keys share so many units a bet. */
interface Writes {
  keys: number;
  units: number;
}

/**
 * A group counts once for each event in it. Of `events` that all take as many bets, a group of
 * `bets` has this many on the average.
 */
function eventsOfGroup(events: number, bets: number): number {
  return events * (1 - (1 - 1 / events) ** bets);
}

const shardsOfBets = (shards = SHARDS.length): Writes => ({ keys: shards, units: BET_UNITS });
const byEvent = (events: number, fences: number): Writes => ({
  keys: events * fences,
  units: INDEX_UNITS,
});
const fencesOf = (events: number, fences: number, group: number): Writes => ({
  keys: events * fences,
  units: (FENCE_UNITS * eventsOfGroup(events, group)) / group,
});
const idempotencyKeys: Writes = { keys: MANY_KEYS, units: KEY_UNITS };
const newEvents: Writes = { keys: SHARDS.length, units: ENTRY_UNITS };

/** The keys of one table come to stand on its partitions: the rate that its hottest one takes. */
function rateOfTable({ keys, units }: Writes, partitions: number, random: Random): number {
  const standing = new Uint32Array(partitions);
  for (let key = 0; key < keys; key += 1) {
    const partition = random.between(0, partitions - 1);
    standing[partition] = (standing[partition] ?? 0) + 1;
  }
  return (PARTITION_UNITS * keys) / (units * Math.max(...standing));
}

/** Tables that all have to take the bets: the median of many stacks, and where 5 % and 95 % are. */
function ceiling(tables: readonly Writes[], warm: number): string {
  const random = createRandom(SEED);
  const perTrial = tables.reduce((sum, { keys }) => sum + keys, 0);
  const trials = Math.ceil(Math.max(MIN_TRIALS, Math.min(MAX_TRIALS, KEYS_TO_PLACE / perTrial)));
  const rates = Array.from({ length: trials }, () =>
    Math.min(...tables.map((one) => rateOfTable(one, warm / PARTITION_UNITS, random))),
  );
  const [low, median, high] = [0.05, 0.5, 0.95].map((share) => rounded(percentile(rates, share)));
  return `${median} (${low} to ${high})`;
}

function rounded(rate: number): string {
  return Number(rate.toPrecision(3)).toLocaleString('en-US');
}

type Line = readonly [name: string, ...tables: Writes[]];

function section(title: string, lines: readonly Line[]): string {
  const rows = lines.map(([name, ...tables]) => [
    name,
    ...WARM.map((warm) => ceiling(tables, warm)),
  ]);
  return table(title, WARM.map(rounded), rows);
}

function table(title: string, columns: readonly string[], rows: readonly string[][]): string {
  const lines = [['', ...columns], ['---', ...columns.map(() => '---:')], ...rows];
  return `\n${title}\n\n${lines.map((cells) => `| ${cells.join(' | ')} |\n`).join('')}`;
}

/** Every `events` with every `fences`. */
function crowds<Made>(make: (events: number, fences: number) => Made): Made[] {
  return EVENTS.flatMap((events) => FENCES.map((fences) => make(events, fences)));
}

const crowd = (events: number, fences: number): string => `events: ${events}, fences: ${fences}`;

/** One hot event, an evening, and many quiet events, all without groups and with keys. */
function stacks(): Line[] {
  const all = [
    [1, 64],
    [20, 16],
    [1_000, 1],
  ] as const;
  return all.map(([events, fences]): Line => [
    crowd(events, fences),
    shardsOfBets(),
    byEvent(events, fences),
    fencesOf(events, fences, 1),
    idempotencyKeys,
  ]);
}

/**
 * No matter of partitions: DynamoDB refuses a transaction that meets another at an item, and the
 * service sends it again. The rate of one event at which every tenth transaction finds another at
 * its fence, if they come by chance.
 */
function meetings(): string {
  const rows = FENCES.map((fences) => {
    const perSecond = (-Math.log(1 - MET) * fences) / TRANSACTION_SECONDS;
    return [`fences: ${fences}`].concat(GROUPS.map((group) => rounded(perSecond * group)));
  });
  return table(
    `One event: bets a second at which a tenth of the transactions meets another one`,
    GROUPS.map((group) => `groups of ${group}`),
    rows,
  );
}

/** All tables of the model. The same text each time: chance has a fixed seed. */
export function ceilings(): string {
  return [
    'Bets a second at which throttling begins, by the warm write throughput of each table:\n',
    'median (5 % to 95 % of all stacks). The assumptions are at the head of bench/ceilings.ts.\n',
    section('Table bets', [[`shards: ${SHARDS.length}`, shardsOfBets()]]),
    section('Table idempotencyKeys', [['a new key each bet', idempotencyKeys]]),
    section(
      'Index byEvent',
      crowds((events, fences): Line => [crowd(events, fences), byEvent(events, fences)]),
    ),
    ...GROUPS.map((group) =>
      section(
        `Table fences, groups of ${group}`,
        crowds((events, fences): Line => [crowd(events, fences), fencesOf(events, fences, group)]),
      ),
    ),
    section('All of these tables together, groups of 1', stacks()),
    section('Table eventList: new events a second', [[`shards: ${SHARDS.length}`, newEvents]]),
    section(
      'Table bets, if it had more shards',
      [32, 64, 128, 256].map((shards): Line => [`shards: ${shards}`, shardsOfBets(shards)]),
    ),
    `\nEach shard of bets on a partition of its own: ${rounded(
      (PARTITION_UNITS * SHARDS.length) / BET_UNITS,
    )} bets a second, whatever is pre-warmed.\n`,
    meetings(),
  ].join('');
}
