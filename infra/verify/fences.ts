import type { Behind, Page } from './book.ts';
import type { Event } from './items.ts';
import { FENCE_NUMBERS, type Violation } from './rules.ts';

/** Holds the fences of an event against it and against the bets behind them. */
export function* judgeFences({ eventId, behind }: Page, event: Event): Generator<Violation> {
  const most = Math.max(-1, ...behind.keys());
  if (BigInt(most) >= event.fences) {
    const where = { table: 'events', key: { eventId } } as const;
    const fences = BigInt(FENCE_NUMBERS.find((number) => number > most) ?? 64);
    const detail = `it has ${event.fences} fences, and there is number ${most}`;
    const mendings = [{ ...where, was: event, to: { fences } }];
    yield { kind: 'fence-beyond-number', ...where, detail, mendings };
  }
  for (let number = 0; number < Number(event.fences); number += 1) {
    if (behind.get(number)?.fence === undefined) yield* judgeMissing(number, behind, event);
  }
  for (const each of behind.values()) yield* judgeFence(each, event);
}

const whereIs = (eventFence: string) => ({ table: 'fences', key: { eventFence } }) as const;
const keyOf = ({ eventId }: Event, number: number): string => `${eventId}#${number}`;

/** When it was closed, as far as its event knows: with its first result. */
const closedAtOf = ({ history }: Event): string | undefined => history[0]?.decidedAt;

/** While an event is open, a fence that no bet is behind may be on its way. */
function* judgeMissing(number: number, behind: Page['behind'], event: Event): Generator<Violation> {
  const { placed = 0n, stakedMinor = 0n } = behind.get(number) ?? {};
  const hasResult = event.version !== undefined;
  if (!hasResult && placed === 0n) return;
  const where = whereIs(keyOf(event, number));
  const detail = `it is not there, and ${placed} bets are behind it`;
  const to = { placed, stakedMinor, ...(hasResult && { closedAt: closedAtOf(event) }) };
  const mendings = [{ ...where, was: undefined, to }];
  yield { kind: 'fence-missing', ...where, detail, mendings };
}

function* judgeFence(behind: Behind, event: Event): Generator<Violation> {
  const { fence, placed, stakedMinor, oldestVersion } = behind;
  if (fence === undefined) return;
  const where = whereIs(fence.eventFence);
  const mendings = (to: Record<string, unknown>) => [{ ...where, was: fence, to }];
  const { placed: counted = 0n, stakedMinor: staked = 0n, sweptVersion: swept = 0n } = fence;
  if (counted !== placed || staked !== stakedMinor) {
    const detail =
      `it counts ${counted} bets of ${staked} minor units, ` +
      `and ${placed} of ${stakedMinor} are behind it`;
    const to = { placed, stakedMinor };
    yield { kind: 'fence-count', ...where, detail, mendings: mendings(to) };
  }
  const { version = 0n, intent } = event;
  if (version > 0n && fence.closedAt === undefined) {
    const to = { closedAt: closedAtOf(event) };
    const detail = `it is open, and its event has a result`;
    yield { kind: 'fence-open', ...where, detail, mendings: mendings(to) };
  }
  if (version === 0n && intent === undefined && fence.closedAt !== undefined) {
    const detail = `it is closed, and its event has neither a result nor an intent`;
    yield { kind: 'fence-closed', ...where, detail, mendings: mendings({ closedAt: undefined }) };
  }
  const oldest = oldestVersion ?? version;
  if (swept > version || swept > oldest) {
    const detail =
      `it says that its bets are stored at version ${swept}; ` +
      `the oldest is at ${oldest}, and its event at ${version}`;
    yield {
      kind: 'fence-swept',
      ...where,
      detail,
      mendings: mendings({ sweptVersion: undefined }),
    };
  }
}
