/** What `rinda export` prints, as far as these tests look at it. */
export interface JournalRecord {
  seq: number;
  at: string;
  fact: { about: string; what: JournalEvent };
}

export interface JournalEvent {
  type: string;
  ticket?: number;
  service?: number;
  desk?: number;
  automatic?: boolean;
  ahead?: number;
  number?: { series: string; number: number };
  origin?: { at: string };
  track?: string;
}

interface TicketStory {
  service: number;
  number: string;
  /** Path of the ticket's own page. */
  page: string;
  issuedAt: string;
  firstCall: string | null;
  arrived: string | null;
  finished: string | null;
  outcome: 'open' | 'finished' | 'no_show' | 'cancelled';
}

/** Every ticket's story as the journal tells it: told again here, so that a report can be held against it. */
export function tickets(journal: JournalRecord[]): Map<number, TicketStory> {
  const all = new Map<number, TicketStory>();
  for (const { at, fact } of journal) {
    const event = fact.what;
    if (fact.about !== 'queue' || event.ticket === undefined) continue;
    if (event.type === 'ticket_issued') {
      const number = `${event.number?.series} ${String(event.number?.number).padStart(3, '0')}`;
      all.set(event.ticket, {
        ...{ service: event.service ?? 0, number, page: `/t/${event.track}`, issuedAt: at },
        ...{ firstCall: null, arrived: null, finished: null, outcome: 'open' },
      });
      continue;
    }
    const ticket = all.get(event.ticket);
    if (!ticket) throw new Error(`the journal speaks of ticket ${event.ticket} before it was issued`);
    if (event.type === 'ticket_called') ticket.firstCall ??= at;
    if (event.type === 'customer_arrived') ticket.arrived = at;
    if (event.type === 'ticket_no_show') ticket.outcome = 'no_show';
    if (event.type === 'ticket_reinstated') ticket.outcome = 'open';
    if (event.type === 'ticket_cancelled') ticket.outcome = 'cancelled';
    if (event.type === 'ticket_finished') {
      ticket.outcome = 'finished';
      ticket.finished = at;
    }
  }
  return all;
}

/** Whole seconds between two moments. */
export const secondsBetween = (from: string, to: string): number =>
  Math.floor((Date.parse(to) - Date.parse(from)) / 1000);

/** The exact percentile by nearest rank; `null` of nothing. */
export function nearestRank(values: number[], share: number): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(1, Math.ceil(share * sorted.length)) - 1] ?? null;
}
