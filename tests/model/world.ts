import type { Violation } from '../simulation/promises.ts';
import * as invariants from './invariants.ts';
import type * as protocolModule from './protocol.ts';
import type { Answer, Call, Next, Possible, Tables } from './protocol.ts';

/** What `protocol.ts` describes, or a broken copy of it. */
export type Protocol = typeof protocolModule;

/** Somebody who makes requests, one after the other, until one has an answer. */
export interface Actor {
  name: string;
  wish: invariants.Wish;
  /** Requests at most: after the answer "unavailable", or none, the client asks again. */
  requests: number;
  /** Undefined while it has no reason to begin. */
  begin: (tryNumber: number, told: invariants.Told) => Next | undefined;
}

/** A small world: all orders of its steps are tried. */
export interface Scope {
  /** Of the event, before all; 0: nothing is known of it. */
  fences: number;
  /** Faults in all: a crash, a lost or late call, a cancelled transaction, a failed statement. */
  faults: number;
  /** Only crashes. */
  onlyCrashes?: boolean;
  actors: Actor[];
}

/** A program between two calls: where it is, and the replies that brought it there. */
interface Run extends Next {
  replies: unknown[];
}
/** What a call of a run leads to. */
interface Turn {
  name: string;
  tables: number;
  /** Where the run stands after it, unless it has ended. */
  run: number;
  answer: number | undefined;
  fault: boolean;
  final: boolean;
}
/** A step that is possible: what broke, and what it is called. `state` is only lent. */
type Visit = (state: Int32Array, violations: readonly Violation[], name: () => string) => void;

/** Plain values by number, equal ones by the same. */
class Numbered<Value> {
  readonly #numbers = new Map<string, number>();
  readonly #values: Value[] = [];

  add(value: Value): number {
    const text = JSON.stringify(value);
    const known = this.#numbers.get(text) ?? this.#values.push(value) - 1;
    this.#numbers.set(text, known);
    return known;
  }

  get(number: number): Value {
    const value = this.#values[number];
    if (value === undefined) throw new Error(`Nothing has the number ${number}`);
    return value;
  }
}

/** Computed once for each pair of numbers. */
function once<Result>(
  compute: (one: number, other: number) => Result,
  known = new Map<number, Result>(),
) {
  return (one: number, other: number): Result => {
    const pair = one * 2 ** 26 + other;
    const present = known.get(pair);
    if (present !== undefined) return present;
    const result = compute(one, other);
    known.set(pair, result);
    return result;
  };
}

// A state: the numbers of the tables and of what was told, faults left, the call that is late, and
// for each actor the numbers of its run and of what was so when its request began.
const [TABLES, TOLD, FAULTS, LATE, ACTORS] = [0, 1, 2, 3, 4];
/** Runs that are none: an actor that is done, or has not begun its next request. */
const ENDED = 0;
const WAITING = 1;
const FIRST_RUN = 2;

/**
 * The first state of a scope, and the steps from each. `reduced`: a final step is taken before all
 * others. It changes nothing, tells nobody anything, and goes the same way later.
 */
