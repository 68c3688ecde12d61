/** Where the manager's page stands, as its address says behind `#`. */
export type Place =
  | { kind: 'area'; area: Area }
  | { kind: 'ticket'; id: number }
  | { kind: 'halves' }
  | { kind: 'day'; date: string; halfHour: string | null };

export const AREAS = ['live', 'reports', 'tickets', 'calendar', 'appointments', 'staff', 'devices'] as const;
export type Area = (typeof AREAS)[number];

export function placeOf(hash: string): Place {
  const [kind, first, second] = hash.replace(/^#\/?/, '').split('/').map(decodeURIComponent);
  if (kind === 'ticket' && /^\d{1,19}$/.test(first ?? '')) return { kind: 'ticket', id: Number(first) };
  if (kind === 'halves') return { kind: 'halves' };
  if (kind === 'day' && /^\d{4}-\d\d-\d\d$/.test(first ?? ''))
    return { kind: 'day', date: first ?? '', halfHour: /^\d\d:[03]0$/.test(second ?? '') ? second! : null };
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
