import type { Page } from '@playwright/test';
import { expect, inPhase, test } from '../support/fixtures.ts';
import { tickets } from '../support/journal.ts';

/** A full-HD screen zoomed to 400 %: WCAG 1.4.10 wants everything there without scrolling sideways. */
const ZOOMED = { viewport: { width: 480, height: 270 } };
const PHONE = { viewport: { width: 320, height: 568 } };

async function fitsSideways(page: Page): Promise<void> {
  const wider = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  expect(wider, `${new URL(page.url()).pathname} is wider than its window`).toBeLessThanOrEqual(0);
}

test.use({ centreOptions: { appointments: true, devices: false, slots: true } });

test('pages can be used at 400 % and on a small phone', async ({ centre, pages }) => {
  const kiosk = await pages.kiosk(ZOOMED);
  await fitsSideways(kiosk);
  await kiosk.getByTestId('kiosk-button-1').scrollIntoViewIfNeeded();
  await kiosk.getByTestId('kiosk-button-1').click();
  await kiosk.getByTestId('kiosk-number').scrollIntoViewIfNeeded();
  await expect(kiosk.getByTestId('kiosk-number')).toHaveText('P 001');
  await expect(kiosk.getByTestId('kiosk-number')).toBeInViewport();
  await fitsSideways(kiosk);

  await kiosk.getByTestId('kiosk-appointment').click();
  await kiosk.getByTestId('check-in-submit').scrollIntoViewIfNeeded();
  await expect(kiosk.getByTestId('check-in-submit')).toBeInViewport();
  await fitsSideways(kiosk);

  const desk = await pages.desk('anna', ZOOMED);
  await desk.getByTestId('desk-choose-1').click();
  await inPhase(desk, 'free');
  await desk.keyboard.press('F10');
  await expect(desk.getByTestId('book-slots')).toBeVisible();
  await fitsSideways(desk);
  await desk.keyboard.press('Escape');
  await desk.getByTestId('desk-primary').click();
  await inPhase(desk, 'called');
  await expect(desk.getByTestId('desk-ticket')).toHaveText('P 001');
  await fitsSideways(desk);

  const manager = await pages.manager('kaspars', ZOOMED);
  await fitsSideways(manager);
  const planner = await pages.manager('laima', ZOOMED);
  await planner.getByTestId('manager-appointments-tab').click();
  await expect(planner.getByTestId('book-slots')).toBeVisible();
  await fitsSideways(planner);
  await manager.getByTestId('manager-reports-tab').click();
  await manager.getByTestId('report-show').click();
  await expect(manager.getByTestId('report-tickets-total')).toBeVisible();
  // Tables may scroll within their frame, the page may not.
  await fitsSideways(manager);

  const issued = [...tickets(await centre.journal()).values()][0];
  const phone = await pages.blank(PHONE);
  await phone.goto(`${centre.url}${issued?.page}`);
  await expect(phone.getByTestId('ticket-state')).toHaveAttribute('data-state', 'called');
  await fitsSideways(phone);
});
