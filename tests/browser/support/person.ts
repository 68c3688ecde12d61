import type { Page } from '@playwright/test';

/** A person with a pointer, whose clicks are counted. */
export class Person {
  clicks = 0;
  constructor(readonly page: Page) {}

  async click(testid: string): Promise<void> {
    this.clicks += 1;
    await this.page.getByTestId(testid).click();
  }

  async follow(testid: string, name: RegExp | string): Promise<void> {
    this.clicks += 1;
    await this.page.getByTestId(testid).getByRole('link', { name }).first().click();
  }
}
