import type { Page } from '@playwright/test';
import type { Centre } from '../support/centre.ts';
import { expect, inPhase, type Pages, post, test } from '../support/fixtures.ts';
import { nearestRank, secondsBetween, tickets } from '../support/journal.ts';
import { heardSounds, listenToSounds } from '../support/sounds.ts';

test.use({ centreOptions: { appointments: false, devices: true } });

const SERVICE_1 = 'Pasūtījumu pieņemšana';
const SERVICE_2 = 'Pasūtījumu izsniegšana';

/** Everything issue 2 promises of a day, in one story with the real minute in it. */
test('from the pressed button to the quarter’s figures', async ({ centre, pages }) => {
  test.setTimeout(200_000);
  const [kiosk, board, desk, manager, colleague] = await openPages(pages, centre);

  await test.step('a press on the board is a number on the screen and a ticket on paper', async () => {
    centre.press(1);
    await expect(kiosk.getByTestId('kiosk-number')).toHaveText('P 001');
    await expect(kiosk.getByTestId('kiosk-ahead')).toHaveText('Jūsu kārta ir nākamā');
    await expect(kiosk.getByTestId('kiosk-paper')).toHaveText('Lūdzu, paņemiet biļeti');
    await ticketSaysEverything(centre, 1, {
      number: 'P 001',
      service: SERVICE_1,
      ahead: 'Pirms Jums: 0 klientu',
    });
  });

  await test.step('another press, another queue', async () => {
    centre.press(3);
    await expect(kiosk.getByTestId('kiosk-number')).toHaveText('K 001');
    await ticketSaysEverything(centre, 2, {
      number: 'K 001',
      service: 'Korporatīvie klienti',
      ahead: 'Pirms Jums: 0 klientu',
    });
  });

  const phone = await test.step('the ticket’s own page tells the place in line', async () => {
    const page = await pages.blank({ viewport: { width: 360, height: 640 } });
    await page.goto(await centre.qrSeen(1));
    await expect(page.getByTestId('ticket-number')).toHaveText('P 001');
    await expect(page.getByTestId('ticket-state')).toHaveAttribute('data-state', 'waiting');
    await expect(page.getByTestId('ticket-ahead')).toHaveText('Jūsu kārta ir nākamā');
    return page;
  });

  await test.step('the desk calls it; the board shows and says it', async () => {
    const sentence = board.waitForResponse((answer) => answer.url().includes('/voice/'));
    await desk.getByTestId('desk-choose-1').click();
    await inPhase(desk, 'free');
    await expect(desk.getByTestId('desk-next')).toHaveText('P 001');
    await expect(desk.getByTestId('desk-primary')).toContainText('Aicināt nākamo');
    await desk.getByTestId('desk-primary').click();
    await inPhase(desk, 'called');
    await expect(board.getByTestId('board-current-number')).toHaveText('P 001');
    await expect(board.getByTestId('board-current-desk')).toHaveText('1');
    await expect(board.locator('.awaited').getByTestId('board-current-number')).toBeVisible();
    await expect(phone.getByTestId('ticket-desk')).toHaveText('1');
    expect((await sentence).status()).toBe(200);
  });

  await test.step('a colleague calls somebody who will never come', async () => {
    await step(colleague, 'Aicināt nākamo', 'called');
    await expect(board.getByTestId('board-current-number')).toHaveText('K 001');
    await expect(board.getByTestId('board-current-desk')).toHaveText('2');
    await expect(board.getByTestId('board-previous')).toContainText('P 001');
    await colleague.context().close();
  });

  await test.step('both are said aloud, one after the other', () => announcedAloud(board));

  await test.step('nobody can cut the minute short', async () => {
    const noShow = desk.getByTestId('desk-noshow');
    await expect(noShow).toHaveAttribute('aria-disabled', 'true');
    await noShow.click({ force: true });
    await inPhase(desk, 'called');
    expect(await post(desk, '/api/v1/desks/1/call-next')).toEqual({ status: 409, code: 'minute_not_over' });
    expect(await post(desk, '/api/v1/desks/1/no-show')).toEqual({ status: 409, code: 'minute_not_over' });
  });

  await test.step('two more customers come meanwhile', async () => {
    centre.press(2);
    await expect(kiosk.getByTestId('kiosk-number')).toHaveText('S 001');
    await ticketSaysEverything(centre, 3, {
      number: 'S 001',
      service: SERVICE_2,
      ahead: 'Pirms Jums: 0 klientu',
    });
    await expect(kiosk.getByTestId('kiosk-button-2')).toHaveAttribute('data-state', 'open');
    centre.press(2);
    await expect(kiosk.getByTestId('kiosk-number')).toHaveText('S 002');
    await ticketSaysEverything(centre, 4, {
      number: 'S 002',
      service: SERVICE_2,
      ahead: 'Pirms Jums: 1 klients',
    });
  });

  await test.step('after the real minute the call ends by itself', async () => {
    await expect(desk.getByTestId('desk-phase')).toHaveAttribute('data-phase', 'free', { timeout: 70_000 });
    // At the colleague's desk too, where no browser is open any more.
    await expect(board.locator('.awaited')).toHaveCount(0);
    await expect(phone.getByTestId('ticket-state')).toHaveAttribute('data-state', 'no_show');
    const journal = await centre.journal();
    for (const number of ['P 001', 'K 001']) {
      const ticket = [...tickets(journal)].find(([, story]) => story.number === number)?.[0];
      const moment = (type: string) =>
        journal.find(({ fact }) => fact.what.ticket === ticket && fact.what.type === type);
      const [called, gone] = [moment('ticket_called'), moment('ticket_no_show')];
      expect(gone?.fact.what.automatic, number).toBe(true);
      const length = Date.parse(gone?.at ?? '') - Date.parse(called?.at ?? '');
      expect(length, number).toBeGreaterThanOrEqual(60_000);
      expect(length, number).toBeLessThan(61_000);
    }
  });

  await test.step('the next customer is served', async () => {
    await call(desk, board, 'S 001');
    await step(desk, 'Klients ieradies', 'serving');
    await step(desk, 'Noformēt dokumentus', 'documents');
    expect(await post(desk, '/api/v1/desks/1/call-next')).toEqual({ status: 409, code: 'desk_busy' });
    await step(desk, 'Pabeigt', 'free');
  });

  await test.step('the one who missed the call is put back and served', async () => {
    await desk.getByTestId('desk-tab-no_shows').click();
    const row = desk.locator('[data-number="P 001"]');
    await row.getByRole('button').first().click();
    await row.getByTestId('desk-reinstate').click();
    await expect(row).toHaveCount(0);
    // Who comes back counts as taken now: S 002 has waited longer.
    await call(desk, board, 'S 002');
    await step(desk, 'Klients ieradies', 'serving');
    await desk.getByTestId('desk-finish').click();
    await inPhase(desk, 'free');
    await call(desk, board, 'P 001');
    await step(desk, 'Klients ieradies', 'serving');
    await step(desk, 'Noformēt dokumentus', 'documents');
    await step(desk, 'Pabeigt', 'free');
    await expect(phone.getByTestId('ticket-state')).toHaveAttribute('data-state', 'finished');
  });

  await test.step('somebody still waits in the evening', async () => {
    centre.press(1);
    await expect(kiosk.getByTestId('kiosk-number')).toHaveText('P 002');
  });

  await test.step('the quarter’s report shows exactly this day', () => reportAgrees(centre, manager));
});

