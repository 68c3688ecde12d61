import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';

/** The program under test: `RINDA_BIN`, else what `make build` makes. */
export const RINDA = process.env.RINDA_BIN
  ? path.resolve(process.env.RINDA_BIN)
  : path.resolve(import.meta.dirname, '../../../target/release/rinda');

/** How long a program may take to end after it was asked to. */
const END_MS = 15_000;

/** Runs a command to its end and returns what it printed; throws where it fails. */
export async function run(command: string, args: string[], input = ''): Promise<string> {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  let out = '';
  let problems = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (problems += text));
  // A program that ends without reading tells by its exit code how it went.
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}:\n${problems}${out}`);
  return out;
}

/** A program that runs beside the test, its output kept for the day something goes wrong. */
export class Program {
  output = '';
  private readonly child: ChildProcess;
  private readonly ended: Promise<void>;

  constructor(
    readonly name: string,
    args: string[],
  ) {
    this.child = spawn(RINDA, args, { stdio: ['pipe', 'pipe', 'pipe'] });
    for (const stream of [this.child.stdout, this.child.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => (this.output += text));
    this.child.stdin?.on('error', (error) => (this.output += `standard input: ${error.message}\n`));
    this.ended = new Promise((resolve) => {
      this.child.once('exit', () => resolve());
      this.child.once('error', (error) => {
        this.output += `${error.message}\n`;
        resolve();
      });
    });
  }

  get running(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null && this.child.pid !== undefined;
  }

  /** One command on its standard input. */
  tell(line: string): void {
    if (!this.running) throw new Error(`${this.name} does not run:\n${this.output}`);
    this.child.stdin?.write(`${line}\n`);
  }

  signal(signal: NodeJS.Signals): void {
    if (!this.child.kill(signal)) throw new Error(`${this.name} does not run:\n${this.output}`);
  }

  /** Ends it and waits for that; with violence where a polite word does not help. */
  async end(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    if (!this.running) return;
    this.child.kill('SIGCONT');
    this.child.kill(signal);
    const violence = setTimeout(() => this.child.kill('SIGKILL'), END_MS);
    await this.ended;
    clearTimeout(violence);
  }
}
