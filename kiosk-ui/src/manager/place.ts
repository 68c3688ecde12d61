/** Where the manager's page stands, as its address says behind `#`. */
export type Place =
  | { kind: 'area'; area: Area }
  | { kind: 'ticket'; id: number }
  /** A quarter's report, scrolled to one of its sections. */
  | { kind: 'report'; quarter: string; section: string | null }
  | { kind: 'halves' }
  /** A half-hour of a weekday, date by date through a quarter. */
  | { kind: 'weekday'; quarter: string; weekday: number; halfHour: string }
  | { kind: 'day'; date: string; halfHour: string | null };

export const AREAS = [
  'live',
  'reports',
  'evaluations',
  'tickets',
  'feedback',
  'calendar',
  'appointments',
  'staff',
  'devices',
] as const;
export type Area = (typeof AREAS)[number];

const QUARTER = /^\d{4}-Q[1-4]$/;
const HALF_HOUR = /^\d\d:[03]0$/;

export function placeOf(hash: string): Place {
  const [kind, first = '', second = '', third = ''] = hash
    .replace(/^#\/?/, '')
    .split('/')
    .map(decodeURIComponent);
  if (kind === 'ticket' && /^\d{1,19}$/.test(first)) return { kind: 'ticket', id: Number(first) };
  if (kind === 'reports' && QUARTER.test(first))
    return { kind: 'report', quarter: first, section: /^[a-z-]+$/.test(second) ? second : null };
  if (kind === 'halves' && QUARTER.test(first) && /^[1-7]$/.test(second) && HALF_HOUR.test(third))
    return { kind: 'weekday', quarter: first, weekday: Number(second), halfHour: third };
  if (kind === 'halves') return { kind: 'halves' };
  if (kind === 'day' && /^\d{4}-\d\d-\d\d$/.test(first))
    return { kind: 'day', date: first, halfHour: HALF_HOUR.test(second) ? second : null };
  return { kind: 'area', area: AREAS.find((area) => area === kind) ?? 'live' };
}

/** The tab a place belongs to. */
export function areaOf(place: Place): Area {
  if (place.kind === 'area') return place.area;
  return place.kind === 'ticket' ? 'tickets' : 'reports';
}

export const ticketLink = (id: number) => `#/ticket/${id}`;
export const dayLink = (date: string, halfHour?: string) =>
  halfHour ? `#/day/${date}/${halfHour}` : `#/day/${date}`;
export const reportLink = (quarter: string, section?: string) =>
  section ? `#/reports/${quarter}/${section}` : `#/reports/${quarter}`;
export const weekdayLink = (quarter: string, weekday: number, halfHour: string) =>
  `#/halves/${quarter}/${weekday}/${halfHour}`;
