// What the operator did, in words that stay: what came of it, how far it is, and what can be done.
import { button, draw, element, find, idOf } from './consoleDom.js';
import { progressOf } from './consoleEventRow.js';
import { amountText, countText, decisionText } from './consoleFormat.js';

/** Older ones go when there are more, unless something of them is still to come. */
const MAX_DEEDS = 5;

/**
 * A deed has a `key`, the `eventId`, `send`, which does it (again), and what came of it: `event`
 * or `problem`. While it has neither, it is under way.
 */
export class Deeds {
  #model;
  #deeds = [];
  #changed;

  constructor(model, changed) {
    this.#model = model;
    this.#changed = changed;
  }

  add(deed) {
    this.#deeds = [deed, ...this.#deeds.filter(({ key }) => key !== deed.key)];
    const over = new Set(this.#deeds.filter(isOver).slice(MAX_DEEDS));
    this.#deeds = this.#deeds.filter((each) => !over.has(each));
    this.#changed();
  }

  remove(key) {
    this.#deeds = this.#deeds.filter((deed) => deed.key !== key);
    this.#changed();
  }

  /** Does again what nobody knows the end of. */
  resend(key) {
    const deed = this.#deeds.find((each) => each.key === key);
    if (deed?.problem !== undefined) void deed.send();
  }

  isUnderWay(eventId) {
    return this.#deeds.some((deed) => deed.eventId === eventId && isUnderWay(deed));
  }

  /** How far settlements are is asked for, wherever their events are. */
  wants() {
    const events = this.#deeds.flatMap(({ event }) => event && this.#eventOf(event));
    const going = events.filter((event) => event?.state === 'settling');
    return Object.fromEntries(
      going.map(({ event_id: id }) => [`event:${id}`, this.#model.eventLoader(id)]),
    );
  }

  #eventOf({ event_id }) {
    return this.#model.event(event_id);
  }

  draw() {
    const rows = this.#deeds.map((deed) => this.#row(deed));
    draw(find('#deeds'), ...rows);
    find('#deeds').hidden = rows.length === 0;
  }

  #row(deed) {
    const tone = deed.problem === undefined ? 'good' : 'bad';
    const className = isUnderWay(deed) ? 'going' : tone;
    const dismiss = button('dismiss', '×', { of: deed.key, ariaLabel: 'Dismiss' });
    const said = element('p', {}, ...this.#words(deed));
    const buttons = element('div', { className: 'buttons' }, ...this.#buttons(deed));
    if (!isUnderWay(deed)) buttons.append(dismiss);
    return element('li', { className, data: { key: deed.key } }, said, buttons);
  }

  #words(deed) {
    if (deed.problem !== undefined) return failure(deed);
    if (deed.event === undefined) return [`${deed.doing} `, idOf(deed.eventId), ` ${deed.as}…`];
    const now = this.#eventOf(deed.event) ?? deed.event;
    return [...success(deed.event, now), ...later(deed.event, now)];
  }

  #buttons(deed) {
    const { key, eventId, problem, event } = deed;
    if (problem?.isUnknown) return [button('resend', 'Send again', { of: key })];
    if (problem !== undefined) return [button('decide', 'Decide again', { of: eventId })];
    if (event === undefined) return [];
    const ariaLabel = `Correct the result of ${eventId}`;
    return [button('decide', 'Correct', { of: eventId, ariaLabel })];
  }
}

const isOver = ({ event, problem }) => event !== undefined && problem === undefined;
const isUnderWay = ({ event, problem }) => event === undefined && problem === undefined;

/** `Settled everton–fulham as WIN · 21 bets · 350.52`, and how far it is. */
function success({ event_id, status, version }, now) {
  const isGoing = now.state === 'settling' && now.version === version;
  const done = version > 1 ? 'Corrected' : 'Settled';
  const doing = version > 1 ? 'Correcting' : 'Settling';
  const { total, staked } = now.bets;
  const sums = ` as ${status} · ${countText(total, 'bet')} · ${amountText(staked)}`;
  // Screen readers are told of the deed, and not of each step.
  const steps = () => element('span', { ariaLive: 'off' }, ' ', ...progressOf(event_id, now.bets));
  const progress = isGoing ? [steps()] : [];
  return [`${isGoing ? doing : done} `, idOf(event_id), sums, ...progress];
}

/** What a colleague has made of it since. */
function later({ version }, now) {
  const last = now.history.at(-1);
  return now.version > version ? [` · ${decisionText(last)}`] : [];
}

function failure({ eventId, doing, as, problem }) {
  const title = element('strong', {}, `${problem.title}. `);
  const known = problem.isUnknown
    ? ['It is not known whether this was done: ']
    : ['This was not done: '];
  const what = `${doing.toLowerCase()} `;
  return [title, ...known, what, idOf(eventId), ` ${as}. ${problem.detail ?? ''}`];
}
