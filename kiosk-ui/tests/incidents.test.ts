import { describe, expect, it } from 'vitest';
import { lastMoment, lastsText } from '../src/lib/incidents';

describe('technical failures', () => {
  it('tells lengths with begun minutes, so that more than four hours never reads four', () => {
    const from = '2026-11-23T08:00:00Z';
    expect(lastsText(from, '2026-11-23T08:45:00Z')).toBe('45 min');
    expect(lastsText(from, '2026-11-23T12:00:00Z')).toBe('4 h');
    expect(lastsText(from, '2026-11-23T12:00:01Z')).toBe('4 h 1 min');
  });

  it('takes a time for its last moment that is not ahead', () => {
    const now = Date.parse('2026-11-23T08:00:00Z');
    expect(lastMoment('10.00', now, 'Europe/Riga')).toBe('2026-11-23T08:00:00.000Z');
    expect(lastMoment('9:30', now, 'Europe/Riga')).toBe('2026-11-23T07:30:00.000Z');
    expect(lastMoment('23.15', now, 'Europe/Riga')).toBe('2026-11-22T21:15:00.000Z');
    expect(lastMoment('drīz', now, 'Europe/Riga')).toBe(null);
  });
});
