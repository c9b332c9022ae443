import type { Page } from 'playwright-core';

/** The console as a reader finds its parts, and what an operator does with them. */
export function consoleOn(page: Page) {
  const event = (id: string) => page.locator('#events tr', { hasText: id });
  const place = page.locator('#place');
  const dialog = page.locator('#settle');
  return {
    page,
    /** The row of an event, and what is in its cells. */
    event,
    cells: (id: string): Promise<string[]> => event(id).locator('th, td').allInnerTexts(),
    bets: page.locator('#bets tr:not(.skeleton)'),
    place,
    dialog,
    confirm: page.locator('#settle-confirm'),
    deeds: page.locator('#deeds li'),
    tab: (name: string) => page.locator('#tabs a', { hasText: name }),
    search: page.locator('#search-text'),
    choose: (outcome: 'WIN' | 'LOSE') => dialog.getByRole('radio', { name: outcome }).check(),
    decide: (id: string) => event(id).getByRole('button').click(),
    /** Fills the form and sends it. */
    async placeByForm(eventId: string, amount: string): Promise<void> {
      await place.getByLabel('Event').fill(eventId);
      await place.getByLabel('Amount').fill(amount);
      await page.keyboard.press('Enter');
    },
    /** From the row of an event to its result, as far as the answer. */
    async settle(id: string, outcome: 'WIN' | 'LOSE'): Promise<void> {
      await event(id).getByRole('button').click();
      await dialog.getByRole('radio', { name: outcome }).check();
      await page.locator('#settle-confirm').click();
      await dialog.waitFor({ state: 'hidden' });
    },
  };
}