async function openPages(pages: Pages, centre: Centre): Promise<readonly [Page, Page, Page, Page, Page]> {
  const kiosk = await pages.kiosk();
  const board = await pages.board();
  await listenToSounds(board);
  const desk = await pages.desk('anna');
  await expect(desk.getByTestId('desk-choose-1')).toBeVisible();
  const manager = await pages.manager('kaspars');
  await expect(kiosk.getByTestId('kiosk-name-1')).toHaveText(SERVICE_1, { useInnerText: true });
  await expect(board.getByTestId('board-idle')).toBeVisible();
  await expect(manager.getByTestId('manager-queue-1')).toContainText(SERVICE_1);
  expect(centre.quarter).toMatch(/^\d{4}-Q[1-4]$/);
  const colleague = await pages.desk('zane');
  await colleague.getByTestId('desk-choose-2').click();
  await inPhase(colleague, 'free');
  return [kiosk, board, desk, manager, colleague] as const;
}

/** The paper, byte by byte, against what the journal says was issued. */
async function ticketSaysEverything(
  centre: Centre,
  paper: number,
  wanted: { number: string; service: string; ahead: string },
): Promise<void> {
  const printed = await centre.ticketOnPaper(paper);
  const issued = [...tickets(await centre.journal()).values()].find(({ number }) => number === wanted.number);
  const texts = printed.lines.map((line) => line.text);
  expect(texts[0]).toBe('Rīgas klientu apkalpošanas centrs');
  expect(texts.filter((text) => text === wanted.service)).toHaveLength(1);
  expect(texts.filter((text) => text === wanted.ahead)).toHaveLength(1);
  expect(texts.filter((text) => text === centre.onTicket(issued?.issuedAt ?? ''))).toHaveLength(1);
  const number = printed.lines.find((line) => line.text === wanted.number);
  const largest = Math.max(...printed.lines.map((line) => line.height));
  expect(number).toEqual({ text: wanted.number, width: largest, height: largest, bold: true });
  expect(texts.join('\n')).not.toContain('KOPIJA');
  expect(printed.cuts).toBe(1);
  expect(printed.qr).toHaveLength(1);
  expect(printed.qr[0]).toMatch(new RegExp(`^${centre.url}/t/[A-Za-z0-9_-]{16,}$`));
  expect(await centre.qrSeen(paper)).toBe(printed.qr[0]);
}

