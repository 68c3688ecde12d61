import { describe, expect, it } from 'vitest';
import { instantOf, isDecided, lengthText } from '../src/lib/feedback';
import { monthSpan, shiftedMonth } from '../src/manager/months';

describe('feedback', () => {
  it('reads a local moment in summer and winter', () => {
    expect(instantOf('2026-11-23', '9.30', 'Europe/Riga')).toBe('2026-11-23T07:30:00.000Z');
    expect(instantOf('2026-07-01', '09:30', 'Europe/Riga')).toBe('2026-07-01T06:30:00.000Z');
    expect(instantOf('2026-07-01', '0.05', 'Etc/GMT+9')).toBe('2026-07-01T09:05:00.000Z');
    for (const time of ['', '9', '25.00', '9.61', 'pusdesmit'])
      expect(instantOf('2026-07-01', time, 'Europe/Riga')).toBeNull();
  });

  it('writes lengths in the unit that tells most', () => {
    expect([0, 59, 60, 3599, 3600, 11_400].map(lengthText)).toEqual([
      '0 s',
      '59 s',
      '1 min',
      '59 min',
      '1 h 0 min',
      '3 h 10 min',
    ]);
  });

  it('has complaints and claims decided (A1.8)', () => {
    expect((['comment', 'suggestion', 'complaint', 'claim'] as const).map(isDecided)).toEqual([
      false,
      false,
      true,
      true,
    ]);
  });

  it('knows months over the turn of a year and of a leap day', () => {
    expect(shiftedMonth('2026-01', -1)).toBe('2025-12');
    expect(shiftedMonth('2026-12', 1)).toBe('2027-01');
    expect(monthSpan('2028-02')).toEqual(['2028-02-01', '2028-02-29']);
  });
});
