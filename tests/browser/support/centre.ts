import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from '@playwright/test';
import type { JournalRecord } from './journal.ts';
import { morning } from './morning.ts';
import { MailServer } from './mail.ts';
import { Program, RINDA, run } from './program.ts';
import { quarterBefore, quarters, yearBefore } from './quarters.ts';
import { type PrintedTicket, readTicket } from './ticket-bytes.ts';

export interface CentreOptions {
  appointments: boolean;
  /** Visits to buttons 1 and 3 can be booked, two in each quarter of an hour. */
  slots?: boolean;
  /** Board and printer as programs of their own behind pseudo-terminals. */
  devices: boolean;
  /** Reception as in most centres: five days a week, public holidays observed; else round the clock. */
  office?: boolean;
  /** Customers are asked after their visit. */
  survey?: boolean;
  /** Reception begins on every day at noon, within the last hour before the test. */
  opensAtNoon?: boolean;
  /** Feedback is mailed to a server of its own. */
  mail?: boolean;
  /** It has a morning behind it (`morning.ts`). */
  morning?: boolean;
  /** It took over another system's tickets of the last quarter, the one before and the one a year before. */
  quarters?: boolean;
}

export const PASSWORD = 'kluss-rits-upmala';
export const CENTRE_NAME = 'Rīgas klientu apkalpošanas centrs';
const START_MS = 30_000;

const twoDigits = (value: number) => String(value).padStart(2, '0');

/** One centre with a daemon, a data directory and devices of its own. */
export class Centre {
  readonly config: string;
  readonly data: string;
  private daemon: Program | null = null;
  private board: Program | null = null;
  private printer: Program | null = null;
  /** The department's mail server, where there is one. */
  mail: MailServer | null = null;
  /** Hours that local time is ahead of UTC: chosen so that it is about noon and no test meets midnight. */
  private readonly aheadHours = 12 - new Date().getUTCHours();

  private constructor(
    private readonly folder: string,
    private readonly port: number,
    private readonly options: CentreOptions,
  ) {
    this.config = path.join(folder, 'centre.toml');
    this.data = path.join(folder, 'data');
  }

  static async start(options: CentreOptions): Promise<Centre> {
    const folder = await mkdtemp(path.join(tmpdir(), 'rinda-browser-'));
    const centre = new Centre(folder, await freePort(), options);
    if (options.mail) centre.mail = await MailServer.start(folder);
    await writeFile(centre.config, centre.configuration());
    try {
      await centre.startDevices();
      if (options.morning) await centre.importMorning();
      if (options.quarters) await centre.importQuarters();
      await centre.startDaemon();
      for (const [login, role] of [
        ['anna', 'consultant'],
        ['zane', 'consultant'],
        ['kaspars', 'quality'],
        ['laima', 'manager'],
        ['admins', 'admin'],
      ] as const)
        await centre.command('staff', 'add', [login, '--role', role, '--name', login], `${PASSWORD}\n`);
    } catch (error) {
      await centre.stop();
      throw error;
    }
    return centre;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get log(): string {
    return [this.daemon, this.board, this.printer]
      .map((program) => (program ? `--- ${program.name}\n${program.output}` : ''))
      .join('\n');
  }

  private configuration(): string {
    const sign = this.aheadHours > 0 ? '-' : '+';
    const zone = this.aheadHours === 0 ? 'Etc/GMT' : `Etc/GMT${sign}${Math.abs(this.aheadHours)}`;
    const days = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];
    const devices = this.options.devices
      ? `board = "${this.link('board')}"

[kiosk.printer]
port = "serial:${this.link('printer')}"
profile = "epson"
code_page = "cp775"`
      : '';
    return `[centre]
id = "browser-test"
name = "${CENTRE_NAME}"
address = "11. novembra krastmala 31, Rīga"
appointments = ${this.options.appointments}
timezone = "${zone}"

[web]
listen = "127.0.0.1:${this.port}"
public_url = "${this.url}"

[hours]
${this.hours(days)}

${this.options.slots ? '[appointments]\nslot_minutes = 15\ncapacity = { 1 = 2, 3 = 2 }' : ''}

${this.options.survey ? '[survey]\nenabled = true' : ''}

[[desk]]
number = 1
services = [1, 2, 3]
kiosk = "kiosks"

[[desk]]
number = 2
services = [2, 3]
kiosk = "kiosks"

[[kiosk]]
name = "kiosks"
${devices}

${this.mail?.configuration ?? ''}
`;
  }

  /** An office receives until an hour before midnight: the tests run about noon. */
  private hours(days: string[]): string {
    if (this.options.opensAtNoon) return days.map((day) => `${day} = ["12:00-23:00"]`).join('\n');
    const open = this.options.office ? days.slice(0, 5) : days;
    const hours = this.options.office ? '"08:30-12:00", "12:30-23:00"' : '"00:00-24:00"';
    return open.map((day) => `${day} = [${hours}]`).join('\n');
  }

  private link(device: string): string {
    return path.join(this.folder, `${device}.tty`);
  }

  private paper(ending: string, number: number): string {
    return path.join(this.folder, 'paper', `${String(number).padStart(4, '0')}.${ending}`);
  }

  private async importMorning(): Promise<void> {
    const file = path.join(this.folder, 'morning.ndjson');
    const midnight = Date.parse(`${this.today}T00:00:00Z`) - this.aheadHours * 3_600_000;
    await writeFile(file, morning(this.today, midnight));
    await this.command('import', '', [file]);
  }

