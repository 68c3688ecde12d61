import type { Page } from '@playwright/test';
import { report } from '../../../kiosk-ui/dev/report.ts';
import { accessible } from '../support/accessible.ts';
import { expect, type Pages, test } from '../support/fixtures.ts';

const PLOTS = ['plot-heat', 'plot-day', 'plot-weeks', 'plot-ecdf', 'staffing', 'plot-reliability'];
const QUARTER = '2026-Q4';
const ASSET = /\/assets\/echarts-[^/]+\.js$/;
/** A4 without its margins of 12 mm, CSS pixels. */
const PAPER = { width: 703, height: 1031 };
const TABS_AT_MOST = 400;

/** A quarter with months of data behind it: what a daemon would send. */
const sent = report(QUARTER);

const minutes = (seconds: number | null | undefined, small = false) =>
  seconds === null || seconds === undefined
    ? '–'
    : (seconds / 60).toFixed(1).replace('.', ',') + (small ? '*' : '');

/** The manager's page whose daemon answers with that quarter. */
async function withQuarter(pages: Pages, section = ''): Promise<Page> {
  const page = await pages.manager('kaspars');
  await page.route(`**/api/v1/reports/quarters/${QUARTER}`, (route) => route.fulfill({ json: sent }));
  await page.evaluate((hash) => (location.hash = hash), `#/reports/${QUARTER}${section}`);
  await expect(page.getByTestId('quarter')).toBeVisible();
  return page;
}

async function drawn(page: Page): Promise<void> {
  for (const plot of PLOTS) await expect(page.getByTestId(plot).locator('svg')).toBeVisible();
}

/** Texts of the drawings that reach over the edge of their drawing. */
const cutTexts = (page: Page): Promise<string[]> =>
  page.evaluate(() =>
    [...document.querySelectorAll('.drawing')].flatMap((drawing) => {
      const room = drawing.getBoundingClientRect();
      return [...drawing.querySelectorAll('svg text')]
        .filter((text) => {
          const { left, right, top, bottom } = text.getBoundingClientRect();
          return (
            left < room.left - 1 || right > room.right + 1 || top < room.top - 1 || bottom > room.bottom + 1
          );
        })
        .map((text) => `${drawing.parentElement?.getAttribute('aria-label')}: ${text.textContent}`);
    }),
  );

const focused = (page: Page): Promise<string> =>
  page.evaluate(() => {
    const element = document.activeElement;
    return element === document.body
      ? ''
      : (element?.getAttribute('data-testid') ??
          element?.getAttribute('href') ??
          element?.textContent?.trim() ??
          '');
  });

/** Tab by Tab to something; what was passed on the way. */
async function tabTo(page: Page, wanted: (name: string) => boolean): Promise<string[]> {
  const passed: string[] = [];
  for (let step = 0; step < TABS_AT_MOST; step += 1) {
    await page.keyboard.press('Tab');
    const name = await focused(page);
    passed.push(name);
    if (wanted(name)) return passed;
  }
  throw new Error(`not reached in ${TABS_AT_MOST} steps; passed ${passed.join(', ')}`);
}

