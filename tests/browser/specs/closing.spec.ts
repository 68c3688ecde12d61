import { AxeBuilder } from '@axe-core/playwright';
import { expect, post, test } from '../support/fixtures.ts';

test('a manager stops a button and releases it, the kiosk follows', async ({ centre, pages }) => {
  const kiosk = await pages.kiosk();
  const desk = await pages.desk();
  await desk.getByTestId('desk-choose-1').click();
  await expect(desk.getByTestId('desk-closing')).toContainText('Visi ir apkalpoti');
  await expect(kiosk.getByTestId('kiosk-button-1')).toHaveAttribute('data-state', 'open');

  const manager = await pages.manager('laima');
  // By keyboard alone: the button, the reason, the confirmation.
  await manager.getByTestId('manager-stop-1').focus();
  await manager.keyboard.press('Enter');
  await expect(manager.getByTestId('closing-reason')).toBeVisible();
  await manager.getByTestId('closing-reason').fill('Rinda ir gara');
  const dialog = await new AxeBuilder({ page: manager }).analyze();
  expect(dialog.violations).toEqual([]);
  await manager.keyboard.press('Enter');
  await expect(manager.getByTestId('manager-stopped-1')).toContainText('laima: Rinda ir gara');
  await expect(manager.getByTestId('manager-stop-1')).toHaveCount(0);

  const bar = kiosk.getByTestId('kiosk-button-1');
  await expect(bar).toHaveAttribute('data-state', 'stopped');
  await expect(bar).toContainText('Šodien biļetes vairs neizsniedz');
  await expect(bar).toHaveAttribute('aria-disabled', 'true');
  await expect(kiosk.locator('body')).not.toContainText('laima');
  const looks = await new AxeBuilder({ page: kiosk }).analyze();
  expect(looks.violations).toEqual([]);
  // A press leads to nothing; the other buttons go on, and staff still issue.
  await bar.click({ force: true });
  await kiosk.getByTestId('kiosk-button-2').click();
  await expect(kiosk.getByTestId('kiosk-number')).toHaveText('S 001');
  expect(await post(desk, '/api/v1/tickets', { service: 1 })).toMatchObject({ status: 201 });
  await expect(desk.getByTestId('desk-closing')).toContainText('Vēl jāapkalpo 2 klienti');

  await manager.getByTestId('manager-release-1').click();
  await expect(bar).toHaveAttribute('data-state', 'open');
  const facts = await centre.journal();
  const told = JSON.stringify(facts);
  expect(told).toContain('service_stopped');
  expect(told).toContain('service_released');
});
