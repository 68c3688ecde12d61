import { AxeBuilder } from '@axe-core/playwright';
import { expect, test } from '../support/fixtures.ts';

test.use({ centreOptions: { appointments: false, devices: false, office: true } });

test('a notice is posted in the calendar, shown to customers and taken down', async ({ centre, pages }) => {
  const board = await pages.board();
  const kiosk = await pages.kiosk();
  const manager = await pages.manager('laima');
  await manager.goto(`${centre.url}/manager#calendar`);
  const form = manager.getByTestId('notice-form');
  await expect(form).toBeVisible();
  const looks = await new AxeBuilder({ page: manager }).analyze();
  expect(looks.violations).toEqual([]);

  const [year = '', month = '', day = ''] = centre.today.split('-');
  await manager.getByTestId('notice-kind').selectOption('changed_hours');
  const text = 'Šodien centrs strādā līdz plkst. 15.00';
  await manager.getByTestId('notice-text').fill(text);
  await manager.getByTestId('notice-from').fill(`${day}.${month}.${year}.`);
  await manager.getByTestId('notice-from').press('Tab');
  await expect(manager.getByTestId('notice-until')).toHaveValue(`${day}.${month}.${year}.`);
  await expect(manager.getByTestId('notice-late')).toBeVisible();
  await manager.getByTestId('notice-save').focus();
  await manager.keyboard.press('Enter');
  await expect(manager.getByTestId('notices')).toContainText('tajā pašā dienā: par vēlu');
  await expect(board.getByTestId('board-notice')).toHaveText(text);
  await expect(kiosk.getByTestId('kiosk-notice')).toHaveText(text);
  const public_ = await new AxeBuilder({ page: kiosk }).analyze();
  expect(public_.violations).toEqual([]);

  await manager.evaluate(() => (window.print = () => {}));
  await manager.getByTestId('notice-print').click();
  await manager.emulateMedia({ media: 'print' });
  await expect(manager.locator('.notice-sheet')).toBeVisible();
  await expect(manager.locator('.notice-sheet')).toContainText(text);
  await expect(form).toBeHidden();
  await manager.emulateMedia({ media: 'screen' });
  await manager.evaluate(() => window.dispatchEvent(new Event('afterprint')));
  await expect(manager.locator('.notice-sheet')).toHaveCount(0);

  await manager.getByTestId('notice-take-down').click();
  await expect(board.getByTestId('board-notice')).toHaveCount(0);
  await expect(kiosk.getByTestId('kiosk-notice')).toHaveCount(0);
});
