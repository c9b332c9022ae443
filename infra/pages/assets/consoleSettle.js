import { eventPath, Problem, useToken, write } from './consoleApi.js';
import { draw, element, find, idOf, showProblem } from './consoleDom.js';
import { amountText, countText, decisionText, minuteText } from './consoleFormat.js';

/**
 * The dialog that settles an event or corrects its result. It belongs to one intent: what the
 * operator has seen of one event, and decides. An answer to another intent does not touch it.
 */
export class SettleDialog {
  #model;
  #sources;
  #deeds;
  #changed;
  #dialog = find('#settle');
  #form = find('#settle-form');
  #intent;

  /** `changed` is called when a result was given, or may have been. */
  constructor(model, sources, deeds, changed) {
    this.#model = model;
    this.#sources = sources;
    this.#deeds = deeds;
    this.#changed = changed;
    this.#form.addEventListener('change', () => this.#choose());
    this.#form.addEventListener('submit', (submitted) => {
      submitted.preventDefault();
      if (find('#settle-confirm').ariaDisabled !== 'true') this.#confirm();
    });
    find('#settle-cancel').addEventListener('click', () => this.#dialog.close());
    this.#dialog.addEventListener('close', () => this.#leave());
  }

  open(eventId) {
    if (this.#deeds.isUnderWay(eventId)) return;
    // The version that the operator has seen; the first answer tells it if nothing is known yet.
    this.#intent = { eventId, seen: this.#model.event(eventId)?.version };
    this.#uncheck();
    this.#watch();
    // Before it opens: the focus goes to the first choice that there is.
    this.draw();
    this.#dialog.showModal();
  }

  #watch() {
    const id = this.#intent?.eventId;
    const loads = id === undefined ? {} : { [`event:${id}`]: this.#model.eventLoader(id) };
    this.#sources.want('dialog', loads);
    this.#sources.get(`event:${id}`)?.refresh();
  }

  /** Nothing that was said is lost with the dialog. */
  #leave() {
    // It is told late, when the dialog may be open for another event already.
    if (this.#dialog.open) return;
    const { deed } = this.#intent ?? {};
    this.#intent = undefined;
    this.#watch();
    if (deed?.problem !== undefined) this.#deeds.add(deed);
  }

  #choose() {
    if (this.#intent.isSending) return;
    this.#intent.status = new FormData(this.#form).get('status') ?? undefined;
    this.draw();
  }

  /** What the event is now: counts go on, and what a colleague decides is said at once. */
  draw() {
    const intent = this.#intent;
    if (intent === undefined) return;
    const event = this.#model.event(intent.eventId);
    if (event !== undefined) this.#look(intent, event);
    const action = intent.seen > 0 ? 'Correct' : 'Settle';
    draw(find('#settle-title'), `${action} `, idOf(intent.eventId));
    draw(find('#settle-stakes'), ...stakesText(event));
    draw(find('#settle-news'), ...(intent.news === undefined ? [] : [intent.news]));
    showProblem(find('#settle-problem'), intent.deed?.problem);
    this.#drawChoice(intent, event);
  }

  #look(intent, { version, history }) {
    if (intent.seen === undefined) intent.seen = version;
    if (intent.seen === version || intent.isSending) return;
    // What is decided is another thing now, so it is to be decided anew.
    intent.seen = version;
    intent.status = undefined;
    const last = history.at(-1);
    intent.news = last && `${decisionText(last)}. Decide again.`;
    this.#uncheck();
  }

  #uncheck() {
    for (const radio of this.#form.querySelectorAll('[name=status]')) radio.checked = false;
  }

  #drawChoice({ status, isSending = false, seen }, event) {
    const confirm = find('#settle-confirm');
    const verb = seen > 0 ? 'Correct to' : 'Settle as';
    const label = status === undefined ? 'Choose a result' : `${verb} ${status}`;
    confirm.textContent = isSending ? 'Sending…' : label;
    confirm.ariaDisabled = String(isSending || status === undefined || seen === undefined);
    find('#settle-choice').disabled = isSending;
    for (const radio of this.#form.querySelectorAll('[name=status]')) {
      radio.disabled = event?.status === radio.value;
      find(`#in-force-${radio.value}`).hidden = !radio.disabled;
    }
  }

  #confirm() {
    const { eventId, status, seen } = this.#intent;
    useToken(find('#token').value.trim());
    const deed = {
      key: `settle ${eventId}`,
      eventId,
      doing: seen > 0 ? 'Correcting' : 'Settling',
      as: `as ${status}`,
    };
    const headers = { 'if-match': `"${seen}"` };
    deed.send = () => this.#send(deed, () => write('PUT', eventPath(eventId), { status }, headers));
    this.#intent.deed = deed;
    void deed.send();
  }

  async #send(deed, request) {
    const intent = this.#intent?.deed === deed ? this.#intent : undefined;
    const isShown = () => intent !== undefined && intent === this.#intent;
    if (intent !== undefined) Object.assign(intent, { isSending: true, news: undefined });
    deed.problem = undefined;
    this.#deeds.add(deed);
    this.draw();
    try {
      const { body, asked } = await request();
      this.#model.learn(body, asked);
      deed.event = body;
      if (isShown()) this.#dialog.close();
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      deed.problem = error;
      if (intent !== undefined) intent.isSending = false;
      if (isShown()) this.#deeds.remove(deed.key);
      if (isShown()) this.#refused(error);
    }
    this.draw();
    this.#changed();
  }

  #refused({ status }) {
    if (status === 401 || status === 403) {
      find('#token-part').hidden = false;
      find('#token').focus();
    }
    if (status !== 412) return;
    // Another operator was faster: the event will say what and when, and is to be decided anew.
    this.#intent.status = undefined;
    this.#uncheck();
    this.#sources.get(`event:${this.#intent.eventId}`)?.refresh();
  }
}

function stakesText(event) {
  if (event === undefined) return ['Reading the event…'];
  const { bets, status, history } = event;
  const open = status === null;
  const words = [
    'The result decides ',
    element('strong', {}, countText(bets.total, 'bet')),
    ' with stakes of ',
    element('strong', {}, amountText(bets.staked)),
    open ? '. No more bets are taken then.' : '.',
  ];
  if (open) return words;
  const last = history.at(-1);
  const times = history.length === 1 ? 'once' : `${history.length} times`;
  return [...words, ` It is ${status} now, decided ${times}`, last ? whoText(last) : '', '.'];
}

function whoText({ decided_at, decided_by }) {
  const by = decided_by === undefined ? '' : ` by ${decided_by}`;
  return `, last at ${minuteText(decided_at)}${by}`;
}
