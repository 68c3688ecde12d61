import path from 'node:path';
import type { Page } from '@playwright/test';
import { expect, inPhase, post, test } from '../support/fixtures.ts';
import { tickets } from '../support/journal.ts';

test.use({ centreOptions: { appointments: true, devices: true } });

const FULL_HD = { width: 1920, height: 1080 };
const PORTRAIT = { width: 1080, height: 1920 };
const SMALL_PANEL = { width: 1280, height: 720 };

/** One picture in `screenshots/`, after everything that moves has come to rest. */
async function picture(page: Page, name: string, size?: { width: number; height: number }): Promise<void> {
  if (size) await page.setViewportSize(size);
  await page.evaluate(() => document.fonts.ready.then(() => undefined));
  const file = path.resolve(import.meta.dirname, '../screenshots', `${name}.png`);
  await page.screenshot({ path: file, animations: 'disabled' });
}

/** Tickets from a desk: no button rests in between. */
async function issue(desk: Page, ...services: (1 | 2 | 3)[]): Promise<void> {
  for (const service of services)
    expect(await post(desk, '/api/v1/tickets', { service })).toMatchObject({ status: 201 });
}

async function serve(desk: Page, steps: string[]): Promise<void> {
  for (const step of steps)
    expect(await post(desk, `/api/v1/desks/1/${step}`)).toMatchObject({ status: 200 });
}

test('pictures of every page', async ({ centre, pages }) => {
  const signIn = await pages.blank();
  await signIn.goto(`${centre.url}/desk`);
  await expect(signIn.getByTestId('login-login')).toBeVisible();
  await picture(signIn, 'desk-sign-in');

  const kiosk = await pages.kiosk();
  const board = await pages.board();
  await expect(board.getByTestId('board-idle')).toBeVisible();
  await picture(board, 'board-idle', FULL_HD);
  await picture(board, 'board-idle-portrait', PORTRAIT);

  const desk = await pages.desk();
  await expect(desk.getByTestId('desk-choose-1')).toBeVisible();
  await picture(desk, 'desk-choose');
  await desk.getByTestId('desk-choose-1').click();
  await inPhase(desk, 'free');
  await picture(desk, 'desk-nobody');
  await picture(kiosk, 'kiosk-quiet', FULL_HD);
  await issue(desk, 1, 2, 1, 3, 2, 1, 1, 2);
  await serve(desk, ['call-next', 'arrived', 'finish', 'call-next', 'arrived', 'park', 'call-next']);
  await serve(desk, ['arrived', 'documents', 'finish']);
  await inPhase(desk, 'free');
  await expect(desk.getByTestId('desk-next')).toHaveText('K 001');
  await picture(desk, 'desk-free');

  const colleague = await pages.desk('zane');
  await colleague.getByTestId('desk-choose-2').click();
  await colleague.getByTestId('desk-primary').click();
  await inPhase(colleague, 'called');
  await desk.getByTestId('desk-primary').click();
  await inPhase(desk, 'called');
  await expect(board.getByTestId('board-current-desk')).toHaveText('1');
  await picture(desk, 'desk-called');
  await picture(board, 'board-call', FULL_HD);
  await picture(board, 'board-call-small', SMALL_PANEL);
  await picture(board, 'board-call-portrait', PORTRAIT);

  centre.press(1);
  await expect(kiosk.getByTestId('kiosk-number')).toHaveText('P 005');
  await expect(kiosk.getByTestId('kiosk-paper')).toHaveText('Lūdzu, paņemiet biļeti');
  await picture(kiosk, 'kiosk-number', FULL_HD);
  await picture(kiosk, 'kiosk-number-portrait', PORTRAIT);
  const phone = await pages.blank({ viewport: { width: 360, height: 640 } });
  const issued = [...tickets(await centre.journal()).values()].at(-1);
  await phone.goto(`${centre.url}${issued?.page}`);
  await expect(phone.getByTestId('ticket-state')).toBeVisible();
  await picture(phone, 'ticket-waiting');
  await expect(kiosk.getByTestId('kiosk-number')).toHaveCount(0);
  await picture(kiosk, 'kiosk-portrait', PORTRAIT);
  await picture(kiosk, 'kiosk', FULL_HD);

  await desk.getByTestId('desk-primary').click();
  await inPhase(desk, 'serving');
  await picture(desk, 'desk-serving');
  const manager = await pages.manager('laima');
  await expect(manager.getByTestId('manager-desk-2')).toContainText('zane');
  await picture(manager, 'manager-live');
  await manager.getByTestId('manager-reports-tab').click();
  await manager.getByTestId('report-show').click();
  await expect(manager.getByTestId('report-tickets-total')).toBeVisible();
  await picture(manager, 'manager-report');
});
