import { describe, expect, it } from 'vitest';
import type { CalendarDay } from '../src/lib/api/types';
import {
  addDays,
  dateByKey,
  daysBetween,
  intervalsOf,
  markOf,
  monthsOf,
  monthStart,
  readTime,
  rowsOf,
  spanText,
} from '../src/manager/calendar';

const day = (date: string, more: Partial<CalendarDay> = {}): CalendarDay => ({
  date,
  weekday: new Date(`${date}T12:00:00Z`).getUTCDay() || 7,
  intervals: ['08:30-12:00', '12:30-17:00'],
  usual: ['08:30-12:00', '12:30-17:00'],
  differs: false,
  kind: 'week',
  why: 'Parasts darba laiks.',
  changeable: true,
  ...more,
});

describe('dates', () => {
  it('steps over months, years and the nights of 23 and 25 hours', () => {
    expect(addDays('2026-12-31', 1)).toBe('2027-01-01');
    expect(addDays('2026-03-28', 2)).toBe('2026-03-30');
    expect(addDays('2026-10-25', 1)).toBe('2026-10-26');
    expect(monthStart('2026-11-22', 3)).toBe('2027-02-01');
    expect(monthStart('2026-11-22', -11)).toBe('2025-12-01');
    expect(daysBetween('2026-10-01', '2026-11-01')).toBe(31);
  });

  it.each([
    ['ArrowLeft', '2026-11-17'],
    ['ArrowDown', '2026-11-25'],
    ['Home', '2026-11-16'],
    ['End', '2026-11-22'],
    ['PageDown', '2026-12-18'],
    ['Enter', null],
  ])('%s leads from Wednesday 18 November to %s', (key, to) =>
    expect(dateByKey(key, day('2026-11-18'))).toBe(to),
  );

  it('ends in the shorter month', () => {
    expect(dateByKey('PageDown', day('2027-01-31'))).toBe('2027-02-28');
  });

  it('lays days out in weeks that begin on Monday', () => {
    const days = Array.from({ length: 33 }, (_, ahead) => day(addDays('2026-11-30', ahead)));
    const [november, december, january] = monthsOf(days);
    expect(november?.weeks).toHaveLength(1);
    expect(december).toMatchObject({ year: 2026, month: 12 });
    // 1 December 2026 is a Tuesday.
    expect(december?.weeks[0]?.map((of) => of?.date.slice(8) ?? '')).toEqual([
      '',
      '01',
      '02',
      '03',
      '04',
      '05',
      '06',
    ]);
    expect(january?.weeks[0]?.[4]?.date).toBe('2027-01-01');
  });
});

describe('hours', () => {
  it.each([
    ['8.30', '08:30'],
    ['08:30', '08:30'],
    ['9', '09:00'],
    [' 24.00 ', '24:00'],
    ['24.01', null],
    ['8.3', null],
    ['12.60', null],
    ['', null],
  ])('"%s" is %s', (text, expected) => expect(readTime(text)).toBe(expected));

  it('are short in the grid', () => {
    expect(spanText(['08:30-12:00', '12:30-16:00'])).toBe('8.30–16');
    expect(spanText([])).toBe('');
  });

  it('are put in order', () => {
    const rows = [
      { from: '12.30', to: '17' },
      { from: '8.30', to: '12:00' },
    ];
    expect(intervalsOf(rows)).toEqual({ intervals: ['08:30-12:00', '12:30-17:00'] });
    expect(intervalsOf(rowsOf(['08:30-12:00']))).toEqual({ intervals: ['08:30-12:00'] });
  });

  it.each([
    ['8.3', '12.00', 'unreadable'],
    ['12.00', '8.30', 'backwards'],
    ['11.00', '13.00', 'overlap'],
  ])('%s to %s is %s', (from, to, fault) =>
    expect(
      intervalsOf([
        { from: '8.30', to: '12.00' },
        { from, to },
      ]),
    ).toEqual({ row: 1, fault }),
  );
});

describe('marks', () => {
  it('tells holidays, shorter, moved and changed days', () => {
    const kinds: CalendarDay['kind'][] = ['week', 'day_off', 'shortened', 'moved_here', 'edited'];
    expect(kinds.map((kind) => markOf(day('2026-11-18', { kind })))).toEqual([
      null,
      'holiday',
      'shortened',
      'moved',
      'changed',
    ]);
  });
});
