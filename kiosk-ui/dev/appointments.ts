import type {
  Appointment,
  BookedAppointment,
  ImportAnswer,
  Service,
  SlotLine,
} from '../src/lib/api/types.ts';

const MINUTE = 60_000;
const SLOT = 30 * MINUTE;
const CAPACITY = 2;
const iso = (moment: number) => new Date(moment).toISOString();
const day = (moment: string) => moment.slice(0, 10);

/** Appointments of the pretend centre; `RGAA223` is booked for now, `EARL223` for later. */
export class PretendAppointments {
  readonly #lines: (Appointment & { code: string })[] = [];
  #next = 1;

  constructor(private readonly nameOf: (service: Service) => string) {
    const now = Math.floor(Date.now() / SLOT) * SLOT;
    this.#add(3, now - 2 * SLOT, 'MXSS223', 'import').state = 'missed';
    this.#add(1, now - SLOT, 'LATE223', 'import');
    this.#add(3, now, 'RGAA223', 'staff');
    this.#add(3, now + 6 * SLOT, 'EARL223', 'import');
    this.#add(1, now + 8 * SLOT, 'CANC223', 'staff').state = 'cancelled';
  }

  #add(service: Service, slot: number, code: string, source: Appointment['source']) {
    const service_name = this.nameOf(service);
    const line = {
      ...{ id: this.#next++, service, service_name, slot: iso(slot), ticket: null, source, code },
      state: 'booked' as Appointment['state'],
    };
    this.#lines.push(line);
    return line;
  }

  today() {
    const lines = this.#lines.filter((line) => day(line.slot) === day(iso(Date.now())));
    const count = (state: string) => lines.filter((line) => line.state === state).length;
    return { booked: count('booked'), checked_in: count('checked_in'), late: 1, missed: count('missed') };
  }

  on(date: string): { appointments: Appointment[] } {
    const lines = this.#lines.filter((line) => day(line.slot) === date);
    lines.sort((a, b) => a.slot.localeCompare(b.slot));
    return { appointments: lines.map(({ code: _, ...line }) => line) };
  }

  slots(date: string, service: Service): { slots: SlotLine[] } {
    const first = Date.parse(`${date}T06:30:00Z`);
    const slots = Array.from({ length: 30 }, (_, index) => {
      const at = iso(first + index * SLOT);
      const taken = this.#lines.filter((line) => line.slot === at && line.service === service);
      const booked = Math.min(CAPACITY, taken.length + (index % 3));
      return { at, capacity: CAPACITY, booked, free: CAPACITY - booked };
    });
    return { slots };
  }

  book(service: Service, slot: string): BookedAppointment {
    const { id } = this.#add(service, Date.parse(slot), 'K7PM3WA', 'staff');
    const body = `Labdien!\n\nJūs esat pierakstīts ${slot}.\nKods pie automāta: K7PM3WA.\n\nValsts zemes dienests`;
    return { id, service, slot, code: 'K7PM3WA', reminder: { subject: 'Jūsu pieraksts', body } };
  }

  cancel(id: number): void {
    for (const line of this.#lines) if (line.id === id) line.state = 'cancelled';
  }

  import(): ImportAnswer {
    return {
      ...{ booked: 12, updated: 1, cancelled: 2, unchanged: 4 },
      refused: [
        { line: 7, why: 'Laiks 12.10 nav pierakstu laiks.' },
        { line: 9, why: 'Laiks 10.30 jau ir aizņemts.' },
      ],
      codes: Array.from({ length: 12 }, (_, index) => ({ reference: `VZD-${501 + index}`, code: 'K7PM3WA' })),
    };
  }

  /** The appointment of a code, or the code of the refusal. */
  find(code: string): Appointment | string {
    const line = this.#lines.find((candidate) => candidate.code === code);
    if (!line || line.state === 'cancelled') return 'no_such_appointment';
    if (line.state === 'checked_in') return 'already_checked_in';
    if (line.state === 'missed') return 'appointment_over';
    return Date.parse(line.slot) - Date.now() > 60 * MINUTE ? 'too_early' : line;
  }
}
