import { instantOf } from './feedback';
import { addDays, isoDate } from './time';

/** What the daemon takes as a forecast; neither field where nobody knows. */
export interface ForecastGiven {
  forecast_until?: string;
  forecast_min?: number;
}

/** "45 min", "4 h", "4 h 1 min"; begun minutes count, as the daemon counts them. */
export function lastsText(from: string, until: string): string {
  const minutes = Math.max(0, Math.ceil((Date.parse(until) - Date.parse(from)) / 60_000));
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60];
  if (hours === 0) return `${rest} min`;
  return rest === 0 ? `${hours} h` : `${hours} h ${rest} min`;
}

/** The last moment not ahead at which a clock showed this; null where it is no time. */
export function lastMoment(time: string, now: number, timezone: string): string | null {
  const today = isoDate(now, timezone);
  const moment = instantOf(today, time, timezone);
  if (moment === null || Date.parse(moment) <= now) return moment;
  return instantOf(addDays(today, -1), time, timezone);
}
