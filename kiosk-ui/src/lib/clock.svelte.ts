/** How long a sample of the server's time stays in use. */
const SAMPLE_LIFETIME_MS = 60_000;

/**
 * The server's clock as this page knows it.
 *
 * A view may be older than its arrival, never newer, so the greatest difference among the recent
 * samples is the nearest to the truth. Ages are measured on the monotonic clock of the page.
 */
export class ServerClock {
  #samples: { at: number; difference: number }[] = [];
  /** The server's time in milliseconds since 1970, renewed by `tick`. */
  now = $state(Date.now());

  learn(timestamp: string): void {
    const server = Date.parse(timestamp);
    if (Number.isNaN(server)) return;
    const at = performance.now();
    this.#samples = this.#samples.filter((sample) => at - sample.at < SAMPLE_LIFETIME_MS);
    this.#samples.push({ at, difference: server - at });
    this.tick();
  }

  tick(): void {
    this.now = this.read();
  }

  read(): number {
    if (this.#samples.length === 0) return Date.now();
    return performance.now() + Math.max(...this.#samples.map((sample) => sample.difference));
  }
}

/** Redraws running times; a fifth of a second keeps a displayed second from being skipped. */
const TICK_MS = 200;

export const clock = new ServerClock();
if (typeof window !== 'undefined') setInterval(() => clock.tick(), TICK_MS);