test.describe('a quarter with months of data', () => {
  test('tells its story on the first screen', async ({ pages }) => {
    const page = await withQuarter(pages);
    for (const what of [
      'report-completeness',
      'report-lead',
      'report-contents',
      'report-key-figures',
      'report-strip',
    ])
      await expect(page.getByTestId(what)).toBeInViewport({ ratio: 1 });
    await expect(page.getByRole('heading', { level: 2 })).toHaveText(
      '2026. gada 4. ceturksnis · Rīgas klientu apkalpošanas centrs',
    );
    const waits = page
      .getByTestId('report-key-figures')
      .getByRole('row', { name: /^Gaidīšana, 90\. procentile/ });
    await expect(waits.getByRole('cell')).toHaveText(['18,0', /26,4\s*−8,4\u00a0min, īsāk/, 'nav datu']);
    await drawn(page);
    await accessible(page, 'the quarter');
  });

  test('is walked through by keyboard, down to a half-hour and back', async ({ pages }) => {
    const page = await withQuarter(pages);
    await drawn(page);
    await page.getByTestId('report-quarter').focus();
    const toHeat = await tabTo(page, (name) => name === 'Skaitļi tabulā');
    for (const passed of [
      'report-show',
      'report-pdf',
      'report-xlsx',
      'report-csv',
      `#/reports/${QUARTER}/desks`,
    ])
      expect(toHeat).toContain(passed);
    await page.keyboard.press('Enter');
    await expect(page.getByTestId('plot-heat-table')).toBeVisible();
    const cell = `#/halves/${QUARTER}/1/09:00`;
    await tabTo(page, (name) => name === cell);
    await page.keyboard.press('Enter');
    await expect(page.getByTestId('weekday-half')).toBeVisible();
    await expect(page.getByRole('heading', { level: 2 })).toHaveText(/^Pirmdienās 9\.00–9\.30/);
    await page.goBack();
    // Back where the link stood.
    await expect(page.locator('#q-flow')).toBeFocused();
    await expect(page.locator('#q-flow')).toBeInViewport();

    const summaries = await page.getByTestId('quarter').locator('summary').count();
    await page.getByTestId('report-quarter').focus();
    const passed: string[] = [];
    await tabTo(page, (name) => passed.push(name) > 0 && name === 'Visas dienas tabulā');
    expect(passed.filter((name) => name === 'Skaitļi tabulā')).toHaveLength(PLOTS.length);
    expect(summaries).toBeGreaterThan(PLOTS.length);
  });

  test('jumps to a section by the contents and by its address', async ({ pages }) => {
    const page = await withQuarter(pages, '/forecast');
    await expect(page.locator('#q-forecast')).toBeFocused();
    await expect(page.locator('#q-forecast')).toBeInViewport();
    for (const turn of ['first', 'again']) {
      await page.getByTestId('report-contents').getByRole('link', { name: 'Atbilstība' }).focus();
      await page.keyboard.press('Enter');
      await expect(page.locator('#q-compliance'), turn).toBeInViewport();
      await expect(page.locator('#q-compliance'), turn).toBeFocused();
    }
  });

  test('leads from an exception of a clause to its date', async ({ pages }) => {
    const page = await withQuarter(pages);
    const row = page.getByTestId('report-compliance').getByRole('row', { name: /^A1\.11/ });
    await row.locator('summary').click();
    await expect(row).toContainText('16.10.2026');
    await row.getByRole('link', { name: /12\.10\.2026/ }).click();
    await expect(page.getByTestId('day-halves')).toContainText('12.10.2026.');
    await page.goBack();
    await expect(page.locator('#q-compliance')).toBeFocused();
  });

  test('has the figures of every plot in a table below it', async ({ pages }) => {
    const page = await withQuarter(pages);
    for (const plot of PLOTS) {
      await page.getByTestId(plot).locator('summary').click();
      await expect(page.getByTestId(`${plot}-table`)).toBeVisible();
      await expect(page.getByTestId(plot).getByRole('img')).toHaveAttribute('aria-label', /\d/);
    }
    const heat = await page
      .getByTestId('plot-heat-table')
      .getByRole('link')
      .evaluateAll((links) => links.map((link) => [link.getAttribute('href'), link.textContent]));
    const cells = sent.flow.heat.map(({ weekday, at, wait }) => [
      `#/halves/${QUARTER}/${weekday}/${at}`,
      minutes(wait.p90_s, wait.small_sample),
    ]);
    expect(heat.sort()).toEqual(cells.sort());
    const last = sent.flow.half_hours.at(-1)!;
    await expect(
      page.getByTestId('plot-day-table').getByRole('row').last().getByRole('cell').first(),
    ).toHaveText(String(last.issued));
    const ecdf = page.getByTestId('plot-ecdf-table').locator('tbody tr');
    await expect(ecdf).toHaveCount(sent.flow.ecdf.length);
    await expect(ecdf.nth(15).getByRole('cell')).toHaveText([
      String(sent.flow.ecdf[15]!.called),
      `${(sent.flow.ecdf[15]!.share * 100).toFixed(1).replace('.', ',')}\u00a0%`,
    ]);
    const bin = sent.reliability[2]!;
    await expect(
      page.getByTestId('plot-reliability-table').locator('tbody tr').nth(2).getByRole('cell'),
    ).toContainText([String(bin.count), minutes(bin.promised_s), minutes(bin.wait.median_s)]);
    await accessible(page, 'the quarter with its tables open');
  });

  test('opens the tables where the plots cannot be loaded', async ({ pages }) => {
    const manager = await withQuarter(pages);
    await manager.route(ASSET, (route) => route.abort());
    await manager.reload();
    for (const plot of PLOTS) {
      await expect(manager.getByTestId(`${plot}-failed`)).toBeVisible();
      await expect(manager.getByTestId(`${plot}-table`)).toBeVisible();
    }
    await accessible(manager, 'the quarter without plots');
  });

  for (const [what, viewport] of [
    ['a laptop', { width: 1366, height: 768 }],
    ['a narrow window', { width: 320, height: 640 }],
  ] as const)
    test(`cuts no text of a plot on ${what}`, async ({ pages }) => {
      const page = await withQuarter(pages);
      await page.setViewportSize(viewport);
      await drawn(page);
      await expect.poll(() => cutTexts(page)).toEqual([]);
    });

  test('goes on paper whole', async ({ pages }) => {
    const page = await withQuarter(pages);
    await drawn(page);
    await page.setViewportSize(PAPER);
    await page.emulateMedia({ media: 'print' });
    await page.evaluate(() => dispatchEvent(new Event('beforeprint')));
    await expect(page.getByTestId('quarter').locator('details:not([open])')).toHaveCount(0);
    for (const what of ['manager-live-tab', 'report-show', 'report-contents', 'sign-out'])
      await expect(page.getByTestId(what)).toBeHidden();
    await expect.poll(() => cutTexts(page)).toEqual([]);
    // What is wider than the paper would be cut, or everything made smaller.
    const wider = await page.evaluate(
      (width) =>
        [...document.querySelectorAll('.staff *')]
          .filter((element) => element.getBoundingClientRect().right > width + 1)
          .map((element) => `${element.tagName} ${element.textContent?.slice(0, 40)}`),
      PAPER.width,
    );
    expect(wider).toEqual([]);
    await page.evaluate(() => dispatchEvent(new Event('afterprint')));
    await expect(page.getByTestId('plot-heat-table')).toBeHidden();
    const paper = await page.pdf({ preferCSSPageSize: true });
    const sheets = paper.toString('latin1').match(/\/Type\s*\/Page\b/g)?.length ?? 0;
    expect(sheets).toBeGreaterThanOrEqual(6);
    expect(sheets).toBeLessThanOrEqual(16);
  });
});

