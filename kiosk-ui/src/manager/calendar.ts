/**
 * The calendar's arithmetic on ISO dates, and how its hours are written and read.
 *
 * Dates are pure dates: they are worked with at noon UTC, so that no zone can move them.
 */
import type { CalendarDay } from '../lib/api/types';
import { addDays } from '../lib/time';

export { addDays };

/** Months beside one another: the present one and a quarter ahead. */
export const MONTHS_SHOWN = 4;

const DAY_MS = 86_400_000;
const ROUND_THE_CLOCK = '00:00-24:00';

const noon = (iso: string) => Date.parse(`${iso}T12:00:00Z`);
const isoOf = (moment: number) => new Date(moment).toISOString().slice(0, 10);

/** The first of the month so many months later. */
export function monthStart(iso: string, monthsLater = 0): string {
  const [year = 0, month = 1] = iso.split('-').map(Number);
  return isoOf(Date.UTC(year, month - 1 + monthsLater, 1, 12));
}

/** Days from one date to another. */
export const daysBetween = (from: string, to: string): number => Math.round((noon(to) - noon(from)) / DAY_MS);

export interface Month {
  year: number;
  /** 1 to 12. */
  month: number;
  /** Monday first; null before the first and after the last. */
  weeks: (CalendarDay | null)[][];
}

/** Days in order as months of whole weeks. */
export function monthsOf(days: CalendarDay[]): Month[] {
  const months = new Map<string, Month>();
  for (const day of days) {
    const name = day.date.slice(0, 7);
    let month = months.get(name);
    if (!month) {
      const [year = 0, number = 1] = name.split('-').map(Number);
      month = { year, month: number, weeks: [] };
      months.set(name, month);
    }
    let week = month.weeks.at(-1);
    if (!week || day.weekday === 1) {
      week = Array<null>(7).fill(null);
      month.weeks.push(week);
    }
    week[day.weekday - 1] = day;
  }
  return [...months.values()];
}

/** Where a key leads from a date; null where it leads nowhere. */
export function dateByKey(key: string, day: CalendarDay): string | null {
  switch (key) {
    case 'ArrowLeft':
      return addDays(day.date, -1);
    case 'ArrowRight':
      return addDays(day.date, 1);
    case 'ArrowUp':
      return addDays(day.date, -7);
    case 'ArrowDown':
      return addDays(day.date, 7);
    case 'Home':
      return addDays(day.date, 1 - day.weekday);
    case 'End':
      return addDays(day.date, 7 - day.weekday);
    case 'PageUp':
    case 'PageDown': {
      const first = monthStart(day.date, key === 'PageUp' ? -1 : 1);
      const last = addDays(monthStart(first, 1), -1);
      const wanted = addDays(first, Number(day.date.slice(8)) - 1);
      return wanted > last ? last : wanted;
    }
    default:
      return null;
  }
}

/** "8.30" from "08:30". */
export function timeText(time: string): string {
  const [hour = '0', minute = '00'] = time.split(':');
  return `${Number(hour)}.${minute}`;
}

const ends = (interval: string) => interval.split('-') as [string, string];

/** "8.30–12.00" from "08:30-12:00". */
export const intervalText = (interval: string): string => ends(interval).map(timeText).join('–');

export const isRoundTheClock = (intervals: string[]): boolean =>
  intervals.length === 1 && intervals[0] === ROUND_THE_CLOCK;

/** From the first opening to the last closing, as short as it goes: "8.30–16". */
export function spanText(intervals: string[]): string {
  const first = intervals[0];
  const last = intervals.at(-1);
  if (!first || !last) return '';
  const short = (time: string) => timeText(time).replace(/\.00$/, '');
  return `${short(ends(first)[0])}–${short(ends(last)[1])}`;
}

/** What a person may write for a time: "8.30", "08:30", "8". Null is none. */
export function readTime(text: string): string | null {
  const found = /^(\d{1,2})(?:[.:](\d{2}))?$/.exec(text.trim());
  if (!found) return null;
  const hour = Number(found[1]);
  const minute = Number(found[2] ?? '0');
  if (minute > 59 || hour * 60 + minute > 24 * 60) return null;
  return `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`;
}

/** One interval as it stands in the form. */
export interface Row {
  from: string;
  to: string;
}

export const rowsOf = (intervals: string[]): Row[] =>
  intervals.map((interval) => {
    const [from, to] = ends(interval);
    return { from: timeText(from), to: timeText(to) };
  });

/** What is wrong with a row of the form. */
export type Fault = 'unreadable' | 'backwards' | 'overlap';

/** The rows as intervals, or the first row at fault and what is wrong with it. */
export function intervalsOf(rows: Row[]): { intervals: string[] } | { row: number; fault: Fault } {
  const read: { from: string; to: string }[] = [];
  for (const [row, { from, to }] of rows.entries()) {
    const [opens, closes] = [readTime(from), readTime(to)];
    if (!opens || !closes) return { row, fault: 'unreadable' };
    if (opens >= closes) return { row, fault: 'backwards' };
    if (read.some((other) => opens < other.to && other.from < closes)) return { row, fault: 'overlap' };
    read.push({ from: opens, to: closes });
  }
  read.sort((a, b) => (a.from < b.from ? -1 : 1));
  return { intervals: read.map(({ from, to }) => `${from}-${to}`) };
}

/** The mark of a day that is not as its weekday; a letter, so that it is not told by colour alone. */
export type DayMark = 'holiday' | 'shortened' | 'moved' | 'changed';

export function markOf(day: CalendarDay): DayMark | null {
  switch (day.kind) {
    case 'holiday':
    case 'day_off':
      return 'holiday';
    case 'shortened':
      return 'shortened';
    case 'moved_away':
    case 'moved_here':
      return 'moved';
    case 'configured':
    case 'edited':
      return 'changed';
    case 'week':
      return null;
  }
}
