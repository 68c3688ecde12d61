import { describe, expect, it } from 'vitest';
import { placement } from '../src/board/burn-in';

const MINUTE = 60_000;

describe('burn-in', () => {
  it('wanders between 20 and 40 px in all and comes back', () => {
    const places = Array.from({ length: 60 }, (_, minute) => placement(minute * MINUTE));
    const spread = (values: number[]) => Math.max(...values) - Math.min(...values);
    expect(spread(places.map(({ x }) => x))).toBe(40);
    expect(spread(places.map(({ y }) => y))).toBeGreaterThanOrEqual(20);
    expect(placement(24 * MINUTE)).toEqual(placement(0));
  });

  it('stands still for minutes', () => expect(placement(1)).toEqual(placement(2 * MINUTE)));

  it('changes the layout by the hour', () => {
    expect(placement(0).swapped).toBe(false);
    expect(placement(61 * MINUTE).swapped).toBe(true);
  });
});
