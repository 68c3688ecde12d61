import { describe, expect, it } from 'vitest';
import {
  clockTime,
  dateText,
  endOfDayTime,
  isMidnight,
  isoDate,
  isoDateText,
  quarterOf,
  runningTime,
  shortDateText,
} from '../src/lib/time';

const RIGA = 'Europe/Riga';

describe('Latvian times', () => {
  it.each([
    ['2026-11-22T08:42:00Z', '10.42'],
    ['2026-11-22T06:05:00Z', '8.05'],
    ['2026-11-21T22:00:00Z', '0.00'],
    // Both sides of the night when the clocks go back.
    ['2026-10-25T00:50:00Z', '3.50'],
    ['2026-10-25T01:10:00Z', '3.10'],
  ])('%s is %s in Riga', (moment, expected) => expect(clockTime(moment, RIGA)).toBe(expected));

  it('knows midnight where the centre is', () => {
    expect(isMidnight('2026-11-21T22:00:00Z', RIGA)).toBe(true);
    expect(isMidnight('2026-11-22T00:00:00Z', RIGA)).toBe(false);
    expect(endOfDayTime('2026-11-21T22:00:00Z', RIGA)).toBe('24.00');
    expect(endOfDayTime('2026-11-22T15:00:00Z', RIGA)).toBe('17.00');
  });

  it('writes dates with dots', () => {
    expect(dateText('2026-11-17T22:30:00Z', RIGA)).toBe('18.11.2026.');
    expect(isoDateText('2026-11-18')).toBe('18.11.2026.');
    expect(shortDateText('2026-01-02')).toBe('02.01.');
  });

  it('takes the day from the centre, not from the browser', () =>
    expect(isoDate('2026-12-31T22:30:00Z', RIGA)).toBe('2027-01-01'));

  it.each([
    [0, '0:00'],
    [59_999, '0:59'],
    [247_000, '4:07'],
    [3_847_000, '1:04:07'],
    [-5, '0:00'],
  ])('%i ms run as %s', (length, expected) => expect(runningTime(length)).toBe(expected));

  it.each([
    ['2026-01-01', '2026-Q1'],
    ['2026-09-30', '2026-Q3'],
    ['2026-10-01', '2026-Q4'],
  ])('%s lies in %s', (date, expected) => expect(quarterOf(date)).toBe(expected));
});
