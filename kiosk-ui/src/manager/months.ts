/** Months as "2026-11", of local dates: no zone comes into it. */
export const monthOf = (date: string): string => date.slice(0, 7);

/** The month so many months later. */
export function shiftedMonth(month: string, by: number): string {
  const [year = 0, number = 1] = month.split('-').map(Number);
  return new Date(Date.UTC(year, number - 1 + by, 1)).toISOString().slice(0, 7);
}

/** First and last date of a month. */
export function monthSpan(month: string): [string, string] {
  const [year = 0, number = 1] = month.split('-').map(Number);
  return [`${month}-01`, new Date(Date.UTC(year, number, 0)).toISOString().slice(0, 10)];
}
