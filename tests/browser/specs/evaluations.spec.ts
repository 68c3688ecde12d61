import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect, inPhase, test } from '../support/fixtures.ts';

test.use({ centreOptions: { appointments: false, devices: false, survey: true } });

/** No serious or critical violation, and nothing wider than the window. */
async function accessible(page: Page, what: string): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  const grave = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
  const told = grave.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`);
  expect(told, what).toEqual([]);
  const over = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  expect(over, what).toBeLessThanOrEqual(0);
}

async function register(page: Page): Promise<void> {
  await page.getByTestId('manager-evaluations-tab').click();
  await expect(page.getByTestId('evaluations-table')).toBeVisible();
}

test('the register: entered by keyboard, told in words, taken back', async ({ pages }) => {
  const quality = await pages.manager('kaspars');
  await register(quality);
  const line = quality.getByTestId('evaluation-12-queue_system');
  await expect(line).toContainText('Rindu regulēšanas sistēma (rindu mašīnas)');
  await expect(line).toContainText('Ne retāk kā vienu reizi ceturksnī');
  await expect(line).toContainText('Jāveic šodien');
  // The direct manager's review is not the quality manager's to enter.
  await expect(quality.getByTestId('evaluation-open-8-monthly_review')).toHaveCount(0);
  await accessible(quality, 'register');

  const open = quality.getByTestId('evaluation-open-12-queue_system');
  await open.focus();
  await quality.keyboard.press('Enter');
  await accessible(quality, 'entry');
  await quality.getByTestId('evaluation-result').fill('Rindas atbilst, gaidīšana mērķī');
  await quality.getByTestId('evaluation-notes').fill('Otrdienās trūkst galda.');
  await quality.getByTestId('evaluation-result').press('Enter');
  await expect(line).toContainText('Laikā');
  await expect(line).toContainText('Rindas atbilst');
  await expect(open).toBeFocused();

  await open.press('Enter');
  await quality.getByRole('button', { name: 'Rādīt piezīmes' }).click();
  await expect(quality.getByTestId('evaluation-entries')).toContainText('Otrdienās trūkst galda.');
  await quality.getByTestId('evaluation-take-back').click();
  await expect(line).toContainText('vēl nav');
});

test('one click a day for what is done every day', async ({ pages }) => {
  const manager = await pages.manager('laima');
  await register(manager);
  await manager.getByTestId('evaluations-observe').click();
  await expect(manager.getByTestId('evaluations-observed')).toBeVisible();
  await expect(manager.getByTestId('evaluation-12-observation')).toContainText('Šodien atzīmēts');
  await manager.getByTestId('evaluations-unobserve').click();
  await expect(manager.getByTestId('evaluations-observe')).toBeVisible();

  const desk = await pages.desk();
  await desk.getByTestId('desk-choose-1').click();
  await inPhase(desk, 'free');
  await desk.getByTestId('desk-my-day').click();
  await expect(desk.getByTestId('self-check')).toContainText('Klientu plūsmas vadība');
  await desk.getByTestId('self-check-confirm').press('Enter');
  await expect(desk.getByTestId('self-check-done')).toBeVisible();
  await accessible(desk, 'self-check');
  await manager.reload();
  await register(manager);
  await expect(manager.getByTestId('evaluation-12-self_check')).toContainText('1 no');
});

test('a customer answers once, by keyboard on a small phone', async ({ centre, pages }) => {
  const kiosk = await pages.kiosk();
  await kiosk.keyboard.press('1');
  await expect(kiosk.getByTestId('kiosk-number')).toHaveText('P 001');
  const [issued] = (await centre.journal()).filter(({ fact }) => fact.what.type === 'ticket_issued');
  const token = String(issued?.fact.what.track);
  const phone = await pages.blank({ viewport: { width: 360, height: 740 } });
  await phone.goto(`${centre.url}/t/${token}`);
  await expect(phone.getByTestId('ticket-ahead')).toBeVisible();
  await expect(phone.getByTestId('survey')).toHaveCount(0);

  const desk = await pages.desk();
  await desk.getByTestId('desk-choose-1').click();
  for (const phase of ['free', 'called', 'serving', 'documents']) {
    await inPhase(desk, phase);
    await desk.getByTestId('desk-primary').click();
  }
  await inPhase(desk, 'free');
  await expect(phone.getByTestId('survey')).toBeVisible();
  await accessible(phone, 'survey');
  for (const mark of await phone.locator('.marks label').all())
    expect((await mark.boundingBox())?.height).toBeGreaterThanOrEqual(44);

  await phone.getByTestId('survey-send').press('Enter');
  await expect(phone.getByTestId('survey-fault')).toContainText('vismaz uz vienu');
  await phone.getByTestId('survey-1-5').focus();
  await phone.keyboard.press('Space');
  await expect(phone.getByTestId('survey-1-5')).toBeChecked();
  await phone.getByTestId('survey-comment').fill('Ātri un laipni.');
  await phone.getByTestId('survey-send').press('Enter');
  await expect(phone.getByTestId('survey-thanks')).toBeVisible();
  await accessible(phone, 'thanks');
  await phone.reload();
  await expect(phone.getByTestId('survey-thanks')).toBeVisible();

  const quality = await pages.manager('kaspars');
  await register(quality);
  await expect(quality.getByTestId('survey-results')).toContainText('5,00*');
  await expect(quality.getByTestId('survey-comments')).toContainText('Ātri un laipni.');
  await accessible(quality, 'register with the survey');
});
