// Numbers and times as people read them. Money is an integer number of minor units, never a float.

/** `"1234.50"` as 123450n. */
export const minorOf = (amount) => BigInt(amount.replace('.', ''));

export const sumOf = (amounts) => amounts.reduce((sum, amount) => sum + minorOf(amount), 0n);

/** 123450n as `1,234.50`. */
export function moneyText(minor) {
  const digits = minor.toString().padStart(3, '0');
  const whole = digits.slice(0, -2).replaceAll(/\B(?=(\d{3})+$)/g, ',');
  return `${whole}.${digits.slice(-2)}`;
}

export const amountText = (amount) => moneyText(minorOf(amount));

export const numberText = (count) => count.toLocaleString('en');

export function countText(count, one, many = `${one}s`) {
  return `${numberText(count)} ${count === 1 ? one : many}`;
}

const clock = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' });
const minutes = new Intl.DateTimeFormat('en-GB', { timeStyle: 'short' });
const calendar = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });
const named = new Intl.DateTimeFormat('en-GB', { timeZoneName: 'shortOffset' });

/** The reader's time zone, in which all times are shown: `Europe/Berlin (GMT+1)`. */
export function zoneText() {
  const { timeZone } = named.resolvedOptions();
  const offset = named.formatToParts().find(({ type }) => type === 'timeZoneName')?.value;
  return offset === timeZone ? timeZone : `${timeZone} (${offset})`;
}

/** The time of day, with its date unless it is today. */
function dated(date, time) {
  const today = date.toDateString() === new Date().toDateString();
  return today ? time.format(date) : `${calendar.format(date)} ${time.format(date)}`;
}

export const instantText = (instant) => dated(new Date(instant), clock);
export const minuteText = (instant) => dated(new Date(instant), minutes);

/** `2 s`, `3 min`, `2 h`. */
export function agoText(milliseconds) {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  if (seconds < 120) return `${seconds} s`;
  const all = Math.floor(seconds / 60);
  return all < 120 ? `${all} min` : `${Math.floor(all / 60)} h`;
}

/** Who gave a result and when: `Another operator set WIN at 20:41`. */
export function decisionText({ status, decided_at, decided_by }) {
  return `${decided_by ?? 'Another operator'} set ${status} at ${minuteText(decided_at)}`;
}
