// Money is an integer number of minor units here too, never a float.

/** `"1234.50"` as 123450n. */
export const minorOf = (amount) => BigInt(amount.replace('.', ''));

/** 123450n as `1,234.50`. */
export function moneyText(minor) {
  const digits = minor.toString().padStart(3, '0');
  const whole = digits.slice(0, -2).replaceAll(/\B(?=(\d{3})+$)/g, ',');
  return `${whole}.${digits.slice(-2)}`;
}

export const amountText = (amount) => moneyText(minorOf(amount));
