import { readFile } from 'node:fs/promises';
import type { Page } from '@playwright/test';
import { expect, inPhase, test } from '../support/fixtures.ts';
import { tickets } from '../support/journal.ts';

test.use({ centreOptions: { appointments: true, devices: true, slots: true } });

/** Between keys: slower than a scanner, and as one types. */
const FINGER_MS = 200;
const NO_SUCH_CODE = 'AAAAAAA';

async function openDesk(desk: Page): Promise<void> {
  await desk.getByTestId('desk-choose-1').click();
  await inPhase(desk, 'free');
}

async function closeDialog(desk: Page): Promise<void> {
  await desk.keyboard.press('Escape');
  await expect(desk.getByRole('dialog')).toHaveCount(0);
}

/** Books the next free slot of button 3 in the opened view; its time as people read it, and the code. */
async function bookNext(page: Page): Promise<{ time: string; code: string }> {
  const slot = page.getByTestId('book-slots').locator('input:enabled').first();
  const time = ((await slot.getAttribute('data-testid')) ?? '').replace('book-slot-', '');
  await slot.check({ force: true });
  await expect(page.getByTestId('book-confirm')).toContainText(`plkst. ${time}`);
  await page.getByTestId('book-confirm').click();
  const code = (await page.getByTestId('booked-code').textContent()) ?? '';
  expect(code).toMatch(/^[A-Z0-9]{7}$/);
  return { time, code };
}

/** What a scanner does that types the code and Enter, as fast as the browser takes keys. */
async function scan(kiosk: Page, code: string): Promise<void> {
  const keyboard = await kiosk.context().newCDPSession(kiosk);
  const press = (key: string, text: string) =>
    keyboard.send('Input.dispatchKeyEvent', { type: 'keyDown', key, text });
  const release = (key: string) => keyboard.send('Input.dispatchKeyEvent', { type: 'keyUp', key });
  const keys = [...code].flatMap((letter) => [press(letter, letter), release(letter)]);
  await Promise.all([...keys, press('Enter', '\r'), release('Enter')]);
}

const issued = async (centre: { journal(): Promise<Parameters<typeof tickets>[0]> }) =>
  [...tickets(await centre.journal()).values()].map(({ number }) => number);

test('booked at the desk, checked in at the kiosk, called with the reason', async ({ centre, pages }) => {
  const kiosk = await pages.kiosk();
  const desk = await pages.desk();
  await openDesk(desk);

  await desk.keyboard.press('F10');
  const { time, code } = await bookNext(desk);
  await expect(desk.getByTestId('booked-reminder')).toHaveValue(new RegExp(`${code}`));
  await expect(desk.getByTestId('appointments-list')).toContainText(time);
  await desk.getByTestId('booked-copy').click();
  await expect(desk.getByTestId('booked-said')).toHaveText('Nokopēts.');
  await closeDialog(desk);
  // The code was shown once.
  await desk.keyboard.press('F10');
  await expect(desk.getByTestId('appointments-list')).toContainText(time);
  await expect(desk.getByRole('dialog')).not.toContainText(code);
  await closeDialog(desk);

  await test.step('a code that nobody has is refused calmly', async () => {
    await kiosk.getByTestId('kiosk-appointment').click();
    for (const letter of NO_SUCH_CODE) await kiosk.getByTestId(`check-in-key-${letter}`).click();
    await kiosk.getByTestId('check-in-submit').click();
    await expect(kiosk.getByTestId('check-in-refusal')).toContainText('Pieraksta ar šādu kodu nav');
    for (const _ of NO_SUCH_CODE) await kiosk.getByTestId('check-in-erase').click();
    await expect(kiosk.getByTestId('check-in-refusal')).toHaveCount(0);
  });

  await test.step('the right one is a ticket with its slot, on the screen and on paper', async () => {
    for (const letter of code) await kiosk.getByTestId(`check-in-key-${letter}`).click();
    await kiosk.getByTestId('check-in-submit').click();
    await expect(kiosk.getByTestId('kiosk-number')).toHaveText('K 001');
    await expect(kiosk.getByTestId('kiosk-slot')).toContainText(time);
    await expect(kiosk.getByTestId('check-in')).toHaveCount(0);
    await expect(kiosk.getByTestId('kiosk-appointment')).toBeFocused();
    const paper = (await centre.ticketOnPaper(1)).lines.map(({ text }) => text.trim());
    expect(paper).toContain('K 001');
    expect(
      paper.some((line) => line.includes('ieraksts') && line.includes(time)),
      paper.join('|'),
    ).toBe(true);
  });

  await test.step('the same code again is told that it was used', async () => {
    await scan(kiosk, code);
    await expect(kiosk.getByTestId('check-in-refusal')).toContainText('jau ir reģistrēts');
    await kiosk.getByTestId('check-in-back').click();
    await expect(kiosk.getByTestId('kiosk-button-1')).toBeVisible();
  });

  await test.step('the desk sees and calls it because of the appointment', async () => {
    await expect(desk.getByTestId('desk-next')).toHaveText('K 001');
    await expect(desk.locator('[data-number="K 001"]')).toContainText(`Pieraksts ${time}`);
    await desk.keyboard.press('F10');
    const row = desk.locator('[data-testid^="appointment-"][data-state="checked_in"]');
    await expect(row).toContainText('K 001');
    await expect(row).toContainText('ieradies');
    await closeDialog(desk);
    await desk.getByTestId('desk-primary').click();
    await inPhase(desk, 'called');
    await expect(desk.getByTestId('desk-call-why')).toContainText(/pierakst/i);
  });

  await test.step('its own page names the slot', async () => {
    const phone = await pages.blank({ viewport: { width: 360, height: 640 } });
    const story = [...tickets(await centre.journal()).values()][0];
    await phone.goto(`${centre.url}${story?.page}`);
    await expect(phone.getByTestId('ticket-slot')).toContainText(time);
  });
});

