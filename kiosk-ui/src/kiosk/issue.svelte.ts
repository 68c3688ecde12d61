import { post } from '../lib/api/http';
import type { IssuedTicket, KioskView, LastIssued, Service, SlipState, WaitRange } from '../lib/api/types';
import { clock } from '../lib/clock.svelte';

/** How long a new number stays on the screen. */
const SHOWN_MS = 8_000;
/** How long the screen says that a ticket could not be issued. */
const FAILURE_SHOWN_MS = 6_000;

export interface ShownTicket {
  id: number;
  number: string;
  service: Service;
  ahead: number;
  wait: WaitRange | null;
  /** The customer was told that today may not suffice. */
  may_not_suffice: boolean;
  /** The slot of the appointment it stands for. */
  slot: string | null;
  /** Unknown until the view that follows the answer. */
  slip: SlipState | null;
}

/**
 * The ticket the kiosk shows, whoever pressed: the screen (known from the answer) or the button
 * board (known from the view).
 */
export class Issuing {
  shown = $state<ShownTicket | null>(null);
  failure = $state<unknown>(null);
  pending = $state<Service[]>([]);
  #restUntil = $state<Partial<Record<Service, number>>>({});
  #seen = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Whether the bar rests: its ticket is being issued or was just issued. */
  rests(service: Service, lockedUntil: string | null | undefined): boolean {
    if (this.pending.includes(service)) return true;
    const until = Math.max(this.#restUntil[service] ?? 0, lockedUntil ? Date.parse(lockedUntil) : 0);
    return clock.now < until;
  }

  /** One press, one ticket. */
  async press(service: Service, restSeconds: number): Promise<void> {
    this.pending = [...this.pending, service];
    this.failure = null;
    try {
      const ticket = await post<IssuedTicket>('/api/v1/tickets', { service, origin: 'screen' });
      this.#restUntil = { ...this.#restUntil, [service]: clock.read() + restSeconds * 1000 };
      this.show(ticket);
    } catch (error) {
      this.failure = error;
      setTimeout(() => (this.failure = null), FAILURE_SHOWN_MS);
    } finally {
      this.pending = this.pending.filter((other) => other !== service);
    }
  }

  /** Shows a ticket just issued to whoever stands here. */
  show(ticket: IssuedTicket): void {
    const slot = ticket.appointment?.slot ?? null;
    this.#show({ ...ticket, wait: ticket.wait ?? null, slot, slip: ticket.slip ?? null });
  }

  /** Takes over what the daemon says of the newest ticket. */
  follow(view: KioskView): void {
    const last = view.last;
    if (!last) return;
    const fresh = clock.read() - Date.parse(last.issued_at) < SHOWN_MS;
    if (this.shown?.id === last.id) this.shown = { ...this.shown, slip: last.slip };
    else if (last.id > this.#seen && fresh) this.#show(fromView(last));
    this.#seen = Math.max(this.#seen, last.id);
  }

  #show(ticket: ShownTicket): void {
    // Answers may come in another order than their presses: the newer ticket stays.
    if (ticket.id < this.#seen) return;
    this.#seen = Math.max(this.#seen, ticket.id);
    this.shown = ticket;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => (this.shown = null), SHOWN_MS);
  }
}

function fromView(last: LastIssued): ShownTicket {
  const { id, number, service, ahead, wait, may_not_suffice, slip } = last;
  const slot = last.appointment?.slot ?? null;
  return { id, number, service, ahead, wait: wait ?? null, may_not_suffice, slot, slip };
}
