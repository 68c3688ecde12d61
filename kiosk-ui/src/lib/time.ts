/**
 * Times as Latvians write them: "10.42", "plkst. 17.00", "18.11.2026.".
 *
 * `Intl` prints a colon for Latvian, so only its parts are taken from it.
 */
type Moment = string | number | Date;

function parts(moment: Moment, timeZone: string): Record<string, string> {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  return Object.fromEntries(format.formatToParts(new Date(moment)).map((part) => [part.type, part.value]));
}

/** "10.42", "8.05". */
export function clockTime(moment: Moment, timeZone: string): string {
  const { hour = '0', minute = '00' } = parts(moment, timeZone);
  return `${Number(hour)}.${minute}`;
}

/** Whether a moment is the midnight between two local dates. */
export const isMidnight = (moment: Moment, timeZone: string): boolean =>
  clockTime(moment, timeZone) === '0.00';

/** The time at which something ends: "17.00", and "24.00" at midnight. */
export const endOfDayTime = (moment: Moment, timeZone: string): string =>
  isMidnight(moment, timeZone) ? '24.00' : clockTime(moment, timeZone);

/** "18.11.2026." */
export function dateText(moment: Moment, timeZone: string): string {
  const { day = '', month = '', year = '' } = parts(moment, timeZone);
  return `${day}.${month}.${year}.`;
}

/** "18.11.2026." from an ISO date, whatever the zone. */
export function isoDateText(iso: string): string {
  const [year = '', month = '', day = ''] = iso.split('-');
  return `${day}.${month}.${year}.`;
}

/** The ISO date of "18.11.2026.", "18.11.2026", "8.1.26" or an ISO date; null where it is none. */
export function readDate(text: string): string | null {
  const iso = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text.trim());
  const local = /^(\d{1,2})\.\s*(\d{1,2})\.\s*(\d{4}|\d{2})\.?$/.exec(text.trim());
  if (!iso && !local) return null;
  const [year = '', month = '', day = ''] = iso ? iso.slice(1) : (local ?? []).slice(1).reverse();
  const full = `${year.padStart(4, '20')}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
  const moment = new Date(`${full}T00:00:00Z`);
  return !Number.isNaN(moment.getTime()) && moment.toISOString().startsWith(full) ? full : null;
}

/** "18.11." from an ISO date. */
export function shortDateText(iso: string): string {
  const [, month = '', day = ''] = iso.split('-');
  return `${day}.${month}.`;
}

/** The local ISO date of a moment. */
export function isoDate(moment: Moment, timeZone: string): string {
  const { day = '', month = '', year = '' } = parts(moment, timeZone);
  return `${year}-${month}-${day}`;
}

const DAY_MS = 86_400_000;

/** The ISO date so many days later; worked out at noon UTC, so that no zone can move it. */
export const addDays = (iso: string, days: number): string =>
  new Date(Date.parse(`${iso}T12:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);

/** A running time: "0.42" is read as a decimal, so minutes and seconds keep a colon: "4:07", "1:04:07". */
export function runningTime(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const two = (value: number) => String(value).padStart(2, '0');
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

/** Whole minutes of a length in seconds, at least 0. */
export function wholeMinutes(seconds: number): number {
  return Math.max(0, Math.floor(seconds / 60));
}

/** The quarter of a date, "2026-Q4". */
export function quarterOf(isoLocalDate: string): string {
  const [year = '', month = '1'] = isoLocalDate.split('-');
  return `${year}-Q${Math.ceil(Number(month) / 3)}`;
}
