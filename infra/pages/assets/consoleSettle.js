import { call, Problem, useToken } from './consoleApi.js';
import { element, find, showProblem } from './consoleDom.js';
import { amountText } from './consoleMoney.js';

/** The dialog that settles an event or corrects its result, after saying what that decides. */
export class SettleDialog {
  #dialog = find('#settle');
  #form = find('#settle-form');
  #settled;
  #eventId = '';
  /** Of the event as the operator sees it. */
  #etag;

  /** `settled` is called with the event once its result is in force. */
  constructor(settled) {
    this.#settled = settled;
    this.#form.addEventListener('input', () => this.#allow());
    this.#form.addEventListener('submit', (submitted) => {
      submitted.preventDefault();
      if (!find('#settle-confirm').disabled) void this.#attempt(() => this.#give());
    });
    find('#settle-cancel').addEventListener('click', () => this.#dialog.close());
  }

  open(eventId) {
    this.#eventId = eventId;
    this.#etag = undefined;
    for (const choice of this.#form.querySelectorAll('[name=status]')) choice.checked = false;
    find('#settle-title').textContent = eventId;
    find('#settle-stakes').textContent = 'Reading the event…';
    this.#dialog.showModal();
    void this.#attempt(() => this.#read());
  }

  get #path() {
    return `/events/${encodeURIComponent(this.#eventId)}`;
  }

  get #chosen() {
    return new FormData(this.#form).get('status');
  }

  #allow() {
    find('#settle-confirm').disabled = this.#chosen === null || this.#etag === undefined;
  }

  async #attempt(work) {
    showProblem(find('#settle-problem'));
    find('#settle-confirm').disabled = true;
    try {
      await work();
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      showProblem(find('#settle-problem'), error);
      if (error.status === 401 || error.status === 403) askForToken();
      // Another operator was faster: what is decided now is another thing.
      if (error.status === 412) await this.#read().catch(() => {});
    }
    this.#allow();
  }

  /** What is decided is what the operator has seen: the event as it is now. */
  async #read() {
    const asked = this.#eventId;
    const { body, etag } = await call('GET', this.#path);
    if (asked !== this.#eventId) return;
    this.#etag = etag;
    describe(body);
  }

  async #give() {
    useToken(find('#token').value.trim());
    const { body } = await call('PUT', this.#path, {
      headers: { 'if-match': this.#etag },
      body: { status: this.#chosen },
    });
    this.#dialog.close();
    this.#settled(body);
  }
}

function describe({ event_id, status, bets, history }) {
  const open = status === null;
  find('#settle-title').textContent = open ? `Settle ${event_id}` : `Correct ${event_id}`;
  const count = bets.total === 1 ? '1 bet' : `${bets.total.toLocaleString('en')} bets`;
  const text = find('#settle-stakes');
  text.replaceChildren(
    'The result decides ',
    element('strong', {}, count),
    ' with stakes of ',
    element('strong', {}, amountText(bets.staked)),
    open ? '. No more bets are taken then.' : '.',
  );
  if (open) return;
  const times = history.length === 1 ? 'once' : `${history.length} times`;
  text.append(` It is ${status} now, decided ${times}.`);
}

function askForToken() {
  find('#token-part').hidden = false;
  find('#token').focus();
}
