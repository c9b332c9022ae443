import { Problem, write } from './consoleApi.js';
import { button, draw, element, find, idOf, showProblem } from './consoleDom.js';
import { amountText } from './consoleFormat.js';

const FIELDS = { '#/event_id': '#place-event', '#/amount': '#place-amount' };
const SEND = 'Place the bet';

/**
 * The form that places bets. What is sent is an intent, with one idempotency key until its answer
 * is there: sent twice or again, it places one bet.
 */
export class PlaceForm {
  #form = find('#place');
  #button = find('#place button[type=submit]');
  #placed;
  /** The bet that was sent and of which nobody knows whether it was placed. */
  #intent;
  #isUnderWay = false;

  /** `placed` is called after each bet. */
  constructor(placed) {
    this.#placed = placed;
    this.#form.addEventListener('input', () => this.#edit());
    this.#form.addEventListener('submit', (submitted) => {
      submitted.preventDefault();
      void this.#submit();
    });
    find('#place-other').addEventListener('click', () => this.#giveUp());
  }

  /** Fills in an event, and waits for the amount. */
  begin(eventId) {
    if (this.#intent === undefined && eventId !== undefined) {
      find('#place-event').value = eventId;
      this.#edit();
    }
    find(eventId === undefined ? '#place-event' : '#place-amount').focus();
  }

  #edit() {
    draw(find('#placed'));
  }

  #giveUp() {
    this.#intent = undefined;
    showProblem(find('#place-problem'));
    this.#show();
    find('#place-event').focus();
  }

  #read() {
    const given = [...new FormData(this.#form)].map(([name, value]) => [name, value.trim()]);
    return Object.fromEntries(given);
  }

  async #submit() {
    if (this.#isUnderWay) return;
    const bet = this.#intent?.bet ?? this.#read();
    // The second half of a double click comes when the form is empty again.
    if (bet.event_id === '' && bet.amount === '') return find('#place-event').focus();
    this.#intent ??= { bet, key: crypto.randomUUID() };
    this.#isUnderWay = true;
    showFaults([]);
    this.#show();
    try {
      const { body } = await this.#send(this.#intent);
      this.#succeed(body);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      this.#fail(error);
    } finally {
      this.#isUnderWay = false;
      this.#show();
    }
  }

  #send({ bet, key }) {
    return write('POST', 'bets', bet, { 'idempotency-key': key });
  }

  #succeed({ id, event_id, amount }) {
    this.#intent = undefined;
    this.#form.reset();
    showProblem(find('#place-problem'));
    const copy = button('copy', 'Copy its id', { of: id });
    draw(find('#placed'), `Placed ${amountText(amount)} on `, idOf(event_id), '. ', copy);
    // Who has gone elsewhere meanwhile stays there.
    if (isInForm()) find('#place-event').focus();
    this.#placed();
  }

  #fail(error) {
    if (!error.isUnknown) this.#intent = undefined;
    showFaults(error.errors);
    showProblem(find('#place-problem'), error, Object.keys(FIELDS));
    if (!error.isUnknown) return;
    const advice = 'The bet may have been placed. Send it again: it is placed once at most.';
    find('#place-problem').append(element('p', {}, advice));
  }

  /** While an intent is open, it is what the form holds. */
  #show() {
    const isOpen = this.#intent !== undefined;
    const label = isOpen ? 'Send it again' : SEND;
    this.#button.textContent = this.#isUnderWay ? 'Placing…' : label;
    this.#button.ariaDisabled = String(this.#isUnderWay);
    for (const selector of Object.values(FIELDS)) find(selector).readOnly = isOpen;
    find('#place-other').hidden = !isOpen || this.#isUnderWay;
  }
}

const isInForm = () => find('#place').contains(document.activeElement);

/** Each fault at its field, and the focus on the first. */
function showFaults(errors) {
  const faulty = Object.entries(FIELDS).filter(([pointer, selector]) => {
    const fault = errors.find((error) => error.pointer === pointer);
    const input = find(selector);
    input.setAttribute('aria-invalid', fault !== undefined);
    find(`${selector}-fault`).textContent = fault?.detail ?? '';
    return fault !== undefined;
  });
  if (faulty.length > 0 && isInForm()) find(faulty.at(0)[1]).focus();
}
