import path from 'node:path';
import type { Page } from '@playwright/test';
import { expect, test } from '../support/fixtures.ts';

test.use({ centreOptions: { appointments: false, devices: false, morning: true } });

async function picture(page: Page, name: string): Promise<void> {
  await page.evaluate(() => document.fonts.ready.then(() => undefined));
  const file = path.resolve(import.meta.dirname, '../screenshots', `${name}.png`);
  await page.screenshot({ path: file, animations: 'disabled' });
}

test('pictures from a week down to one ticket', async ({ centre, pages }) => {
  const manager = await pages.manager('laima');
  await manager.getByTestId('manager-reports-tab').click();
  await expect(manager.getByTestId('report-tickets-total')).toBeVisible();
  await picture(manager, 'manager-report-morning');
  await manager.getByTestId('report-worst').click();
  await expect(manager.getByTestId('worst-table')).toBeVisible();
  await picture(manager, 'manager-worst');
  await manager.goto(`${centre.url}/manager#/day/${centre.today}`);
  await expect(manager.getByTestId('day-table')).toBeVisible();
  await picture(manager, 'manager-day');
  await manager.goto(`${centre.url}/manager#/day/${centre.today}/09:00`);
  await expect(manager.getByTestId('half-tickets')).toBeVisible();
  await picture(manager, 'manager-half-hour');
  await manager.getByTestId('manager-tickets-tab').click();
  await manager.getByTestId('find-submit').click();
  await expect(manager.getByTestId('find-list')).toBeVisible();
  await picture(manager, 'manager-find');
  await manager.goto(`${centre.url}/manager#/ticket/27`);
  await expect(manager.getByTestId('story')).toBeVisible();
  await picture(manager, 'manager-story');
  const desk = await pages.desk('anna');
  await desk.getByTestId('desk-choose-1').click();
  await desk.getByTestId('desk-my-day').click();
  await expect(desk.getByTestId('my-day-served')).toBeVisible();
  await picture(desk, 'desk-my-day');
});
