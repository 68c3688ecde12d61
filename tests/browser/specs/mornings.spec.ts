import { AxeBuilder } from '@axe-core/playwright';
import { expect, test } from '../support/fixtures.ts';

test.use({ centreOptions: { appointments: false, devices: false, opensAtNoon: true } });

test('a morning entered at a desk is told to colleagues and stands in the strip', async ({
  centre,
  pages,
}) => {
  const desk = await pages.desk();
  await desk.getByTestId('desk-choose-1').click();
  const card = desk.getByTestId('morning');
  await expect(card).toBeVisible();
  const looks = await new AxeBuilder({ page: desk }).analyze();
  expect(looks.violations).toEqual([]);

  // By keyboard alone: the doors, three answers, the note, the button.
  await desk.getByTestId('morning-open').focus();
  await desk.keyboard.press('Enter');
  await expect(desk.getByTestId('morning-doors')).toContainText('(anna)');
  await desk.getByTestId('morning-save').focus();
  await desk.keyboard.press('Enter');
  await expect(desk.getByTestId('morning-fault')).toHaveText('Atbildiet uz visiem trim jautājumiem.');
  await desk.getByTestId('morning-information-in_order').focus();
  await desk.keyboard.press('Space');
  await desk.keyboard.press('Tab');
  await desk.keyboard.press('Space');
  await desk.keyboard.press('Tab');
  await desk.keyboard.press('Space');
  await desk.keyboard.press('ArrowRight');
  await expect(desk.getByTestId('morning-monitor-fault')).toBeChecked();
  await desk.keyboard.press('Tab');
  await desk.keyboard.press('Enter');
  await expect(desk.getByTestId('morning-fault')).toHaveText('Piezīmē ierakstiet, kas nav kārtībā.');
  await desk.getByTestId('morning-note').focus();
  await desk.keyboard.type('Ekrāns nereaģē uz pulti');
  await desk.keyboard.press('Enter');
  await expect(desk.getByTestId('morning-checked')).toContainText('Ekrāns nereaģē uz pulti');

  const manager = await pages.manager('laima');
  await expect(manager.getByTestId('morning-checked')).toContainText('(anna)');
  await manager.goto(`${centre.url}/manager#reports`);
  const strip = manager.getByTestId('report-compliance');
  const row = strip.locator('tr', { hasText: 'A2/1/5' });
  // Reception began at noon, before the check; dates without the daemon are a row of their own.
  await expect(row).toContainText('pārbaudīts vēlāk');
  await row.getByRole('link').first().click();
  await expect(manager).toHaveURL(/#\/day\/\d{4}-\d\d-\d\d$/);
});
