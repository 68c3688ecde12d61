import type { Page } from '@playwright/test';
import { expect, test } from '../support/fixtures.ts';

test.use({ centreOptions: { appointments: false, devices: false, office: true } });

async function calendar(page: Page): Promise<void> {
  await page.getByTestId('manager-calendar-tab').click();
  await expect(page.getByTestId('calendar').locator('[aria-current="date"]')).toBeVisible();
}

/** Today at the centre, as the page has it. */
const today = async (page: Page) =>
  (await page.locator('[aria-current="date"]').getAttribute('data-date')) ?? '';

const addDays = (iso: string, days: number) =>
  new Date(Date.parse(`${iso}T12:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);

test('a quarter ahead, each day with its reason', async ({ pages }) => {
  const manager = await pages.manager('laima');
  await calendar(manager);
  const date = await today(manager);
  const [year = 0, month = 1] = date.split('-').map(Number);
  await expect(manager.getByRole('grid')).toHaveCount(4);
  const inAQuarter = new Date(Date.UTC(year, month + 2, 1)).toISOString().slice(0, 10);
  await expect(manager.getByTestId(`calendar-day-${inAQuarter}`)).toBeVisible();

  // The next eve of a new year: a public holiday, and the day before it is shorter or free.
  const eve = `${year}-12-31`;
  while ((await manager.getByTestId(`calendar-day-${eve}`).count()) === 0)
    await manager.getByTestId('calendar-later').click({ timeout: 5_000 });
  const cell = manager.getByTestId(`calendar-day-${eve}`);
  await expect(cell).toHaveAttribute('data-kind', 'holiday');
  await expect(cell).toContainText('S');
  await expect(cell).toHaveAccessibleName(/31\.12\.\d+\. slēgts.*Svētku diena: Vecgada diena\./);
  await cell.click();
  await expect(manager.getByTestId('calendar-why')).toHaveText('Svētku diena: Vecgada diena.');
});

test('a day is changed by keyboard alone and taken back', async ({ centre, pages }) => {
  const manager = await pages.manager('laima');
  await calendar(manager);
  const date = await today(manager);
  const tomorrow = addDays(date, 1);
  await manager.getByTestId(`calendar-day-${date}`).focus();
  await manager.keyboard.press('ArrowRight');
  await expect(manager.getByTestId(`calendar-day-${tomorrow}`)).toBeFocused();
  await manager.keyboard.press('PageDown');
  await manager.keyboard.press('PageUp');
  await expect(manager.getByTestId(`calendar-day-${tomorrow}`)).toBeFocused();
  await expect(manager.getByTestId('calendar-panel')).toHaveAttribute('data-date', tomorrow);

  await manager.keyboard.press('Enter');
  // The choice between open and closed has the focus; the arrows make it.
  await manager.keyboard.press('ArrowDown');
  await manager.keyboard.press('ArrowUp');
  await expect(manager.getByTestId('calendar-panel').locator('input:focus')).toHaveCount(1);
  await manager.getByTestId('calendar-open').check();
  const from = manager.getByTestId('calendar-from-0');
  if ((await from.count()) === 0) await manager.getByTestId('calendar-add').press('Enter');
  await from.fill('12.00');
  await manager.getByTestId('calendar-to-0').fill('10');
  await manager.getByTestId('calendar-reason').fill('Dežūra');
  await manager.keyboard.press('Enter');
  await expect(manager.getByTestId('calendar-fault')).toContainText('beigām jābūt pēc sākuma');
  await expect(from).toBeFocused();
  await from.fill('9');
  while ((await manager.getByTestId('calendar-from-1').count()) > 0)
    await manager.getByRole('button', { name: 'Noņemt 2. laika posmu' }).click();
  await manager.getByTestId('calendar-reason').press('Enter');

  const cell = manager.getByTestId(`calendar-day-${tomorrow}`);
  await expect(cell).toHaveAttribute('data-kind', 'edited');
  await expect(cell).toContainText('9–10');
  await expect(manager.getByTestId('calendar-why')).toHaveText('Mainīts: Dežūra.');
  await expect(manager.getByTestId('calendar-panel')).toContainText('Mainīja laima');
  await manager.keyboard.press('Escape');
  await expect(cell).toBeFocused();

  await centre.kill();
  await centre.startDaemon();
  await manager.reload();
  await calendar(manager);
  await expect(cell).toHaveAttribute('data-kind', 'edited');
  await cell.click();
  await manager.getByTestId('calendar-undo').click();
  await expect(cell).not.toHaveAttribute('data-kind', 'edited');
  await expect(manager.getByTestId('calendar-undo')).toHaveCount(0);
  const set = (await centre.journal()).filter(({ fact }) => fact.what.type === 'calendar_day_set');
  expect(set).toHaveLength(1);
});

test('a change of today acts at once', async ({ pages }) => {
  const manager = await pages.manager('laima');
  const kiosk = await pages.kiosk();
  await calendar(manager);
  await manager.getByTestId('calendar-open').check();
  if ((await manager.getByTestId('calendar-from-0').count()) === 0)
    await manager.getByTestId('calendar-add').click();
  await manager.getByTestId('calendar-from-0').fill('0.00');
  await manager.getByTestId('calendar-to-0').fill('24.00');
  while ((await manager.getByTestId('calendar-from-1').count()) > 0)
    await manager.getByRole('button', { name: 'Noņemt 2. laika posmu' }).click();
  await manager.getByTestId('calendar-reason').fill('Atvērto durvju diena');
  await manager.getByTestId('calendar-save').click();
  await expect(kiosk.getByTestId('kiosk-button-1')).toHaveAttribute('data-state', 'no_desk');
  await manager.getByTestId('calendar-closed').check();
  await manager.getByTestId('calendar-reason').fill('Avārija');
  await manager.getByTestId('calendar-save').click();
  await expect(kiosk.getByTestId('kiosk-button-1')).toHaveAttribute('data-state', 'closed');
  await expect(kiosk.getByText('Avārija')).toBeVisible();
});

test('a quality manager looks and changes nothing, and sees what a manager changes', async ({ pages }) => {
  const quality = await pages.manager('kaspars');
  await calendar(quality);
  await expect(quality.getByTestId('calendar-why')).toBeVisible();
  const manager = await pages.manager('laima');
  await calendar(manager);
  await manager.getByTestId('calendar-closed').check();
  await manager.getByTestId('calendar-reason').fill('Ūdens avārija');
  await manager.getByTestId('calendar-save').click();
  await expect(quality.getByTestId('calendar-why')).toContainText('Ūdens avārija');
  await expect(quality.getByTestId('calendar-save')).toHaveCount(0);
});
