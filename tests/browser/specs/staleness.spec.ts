import { expect, inPhase, test } from '../support/fixtures.ts';

test('a board that hears nothing says so, then hides the numbers, then recovers', async ({
  centre,
  pages,
}) => {
  const kiosk = await pages.kiosk();
  const board = await pages.board();
  const desk = await pages.desk();
  await desk.getByTestId('desk-choose-1').click();
  await inPhase(desk, 'free');
  await kiosk.keyboard.press('1');
  await expect(desk.getByTestId('desk-next')).toHaveText('P 001');
  await desk.getByTestId('desk-primary').click();
  await expect(board.getByTestId('board-current-number')).toHaveText('P 001');

  centre.pause();
  const paused = Date.now();
  const after = () => (Date.now() - paused) / 1000;
  await expect(board.getByTestId('board-stale')).toHaveText('Informācija atjaunojas', { timeout: 20_000 });
  // The daemon speaks every 5 s: its last word may be that old when it falls silent.
  expect(after()).toBeGreaterThan(4);
  expect(after()).toBeLessThan(13);
  await expect(board.getByTestId('board-current-number')).toHaveText('P 001');
  await expect(board.getByTestId('board-hidden')).toBeVisible({ timeout: 30_000 });
  expect(after()).toBeGreaterThan(24);
  expect(after()).toBeLessThan(34);
  await expect(board.getByTestId('board-current-number')).toHaveCount(0);

  centre.resume();
  await expect(board.getByTestId('board-current-number')).toHaveText('P 001', { timeout: 20_000 });
  await expect(board.getByTestId('board-stale')).toHaveCount(0);
  await expect(board.getByTestId('board-hidden')).toHaveCount(0);
});
