import { accessible } from '../support/accessible.ts';
import { expect, inPhase, test } from '../support/fixtures.ts';

/** Slower than a scanner types. */
const TYPING_MS = 200;

test('customers’ pages have no serious fault of accessibility', async ({ centre, pages }) => {
  const kiosk = await pages.kiosk();
  await accessible(kiosk, 'kiosk');
  await kiosk.keyboard.press('1');
  await expect(kiosk.getByTestId('kiosk-number')).toHaveText('P 001');
  await accessible(kiosk, 'kiosk with a number');
  await kiosk.getByTestId('kiosk-large-text').click();
  await kiosk.getByTestId('kiosk-contrast').click();
  await accessible(kiosk, 'kiosk, large text and high contrast');

  const board = await pages.board();
  await accessible(board, 'idle board');
  const desk = await pages.desk();
  await desk.getByTestId('desk-choose-1').click();
  await inPhase(desk, 'free');
  await desk.getByTestId('desk-primary').click();
  await expect(board.getByTestId('board-current-number')).toHaveText('P 001');
  await accessible(board, 'board with a call');

  const unknown = await pages.blank();
  await unknown.goto(`${centre.url}/t/nosuchticket0000`);
  await expect(unknown.getByRole('heading')).toBeVisible();
  await accessible(unknown, 'an unknown ticket’s page');
});

test('staff’s pages have no serious fault of accessibility', async ({ centre, pages }) => {
  const fresh = await pages.blank();
  await fresh.goto(`${centre.url}/desk`);
  await expect(fresh.getByTestId('login-login')).toBeVisible();
  await accessible(fresh, 'sign-in');

  const kiosk = await pages.kiosk();
  await kiosk.keyboard.press('1');
  await expect(kiosk.getByTestId('kiosk-number')).toHaveText('P 001');
  await kiosk.keyboard.press('2');
  await expect(kiosk.getByTestId('kiosk-number')).toHaveText('S 001');
  const desk = await pages.desk();
  await expect(desk.getByTestId('desk-choose-1')).toBeVisible();
  await accessible(desk, 'choice of a desk');
  await desk.getByTestId('desk-choose-1').click();
  await expect(desk.getByTestId('desk-next')).toHaveText('P 001');
  await accessible(desk, 'free desk');
  await desk.getByTestId('desk-issue').click();
  await accessible(desk, 'dialog of a desk');
  await desk.keyboard.press('Escape');
  await desk.getByTestId('desk-primary').click();
  await inPhase(desk, 'called');
  await accessible(desk, 'desk that called');
  await desk.getByTestId('desk-primary').click();
  await inPhase(desk, 'serving');
  await accessible(desk, 'desk with a customer');

  const manager = await pages.manager('admins');
  await accessible(manager, 'manager, live');
  await manager.getByTestId('manager-reports-tab').click();
  await manager.getByTestId('report-show').click();
  await expect(manager.getByTestId('report-tickets-total')).toBeVisible();
  await accessible(manager, 'report');
  await manager.getByTestId('manager-calendar-tab').click();
  await expect(manager.getByTestId('calendar-why')).toBeVisible();
  await accessible(manager, 'calendar');
  for (const area of ['staff', 'devices']) {
    await manager.getByTestId(`manager-${area}-tab`).click();
    await expect(manager.getByRole('table')).toBeVisible();
    await accessible(manager, area);
  }
});

test.describe('appointments', () => {
  test.use({ centreOptions: { appointments: true, devices: false, slots: true } });

  test('have no serious fault of accessibility', async ({ pages }) => {
    const kiosk = await pages.kiosk();
    await accessible(kiosk, 'kiosk with appointments');
    await kiosk.getByTestId('kiosk-appointment').click();
    await accessible(kiosk, 'entry of a code');
    await kiosk.keyboard.type('AAAAAAA', { delay: TYPING_MS });
    await kiosk.keyboard.press('Enter');
    await expect(kiosk.getByTestId('check-in-refusal')).toBeVisible();
    await accessible(kiosk, 'refused code');
    await kiosk.getByTestId('kiosk-large-text').click();
    await kiosk.getByTestId('kiosk-contrast').click();
    await accessible(kiosk, 'refused code, large text and high contrast');

    const desk = await pages.desk();
    await desk.getByTestId('desk-choose-1').click();
    await inPhase(desk, 'free');
    await desk.getByTestId('desk-appointments').click();
    await expect(desk.getByTestId('book-slots')).toBeVisible();
    await accessible(desk, 'appointments at the desk');
    await desk.getByTestId('book-slots').locator('input:enabled').first().check({ force: true });
    await desk.getByTestId('book-confirm').click();
    await expect(desk.getByTestId('booked-code')).toBeVisible();
    await desk.getByTestId('appointment-cancel').click();
    await accessible(desk, 'booked, and a cancellation begun');

    const manager = await pages.manager('laima');
    await manager.getByTestId('manager-appointments-tab').click();
    await expect(manager.getByTestId('book-slots')).toBeVisible();
    const csv = Buffer.from('service,slot\n9,never\n');
    await manager
      .getByTestId('import-file')
      .setInputFiles({ name: 'x.csv', mimeType: 'text/csv', buffer: csv });
    await manager.getByTestId('import-submit').click();
    await expect(manager.getByTestId('import-outcome')).toBeVisible();
    await accessible(manager, 'appointments and an import');
  });
});