/** Each call is a chime, a sentence, and the sentence once more. */
async function announcedAloud(board: Page): Promise<void> {
  const played = async () => (await heardSounds(board)).sentences.length;
  await expect.poll(played, { timeout: 40_000 }).toBeGreaterThanOrEqual(4);
  await expect(board.locator('html')).toHaveAttribute('data-announced', /^\d+$/);
  const { tones, heads, sentences } = await heardSounds(board);
  expect(tones).toBeGreaterThanOrEqual(4);
  for (const head of heads) expect(head).toMatch(/^RIFF[\s\S]{4}WAVE$/);
  expect(heads.length).toBeGreaterThanOrEqual(2);
  for (const seconds of sentences) expect(seconds).toBeGreaterThan(1);
  await expect(board.getByTestId('board-start-sound')).toHaveCount(0);
}

async function call(desk: Page, board: Page, number: string): Promise<void> {
  await expect(desk.getByTestId('desk-next')).toHaveText(number);
  await step(desk, 'Aicināt nākamo', 'called');
  await expect(desk.getByTestId('desk-ticket')).toHaveText(number);
  await expect(board.getByTestId('board-current-number')).toHaveText(number);
}

/** Presses the primary button that has this label. */
async function step(desk: Page, label: string, phase: string): Promise<void> {
  const primary = desk.getByTestId('desk-primary');
  await expect(primary).toContainText(label);
  await expect(primary).toHaveAttribute('aria-disabled', 'false');
  await primary.click();
  await inPhase(desk, phase);
}

interface ReportFigures {
  issued: number;
  finished: number;
  no_show: number;
  cancelled: number;
  open: number;
  reinstated: number;
  wait: { count: number; median_s: number | null; p90_s: number | null; max_s: number | null };
}

/** The report on the command line and on the page against the journal, counted again here. */
async function reportAgrees(centre: Centre, manager: Page): Promise<void> {
  const stories = [...tickets(await centre.journal()).values()];
  expect(stories.map((story) => `${story.number} ${story.outcome}`)).toEqual([
    'P 001 finished',
    'K 001 no_show',
    'S 001 finished',
    'S 002 finished',
    'P 002 open',
  ]);
  const report = JSON.parse(
    await centre.command('report', '', ['--quarter', centre.quarter, '--format', 'json']),
  ) as {
    total: { quarter: ReportFigures };
    services: { service: number; name: string; quarter: ReportFigures }[];
    days: { date: string; issued: number | null }[];
  };
  expect(report.days.filter((day) => day.issued !== null).map(({ date }) => date)).toEqual([centre.today]);
  expect(report.services.map(({ name }) => name)).toEqual([SERVICE_1, SERVICE_2, 'Korporatīvie klienti']);

  await manager.getByTestId('manager-reports-tab').click();
  await manager.getByTestId('report-quarter').selectOption(centre.quarter);
  await manager.getByTestId('report-show').click();
  for (const { name, figures, mine } of [
    ...report.services.map(({ service, quarter }) => ({
      name: String(service),
      figures: quarter,
      mine: stories.filter((story) => story.service === service),
    })),
    { name: 'total', figures: report.total.quarter, mine: stories },
  ]) {
    const count = (outcome: string) => mine.filter((story) => story.outcome === outcome).length;
    const waits = mine.flatMap(({ issuedAt, firstCall }) =>
      firstCall === null ? [] : [secondsBetween(issuedAt, firstCall)],
    );
    expect(figures, name).toMatchObject({
      ...{ issued: mine.length, finished: count('finished'), no_show: count('no_show') },
      ...{ cancelled: count('cancelled'), open: count('open') },
      wait: {
        count: waits.length,
        median_s: nearestRank(waits, 0.5),
        p90_s: nearestRank(waits, 0.9),
        max_s: waits.length > 0 ? Math.max(...waits) : null,
      },
    });
    const row = manager.getByTestId(`report-tickets-${name}`).locator('tr').first();
    for (const figure of ['issued', 'finished', 'no_show', 'cancelled'] as const)
      await expect(row.locator(`[data-figure="${figure}"]`)).toHaveText(String(figures[figure]));
  }
}
