// How the parts of the console draw: each makes what it wants, and only what differs changes.
import { explanationOf } from './consoleApi.js';
import { instantText } from './consoleFormat.js';

export const find = (selector) => document.querySelector(selector);

/** An element with its properties and what is in it. */
export function element(name, properties = {}, ...children) {
  const { data = {}, ...own } = properties;
  const made = Object.assign(document.createElement(name), own);
  Object.assign(made.dataset, data);
  made.append(...children);
  return made;
}

/**
 * Makes the children of `parent` like those given. What is alike stays the same element, so that
 * focus, selection and pointer stay where they are. Elements with `data-key` are told by it.
 */
export function draw(parent, ...given) {
  const wanted = given.map((each) => (typeof each === 'string' ? new Text(each) : each));
  const keyed = new Map([...parent.children].map((child) => [child.dataset.key, child]));
  keyed.delete(undefined);
  const kept = new Set(wanted.flatMap(({ dataset }) => keyed.get(dataset?.key) ?? []));
  let place = parent.firstChild;
  for (const child of wanted) {
    // Those that are gone are not in the way of those that stay.
    while (place?.dataset?.key !== undefined && !kept.has(place)) place = removed(place);
    const present = presentFor(child, place, keyed);
    if (present === place) place = place?.nextSibling ?? null;
    if (present === undefined) parent.insertBefore(child, place);
    else become(present, child, parent, place);
  }
  while (place !== null) place = removed(place);
}

function presentFor(child, place, keyed) {
  const key = child.dataset?.key;
  if (key !== undefined) return keyed.get(key);
  const alike = place !== null && place.nodeName === child.nodeName && !place.dataset?.key;
  return alike ? place : undefined;
}

/** The node after one that is removed. */
function removed(node) {
  const after = node.nextSibling;
  node.remove();
  return after;
}

function become(present, child, parent, place) {
  if (present.nextSibling !== place) move(present, parent, place);
  if (present.nodeType === Node.TEXT_NODE) {
    if (present.data !== child.data) present.data = child.data;
    return;
  }
  for (const name of present.getAttributeNames())
    if (!child.hasAttribute(name)) present.removeAttribute(name);
  for (const { name, value } of child.attributes)
    if (present.getAttribute(name) !== value) present.setAttribute(name, value);
  draw(present, ...child.childNodes);
}

/** An element that is moved loses the focus. */
function move(present, parent, place) {
  const focused = document.activeElement;
  parent.insertBefore(present, place);
  if (present.contains(focused)) focused.focus({ preventScroll: true });
}

/** A point in time; its full form is in the attribute and under the pointer. */
export function timeOf(instant) {
  return element('time', { dateTime: instant, title: instant }, instantText(instant));
}

/** The id of an event, in whatever script it is. */
export function idOf(eventId) {
  return element('bdi', { className: 'id', dir: 'auto' }, eventId);
}

/** A button whose work `console.js` knows by its name. It never turns into another one. */
export function button(action, label, { of, className = 'small quiet', ...properties } = {}) {
  const data = { key: action, do: action, ...(of !== undefined && { of }) };
  return element('button', { type: 'button', className, data, ...properties }, label);
}

export function badge(kind) {
  return element('span', { className: `badge ${kind}` }, kind);
}

/** A problem as people read it, or nothing. `shownElsewhere`: faults that stand at their fields. */
export function showProblem(box, problem, shownElsewhere = []) {
  const faults = problem?.errors.filter(({ pointer }) => !shownElsewhere.includes(pointer)) ?? [];
  const allElsewhere = problem?.errors.length > 0 && faults.length === 0;
  if (problem === undefined || allElsewhere) return draw(box);
  const said = faults.length === 0 ? [element('p', {}, problem.detail ?? '')] : [];
  const listed = faults.map(({ pointer, detail }) =>
    element('p', {}, element('code', {}, pointer.slice(2)), ` ${detail}`),
  );
  const href = explanationOf(problem);
  const link = href && element('a', { href, target: '_blank' }, 'What this means');
  draw(box, element('strong', {}, problem.title), ...said, ...listed, ...(link ? [link] : []));
}

/** Rows that stand for those to come. */
export function skeletons(count, columns) {
  return Array.from({ length: count }, () => {
    const cells = Array.from({ length: columns }, () =>
      element('td', {}, element('span', { className: 'bone' })),
    );
    return element('tr', { className: 'skeleton', ariaHidden: 'true' }, ...cells);
  });
}
