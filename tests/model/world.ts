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
  /** Its first request goes in one group with that of the actor before it, who begins both. */
  joins?: boolean;
  /** Undefined while it has no reason to begin. */
  begin: (tryNumber: number, told: invariants.Told) => Next | undefined;
}

/** A small world: all orders of its steps are tried. */
export interface Scope {
  /** How many the event has at first; none: nobody knows the event. */
  fences: number;
  /** Faults in all: a crash, a lost or late call, a cancelled transaction, a failed statement. */
  faults: number;
  /** Only crashes. */
  onlyCrashes?: boolean;
  /** A fault too: the store is brought back in the middle of a PUT. */
  isBroughtBack?: boolean;
  actors: Actor[];
}

/** A program between two calls: where it is, and the replies that brought it there. */
interface Run extends Next {
  replies: unknown[];
}
/** Where a run stands: before its next call, or at its end. */
type Place = { run: Run; call: Call } | Answer;
/** What a call of a run leads to. */
interface Turn {
  name: string;
  tables: number;
  /** Where the run stands after it; several when a group parts: one for each of its actors. */
  places: { run: number; answer: number | undefined }[];
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
/** Runs that are none: an actor that is done, has not begun its next request, or is in a group. */
const [ENDED, WAITING, JOINED, FIRST_RUN] = [0, 1, 2, 3];

/**
 * The first state of a scope, and the steps from each. `reduced`: a final step is taken before all
 * others. It changes nothing, tells nobody anything, and goes the same way later, unless the store
 * is brought back.
 */
export function createWorld(protocol: Protocol, scope: Scope, reduced: boolean) {
  const { fences, faults: mostFaults, actors } = scope;
  const { onlyCrashes = false, isBroughtBack = false } = scope;
  const tables = new Numbered<Tables>();
  const tolds = new Numbered<invariants.Told>();
  const sinces = new Numbered<invariants.Since>();
  const runs = new Numbered<Run>();
  const answers = new Numbered<Answer>();
  const programs = new Map(Object.entries(protocol.programs));

  /** Runs a program, with the replies that it had, to its next call or its end. */
  const resume = (run: Run): Place[] => {
    const program = programs.get(run.program);
    // A program is given what `goOn` was given for it.
    const calls = (program as (...given: unknown[]) => ReturnType<typeof protocol.programs.report>)(
      ...run.given,
    );
    let turn = calls.next();
    for (const reply of run.replies) turn = calls.next(reply);
    if (turn.done !== true) return [{ run, call: turn.value }];
    const ends = Array.isArray(turn.value) ? turn.value : [turn.value];
    return ends.flatMap((end) => ('kind' in end ? [end] : resume({ ...end, replies: [] })));
  };
  const numberOf = (run: Run): number => runs.add(run) + FIRST_RUN;
  const calls = new Map<number, Call>();
  const callAt = (number: number): Call => {
    const call = calls.get(number) ?? callOf(resume(runs.get(number - FIRST_RUN)));
    calls.set(number, call);
    return call;
  };
  const placeOf = (place: Place) => {
    if ('kind' in place) return { run: ENDED, answer: answers.add(place) };
    return { run: numberOf(place.run), answer: undefined };
  };

  const turnsOf = once((stored, number): Turn[] => {
    const run = runs.get(number - FIRST_RUN);
    const call = callAt(number);
    return call.possible(tables.get(stored)).map((possible) => {
      const after = resume({ ...run, replies: [...run.replies, possible.reply] }).map(placeOf);
      return {
        name: possible.fault === undefined ? call.name : `${call.name}: ${possible.fault}`,
        tables: tables.add(possible.tables),
        places: after,
        fault: possible.fault !== undefined,
        // An answer is a step of its own: it tells a client something.
        final: possible.final === true && after.length === 1 && after[0]?.answer === undefined,
      };
    });
  });
  const goingOn = once((stored) =>
    protocol.goesOn(tables.get(stored)).map(({ name, fault, ...possible }) => {
      return { name, fault: fault !== undefined, tables: tables.add(possible.tables) };
    }),
  );

  const firstTables = protocol.firstTables(fences);
  const broughtBack = once((stored): number | undefined => {
    const back = protocol.broughtBack(tables.get(stored), firstTables);
    return back === null ? undefined : tables.add(back);
  });

  /** A program alone, with nothing that goes wrong. */
  const alone = (next: Next, from: Tables): { answer?: Answer; tables: Tables } => {
    const settled = (now: Tables): Tables => {
      const after: Possible | undefined = protocol.goesOn(now).find(({ fault }) => !fault);
      return after === undefined ? now : settled(after.tables);
    };
    let now = settled(from);
    let place = at(resume({ ...next, replies: [] }), 0);
    while (!('kind' in place)) {
      const [possible] = place.call.possible(now);
      if (possible === undefined) return { tables: now };
      now = settled(possible.tables);
      place = at(resume({ ...place.run, replies: [...place.run.replies, possible.reply] }), 0);
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
    if (first === undefined) return ENDED;
    const place = at(resume({ ...first, replies: [] }), 0);
    if ('kind' in place) throw new Error(`${first.program} makes no call`);
    return numberOf(place.run);
  });
  const sinceOf = once((tryNumber, told) =>
    once((version) => sinces.add({ tryNumber, told: tolds.get(told), version })),
  );
  /** Changes for an actor whose request has no answer. */
  const gone = (actor: number, tryNumber: number): number[] => {
    const retries = tryNumber < at(actors, actor).requests;
    return retries ? placed(actor, WAITING, waiting(tryNumber + 1, 0)) : placed(actor, ENDED, 0);
  };

  const visitSteps = (state: Int32Array, visit: Visit): void => {
    const [stored = 0, told = 0, faults = 0, late = ENDED] = state;
    const after = new Int32Array(state.length);
    /** The step that makes these changes. */
    const step = (name: () => string, ofAnswer: Violation[], ...changes: number[]): void => {
      after.set(state);
      set(after, changes);
      const [storedAfter = 0, toldAfterwards = 0] = after;
      const ofState = ofTold(toldAfterwards, storedAfter);
      const ofChange = ofTables(stored, storedAfter);
      const calm = ofState.length + ofChange.length + ofAnswer.length === 0;
      visit(after, calm ? ofAnswer : [...ofAnswer, ...ofChange, ...ofState], name);
    };
    for (const [index, { name }] of actors.entries()) {
      const run = state[ACTORS + 2 * index] ?? ENDED;
      const [turn] = run < FIRST_RUN ? [] : turnsOf(stored, run);
      if (turn?.final !== true || !reduced || isBroughtBack) continue;
      step(() => `${name}: ${turn.name}`, [], ACTORS + 2 * index, turn.places[0]?.run ?? ENDED);
      return;
    }
    for (const { name, fault, tables: then } of goingOn(stored, 0)) {
      if (fault && (faults === 0 || onlyCrashes)) continue;
      step(() => name, [], TABLES, then, FAULTS, fault ? faults - 1 : faults);
    }
    const back = isBroughtBack && faults > 0 ? broughtBack(stored, 0) : undefined;
    if (back !== undefined) {
      // What clients were told since is taken back as well. Only PUTs that have closed it go on.
      const nothing = tolds.add(invariants.NOTHING);
      const stopped = actors.flatMap((_, index) => {
        const [run = ENDED, since = 0] = state.subarray(ACTORS + 2 * index);
        if (run === ENDED || run === WAITING) return [];
        const { tryNumber } = sinces.get(since);
        const goesOn = run >= FIRST_RUN && runs.get(run - FIRST_RUN).program === 'putInForce';
        return goesOn ? placed(index, run, waiting(tryNumber, 0)) : gone(index, tryNumber);
      });
      after.set(state);
      set(after, [TABLES, back, TOLD, nothing, FAULTS, faults - 1, ...stopped]);
      visit(
        after,
        ofTold(nothing, back),
        () => 'the store is brought back to what it was at first',
      );
    }
    if (late !== ENDED) {
      const name = (): string => `a late call arrives: ${callAt(late).name}`;
      const arrived = turnsOf(stored, late).filter(({ fault }) => !fault);
      if (arrived.length === 0) step(name, [], LATE, ENDED);
      for (const turn of arrived) step(name, [], LATE, ENDED, TABLES, turn.tables);
    }
    for (const [index, actor] of actors.entries()) {
      let run = state[ACTORS + 2 * index] ?? ENDED;
      let since = state[ACTORS + 2 * index + 1] ?? 0;
      const { tryNumber } = sinces.get(since);
      const starts = run === WAITING;
      const who = (what: string) => (): string => `${actor.name}, request ${tryNumber}: ${what}`;
      if (run === ENDED || (starts && actor.joins === true && tryNumber === 1)) continue;
      if (run === JOINED) {
        const change = [...gone(index, tryNumber), FAULTS, faults - 1];
        if (faults > 0) step(who('waits no more'), [], ...change);
        continue;
      }
      if (starts) {
        run = beginning(tryNumber * actors.length + index, told);
        if (run === ENDED) continue;
        since = sinceOf(tryNumber, told)(tables.get(stored).event.history.length, 0);
      }
      const joins = actors[index + 1]?.joins === true && tryNumber === 1;
      const inGroup = joins && (starts || state[ACTORS + 2 * index + 2] === JOINED);
      const members = inGroup ? [index, index + 1] : [index];
      const { name: call, kind } = callAt(run);
      const stay = members.flatMap((each) => placed(each, each === index ? run : JOINED, since));
      const allGone = members.flatMap((each) => gone(each, tryNumber));
      for (const turn of turnsOf(stored, run)) {
        if (turn.fault && (faults === 0 || onlyCrashes)) continue;
        const changes = [...stay, TABLES, turn.tables, FAULTS, turn.fault ? faults - 1 : faults];
        const ofAnswers: Violation[] = [];
        let toldThen = told;
        for (const [offset, { run: next, answer }] of turn.places.entries()) {
          const each = members[offset];
          if (each === undefined) continue;
          changes.push(...placed(each, next, answer === undefined ? since : 0));
          if (answer === undefined) continue;
          const known = answers.get(answer);
          const [{ wish }, before] = [at(actors, each), sinces.get(since)];
          ofAnswers.push(...invariants.checkAnswer(known, wish, before, tables.get(turn.tables)));
          toldThen = toldAfter(toldThen, answer * actors.length + each);
          if (known.kind === 'unavailable') changes.push(...gone(each, tryNumber));
        }
        changes.push(TOLD, toldThen);
        step(who(turn.name), ofAnswers, ...changes);
        if (faults === 0 || onlyCrashes || kind === 'read' || turn.fault) continue;
        if (late === ENDED) {
          const copied = who(`${turn.name}; a copy of the call will be late`);
          step(copied, ofAnswers, ...changes, FAULTS, faults - 1, LATE, run);
        }
        if (kind === 'update' && turn.tables !== stored) {
          const again = who(`${call}, and sends it again as the reply is lost`);
          step(again, [], ...stay, TABLES, turn.tables, FAULTS, faults - 1);
        }
      }
      if (faults === 0) continue;
      // One that asks no more and crashes does what it does when its turn never comes.
      const asksAgain = members.some((each) => tryNumber < at(actors, each).requests);
      if (!starts && asksAgain) step(who('crashes'), [], ...allGone, FAULTS, faults - 1);
      if (kind === 'read' || onlyCrashes || late !== ENDED) continue;
      const gaveUp = who(`${call}, which will be late, and gives up`);
      step(gaveUp, [], ...allGone, FAULTS, faults - 1, LATE, run);
    }
  };

  const begun = actors.flatMap((_, index) => placed(index, WAITING, waiting(1, 0)));
  const first = new Int32Array(ACTORS + 2 * actors.length);
  set(first, [
    TABLES,
    tables.add(firstTables),
    TOLD,
    tolds.add(invariants.NOTHING),
    FAULTS,
    mostFaults,
    ...begun,
  ]);
  return { first, visitSteps, contents: () => seen.size };
}

/** Sets these places: place, value, place, value. */
function set(state: Int32Array, changes: readonly number[]): void {
  for (let place = 0; place < changes.length; place += 2) {
    state[changes[place] ?? 0] = changes[place + 1] ?? 0;
  }
}

/** Changes that say where an actor stands. */
function placed(actor: number, run: number, since: number): number[] {
  return [ACTORS + 2 * actor, run, ACTORS + 2 * actor + 1, since];
}

/** The call that a run is about to make. */
function callOf([place]: Place[]): Call {
  if (place === undefined || 'kind' in place) throw new Error('The run has ended');
  return place.call;
}

function at<Item>(items: readonly Item[], index: number): Item {
  const item = items[index];
  if (item === undefined) throw new Error(`There is no item ${index}`);
  return item;
}
