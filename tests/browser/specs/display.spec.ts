import type { Page } from '@playwright/test';
import { chromium } from '../support/chromium.ts';
import { expect, Pages, test } from '../support/fixtures.ts';

/** Late after 2 s, asked for a sign of life every 2 s, and a busy machine. */
const TOLD_MS = 15_000;
/** It must have painted for 5 s. */
const ENDED_MS = 25_000;

const frozen = (manager: Page) => manager.getByTestId('alert-display_frozen');

async function shows(manager: Page, words: string): Promise<void> {
  await expect(manager.getByTestId('manager-display')).toContainText(words, { timeout: ENDED_MS });
}

/** What stands still, by the kinds of the browser's processes. */
const STANDSTILLS: [string, (kind: string) => boolean][] = [
  ['a frozen tab', (kind) => kind === 'renderer'],
  ['a hung graphics process', (kind) => kind === 'GPU'],
  ['a machine that sleeps', () => true],
];

for (const [what, stops] of STANDSTILLS) {
  test(`${what} is told by the display's name and no more once it paints again`, async ({
    playwright,
    centre,
    pages,
  }) => {
    const manager = await pages.manager('laima');
    await expect(manager.getByTestId('manager-display')).toHaveCount(0);
    const machine = await playwright.chromium.launch(chromium.launchOptions);
    await new Pages(machine, centre).board();
    await shows(manager, 'rāda');
    const browser = await machine.newBrowserCDPSession();
    const { processInfo } = await browser.send('SystemInfo.getProcessInfo');
    const stopped = processInfo.filter(({ type }) => stops(type)).map(({ id }) => id);
    expect(stopped).not.toEqual([]);
    try {
      stopped.forEach((id) => process.kill(id, 'SIGSTOP'));
      await expect(frozen(manager)).toContainText('ir sastindzis', { timeout: TOLD_MS });
      await expect(frozen(manager)).toContainText(/Ekrāns „board-\w+”/);
      await shows(manager, 'sastindzis');
    } finally {
      stopped.forEach((id) => process.kill(id, 'SIGCONT'));
    }
    await expect(frozen(manager)).toHaveCount(0, { timeout: ENDED_MS });
    await shows(manager, 'rāda');
    await machine.close();
  });
}

test('a page whose script hangs is told though its line stays open', async ({ centre, pages }) => {
  const manager = await pages.manager('laima');
  const board = await pages.board();
  await shows(manager, 'rāda');
  const hung = board.evaluate(() => {
    const until = performance.now() + 12_000;
    while (performance.now() < until);
  });
  await expect(frozen(manager)).toHaveCount(1, { timeout: TOLD_MS });
  const health = (await (await fetch(`${centre.url}/health`)).json()) as {
    status: string;
    live: { view: string }[];
    display_list: { state: string }[];
  };
  expect(health.status).toBe('degraded');
  expect(health.live.filter(({ view }) => view === 'board')).toHaveLength(1);
  expect(health.display_list[0]?.state).toBe('frozen');
  await hung;
  await expect(frozen(manager)).toHaveCount(0, { timeout: ENDED_MS });
});

test('a page that no longer gets animation frames is told', async ({ pages }) => {
  const manager = await pages.manager('laima');
  const board = await pages.board();
  await shows(manager, 'rāda');
  // What a hung graphics card and a page behind another one look like from within.
  await board.evaluate(() => {
    const paint = window.requestAnimationFrame.bind(window);
    const kept: FrameRequestCallback[] = [];
    window.requestAnimationFrame = (callback) => kept.push(callback);
    Object.assign(window, {
      paintAgain: () => {
        window.requestAnimationFrame = paint;
        kept.forEach((callback) => paint(callback));
      },
    });
  });
  await expect(frozen(manager)).toHaveCount(1, { timeout: TOLD_MS });
  await board.evaluate(() => (window as unknown as { paintAgain: () => void }).paintAgain());
  await expect(frozen(manager)).toHaveCount(0, { timeout: ENDED_MS });
});

test('a display that is gone is told apart from one that is frozen', async ({ pages }) => {
  const manager = await pages.manager('laima');
  const board = await pages.board();
  await shows(manager, 'rāda');
  await board.context().close();
  await shows(manager, 'atvienots');
  await expect(manager.getByTestId('alert-display_lost')).toContainText('ir atvienojies', {
    timeout: ENDED_MS,
  });
  await expect(frozen(manager)).toHaveCount(0);
});
