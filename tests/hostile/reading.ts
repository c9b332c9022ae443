import type { WireRequest } from './requests.ts';

/** A bet as a careful reader understands it: the event's name, and the stake in hundredths. */
export interface Wanted {
  event: string;
  hundredths: bigint;
}

const MOST_HUNDREDTHS = 10n ** 11n;

/**
 * What bet a request asks for by the documented rules, or undefined when it may place none. Written
 * without the service's parsers: it looks at the text of each top-level member.
 */
export function readWanted({ method, target, headers, body }: WireRequest): Wanted | undefined {
  if (method !== 'POST' || !/^\/bets\/?(?:\?|$)/.test(target)) return undefined;
  const encodings = headers.filter(([name]) => name === 'content-encoding');
  if (encodings.some(([, value]) => value !== '' && value !== 'identity')) return undefined;
  const members = readMembers(body.toString());
  if (members === undefined) return undefined;
  const names = [...members.keys()].sort().join();
  if (names !== 'amount,event_id' && names !== 'amount,eventId') return undefined;
  const event = readEvent(members.get('event_id') ?? members.get('eventId') ?? '');
  const hundredths = readStake(members.get('amount') ?? '');
  return event === undefined || hundredths === undefined ? undefined : { event, hundredths };
}

/** The members of a flat JSON object by the text of their values; undefined if a name repeats. */
function readMembers(text: string): Map<string, string> | undefined {
  const members = new Map<string, string>();
  try {
    const value: unknown = JSON.parse(text, (name, held: unknown, at?: { source?: string }) => {
      // Only texts and numbers have a source, and nothing else makes a bet.
      if (typeof held !== 'object' || held === null) members.set(name, at?.source ?? 'null');
      return held;
    });
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    if (Object.values(value).some((held) => typeof held === 'object')) return undefined;
    const own = Object.keys(value);
    const written = text.replaceAll(/"(?:[^"\\]|\\.)*"/g, '').split(':').length - 1;
    if (written !== own.length) return undefined;
    return new Map([...members].filter(([name]) => own.includes(name)));
  } catch {
    return undefined;
  }
}

function readEvent(source: string): string | undefined {
  if (source.startsWith('"')) {
    const name = String(JSON.parse(source));
    const isWhole = Buffer.from(name).toString() === name && name.trim() === name;
    const fits = name !== '' && Buffer.from(name).length <= 256 && !/^\.\.?$/.test(name);
    return isWhole && fits && !Array.from(name).some(isUnseen) ? name : undefined;
  }
  const digits = expand(source, 0);
  if (digits === undefined) return undefined;
  return digits < 10n ** 128n && digits > -(10n ** 128n) ? String(digits) : undefined;
}

/** What no reader of an id sees, or sees for something else: hexadecimal, by Unicode's charts. */
const UNSEEN = /^(?:[01]?.|7f|[89].|61c|200[ef]|202[89a-e]|206[6-9]|fffd)$/;

function isUnseen(character: string): boolean {
  return UNSEEN.test(character.codePointAt(0)?.toString(16) ?? '');
}

function readStake(source: string): bigint | undefined {
  const text = source.startsWith('"') ? String(JSON.parse(source)) : source;
  // A text is plain; a number may have an exponent and zeros at its end.
  if (source.startsWith('"') && !/^(?:0|[1-9]\d*)(?:\.\d\d?)?$/.test(text)) return undefined;
  const hundredths = expand(text, 2);
  if (hundredths === undefined || hundredths <= 0n) return undefined;
  return hundredths <= MOST_HUNDREDTHS ? hundredths : undefined;
}

/** A number's text times 10^`places`, when that is an integer of bearable length. */
function expand(text: string, places: number): bigint | undefined {
  const found = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text);
  if (found === null) return undefined;
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = found;
  if (/^0*$/.test(whole + fraction)) return 0n;
  const point = whole.length + Number(exponent) + places;
  if (point > 400 || point < 0) return undefined;
  const digits = (whole + fraction).padEnd(point, '0');
  return /^0*$/.test(digits.slice(point))
    ? BigInt(`${sign}${digits.slice(0, point) || '0'}`)
    : undefined;
}
