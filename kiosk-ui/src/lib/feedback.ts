import type { FeedbackEntry, Telling } from './api/types';
import { words } from './text/index.svelte';
import { clockTime, dateText, isoDate } from './time';

export const FEEDBACK_KINDS = ['comment', 'suggestion', 'complaint', 'claim'] as const;
export type FeedbackKind = (typeof FEEDBACK_KINDS)[number];

/** Of these somebody decides whether they were justified (A1.8). */
export const isDecided = (kind: FeedbackKind): boolean => kind === 'complaint' || kind === 'claim';

/** "12 s", "4 min", "3 h 10 min". */
export function lengthText(seconds: number): string {
  const t = words.t.feedback;
  if (seconds < 60) return t.seconds(seconds);
  const minutes = Math.floor(seconds / 60);
  return minutes < 60 ? t.minutes(minutes) : t.hours(Math.floor(minutes / 60), minutes % 60);
}

/** "22.11.2026. 10.42" */
export const momentText = (moment: string, timezone: string): string =>
  `${dateText(moment, timezone)} ${clockTime(moment, timezone)}`;

/** The moment of a local date and a time such as "09:30" or "9.30"; null where it is none. */
export function instantOf(date: string, time: string, timezone: string): string | null {
  const found = /^(\d{1,2})[.:](\d{2})$/.exec(time.trim());
  if (!found) return null;
  const asUtc = Date.parse(`${date}T${(found[1] ?? '').padStart(2, '0')}:${found[2]}:00Z`);
  if (Number.isNaN(asUtc)) return null;
  const shown = clockTime(asUtc, timezone).replace('.', ':').padStart(5, '0');
  const ahead = Date.parse(`${isoDate(asUtc, timezone)}T${shown}:00Z`) - asUtc;
  return new Date(asUtc - ahead).toISOString();
}

/** How telling of an entry stands, in words. */
export function tellingText(telling: Telling, timezone: string): string {
  const t = words.t.feedback.states;
  switch (telling.state) {
    case 'nobody':
      return t.nobody;
    case 'waiting':
      return telling.why && telling.next_at
        ? t.failing(telling.why, clockTime(telling.next_at, timezone))
        : t.waiting;
    case 'told':
      return t.told(lengthText(telling.after_s));
    case 'given_up':
      return t.givenUp(momentText(telling.at, timezone));
  }
}

/** What whoever entered it is told. */
export function resultText(entry: FeedbackEntry): string {
  const t = words.t.feedback;
  switch (entry.telling.state) {
    case 'nobody':
      return t.nobody;
    case 'told':
      return t.told;
    case 'waiting':
      return entry.telling.why ? t.waitingBecause(entry.telling.why) : t.waiting;
    case 'given_up':
      return t.waiting;
  }
}