test('a scanner works from the idle screen, and digits stay bars', async ({ centre, pages }) => {
  const kiosk = await pages.kiosk();
  const desk = await pages.desk();
  await openDesk(desk);
  await desk.getByTestId('desk-appointments').click();
  const { code } = await bookNext(desk);

  // The bar keeps the focus: a scanner's Enter must not press it.
  await kiosk.getByTestId('kiosk-button-1').click();
  await expect(kiosk.getByTestId('kiosk-number')).toHaveText('P 001');
  await expect(kiosk.getByTestId('kiosk-button-1')).toHaveAttribute('data-state', 'open');
  await scan(kiosk, code.toLowerCase());
  await expect(kiosk.getByTestId('kiosk-number')).toHaveText('K 001');
  await kiosk.keyboard.press('2');
  await expect(kiosk.getByTestId('kiosk-number')).toHaveText('S 001');

  await scan(kiosk, `1${NO_SUCH_CODE}`);
  await expect(kiosk.getByTestId('check-in-refusal')).toBeVisible();
  // Within the entry a digit is a digit.
  await kiosk.keyboard.press('1');
  await kiosk.keyboard.press('Escape');
  await expect(kiosk.getByTestId('check-in')).toHaveCount(0);
  await kiosk.keyboard.press('1');
  await expect(kiosk.getByTestId('kiosk-number')).toHaveText('P 002');
  expect(await issued(centre)).toEqual(['P 001', 'K 001', 'S 001', 'P 002']);
});

test('everything by keyboard alone', async ({ pages }) => {
  const kiosk = await pages.kiosk();
  const desk = await pages.desk();
  await desk.getByTestId('desk-choose-1').focus();
  await desk.keyboard.press('Enter');
  await inPhase(desk, 'free');
  await desk.keyboard.press('F10');
  await expect(desk.getByTestId('appointment-check-in-code')).toBeFocused();
  await expect(desk.getByTestId('book-slots')).toBeVisible();
  await tabTo(desk, 'book-service-3');
  await desk.keyboard.press('ArrowDown');
  await expect(desk.getByTestId('book-service-1')).toBeChecked();
  await tabTo(desk, 'book-date');
  await expect(desk.getByTestId('book-slots')).toBeVisible();
  for (let presses = 0; (await desk.locator('[name="book-slot"]:focus').count()) === 0; presses += 1) {
    expect(presses).toBeLessThan(20);
    await desk.keyboard.press('Tab');
  }
  await desk.keyboard.press('Space');
  await tabTo(desk, 'book-confirm');
  await desk.keyboard.press('Enter');
  const code = (await desk.getByTestId('booked-code').textContent()) ?? '';
  await expect(desk.locator('#booked-title')).toBeFocused();

  await tabTo(kiosk, 'kiosk-appointment');
  await kiosk.keyboard.press('Enter');
  await expect(kiosk.getByTestId('check-in-code')).toBeFocused();
  await kiosk.keyboard.type(code, { delay: FINGER_MS });
  await kiosk.keyboard.press('Enter');
  await expect(kiosk.getByTestId('kiosk-number')).toHaveText('P 001');

  // Another visit, cancelled with a reason.
  await tabTo(desk, 'booked-again');
  await desk.keyboard.press('Enter');
  await bookNext(desk);
  await tabTo(desk, 'appointment-cancel');
  await desk.keyboard.press('Enter');
  await expect(desk.getByTestId('appointment-cancel-reason')).toBeFocused();
  await desk.keyboard.type('Klients zvanīja');
  await desk.keyboard.press('Enter');
  await expect(desk.getByTestId('appointments-said')).toHaveText('Pieraksts atcelts.');
  await expect(desk.locator('[data-state="cancelled"]')).toContainText('atcelts');
  await closeDialog(desk);
});

