import type * as z from 'zod';
import { betBody } from '../../lib/http/bodies.ts';
import { historyOf, type Service } from '../support/service.ts';
import { readWanted } from './reading.ts';
import type { WireRequest } from './requests.ts';
import type { WireAnswer } from './wire.ts';

type Bet = z.infer<typeof betBody>;

export type Ledger = ReturnType<typeof createLedger>;

/** A bet without its status, which changes. */
const essence = ({ event_id, amount }: Bet): string => `${event_id} ${amount}`;

/** What was acknowledged, to be held against what is stored. */
export function createLedger(service: Pick<Service, 'get'>) {
  const placed = new Map<string, string>();

  const note = (bet: Bet): string | undefined => {
    const before = placed.get(bet.id);
    if (before !== undefined && before !== essence(bet)) return `${bet.id} has changed`;
    placed.set(bet.id, essence(bet));
    return undefined;
  };

  return {
    /** Notes a bet that was placed; tells when the answer is not what the request allows. */
    enter: (request: WireRequest, answer: WireAnswer): string | undefined => {
      const wanted = readWanted(request);
      if (answer.status !== 201) {
        const due = wanted !== undefined && isPlain(request) && answer.status !== 409;
        return due ? `a valid bet was answered ${answer.status}` : undefined;
      }
      const bet = betBody.parse(JSON.parse(answer.body));
      const { event, hundredths } = wanted ?? { event: '', hundredths: 0n };
      const right = bet.event_id === event && BigInt(bet.amount.replace('.', '')) === hundredths;
      return right ? note(bet) : `the answer is another bet than was asked for: ${answer.body}`;
    },
    /** Notes a bet whose request was broken on the way: nobody can say what it asked for. */
    enterUnread: (answer: WireAnswer) => {
      if (answer.status === 201) note(betBody.parse(JSON.parse(answer.body)));
    },
    size: () => placed.size,
    /** The history against the notes. */
    compare: async () => {
      const faults: string[] = [];
      const unseen = new Map(placed);
      for (const bet of await historyOf(service)) {
        if (unseen.get(bet.id) !== essence(bet)) {
          faults.push(`stored, but not acknowledged so, or twice: ${JSON.stringify(bet)}`);
        }
        unseen.delete(bet.id);
      }
      if (unseen.size > 0) faults.push(`${unseen.size} acknowledged bets are not in the history`);
      return faults.slice(0, 20);
    },
  };
}

/** A query is not looked at when a bet is placed; a header but its type may refuse the request. */
function isPlain({ headers }: WireRequest): boolean {
  return headers.length === 1 && headers[0]?.[1] === 'application/json';
}
