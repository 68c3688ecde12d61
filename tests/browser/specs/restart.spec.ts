import { expect, inPhase, post, test } from '../support/fixtures.ts';
import { tickets } from '../support/journal.ts';

test.use({ centreOptions: { appointments: false, devices: true } });

test('a power cut with pages open loses nobody', async ({ centre, pages }) => {
  const kiosk = await pages.kiosk();
  const board = await pages.board();
  const desk = await pages.desk();
  await desk.getByTestId('desk-choose-1').click();
  await inPhase(desk, 'free');
  centre.press(1);
  await expect(desk.getByTestId('desk-next')).toHaveText('P 001');
  await desk.getByTestId('desk-primary').click();
  await inPhase(desk, 'called');
  // Some of the minute is gone before the cut.
  const ring = desk.getByTestId('desk-ring');
  const seconds = async () => Number(await ring.getAttribute('data-seconds'));
  await expect.poll(seconds).toBeLessThan(56);

  await centre.kill();
  await expect(desk.getByTestId('connection')).toHaveText('Nav savienojuma');
  await expect(desk.getByTestId('desk-lost')).toBeVisible();
  await expect(kiosk.getByTestId('kiosk-lost')).toBeVisible();
  await expect(kiosk.getByTestId('kiosk-button-1')).toHaveAttribute('data-state', 'closed');
  // What is known stays in sight.
  await expect(desk.getByTestId('desk-ticket')).toHaveText('P 001');
  await expect(board.getByTestId('board-current-number')).toHaveText('P 001');

  await centre.startDaemon();
  await expect(desk.getByTestId('connection')).toHaveText('Savienots');
  await expect(kiosk.getByTestId('kiosk-lost')).toHaveCount(0);
  await expect(kiosk.getByTestId('kiosk-button-1')).toHaveAttribute('data-state', 'open');
  await inPhase(desk, 'called');
  await expect(desk.getByTestId('desk-ticket')).toHaveText('P 001');
  // The customer may have heard nothing: the minute begins anew, counted from the start.
  const restarted = (await centre.journal()).filter(({ fact }) => fact.what.type === 'daemon_started').at(-1);
  const left = 60 - (Date.now() - Date.parse(restarted?.at ?? '')) / 1000;
  expect(await seconds()).toBeGreaterThan(left - 3);
  expect(await seconds()).toBeLessThanOrEqual(60);
  expect(await post(desk, '/api/v1/desks/1/no-show')).toEqual({ status: 409, code: 'minute_not_over' });

  // The day goes on: the same session, the next number.
  centre.press(1);
  await expect(kiosk.getByTestId('kiosk-number')).toHaveText('P 002');
  await desk.getByTestId('desk-primary').click();
  await inPhase(desk, 'serving');
  await desk.getByTestId('desk-finish').click();
  await inPhase(desk, 'free');
  await expect(desk.getByTestId('desk-next')).toHaveText('P 002');
  const stories = [...tickets(await centre.journal()).values()];
  expect(stories.map(({ number, outcome }) => `${number} ${outcome}`)).toEqual([
    'P 001 finished',
    'P 002 open',
  ]);
});