export function createWorld(protocol: Protocol, scope: Scope, reduced: boolean) {
  const { fences, onlyCrashes = false, faults: mostFaults, actors } = scope;
  const tables = new Numbered<Tables>();
  const tolds = new Numbered<invariants.Told>();
  const sinces = new Numbered<invariants.Since>();
  const runs = new Numbered<Run>();
  const answers = new Numbered<Answer>();
  const programs = new Map(Object.entries(protocol.programs));

  /** Runs a program, with the replies that it had, to its next call or its end. */
  const resume = (run: Run): { run: Run; call: Call } | Answer => {
    const program = programs.get(run.program);
    // A program is given what `goOn` was given for it.
    const calls = (program as (...given: unknown[]) => Generator<Call, Answer | Next>)(
      ...run.given,
    );
    let turn = calls.next();
    for (const reply of run.replies) turn = calls.next(reply);
    if (turn.done !== true) return { run, call: turn.value };
    if ('kind' in turn.value) return turn.value;
    return resume({ ...turn.value, replies: [] });
  };
  const callOf = (run: Run): Call => {
    const resumed = resume(run);
    if ('kind' in resumed) throw new Error(`${run.program} has ended`);
    return resumed.call;
  };
  const numberOf = (run: Run): number => runs.add(run) + FIRST_RUN;
  const calls = new Map<number, Call>();
  const callAt = (number: number): Call => {
    const call = calls.get(number) ?? callOf(runs.get(number - FIRST_RUN));
    calls.set(number, call);
    return call;
  };
  const begin = (next: Next): Run => {
    const resumed = resume({ ...next, replies: [] });
    if ('kind' in resumed) throw new Error(`${next.program} makes no call`);
    return resumed.run;
  };

  const turnsOf = once((stored, number): Turn[] => {
    const run = runs.get(number - FIRST_RUN);
    const call = callAt(number);
    return call.possible(tables.get(stored)).map((possible) => {
      const after = resume({ ...run, replies: [...run.replies, possible.reply] });
      const answer = 'kind' in after ? answers.add(after) : undefined;
      return {
        name: possible.fault === undefined ? call.name : `${call.name}: ${possible.fault}`,
        tables: tables.add(possible.tables),
        run: 'kind' in after ? ENDED : numberOf(after.run),
        answer,
        fault: possible.fault !== undefined,
        // An answer is a step of its own: it tells a client something.
        final: possible.final === true && answer === undefined,
      };
    });
  });
  const goingOn = once((stored) =>
    protocol.goesOn(tables.get(stored)).map(({ name, fault, ...possible }) => {
      return { name, fault: fault !== undefined, tables: tables.add(possible.tables) };
    }),
  );

  /** A program alone, with nothing that goes wrong. */
  const alone = (next: Next, from: Tables): { answer?: Answer; tables: Tables } => {
    const settled = (now: Tables): Tables => {
      const after: Possible | undefined = protocol.goesOn(now).find(({ fault }) => !fault);
      return after === undefined ? now : settled(after.tables);
    };
    let now = settled(from);
    let place = resume({ ...next, replies: [] });
    while (!('kind' in place)) {
      const [possible] = place.call.possible(now);
      if (possible === undefined) return { tables: now };
      now = settled(possible.tables);
      place = resume({ ...place.run, replies: [...place.run.replies, possible.reply] });
    }
    return { answer: place, tables: now };
  };

  const ofTables = once((before, after) => [
    ...invariants.checkTables(tables.get(before), tables.get(after)),
  ]);
  const atRest = once((stored) => {
    const rest = alone({ program: 'resumeSettlements', given: [] }, tables.get(stored)).tables;
    return { rest, violations: [...invariants.checkAtRest(rest)] };
  });
  const keyed = actors.find(({ wish }) => wish.hasKey);
  const seen = new Map<number, Violation[]>();
  const ofTold = once((told, stored) => {
    const { rest, violations: ofRest } = atRest(stored, 0);
    const violations = [...ofRest, ...invariants.checkTold(tolds.get(told), tables.get(stored))];
    const retry = keyed?.begin(99, tolds.get(told));
    if (keyed === undefined || retry === undefined) return violations;
    const { answer } = alone(retry, rest);
    return [...violations, ...invariants.checkRetry(keyed.wish.name, answer, tolds.get(told))];
  }, seen);

  /** `given`: the number of an answer, times the actors, plus the actor. */
  const toldAfter = once((before, given): number => {
    const { wish } = at(actors, given % actors.length);
    const answer = answers.get(Math.floor(given / actors.length));
    return tolds.add(invariants.tell(tolds.get(before), wish, answer));
  });
  const waiting = once((tryNumber) =>
    sinces.add({ tryNumber, told: invariants.NOTHING, version: 0 }),
  );
  const beginning = once((given, told) => {
    const actor = at(actors, given % actors.length);
    const first = actor.begin(Math.floor(given / actors.length), tolds.get(told));
    return first === undefined ? ENDED : numberOf(begin(first));
  });
  const sinceOf = once((tryNumber, told) =>
    once((version) => sinces.add({ tryNumber, told: tolds.get(told), version })),
  );

  const visitSteps = (state: Int32Array, visit: Visit): void => {
    const [stored = 0, told = 0, faults = 0, late = ENDED] = state;
    const after = new Int32Array(state.length);
    /** The step that changes the state in these places: place, value, place, value. */
    const step = (name: () => string, ofAnswer: Violation[], ...changes: number[]): void => {
      after.set(state);
      for (let place = 0; place < changes.length; place += 2) {
        after[changes[place] ?? 0] = changes[place + 1] ?? 0;
      }
      const [storedAfter = 0, toldAfterwards = 0] = after;
      const ofState = ofTold(toldAfterwards, storedAfter);
      const ofChange = ofTables(stored, storedAfter);
      const calm = ofState.length + ofChange.length + ofAnswer.length === 0;
      visit(after, calm ? ofAnswer : [...ofAnswer, ...ofChange, ...ofState], name);
    };
    for (const [index, { name }] of actors.entries()) {
      const run = state[ACTORS + 2 * index] ?? ENDED;
      const [turn] = run < FIRST_RUN ? [] : turnsOf(stored, run);
      if (turn?.final !== true || !reduced) continue;
      step(() => `${name}: ${turn.name}`, [], ACTORS + 2 * index, turn.run);
      return;
    }
    for (const { name, fault, tables: then } of goingOn(stored, 0)) {
      if (fault && (faults === 0 || onlyCrashes)) continue;
      step(() => name, [], TABLES, then, FAULTS, fault ? faults - 1 : faults);
    }
    if (late !== ENDED) {
      const [arrived] = turnsOf(stored, late);
      const name = (): string => `a late call arrives: ${callAt(late).name}`;
      step(name, [], LATE, ENDED, TABLES, arrived?.tables ?? stored);
    }
    for (const [index, actor] of actors.entries()) {
      const RUN = ACTORS + 2 * index;
      const SINCE = RUN + 1;
      let run = state[RUN] ?? ENDED;
      let since = state[SINCE] ?? 0;
      if (run === ENDED) continue;
      const { tryNumber } = sinces.get(since);
      const starts = run === WAITING;
      if (starts) {
        run = beginning(tryNumber * actors.length + index, told);
        if (run === ENDED) continue;
        since = sinceOf(tryNumber, told)(tables.get(stored).event.history.length, 0);
      }
      const retries = tryNumber < actor.requests;
      const gone = [RUN, retries ? WAITING : ENDED, SINCE, retries ? waiting(tryNumber + 1, 0) : 0];
      const { name: call, kind } = callAt(run);
      const who = (what: string) => (): string => `${actor.name}, request ${tryNumber}: ${what}`;
      for (const turn of turnsOf(stored, run)) {
        if (turn.fault && (faults === 0 || onlyCrashes)) continue;
        const changes = [TABLES, turn.tables];
        let ofAnswer: Violation[] = [];
        if (turn.answer === undefined) changes.push(RUN, turn.run, SINCE, since);
        else {
          const answer = answers.get(turn.answer);
          const known = sinces.get(since);
          ofAnswer = [
            ...invariants.checkAnswer(answer, actor.wish, known, tables.get(turn.tables)),
          ];
          changes.push(TOLD, toldAfter(told, turn.answer * actors.length + index));
          changes.push(
            ...(invariants.isUnanswered(answer, actor.wish) ? gone : [RUN, ENDED, SINCE, 0]),
          );
        }
        step(who(turn.name), ofAnswer, ...changes, FAULTS, turn.fault ? faults - 1 : faults);
        if (faults === 0 || onlyCrashes || kind === 'read' || turn.fault) continue;
        if (late === ENDED) {
          const copied = who(`${turn.name}; a copy of the call will be late`);
          step(copied, ofAnswer, ...changes, FAULTS, faults - 1, LATE, run);
        }
        if (kind === 'update' && turn.tables !== stored) {
          const again = who(`${call}, and sends it again as the reply is lost`);
          step(again, [], TABLES, turn.tables, RUN, run, SINCE, since, FAULTS, faults - 1);
        }
      }
      if (faults === 0) continue;
      // One that asks no more and crashes does what it does when its turn never comes.
      if (!starts && retries) step(who('crashes'), [], ...gone, FAULTS, faults - 1);
      if (kind === 'read' || onlyCrashes || late !== ENDED) continue;
      const gaveUp = who(`${call}, which will be late, and gives up`);
      step(gaveUp, [], ...gone, FAULTS, faults - 1, LATE, run);
    }
  };

  const begun = actors.flatMap(() => [WAITING, waiting(1, 0)]);
  const stored = tables.add(protocol.firstTables(fences));
  const first = Int32Array.from([
    stored,
    tolds.add(invariants.NOTHING),
    mostFaults,
    ENDED,
    ...begun,
  ]);
  return { first, visitSteps, contents: () => seen.size };
}

function at<Item>(items: readonly Item[], index: number): Item {
  const item = items[index];
  if (item === undefined) throw new Error(`There is no item ${index}`);
  return item;
}
