import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect, inPhase, test } from '../support/fixtures.ts';

test.use({ centreOptions: { appointments: false, devices: false } });

async function isAccessible(page: Page) {
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations).toEqual([]);
}

/** Calls the next customer to a desk that serves one button, and serves them. */
async function serves(desk: Page, kiosk: Page, button: 1 | 2) {
  await inPhase(desk, 'free');
  await kiosk.keyboard.press(String(button));
  await expect(desk.getByTestId('desk-next')).toHaveText(button === 1 ? 'P 001' : 'S 001');
  await desk.keyboard.press('F2');
  await inPhase(desk, 'called');
  await expect(desk.getByTestId('desk-primary')).toHaveAttribute('aria-disabled', 'false');
  await desk.keyboard.press('F2');
  await inPhase(desk, 'serving');
}

test('a failure of electricity is worked off, and button 2 is told to phone about payment', async ({
  centre,
  pages,
}) => {
  const kiosk = await pages.kiosk();
  const first = await pages.desk('anna');
  await first.getByTestId('desk-choose-1').click();
  await serves(first, kiosk, 1);
  const second = await pages.desk('laima');
  await second.getByTestId('desk-choose-2').click();
  await expect(kiosk.getByTestId('kiosk-number')).toHaveCount(0, { timeout: 30_000 });
  await serves(second, kiosk, 2);

  const manager = await pages.manager('laima');
  await manager.goto(`${centre.url}/manager#calendar`);
  const card = manager.getByTestId('incidents');
  await expect(card).toContainText('Kļūmju nav bijis.');
  await isAccessible(manager);
  await manager.getByTestId('incident-kind').selectOption('electricity');
  await manager.getByTestId('incident-forecast-mode').selectOption('lasts');
  await manager.getByTestId('incident-forecast-hours').fill('4');
  await manager.getByTestId('incident-forecast-minutes').fill('0');
  await manager.getByTestId('incident-save').focus();
  await manager.keyboard.press('Enter');
  await expect(manager.getByTestId('incident-step-services')).toBeVisible();
  await expect(manager.getByTestId('incident-step-website')).toHaveCount(0);
  await isAccessible(manager);

  const reminder = second.getByTestId('desk-check-payment');
  await expect(reminder).toHaveText(
    'Pirms pasūtījuma izsniegšanas zvaniet Dienesta Finanšu departamentam un pārliecinieties par pasūtījuma apmaksu.',
  );
  await isAccessible(second);
  await expect(first.getByTestId('desk-check-payment')).toHaveCount(0);
  await expect(kiosk.locator('body')).not.toContainText('elektrības');

  // A minute more than four hours: the website is a step.
  await manager.getByTestId('incident-cause').fill('Bojāts pievadkabelis');
  await manager.getByTestId('incident-services-mode').selectOption('lasts');
  await manager.getByTestId('incident-services-hours').fill('4');
  await manager.getByTestId('incident-services-minutes').fill('1');
  await manager.getByTestId('incident-do-services').click();
  await expect(card).toContainText('Bojāts pievadkabelis');
  await expect(card).toContainText('4 h 1 min');
  await expect(manager.getByTestId('incident-step-website')).toBeVisible();
  await expect(manager.getByTestId('incident-message').first()).toContainText('nav iestatīti');
  await manager.getByTestId('incident-do-told').click();
  await expect(manager.getByTestId('incident-step-told')).toContainText('(laima)');
  await manager.getByTestId('incident-do-website').click();
  await manager.getByTestId('incident-do-notice').click();
  await expect(manager.getByTestId('incident-step-fault')).toContainText('kur klientiem vērsties');
  await manager.getByTestId('incident-where').fill('Jelgavas klientu apkalpošanas centrs, Pasta iela 47');
  await manager.getByTestId('incident-do-notice').click();

  await manager.evaluate(() => (window.print = () => {}));
  await manager.getByTestId('incident-print').click();
  await manager.emulateMedia({ media: 'print' });
  const sheet = manager.locator('.notice-sheet');
  await expect(sheet).toContainText('pārrāvums elektrības padevē');
  await expect(sheet).toContainText('Traucējumu paredzēts novērst līdz plkst.');
  await expect(sheet).toContainText('Jelgavas klientu apkalpošanas centrs');
  await manager.emulateMedia({ media: 'screen' });
  await manager.evaluate(() => window.dispatchEvent(new Event('afterprint')));
  await expect(sheet).toHaveCount(0);
  await isAccessible(manager);

  await manager.goto(`${centre.url}/manager#live`);
  await expect(manager.getByTestId('alert-incident')).toContainText('elektrības padeve');
  await isAccessible(manager);
  await manager.goto(`${centre.url}/manager#calendar`);
  await manager.getByTestId('incident-do-resumed').click();
  await expect(reminder).toHaveCount(0);
  await manager.getByTestId('incident-do-told_resumed').click();
  await expect(card).toContainText('novērsta');
  await expect(card).not.toContainText('nav izpildītas');
  await isAccessible(manager);
  await manager.goto(`${centre.url}/manager#live`);
  await expect(manager.getByTestId('manager-queues')).toBeVisible();
  await expect(manager.getByTestId('alert-incident')).toHaveCount(0);
  await manager.goto(`${centre.url}/manager#reports`);
  const row = manager.getByTestId('report-compliance').getByRole('row', { name: /^A2\/2\/4 / });
  await expect(row).toContainText('1');
});
