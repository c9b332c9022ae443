import { createRandom, type Random } from '../simulation/random.ts';

/** An id as a partner's feed has it, and whether it may name an event. */
export interface FedId {
  style: string;
  id: string;
  taken: boolean;
}

type Write = (random: Random) => string;

const digits = (random: Random, count: number): string =>
  Array.from({ length: count }, () => random.between(0, 9)).join('');
const hex = (random: Random, count: number): string =>
  Array.from({ length: count }, () => random.between(0, 15).toString(16)).join('');
const day = (random: Random): string => `2026-${random.between(10, 12)}-${random.between(10, 30)}`;
const CLUBS = [
  'Arsenal',
  'St. Mary’s (W)',
  'Спартак',
  'Nîmes',
  '上海',
  'الأهلي',
  'A&B',
  'KC',
] as const;
const club = (random: Random): string => random.pick([...CLUBS]);
const base64 = (random: Random): string =>
  Buffer.from(Array.from({ length: random.between(1, 20) }, () => random.between(0, 255))).toString(
    'base64',
  );

/** Twenty styles, of which the last four are faults of an export. */
const TAKEN_STYLES: Record<string, Write> = {
  'a counter': (random) => `${random.between(0, 1e9)}`,
  'a negative integer of 64 bits': (random) => `-${random.between(1, 9)}${digits(random, 18)}`,
  'a name with colons': (random) => `sr:match:${digits(random, 8)}`,
  'a path': (random) => `football/epl/${day(random)}/${digits(random, 3)}`,
  'a path with an empty step': (random) => `/mlb//${digits(random, 4)}/`,
  'two clubs': (random) => `${club(random)} v ${club(random)}`,
  'two clubs with a dash': (random) => `${club(random)} – ${club(random)}`,
  'codes around an at sign': (random) => `KC@${hex(random, 3).toUpperCase()}`,
  'an instant with an offset': (random) => `${day(random)}T20:00:00+01:00`,
  'padded base64': base64,
  'a URL': (random) => `https://example.com/e/${digits(random, 5)}?x=${hex(random, 2)}#y`,
  'a UUID in braces': (random) => `{${hex(random, 8)}-${hex(random, 4)}-${hex(random, 12)}}`,
  'a key of DynamoDB': (random) => `EVENT#${digits(random, 4)}#${random.between(0, 63)}`,
  'a list of pairs': (random) =>
    `s=${digits(random, 2)};l=${digits(random, 2)},e=${hex(random, 4)}`,
  'an encoded text': (random) => `a%2F${hex(random, 2)}%20100%`,
  'an emoji and a name': (random) => `🏀 ${club(random)} 🇳🇴`,
};
const FAULTY_STYLES: Record<string, Write> = {
  'a line with its end': (random) => `${digits(random, 6)}\r\n`,
  'a cell with its space': (random) => ` ${club(random)}\u00a0`,
  'a name with a mark of direction': (random) => `\u202b${club(random)}\u202c`,
  'a text that was cut in a character': (random) => `${club(random)} 🏀`.slice(0, -1),
};

/** Ids of all styles in turn, the same for the same seed. */
export function feedOf(seed: number, count: number): FedId[] {
  const random = createRandom(seed);
  const styles = [
    ...Object.entries(TAKEN_STYLES).map(([style, write]) => ({ style, write, taken: true })),
    ...Object.entries(FAULTY_STYLES).map(([style, write]) => ({ style, write, taken: false })),
  ];
  const rounds = Array.from({ length: Math.ceil(count / styles.length) }, () =>
    styles.map(({ style, write, taken }) => ({ style, id: write(random), taken })),
  );
  return rounds.flat().slice(0, count);
}
