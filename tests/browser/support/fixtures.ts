import { type Browser, type BrowserContextOptions, type Page, expect, test as base } from '@playwright/test';
import { Centre, type CentreOptions, PASSWORD } from './centre.ts';

interface Fixtures {
  centreOptions: CentreOptions;
  centre: Centre;
  pages: Pages;
}

/** Opens the pages, each in a browser profile of its own as on machines of their own. */
export class Pages {
  /** What went wrong in any page: errors in scripts and requests for addresses outside the centre. */
  readonly faults: string[] = [];

  constructor(
    private readonly browser: Browser,
    private readonly centre: Centre,
  ) {}

  async blank(options: BrowserContextOptions = {}): Promise<Page> {
    const context = await this.browser.newContext({ viewport: { width: 1366, height: 768 }, ...options });
    const page = await context.newPage();
    page.on('pageerror', (error) => this.faults.push(`${page.url()}: ${error.message}`));
    page.on('console', (message) => {
      // A policy that blocks something of ours shows up nowhere else.
      if (message.type() === 'error' && /Content Security Policy/.test(message.text()))
        this.faults.push(`${page.url()}: ${message.text()}`);
    });
    page.on('request', (request) => {
      const { origin, protocol } = new URL(request.url());
      if (protocol.startsWith('http') && origin !== this.centre.url)
        this.faults.push(`${page.url()} asked for ${request.url()}`);
    });
    return page;
  }

  async kiosk(options: BrowserContextOptions = { viewport: { width: 1920, height: 1080 } }): Promise<Page> {
    return this.device('kiosk', options, 'kiosk-button-1');
  }

  async board(options: BrowserContextOptions = { viewport: { width: 1920, height: 1080 } }): Promise<Page> {
    const page = await this.device('board', options, null);
    await expect(page.locator('header .clock, header time')).toBeVisible();
    return page;
  }

  private async device(
    role: 'kiosk' | 'board',
    options: BrowserContextOptions,
    waitFor: string | null,
  ): Promise<Page> {
    const key = await this.centre.deviceKey(role);
    const page = await this.blank(options);
    await page.goto(`${this.centre.url}/${role}?key=${key}`);
    if (waitFor) await expect(page.getByTestId(waitFor)).toBeVisible();
    expect(page.url(), 'the key does not stay in the address').not.toContain(key);
    return page;
  }

  /** The desk's page of a signed-in consultant, before a desk is chosen. */
  async desk(login = 'anna', options: BrowserContextOptions = {}): Promise<Page> {
    const page = await this.blank(options);
    await page.goto(`${this.centre.url}/desk`);
    await this.signIn(page, login);
    return page;
  }

  async manager(login = 'kaspars', options: BrowserContextOptions = {}): Promise<Page> {
    const page = await this.blank(options);
    await page.goto(`${this.centre.url}/manager`);
    await this.signIn(page, login);
    await expect(page.getByTestId('manager-queues')).toBeVisible();
    return page;
  }

  private async signIn(page: Page, login: string): Promise<void> {
    await page.getByTestId('login-login').fill(login);
    await page.getByTestId('login-password').fill(PASSWORD);
    await page.getByTestId('login-submit').click();
  }
}

export const test = base.extend<Fixtures>({
  centreOptions: [{ appointments: false, devices: false }, { option: true }],
  centre: async ({ centreOptions }, use, info) => {
    const centre = await Centre.start(centreOptions);
    await use(centre);
    if (info.status !== info.expectedStatus) await info.attach('programs', { body: centre.log });
    await centre.stop();
  },
  pages: async ({ browser, centre }, use) => {
    const pages = new Pages(browser, centre);
    await use(pages);
    for (const context of browser.contexts()) await context.close();
    expect(pages.faults, 'faults in the pages').toEqual([]);
  },
});

export { expect };

/** A POST to the interface with the page's own sign-in; the status and the problem's code. */
export function post(
  page: Page,
  path: string,
  body: object = {},
): Promise<{ status: number; code?: string }> {
  return page.evaluate(
    async ([address, text]) => {
      const answer = await fetch(address, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', 'Idempotency-Key': crypto.randomUUID() },
        body: text,
      });
      const given = (await answer.json().catch(() => ({}))) as { code?: string };
      return { status: answer.status, code: given.code };
    },
    [path, JSON.stringify(body)] as const,
  );
}

/** Waits for a phase of the desk. */
export async function inPhase(desk: Page, phase: string): Promise<void> {
  await expect(desk.getByTestId('desk-phase')).toHaveAttribute('data-phase', phase);
}
