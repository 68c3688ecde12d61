import type { CalendarAnswer, CalendarDay } from '../src/lib/api/types.ts';
import { addDays } from '../src/lib/time.ts';

const USUAL = ['08:30-12:00', '12:30-17:00'];
const DAYS_AHEAD = 400;

/** A calendar of plain weeks with Christmas in it. */
export function calendar(query: URLSearchParams): CalendarAnswer {
  const today = new Date().toISOString().slice(0, 10);
  const from = query.get('from') ?? today;
  const days = Array.from({ length: Number(query.get('days') ?? 92) }, (_, ahead): CalendarDay => {
    const date = addDays(from, ahead);
    const weekday = new Date(`${date}T12:00:00Z`).getUTCDay() || 7;
    const usual = weekday < 6 ? USUAL : [];
    const holiday = /-12-2[456]$/.test(date);
    const differs = holiday && usual.length > 0;
    return {
      date,
      weekday,
      usual,
      differs,
      intervals: holiday ? [] : usual,
      kind: holiday ? 'holiday' : 'week',
      why: holiday ? 'Svētku diena: Ziemassvētki.' : 'Parasts darba laiks.',
      holiday: holiday ? 'Ziemassvētki' : null,
      notice_by: differs && date > today ? addDays(date, -5) : null,
      changeable: date >= today,
    };
  });
  return { today, last: addDays(today, DAYS_AHEAD), days };
}
