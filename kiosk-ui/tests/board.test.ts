import { describe, expect, it } from 'vitest';
import { placement, Wanderer } from '../src/board/burn-in';

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

  it('swaps the halves every 10 to 15 minutes', () => {
    const swaps = Array.from({ length: 240 }, (_, minute) => minute).filter(
      (minute) => placement(minute * MINUTE).swapped !== placement((minute + 1) * MINUTE).swapped,
    );
    const apart = swaps.slice(1).map((minute, index) => minute - (swaps[index] ?? 0));
    expect(new Set(apart)).toEqual(new Set([12]));
  });

  it('stays where it is while a customer is being called', () => {
    const wanderer = new Wanderer();
    const before = wanderer.look(0, '', false);
    wanderer.look(MINUTE, 'P 001', true);
    expect(wanderer.look(14 * MINUTE, 'P 001', true)).toEqual(placement(MINUTE));
    expect(wanderer.look(15 * MINUTE, 'P 001', false)).not.toEqual(before);
    expect(wanderer.look(15 * MINUTE, 'P 001', false)).toEqual(placement(15 * MINUTE));
  });

  it('moves with the next call where somebody is always being called', () => {
    const wanderer = new Wanderer();
    for (let minute = 0; minute < 600; minute += 1) {
      const call = `P ${Math.floor(minute / 2)}`;
      const place = wanderer.look(minute * MINUTE, call, true);
      expect(place).toEqual(placement((minute - (minute % 2)) * MINUTE));
    }
  });
});
