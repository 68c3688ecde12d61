import { accessible } from '../support/accessible.ts';
import { expect, test } from '../support/fixtures.ts';
import { Person } from '../support/person.ts';

test.use({ centreOptions: { appointments: false, devices: false, morning: true } });

test('the worst half-hour of the week, in three clicks at most', async ({ pages }) => {
  const person = new Person(await pages.manager('kaspars'));
  const { page } = person;
  await person.click('manager-reports-tab');
  await person.click('report-worst');
  const worst = page.getByTestId('worst-table').locator('tbody tr').first();
  await expect(worst.getByRole('rowheader')).toHaveText('9.00–9.30');
  expect(person.clicks).toBe(2);
  await accessible(page, 'the worst half-hours');

  await person.follow('worst-table', /9\.00–9\.30/);
  const tickets = page.getByTestId('half-tickets').locator('tbody tr');
  await expect(tickets).toHaveCount(15);
  await expect(tickets.first()).toContainText('53 min');
  expect(person.clicks).toBe(3);
  await accessible(page, 'the tickets of a half-hour');
  await person.follow('half-tickets', 'P 027');
  await expect(page.getByTestId('story-wait')).toHaveText('50 min');
  await page.goBack();
  await expect(tickets).toHaveCount(15);
  await page.getByTestId('day-halves').getByRole('link').first().click();
  await expect(page.getByTestId('day-table')).toContainText('8.30–9.00');
  await accessible(page, 'the half-hours of a day');
});

test('why P 027 waited fifty minutes, in three clicks at most', async ({ centre, pages }) => {
  const person = new Person(await pages.manager('laima'));
  const { page } = person;
  await person.click('manager-tickets-tab');
  await person.click('find-number');
  await page.keyboard.type('p27');
  await person.click('find-submit');
  await expect(page.getByTestId('story-wait')).toHaveText('50 min');
  expect(person.clicks).toBe(3);
  expect(new URL(page.url()).hash).toBe('#/ticket/27');
  const why = page.getByTestId('story-why-list');
  await expect(why).toContainText('Gaidīja 50 min, solīts bija 15–25 min: par 25 min ilgāk, nekā solīts.');
  await expect(why).toContainText('To apsteidza P 028.');
  await expect(why).toContainText('bija vidēji 1,0 (no 1 līdz 1).');
  const steps = page.getByTestId('story-steps').getByRole('listitem');
  await expect(steps).toHaveCount(5);
  await expect(steps.nth(1)).toContainText('Pirms tās pie 1. galda aicināta vēlāk izsniegtā P 028.');
  await expect(steps.nth(2)).toContainText('10.12');
  await expect(steps.nth(2)).toContainText('konsultants, 1. galds (anna)');
  await accessible(page, 'a story');

  // The address alone leads there; who evaluates the quality sees the desk and not the name.
  const quality = await pages.manager('kaspars');
  await quality.goto(`${centre.url}/manager#/ticket/27`);
  await expect(quality.getByTestId('story-wait')).toHaveText('50 min');
  await expect(quality.getByTestId('story')).toContainText('konsultants, 1. galds');
  await expect(quality.getByTestId('story')).not.toContainText('anna');
});

test('a consultant’s own day', async ({ pages }) => {
  const desk = await pages.desk('anna');
  await desk.getByTestId('desk-choose-1').click();
  await desk.getByTestId('desk-my-day').click();
  const day = desk.getByTestId('my-day');
  await expect(desk.getByTestId('my-day-served')).toHaveText('27');
  await expect(desk.getByTestId('my-day-no-shows')).toHaveText('0');
  await expect(day).not.toContainText('zane');
  await accessible(desk, 'my day');
  await desk.keyboard.press('Escape');
  await expect(desk.getByTestId('desk-my-day')).toBeFocused();
});
