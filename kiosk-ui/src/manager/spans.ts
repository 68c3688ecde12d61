/** Spans of local dates, all as ISO text: no zone comes into it. */
const DAY_MS = 86_400_000;

const shifted = (date: string, days: number) =>
  new Date(Date.parse(`${date}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);

/** Monday is 1, Sunday 7. */
export const weekdayOf = (date: string): number => new Date(`${date}T00:00:00Z`).getUTCDay() || 7;

/** First and last date of the week of a date, or of another week counted from it. */
export function week(date: string, weeks: number): [string, string] {
  const monday = shifted(date, 1 - weekdayOf(date) + 7 * weeks);
  return [monday, shifted(monday, 6)];
}

/** First and last date of "2026-Q4". */
export function quarterSpan(name: string): [string, string] {
  const [year = 0, quarter = 1] = name.split('-Q').map(Number);
  const first = (of: number) => new Date(Date.UTC(year, of * 3, 1)).toISOString().slice(0, 10);
  return [first(quarter - 1), shifted(first(quarter), -1)];
}

/** "9.30–10.00" of "09:30". */
export function halfHourText(name: string): string {
  const [hour = 0, minute = 0] = name.split(':').map(Number);
  const written = (minutes: number) => `${Math.floor(minutes / 60)}.${String(minutes % 60).padStart(2, '0')}`;
  return `${written(hour * 60 + minute)}–${written(hour * 60 + minute + 30)}`;
}

/** The dates of one weekday of "2026-Q4". */
export function datesOf(quarter: string, weekday: number): string[] {
  const [from, to] = quarterSpan(quarter);
  const dates: string[] = [];
  for (let date = shifted(from, (weekday - weekdayOf(from) + 7) % 7); date <= to; date = shifted(date, 7))
    dates.push(date);
  return dates;
}