test('the page does not carry the drawing library', async ({ centre, pages }) => {
  const page = await pages.blank();
  const asked: string[] = [];
  page.on('request', (request) => ASSET.test(request.url()) && asked.push(request.url()));
  await page.goto(`${centre.url}/manager`);
  await expect(page.getByTestId('login-login')).toBeVisible();
  expect(asked).toEqual([]);
  expect(await page.content()).not.toContain('echarts');
  const manager = await pages.manager('kaspars');
  manager.on('request', (request) => ASSET.test(request.url()) && asked.push(request.url()));
  await manager.reload();
  await expect(manager.getByTestId('manager-curve').locator('svg')).toBeVisible();
  expect(asked).toHaveLength(1);
});

test.describe('a centre with a morning behind it', () => {
  test.use({ centreOptions: { appointments: false, devices: false, morning: true } });

  test('leads from the quarter down to one ticket’s story', async ({ centre, pages }) => {
    const page = await pages.manager('kaspars');
    // 27 visits of 255 s, open 30 s before the first: 27 / 6915 s, 254 of each 255 s with a customer, at the desk 20 s later.
    const desk = page.getByTestId('usual-desk-1').getByRole('cell');
    await expect(desk).toHaveText(['27', '14,1', '–', '3,9', '–', '99,2\u00a0%', '–']);
    await expect(page.getByTestId('manager-usual')).toContainText('iepriekš datu nav');
    await page.getByTestId('manager-reports-tab').click();
    await expect(page.getByTestId('report-lead')).toContainText('No 30 izsniegtajām biļetēm');
    await page.getByTestId('plot-heat').locator('summary').click();
    const cell = page.getByTestId('plot-heat-table').getByRole('link', { name: / 9\.00–9\.30/ });
    const told = (await cell.textContent()) ?? '';
    await cell.click();
    const row = page.getByTestId('weekday-table').locator('tbody tr');
    await expect(row).toHaveCount(1);
    await expect(row).toContainText(told);
    await accessible(page, 'a half-hour of a weekday');
    await row.getByRole('rowheader').getByRole('link').click();
    await page.getByTestId('half-tickets').getByRole('link', { name: 'P 027' }).click();
    await expect(page.getByTestId('story-wait')).toHaveText('50 min');
    expect(centre.quarter).toMatch(/^\d{4}-Q[1-4]$/);
  });
});
