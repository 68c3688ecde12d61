/** Appointments: what the pages ask the daemon. */
import { get, post, TextBody } from './api/http';
import type {
  Appointment,
  BookedAppointment,
  Centre,
  ImportAnswer,
  IssuedTicket,
  Schemas,
  Service,
  SlotLine,
} from './api/types';

const ROOT = '/api/v1/appointments';

/** Whether visits can be booked at this centre; false also where it cannot be asked. */
export const areTaken = () =>
  get<Centre>('/api/v1/centre').then(
    ({ appointments }) => appointments,
    () => false,
  );

/** The appointments of one local date (ISO), by slot. */
export async function appointmentsOn(date: string): Promise<Appointment[]> {
  const answer = await get<Schemas['AppointmentList']>(`${ROOT}?from=${date}&days=1`);
  return answer.appointments;
}

export async function slotsOn(date: string, service: Service): Promise<SlotLine[]> {
  const answer = await get<Schemas['SlotList']>(`${ROOT}/slots?date=${date}&service=${service}`);
  return answer.slots;
}

/** Books; the answer is the only one that ever tells the code. */
export const book = (service: Service, slot: string) => post<BookedAppointment>(ROOT, { service, slot });

export const cancelAppointment = (id: number, reason: string) =>
  post(`${ROOT}/${id}/cancel`, reason === '' ? {} : { reason });

/** A customer with a code is here: the ticket that stands for the appointment. */
export const checkIn = (code: string, origin?: 'screen') =>
  post<IssuedTicket>('/api/v1/check-in', { code, origin });

/** The appointments of a file: iCalendar by its name or its first line, else CSV. */
export async function importFile(file: File): Promise<ImportAnswer> {
  const text = decoded(await file.arrayBuffer());
  const calendar = /\.ics$/i.test(file.name) || text.startsWith('BEGIN:VCALENDAR');
  return post<ImportAnswer>(`${ROOT}/import`, new TextBody(text, calendar ? 'text/calendar' : 'text/csv'));
}

/** Spreadsheets here still save CSV in Windows' Baltic code page. */
export function decoded(bytes: ArrayBuffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('windows-1257').decode(bytes);
  }
}

/** The codes of an import as CSV, each field quoted. */
export function codesCsv(codes: ImportAnswer['codes'], heading: readonly [string, string]): string {
  const quoted = (field: string) => `"${field.replaceAll('"', '""')}"`;
  const lines = [heading, ...codes.map(({ reference, code }) => [reference, code] as const)];
  return lines.map((fields) => `${fields.map(quoted).join(',')}\r\n`).join('');
}
