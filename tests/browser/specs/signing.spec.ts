import { readFile } from 'node:fs/promises';
import type { Page } from '@playwright/test';
import { accessible } from '../support/accessible.ts';
import { expect, test } from '../support/fixtures.ts';
import { Person } from '../support/person.ts';
import { quarterBefore, ticketsOf, yearBefore } from '../support/quarters.ts';

test.use({ centreOptions: { appointments: false, devices: false, office: true, quarters: true } });

const COMMENT = 'Rindu garākas dara pusdienlaiks; no janvāra pusdienās strādās abi galdi.';

const state = (page: Page) => page.getByTestId('sign-off-state');

test('compared with last year, downloaded and signed in few clicks', async ({ centre, pages }) => {
  const last = quarterBefore(centre.quarter);
  const person = new Person(await pages.manager('kaspars'));
  const { page } = person;
  await person.click('manager-reports-tab');
  // The way to what waits for a signature stands on the first screen.
  await expect(page.getByTestId('report-earlier-unsigned')).toBeInViewport({ ratio: 1 });
  await accessible(page, 'the quarter that goes on');
  await person.click('report-earlier-unsigned');
  await expect(page.locator('#q-sign-off')).toBeInViewport();
  await expect(page.getByTestId('report-quarter')).toHaveValue(last);
  await expect(state(page)).toHaveText('Ceturksnis vēl nav parakstīts.');
  await page.getByTestId('sign-off-comment').fill(COMMENT);
  await person.click('sign-off-ask');
  await expect(page.getByRole('dialog')).toContainText(String(ticketsOf(last)));
  await accessible(page, 'asked before it is signed');
  await person.click('sign-off-confirm');
  await expect(state(page)).toHaveText('Parakstīts. Šī pārskata skaitļi sakrīt ar parakstītajiem.');
  expect(person.clicks, 'to sign').toBe(4);
  await expect(page.getByTestId('sign-off-signature')).toContainText(COMMENT);
  await accessible(page, 'a signed quarter');

  // Compare: on the first screen of the quarter, without a click more.
  person.clicks = 0;
  await page.keyboard.press('Home');
  const wait = page.getByTestId('report-key-figures').getByRole('row', { name: /^Gaidīšana, mediāna/ });
  await expect(wait.getByRole('cell')).toHaveText([
    '12,0',
    /^8,0\s*\+4,0\u00a0min, ilgāk$/,
    /^4,0\s*\+8,0\u00a0min, ilgāk$/,
  ]);
  await expect(page.getByTestId('report-key-figures')).toContainText(String(ticketsOf(yearBefore(last))));
  expect(person.clicks, 'to compare').toBe(0);

  for (const [ending, begins] of [
    ['pdf', '%PDF-'],
    ['xlsx', 'PK'],
    ['csv', 'centre,quarter,'],
  ] as const) {
    const coming = page.waitForEvent('download');
    await person.click(`report-${ending}`);
    const file = await coming;
    expect(file.suggestedFilename()).toBe(`rinda-${last}.${ending}`);
    const bytes = await readFile(await file.path());
    expect(bytes.subarray(0, begins.length).toString('latin1'), ending).toBe(begins);
  }
  expect(person.clicks, 'one for each download').toBe(3);

  // The quarter that goes on asks for nothing more, and the journal has what was signed.
  await page.evaluate((quarter) => (location.hash = `#/reports/${quarter}`), centre.quarter);
  await expect(page.getByTestId('report-quarter')).toHaveValue(centre.quarter);
  await expect(page.getByTestId('report-earlier-unsigned')).toHaveCount(0);
  expect(await centre.command('report', '', ['--quarter', last, '--verify'])).toContain(
    'sakrīt ar parakstītajiem',
  );
});

test('signed by keyboard; a changed target shows as a difference and is signed again', async ({
  centre,
  pages,
}) => {
  const last = quarterBefore(centre.quarter);
  let page = await pages.manager('kaspars');
  await page.goto(`${centre.url}/manager#/reports/${last}/sign-off`);
  await expect(page.locator('#q-sign-off')).toBeFocused();
  await page.keyboard.press('Tab');
  await expect(page.getByTestId('sign-off-comment')).toBeFocused();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  // Who changes their mind goes back to where they were.
  await expect(page.getByRole('dialog')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('sign-off-ask')).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('dialog')).toBeVisible();
  await page.getByTestId('sign-off-confirm').focus();
  await page.keyboard.press('Enter');
  await expect(state(page)).toContainText('sakrīt ar parakstītajiem');
  await expect(page.getByTestId('sign-off-ask')).toHaveCount(0);

  await centre.kill();
  await centre.addToConfiguration('[rules]\nwait_target_minutes = 10\n');
  await centre.startDaemon();
  page = await pages.manager('kaspars');
  await page.goto(`${centre.url}/manager#/reports/${last}/sign-off`);
  await expect(state(page)).toContainText('no parakstītā atšķiras');
  const target = page.getByTestId('sign-off-differences').getByRole('row', { name: /^gaidīšanas mērķis/ });
  await expect(target.getByRole('cell')).toHaveText(['900 s', '600 s']);
  await accessible(page, 'a quarter that differs');
  await page.getByTestId('sign-off-ask').click();
  await page.getByTestId('sign-off-confirm').click();
  await expect(page.getByTestId('sign-off-signature')).toHaveCount(2);
  await expect(state(page)).toContainText('sakrīt ar parakstītajiem');
  await page.getByTestId('language').click();
  await expect(state(page)).toHaveText('Signed. The figures of this report are those that were signed.');
});

test('a manager looks and does not sign', async ({ centre, pages }) => {
  const page = await pages.manager('laima');
  await page.goto(`${centre.url}/manager#/reports/${quarterBefore(centre.quarter)}/sign-off`);
  await expect(state(page)).toHaveText(
    'Ceturksnis vēl nav parakstīts. Parakstīt var pakalpojumu kvalitātes vadītājs.',
  );
  await expect(page.getByTestId('sign-off-ask')).toHaveCount(0);
});
