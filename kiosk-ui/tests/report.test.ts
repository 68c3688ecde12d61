import { describe, expect, it } from 'vitest';
import { countText, decimalText, minutesText, percentText } from '../src/manager/report';

describe('report figures', () => {
  it('tells nothing from zero', () => {
    expect([countText(null), minutesText(null), percentText(undefined)]).toEqual(['–', '–', '–']);
    expect([countText(0), minutesText(0), percentText(0)]).toEqual(['0', '0,0', '0,0\u00a0%']);
  });

  it('writes a decimal comma and marks small samples', () => {
    expect(minutesText(2_736)).toBe('45,6');
    expect(percentText(0.835, true)).toBe('83,5\u00a0%*');
    expect([decimalText(2.4, 1), decimalText(3, 0, true), decimalText(null, 2)]).toEqual(['2,4', '3*', '–']);
  });
});
