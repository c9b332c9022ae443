// How old is what is shown, and whether the service answers.
import { button, draw, element, find } from './consoleDom.js';
import { agoText, instantText, zoneText } from './consoleFormat.js';

/** A service that has not answered for so long is said to be late, in milliseconds. */
const LATE_MS = 2_500;

export function drawStatus(sources) {
  const failing = sources.find(({ failures }) => failures > 0);
  const times = sources.map(({ at }) => at);
  const oldest = times.includes(undefined) ? undefined : Math.min(...times);
  drawAge(sources, failing, oldest);
  drawOffline(failing?.problem, sources);
  find('#zone').textContent = `Times in ${zoneText()}`;
}

function drawAge(sources, failing, oldest) {
  const asked = sources.flatMap(({ askedAt }) => askedAt ?? []);
  const waited = asked.length === 0 ? 0 : Date.now() - Math.min(...asked);
  const isLate = waited > LATE_MS;
  const age = find('#age');
  age.className = failing !== undefined || isLate ? 'late' : '';
  const old = agoText(Date.now() - oldest);
  const updated = oldest === undefined ? 'Loading…' : `Updated ${old} ago`;
  age.textContent = isLate ? `No answer for ${agoText(waited)}` : updated;
}

/** Its text changes only when there is something to say: screen readers read it. */
function drawOffline(problem, sources) {
  const box = find('#offline');
  box.hidden = problem === undefined;
  if (problem === undefined) return draw(box);
  const known = sources.flatMap(({ at }) => at ?? []);
  const since = known.length > 0 && instantText(Math.min(...known));
  const shown = since === false ? '' : ` What is shown is from ${since}.`;
  const title = element('strong', {}, problem.title);
  const detail = problem.detail ? ` ${problem.detail}` : '';
  const said = element('span', {}, title, `.${detail}${shown} `);
  draw(box, said, button('refresh', 'Try now'));
}
