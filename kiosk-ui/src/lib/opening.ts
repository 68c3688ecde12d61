import type { Opening } from './api/types';
import type { Texts } from './text/lv';
import { clockTime, dateText, isoDate } from './time';

interface OpensTexts {
  opensToday: (time: string) => string;
  opensOn: (day: string, date: string, time: string) => string;
}

/** "Atvērsim pirmdien, 23.11.2026., plkst. 8.30", or nothing where no opening is known. */
export function opensText(
  opening: Opening,
  now: number,
  timeZone: string,
  texts: OpensTexts,
  common: Texts['common'],
): string {
  if (opening.kind === 'open' || !opening.opens_at) return '';
  const day = isoDate(opening.opens_at, timeZone);
  const time = clockTime(opening.opens_at, timeZone);
  if (day === isoDate(now, timeZone)) return texts.opensToday(time);
  const weekday = new Date(`${day}T12:00:00Z`).getUTCDay() || 7;
  return texts.opensOn(common.weekdayOn(weekday), dateText(opening.opens_at, timeZone), time);
}