  private async importQuarters(): Promise<void> {
    const file = path.join(this.folder, 'tickets.csv');
    const last = quarterBefore(this.quarter);
    await writeFile(file, quarters([yearBefore(last), quarterBefore(last), last]));
    await this.command('import', '', ['--tickets', file]);
  }

  private async startDevices(): Promise<void> {
    if (!this.options.devices) return;
    const own = ['--data', path.join(this.folder, 'devices')];
    this.printer = new Program('printer', [
      ...['simulate', 'printer', '--link', this.link('printer')],
      ...['--out', path.join(this.folder, 'paper'), ...own],
    ]);
    this.board = new Program('board', ['simulate', 'board', '--link', this.link('board'), ...own]);
    for (const device of [this.board, this.printer])
      await expect.poll(() => device.output, { timeout: START_MS }).toContain('.tty');
  }

  /** Starts the daemon and waits until it answers and, where there are devices, has found them. */
  async startDaemon(): Promise<void> {
    const daemon = new Program('daemon', ['run', '--config', this.config, '--data', this.data]);
    this.daemon = daemon;
    const state = async () => {
      if (!daemon.running) throw new Error(`the daemon ended:\n${daemon.output}`);
      const health = await fetch(`${this.url}/health`).then(
        (answer) => answer.json() as Promise<{ kiosks: { printer: string; board: string }[] }>,
        () => null,
      );
      return health?.kiosks.map(({ printer, board }) => `${printer} ${board}`).join() ?? 'silent';
    };
    const wanted = this.options.devices ? 'ready connected' : 'absent absent';
    await expect.poll(state, { timeout: START_MS }).toBe(wanted);
  }

  /** Holds from the next start on. */
  addToConfiguration(lines: string): Promise<void> {
    return appendFile(this.config, lines);
  }

  /** The power goes. */
  async kill(): Promise<void> {
    await this.daemon?.end('SIGKILL');
  }

  /** The daemon hangs, its connections stay open. */
  pause(): void {
    this.daemon?.signal('SIGSTOP');
  }

  resume(): void {
    this.daemon?.signal('SIGCONT');
  }

  async stop(): Promise<void> {
    this.mail?.stop();
    for (const program of [this.daemon, this.board, this.printer]) await program?.end();
    await rm(this.folder, { recursive: true, force: true });
  }

  /** A command of the program on this centre, e.g. `device add`. */
  command(group: string, verb: string, args: string[], input = ''): Promise<string> {
    const words = verb === '' ? [group] : [group, verb];
    return run(RINDA, [...words, ...args, '--config', this.config, '--data', this.data], input);
  }

  async deviceKey(role: 'kiosk' | 'board'): Promise<string> {
    const name = role === 'kiosk' ? 'kiosks' : `board-${Math.random().toString(36).slice(2, 8)}`;
    return (await this.command('device', 'add', [name, '--role', role])).trim();
  }

  /** A finger on the button board. */
  press(button: 1 | 2 | 3): void {
    if (!this.board) throw new Error('this centre has no button board');
    this.board.tell(`press ${button}`);
  }

  /** The bytes of the `number`-th ticket that came out of the printer, once it has. */
  async ticketBytes(number: number): Promise<Uint8Array> {
    const read = () => readFile(this.paper('bin', number)).catch(() => Buffer.alloc(0));
    // A ticket is whole once it says that it was cut.
    await expect.poll(async () => (await read()).includes('\x1dVB'), { timeout: 20_000 }).toBe(true);
    return read();
  }

  async ticketOnPaper(number: number): Promise<PrintedTicket> {
    return readTicket(await this.ticketBytes(number));
  }

  /** What a camera reads from the picture of the `number`-th ticket. */
  async qrSeen(number: number): Promise<string> {
    const scan = () => run('zbarimg', ['--quiet', '--raw', this.paper('png', number)]).catch(() => '');
    await expect.poll(scan, { timeout: 30_000 }).not.toBe('');
    return (await scan()).trim();
  }

  /** The journal, from the beginning. */
  async journal(): Promise<JournalRecord[]> {
    const lines = (await this.command('export', '', [])).split('\n').filter((line) => line !== '');
    return lines.map((line) => JSON.parse(line) as JournalRecord);
  }

  /** The quarter that local time is in, "2026-Q4". */
  get quarter(): string {
    const local = this.local(new Date());
    return `${local.getUTCFullYear()}-Q${Math.floor(local.getUTCMonth() / 3) + 1}`;
  }

  /** "2026-11-22" */
  get today(): string {
    return this.local(new Date()).toISOString().slice(0, 10);
  }

  /** A moment as tickets write it: "22.11.2026. plkst. 12.05". */
  onTicket(moment: string): string {
    const at = this.local(new Date(moment));
    const date = `${twoDigits(at.getUTCDate())}.${twoDigits(at.getUTCMonth() + 1)}.${at.getUTCFullYear()}.`;
    return `${date} plkst. ${at.getUTCHours()}.${twoDigits(at.getUTCMinutes())}`;
  }

  /** Local time in the fields of a date that call themselves UTC. */
  private local(moment: Date): Date {
    return new Date(moment.getTime() + this.aheadHours * 3_600_000);
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}
