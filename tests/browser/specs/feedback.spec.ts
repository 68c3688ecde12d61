import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect, inPhase, test } from '../support/fixtures.ts';

const TEXT = 'Ilgi gaidīju; neviens nepateica, kāpēc.';

async function isAccessible(page: Page) {
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations).toEqual([]);
}

/** Clause 29: told at once, from a desk with a customer, without a mouse. */
test.describe('with a mail server', () => {
  test.use({ centreOptions: { appointments: false, devices: false, mail: true } });

  test('a complaint at the desk is told at once, decided and settled by keyboard', async ({
    centre,
    pages,
  }) => {
    const kiosk = await pages.kiosk();
    const desk = await pages.desk();
    await desk.getByTestId('desk-choose-1').click();
    await inPhase(desk, 'free');
    await kiosk.keyboard.press('1');
    await expect(desk.getByTestId('desk-next')).toHaveText('P 001');
    await desk.keyboard.press('F2');
    await inPhase(desk, 'called');
    await expect(desk.getByTestId('desk-primary')).toHaveAttribute('aria-disabled', 'false');
    await desk.keyboard.press('F2');
    await inPhase(desk, 'serving');

    // One key, the words, Enter on the button: the ticket and the kind are filled in.
    await desk.keyboard.press('F3');
    await expect(desk.getByTestId('feedback-text')).toBeFocused();
    await isAccessible(desk);
    await desk.keyboard.type(TEXT);
    await expect(desk.getByTestId('feedback-kind-complaint')).toBeChecked();
    await expect(desk.getByTestId('feedback-ticket')).toBeChecked();
    await desk.getByTestId('feedback-send').focus();
    await desk.keyboard.press('Enter');
    const result = desk.getByTestId('feedback-result');
    await expect(result).toHaveAttribute('data-state', 'told');
    await expect(result).toHaveText('Nosūtīts Pakalpojumu attīstības daļai.');
    await expect(desk.getByTestId('feedback-done')).toBeFocused();
    await isAccessible(desk);
    await desk.keyboard.press('Enter');
    await expect(result).toHaveCount(0);
    await inPhase(desk, 'serving');
    const [mail, ...others] = (await centre.mail?.taken()) ?? [];
    expect(others).toEqual([]);
    expect(mail?.to).toBe('attistiba@dienests.example');
    expect(mail?.text).toContain(TEXT);
    expect(mail?.text).toContain('P 001');
    await expect(kiosk.locator('body')).not.toContainText('gaidīju');

    const manager = await pages.manager('laima');
    await manager.getByTestId('manager-feedback-tab').click();
    const entry = manager.getByTestId('feedback-entry');
    await expect(entry).toContainText(TEXT);
    await expect(entry).toHaveAttribute('data-state', 'told');
    await isAccessible(manager);
    await entry.getByTestId('feedback-decide').focus();
    await manager.keyboard.press('Enter');
    await expect(entry.getByTestId('feedback-justified')).toBeFocused();
    await manager.keyboard.press('Space');
    await manager.keyboard.press('Tab');
    await manager.keyboard.type('Galds bija slēgts');
    await isAccessible(manager);
    await manager.keyboard.press('Enter');
    await expect(entry.getByTestId('feedback-decision')).toHaveText('pamatota: Galds bija slēgts');
    const row = manager.getByTestId('feedback-counts').locator('tr[data-kind=complaint] td');
    await expect(row).toHaveText(['1', '1', '0', '1', '0']);
    await entry.getByTestId('feedback-settle').focus();
    await manager.keyboard.press('Enter');
    await manager.keyboard.type('Atvainojāmies');
    await manager.keyboard.press('Enter');
    await expect(entry).toContainText('Atvainojāmies');
    await expect(entry.getByTestId('feedback-settle')).toHaveCount(0);
    await entry.getByRole('link', { name: 'Biļete P 001' }).click();
    await expect(manager.locator('main')).toContainText('P 001');
  });

  test('a server that refuses for now is told in words, and tried again', async ({ centre, pages }) => {
    await centre.mail?.behave('busy');
    const desk = await pages.desk();
    await desk.getByTestId('desk-choose-1').click();
    await inPhase(desk, 'free');
    await desk.keyboard.press('F3');
    await expect(desk.getByTestId('feedback-ticket')).toHaveCount(0);
    await desk.getByTestId('feedback-text').fill(TEXT);
    await desk.getByTestId('feedback-kind-claim').check();
    await desk.getByTestId('feedback-send').click();
    const result = desk.getByTestId('feedback-result');
    await expect(result).toContainText('serveris pagaidām atteica');
    await centre.mail?.behave('ok');
    await expect(result).toHaveAttribute('data-state', 'told', { timeout: 30_000 });
  });
});

test('where nobody is named the form and the manager say so', async ({ pages }) => {
  const desk = await pages.desk();
  await desk.getByTestId('desk-choose-1').click();
  await inPhase(desk, 'free');
  await desk.getByTestId('desk-feedback').click();
  await expect(desk.getByTestId('feedback-nobody')).toContainText('29. punkta prasība netiek izpildīta');
  await desk.getByTestId('feedback-text').fill(TEXT);
  await desk.getByTestId('feedback-send').click();
  await expect(desk.getByTestId('feedback-result')).toHaveAttribute('data-state', 'nobody');
  const manager = await pages.manager('laima');
  await manager.getByTestId('manager-feedback-tab').click();
  await expect(manager.getByTestId('feedback-nobody')).toBeVisible();
  await expect(manager.getByTestId('feedback-telling')).toHaveText('neviens nav informēts');
});
