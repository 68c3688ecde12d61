import { checkIn } from '../lib/appointments';
import { Problem } from '../lib/api/http';
import type { IssuedTicket } from '../lib/api/types';
import { clock } from '../lib/clock.svelte';
import { asCode, mayBeCode } from '../lib/code';

const MINUTE_MS = 60_000;
const wholeMinute = (moment: number) => Math.round(moment / MINUTE_MS) * MINUTE_MS;

/** The entry of an appointment's code: typed on the screen, on a keyboard, or read by a scanner. */
export class CodeEntry {
  open = $state(false);
  code = $state('');
  pending = $state(false);
  /** Why the last code was not taken: the daemon's answer. */
  refusal = $state.raw<unknown>(null);
  /** When a code that came too early is taken. */
  opens = $state<number | null>(null);

  /** `checkedIn` gets the ticket that now stands for the appointment. */
  constructor(private readonly checkedIn: (ticket: IssuedTicket) => void) {}

  begin(): void {
    this.code = '';
    this.refusal = null;
    this.open = true;
  }

  leave(): void {
    this.open = false;
    this.code = '';
    this.refusal = null;
  }

  /** Takes what now stands in the field; a changed code is a new attempt. */
  write(text: string): void {
    if (this.pending) return;
    this.code = asCode(text);
    this.refusal = null;
  }

  type(letter: string): void {
    this.write(this.code + letter);
  }

  erase(): void {
    this.write(this.code.slice(0, -1));
  }

  /** A scanner's reading goes at once, from wherever the screen is. */
  async scanned(text: string): Promise<void> {
    if (this.pending) return;
    this.code = asCode(text);
    await this.#send();
  }

  async submit(): Promise<void> {
    if (!this.pending && mayBeCode(this.code)) await this.#send();
  }

  async #send(): Promise<void> {
    this.pending = true;
    this.refusal = null;
    try {
      const ticket = await checkIn(this.code, 'screen');
      this.leave();
      this.checkedIn(ticket);
    } catch (error) {
      this.refusal = error;
      const seconds = error instanceof Problem ? error.retryAfterS : null;
      this.opens = seconds === null ? null : wholeMinute(clock.read() + seconds * 1000);
      this.open = true;
    } finally {
      this.pending = false;
    }
  }
}
