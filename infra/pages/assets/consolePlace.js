import { call, Problem } from './consoleApi.js';
import { find, showProblem } from './consoleDom.js';
import { amountText } from './consoleMoney.js';

const FIELDS = { '#/event_id': '#place-event', '#/amount': '#place-amount' };

/** The form that places bets; `placed` is called after each one. */
export function watchPlaceForm(placed) {
  const form = find('#place');
  const button = form.querySelector('button');
  // One key for one filling of the form: sent again after a failure, it places no second bet.
  let key = crypto.randomUUID();
  form.addEventListener('input', () => {
    key = crypto.randomUUID();
    find('#placed').textContent = '';
  });
  form.addEventListener('submit', async (submitted) => {
    submitted.preventDefault();
    if (button.ariaDisabled === 'true') return;
    button.ariaDisabled = 'true';
    showFaults([]);
    showProblem(find('#place-problem'));
    try {
      const { body: bet } = await call('POST', '/bets', {
        headers: { 'idempotency-key': key },
        body: Object.fromEntries(
          [...new FormData(form)].map(([name, value]) => [name, value.trim()]),
        ),
      });
      key = crypto.randomUUID();
      find('#placed').textContent = `Placed ${amountText(bet.amount)} on ${bet.event_id}.`;
      placed();
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      showFaults(error.errors);
      showProblem(find('#place-problem'), error, Object.keys(FIELDS));
    } finally {
      button.ariaDisabled = 'false';
    }
  });
}

/** Each fault at its field, and the focus on the first. */
function showFaults(errors) {
  const faulty = Object.entries(FIELDS).filter(([pointer, selector]) => {
    const fault = errors.find((error) => error.pointer === pointer);
    const input = find(selector);
    input.setAttribute('aria-invalid', fault !== undefined);
    find(`${selector}-fault`).textContent = fault?.detail ?? '';
    return fault !== undefined;
  });
  if (faulty.length > 0) find(faulty.at(0)[1]).focus();
}