test('a customer at the desk, and the manager’s list and import', async ({ centre, pages }) => {
  const manager = await pages.manager('laima');
  await manager.getByTestId('manager-appointments-tab').click();
  const { time, code } = await bookNext(manager);
  const wrong = NO_SUCH_CODE;
  await manager.getByTestId('appointment-check-in-code').fill(wrong);
  await manager.getByTestId('appointment-check-in').click();
  await expect(manager.getByTestId('appointment-check-in-fault')).toBeVisible();
  await manager.getByTestId('appointment-check-in-code').fill(code.toLowerCase());
  await manager.getByTestId('appointment-check-in').click();
  await expect(manager.getByTestId('appointment-checked-in')).toContainText('K 001');
  await expect(manager.getByTestId('appointments-counts')).toContainText('ieradušies 1');

  const [hours = '', minutes = ''] = time.split('.');
  const slot = `${centre.today}T${hours.padStart(2, '0')}:${minutes}:00`;
  const csv = `service,slot,reference\n3,${slot},VZD-1\n3,${slot},VZD-2\n7,${slot},VZD-3\n`;
  const file = { name: 'pieraksti.csv', mimeType: 'text/csv', buffer: Buffer.from(csv) };
  await manager.getByTestId('import-file').setInputFiles(file);
  await manager.getByTestId('import-submit').click();
  // One place of the slot is the walked-in booking's, one is VZD-1's; there is no button 7.
  await expect(manager.getByTestId('import-booked')).toHaveText('1');
  await expect(manager.getByTestId('import-refused')).toHaveText('2');
  await expect(manager.getByTestId('import-outcome')).toContainText('aizņemtas');
  await expect(manager.locator('[data-testid^="appointment-"][data-state]')).toHaveCount(2);
  const [download] = await Promise.all([
    manager.waitForEvent('download'),
    manager.getByTestId('import-codes').click(),
  ]);
  expect(await readFile(await download.path(), 'utf8')).toMatch(/"VZD-1","[A-Z0-9]{7}"/);

  await manager.getByTestId('import-submit').click();
  await expect(manager.getByTestId('import-unchanged')).toHaveText('1');
  await expect(manager.getByTestId('import-booked')).toHaveText('0');

  const quality = await pages.manager('kaspars');
  await expect(quality.getByTestId('manager-reports-tab')).toBeVisible();
  await expect(quality.getByTestId('manager-appointments-tab')).toHaveCount(0);
});

test.describe('a centre without appointments', () => {
  test.use({ centreOptions: { appointments: false, devices: false } });

  test('speaks of them nowhere', async ({ pages }) => {
    const kiosk = await pages.kiosk();
    await expect(kiosk.getByTestId('kiosk-appointment')).toHaveCount(0);
    const desk = await pages.desk();
    await openDesk(desk);
    await expect(desk.getByTestId('desk-appointments')).toHaveCount(0);
    const manager = await pages.manager('laima');
    await expect(manager.getByTestId('manager-appointments-tab')).toHaveCount(0);
  });
});

/** Presses Tab until the element has the focus. */
async function tabTo(page: Page, testId: string): Promise<void> {
  const wanted = page.getByTestId(testId).first();
  for (let presses = 0; presses < 80; presses += 1) {
    if (await wanted.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`${testId} cannot be reached with Tab`);
}
