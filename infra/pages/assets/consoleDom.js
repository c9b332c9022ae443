// What the parts of the console share about the page.

export const find = (selector) => document.querySelector(selector);

/** An element with its properties and what is in it. */
export function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

/**
 * Makes a parent's children those of `items`, in order. A child whose item is the same stays as it
 * is, so that focus and selection stay too.
 */
export function reconcile(parent, items, keyOf, render) {
  const present = new Map([...parent.children].map((child) => [child.dataset.key, child]));
  const wanted = items.map((item) => {
    const key = keyOf(item);
    const text = JSON.stringify(item);
    const child = present.get(key);
    if (child?.dataset.text === text) return child;
    const made = render(item, child);
    made.dataset.key = key;
    made.dataset.text = text;
    return made;
  });
  const kept = new Set(wanted);
  for (const child of present.values()) if (!kept.has(child)) child.remove();
  for (const [index, child] of wanted.entries()) {
    if (parent.children[index] !== child)
      parent.insertBefore(child, parent.children[index] ?? null);
  }
}

const clock = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' });
const calendar = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });

/** A point in time: the time of day, with its date unless it is today. */
export function timeOf(instant) {
  const date = new Date(instant);
  const today = date.toDateString() === new Date().toDateString();
  const text = today ? clock.format(date) : `${calendar.format(date)} ${clock.format(date)}`;
  return element('time', { dateTime: instant, title: instant }, text);
}

/** A problem as people read it, or nothing. `shownElsewhere`: faults that stand at their fields. */
export function showProblem(box, problem, shownElsewhere = []) {
  box.replaceChildren();
  if (problem === undefined) return;
  const faults = problem.errors.filter(({ pointer }) => !shownElsewhere.includes(pointer));
  if (problem.errors.length > 0 && faults.length === 0) return;
  box.append(element('strong', {}, problem.title));
  if (faults.length === 0) box.append(element('p', {}, problem.detail));
  for (const { pointer, detail } of faults)
    box.append(element('p', {}, element('code', {}, pointer.slice(2)), ` ${detail}`));
  if (problem.type?.startsWith('/docs/problems#'))
    box.append(element('a', { href: problem.type, target: '_blank' }, 'What this means'));
}
