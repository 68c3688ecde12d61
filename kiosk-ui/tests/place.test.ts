import { describe, expect, it } from 'vitest';
import { readDate } from '../src/lib/time';
import { areaOf, dayLink, placeOf, reportLink, ticketLink, weekdayLink } from '../src/manager/place';
import { datesOf, halfHourText, quarterSpan, week, weekdayOf } from '../src/manager/spans';

describe('the manager’s address', () => {
  it('leads back to where it was made', () => {
    expect(placeOf(ticketLink(27))).toEqual({ kind: 'ticket', id: 27 });
    expect(placeOf(dayLink('2026-11-22'))).toEqual({ kind: 'day', date: '2026-11-22', halfHour: null });
    expect(placeOf(dayLink('2026-11-22', '09:30'))).toMatchObject({ halfHour: '09:30' });
    expect(placeOf('#/halves')).toEqual({ kind: 'halves' });
    expect(placeOf(reportLink('2026-Q4', 'flow'))).toEqual({
      kind: 'report',
      quarter: '2026-Q4',
      section: 'flow',
    });
    expect(placeOf(reportLink('2026-Q4'))).toMatchObject({ kind: 'report', section: null });
    expect(placeOf(weekdayLink('2026-Q4', 2, '10:30'))).toMatchObject({ weekday: 2, halfHour: '10:30' });
    expect(areaOf(placeOf('#/halves'))).toBe('reports');
    expect(areaOf(placeOf(weekdayLink('2026-Q4', 2, '10:30')))).toBe('reports');
    expect(areaOf(placeOf('#/ticket/1'))).toBe('tickets');
    expect(placeOf('#calendar')).toEqual({ kind: 'area', area: 'calendar' });
  });

  it('that means nothing is the live view', () => {
    for (const hash of ['', '#', '#nowhere', '#/ticket/x', '#/day/yesterday'])
      expect(placeOf(hash)).toEqual({ kind: 'area', area: 'live' });
    expect(placeOf('#/day/2026-11-22/09:15')).toMatchObject({ halfHour: null });
    expect(placeOf('#/reports/2026-Q9/flow')).toEqual({ kind: 'area', area: 'reports' });
    expect(placeOf('#/halves/2026-Q4/8/10:30')).toEqual({ kind: 'halves' });
  });
});

describe('spans of dates', () => {
  it('weeks begin on Monday', () => {
    expect(weekdayOf('2026-11-22')).toBe(7);
    expect(week('2026-11-22', 0)).toEqual(['2026-11-16', '2026-11-22']);
    expect(week('2026-11-23', -1)).toEqual(['2026-11-16', '2026-11-22']);
    expect(week('2027-01-01', 0)).toEqual(['2026-12-28', '2027-01-03']);
  });

  it('quarters end with their month', () => {
    expect(quarterSpan('2026-Q4')).toEqual(['2026-10-01', '2026-12-31']);
    expect(quarterSpan('2024-Q1')).toEqual(['2024-01-01', '2024-03-31']);
  });

  it('a weekday comes thirteen or fourteen times a quarter', () => {
    const mondays = datesOf('2026-Q4', 1);
    expect([mondays[0], mondays.at(-1), mondays.length]).toEqual(['2026-10-05', '2026-12-28', 13]);
    expect(datesOf('2026-Q4', 4)[0]).toBe('2026-10-01');
    expect(datesOf('2026-Q4', 4)).toHaveLength(14);
  });

  it('a half-hour is told with its end', () => {
    expect(halfHourText('09:30')).toBe('9.30–10.00');
    expect(halfHourText('23:30')).toBe('23.30–24.00');
  });
});

describe('a date typed by hand', () => {
  it('is read as Latvians write it', () => {
    for (const text of ['22.11.2026.', '22.11.2026', ' 22. 11. 2026. ', '22.11.26.', '2026-11-22'])
      expect(readDate(text), text).toBe('2026-11-22');
    expect(readDate('1.2.2026')).toBe('2026-02-01');
  });

  it('that is none is none', () => {
    for (const text of ['', '31.2.2026.', '22/11/2026', '2026-13-01', '22.11.', 'šodien'])
      expect(readDate(text), text).toBeNull();
  });
});
