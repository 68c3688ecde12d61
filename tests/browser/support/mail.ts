import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

const RECEIVER = path.resolve(import.meta.dirname, '../../messages/receiver.py');

/** A mail as the server took it. */
export interface Mail {
  id: string;
  to: string;
  subject: string;
  text: string;
}

/** A mail server in another language (`tests/messages/receiver.py`), without encryption on loopback. */
export class MailServer {
  private constructor(
    private readonly child: ChildProcess,
    private readonly folder: string,
    private readonly port: number,
  ) {}

  static async start(folder: string): Promise<MailServer> {
    const [out, mode] = [path.join(folder, 'mails'), path.join(folder, 'mode')];
    await writeFile(mode, 'ok');
    const child = spawn('python3', [RECEIVER, 'smtp', '0', out, mode], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    return new MailServer(child, folder, Number(line.toString().trim()));
  }

  get configuration(): string {
    return `[mail]
host = "127.0.0.1"
port = ${this.port}
tls = "none"
from = "rinda@centrs.example"

[feedback]
to = ["mail:attistiba@dienests.example"]`;
  }

  async taken(): Promise<Mail[]> {
    const text = await readFile(path.join(this.folder, 'mails'), 'utf8').catch(() => '');
    return text
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Mail);
  }

  /** `ok`, `refuse`, `busy`, `silent` or `lose`, from the next connection on. */
  behave(mode: string): Promise<void> {
    return writeFile(path.join(this.folder, 'mode'), mode);
  }

  stop(): void {
    this.child.kill('SIGKILL');
  }
}
