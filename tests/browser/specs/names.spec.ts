import { CENTRE_NAME } from '../support/centre.ts';
import { expect, test } from '../support/fixtures.ts';
import { inCp775 } from '../support/ticket-bytes.ts';

const NAMES = {
  false: 'Korporatīvie klienti',
  true: 'Korporatīvie klienti/Pēc iepriekšēja pieraksta',
};

for (const appointments of [false, true]) {
  test.describe(`appointments = ${appointments}`, () => {
    test.use({ centreOptions: { appointments, devices: true } });

    test('button 3 is named to the letter wherever it is named', async ({ centre, pages }) => {
      const name = NAMES[`${appointments}`];
      const kiosk = await pages.kiosk();
      // The name itself, not what styles make of it; byte for byte, so composed letters only.
      expect(await kiosk.getByTestId('kiosk-name-3').evaluate((element) => element.textContent)).toBe(name);
      await expect(kiosk.getByTestId('kiosk-name-3')).toHaveText(name, { useInnerText: true });
      const board = await pages.board();

      centre.press(3);
      await expect(kiosk.getByTestId('kiosk-number')).toHaveText('K 001');
      const paper = await centre.ticketOnPaper(1);
      expect(paper.lines.map((line) => line.text).filter((text) => text === name)).toHaveLength(1);
      const bytes = Buffer.from(await centre.ticketBytes(1));
      expect(bytes.includes(Buffer.concat([inCp775(name), Buffer.from('\n')]))).toBe(true);

      const phone = await pages.blank({ viewport: { width: 360, height: 640 } });
      await phone.goto(paper.qr[0] ?? '');
      await expect(phone.getByText(name, { exact: true })).toBeVisible();

      const desk = await pages.desk();
      await desk.getByTestId('desk-choose-1').click();
      await expect(desk.getByTestId('desk-queue-3')).toContainText(
        new RegExp(`^\\s*3\\s*${name} \\(apkalpo šis galds\\)`),
      );
      await desk.getByTestId('desk-primary').click();
      await expect(desk.getByTestId('desk-ticket')).toHaveText('K 001');
      await expect(desk.locator('.service')).toHaveText(`3${name}`);
      await expect(board.getByTestId('board-current-number')).toHaveText('K 001');

      const manager = await pages.manager();
      await expect(manager.getByTestId('manager-queue-3').getByRole('rowheader')).toHaveText(`3${name}`);
      await manager.getByTestId('manager-reports-tab').click();
      await manager.getByTestId('report-show').click();
      const row = manager.getByTestId('report-tickets-3').locator('tr').first();
      await expect(row.getByRole('rowheader')).toHaveText(`3${name}`);
      await expect(row.locator('[data-figure="issued"]')).toHaveText('1');

      const report = await centre.command('report', '', ['--quarter', centre.quarter, '--format', 'json']);
      const { centre: title, services } = JSON.parse(report) as {
        centre: string;
        services: { name: string }[];
      };
      expect(title).toBe(CENTRE_NAME);
      expect(services[2]?.name).toBe(name);
      for (const format of ['csv', 'table'])
        expect(
          await centre.command('report', '', ['--quarter', centre.quarter, '--format', format]),
        ).toContain(name);
    });
  });
}
