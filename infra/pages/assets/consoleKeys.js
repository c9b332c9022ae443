// Keyboard shortcuts: single letters, which can be turned off (WCAG 2.1.4).
import { find } from './consoleDom.js';

const STORED = 'console:no-shortcuts';

/** `actions`: what each key does. */
export function watchKeys(actions) {
  const off = find('#no-shortcuts');
  off.checked = localStorage.getItem(STORED) !== null;
  off.addEventListener('change', () => {
    if (off.checked) localStorage.setItem(STORED, 'yes');
    else localStorage.removeItem(STORED);
  });
  addEventListener('keydown', (pressed) => {
    if (pressed.key === 'Escape') leaveField(pressed.target);
    const action = actions[pressed.key];
    if (action === undefined || off.checked || isTaken(pressed)) return;
    pressed.preventDefault();
    action();
  });
}

/** Whether the key is meant for a field, a dialog or the browser. */
function isTaken({ target, ctrlKey, altKey, metaKey, isComposing, repeat }) {
  if (ctrlKey || altKey || metaKey || isComposing || repeat) return true;
  return target.closest('input, select, textarea, dialog') !== null;
}

/** So that the next key is a shortcut again. */
function leaveField(target) {
  if (target.matches('input, select') && target.closest('dialog') === null) target.blur();
}

const rowLinks = () => [...document.querySelectorAll('.view:not([hidden]) tbody tr a')];

/** Puts the focus on the row after the one that has it, or before it. */
export function stepRow(step) {
  const links = rowLinks();
  const at = links.findIndex((link) => link.closest('tr').contains(document.activeElement));
  const to = at === -1 ? 0 : Math.min(links.length - 1, Math.max(0, at + step));
  links[to]?.focus();
}

/** The event that Settle means: that of the row with the focus, or of the page. */
export function decideFocused() {
  const row = document.activeElement?.closest('tr');
  const place = row ?? find('#event-actions');
  place.querySelector('[data-do=decide]')?.click();
}

/** Decides anew what the operator did last. */
export function decideLast() {
  find('#deeds [data-do=decide]')?.click();
}
