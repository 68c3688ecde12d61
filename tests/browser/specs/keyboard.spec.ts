import type { Page } from '@playwright/test';
import { PASSWORD } from '../support/centre.ts';
import { expect, inPhase, test } from '../support/fixtures.ts';

test('customers take tickets with keys 1, 2 and 3', async ({ pages }) => {
  const kiosk = await pages.kiosk();
  for (const [key, number] of [
    ['1', 'P 001'],
    ['Numpad2', 'S 001'],
    ['3', 'K 001'],
  ] as const) {
    await kiosk.keyboard.press(key);
    await expect(kiosk.getByTestId('kiosk-number')).toHaveText(number);
  }
  // The same key at once again is the same customer.
  await kiosk.keyboard.press('3');
  await expect(kiosk.getByTestId('kiosk-button-3')).toHaveAttribute('data-state', 'resting');
  await expect(kiosk.getByTestId('kiosk-button-3')).toHaveAttribute('data-state', 'no_desk');
  await expect(kiosk.getByTestId('kiosk-button-3')).toContainText('Gaida 1 klients');
});

test('a consultant serves a customer without a mouse', async ({ centre, pages }) => {
  const kiosk = await pages.kiosk();
  const desk = await pages.blank();
  await desk.goto(`${centre.url}/desk`);
  await expect(desk.getByTestId('login-login')).toBeFocused();
  await desk.keyboard.type('anna');
  await desk.keyboard.press('Tab');
  await desk.keyboard.type(PASSWORD);
  await desk.keyboard.press('Enter');
  await expect(desk.getByTestId('desk-choose-1')).toBeVisible();
  await tabTo(desk, 'desk-choose-1');
  await desk.keyboard.press('Enter');
  await inPhase(desk, 'free');

  await kiosk.keyboard.press('1');
  await expect(desk.getByTestId('desk-next')).toHaveText('P 001');
  await press(desk, 'F2', 'called');
  await expect(desk.getByTestId('desk-ticket')).toHaveText('P 001');
  await desk.keyboard.press('F4');
  await expect(desk.getByText('aicināts vēlreiz 1 reizi')).toBeVisible();
  // Before the minute is over the no-show key does nothing.
  await desk.keyboard.press('F6');
  await press(desk, 'F2', 'serving');
  await press(desk, 'F7', 'documents');
  await desk.keyboard.press('F9');
  await inPhase(desk, 'serving');
  await press(desk, 'F7', 'documents');
  await press(desk, 'F8', 'free');
  await expect(desk.getByTestId('desk-finished')).toHaveText('Šodien 1 klients');

  const done = (await centre.journal()).map(({ fact }) => fact.what.type);
  expect(done.filter((type) => type === 'ticket_no_show')).toHaveLength(0);
  expect(done.filter((type) => type === 'ticket_finished')).toHaveLength(1);
});

test('dialogs open, work and give the focus back by keyboard', async ({ pages }) => {
  const desk = await pages.desk();
  await desk.getByTestId('desk-choose-1').focus();
  await desk.keyboard.press('Enter');
  await inPhase(desk, 'free');
  await tabTo(desk, 'desk-issue');
  await desk.keyboard.press('Enter');
  await expect(desk.getByRole('dialog')).toBeVisible();
  await desk.keyboard.press('Escape');
  await expect(desk.getByRole('dialog')).toHaveCount(0);
  await expect(desk.getByTestId('desk-issue')).toBeFocused();
  await desk.keyboard.press('Enter');
  await tabTo(desk, 'issue-service-2');
  await desk.keyboard.press('Enter');
  await expect(desk.getByTestId('desk-next')).toHaveText('S 001');
});

/** A function key, once the page takes steps again: right after a step it rests. */
async function press(desk: Page, key: string, phase: string): Promise<void> {
  await expect(desk.getByTestId('desk-primary')).toHaveAttribute('aria-disabled', 'false');
  await desk.keyboard.press(key);
  await inPhase(desk, phase);
}

/** Presses Tab until the element has the focus. */
async function tabTo(page: Page, testId: string): Promise<void> {
  const wanted = page.getByTestId(testId);
  for (let presses = 0; presses < 40; presses += 1) {
    if (await wanted.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`${testId} cannot be reached with Tab`);
}
