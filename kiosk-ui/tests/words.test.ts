import { describe, expect, it } from 'vitest';
import { en } from '../src/lib/text/en';
import { lv } from '../src/lib/text/lv';
import { opensText } from '../src/lib/opening';
import { waitMinutes } from '../src/lib/wait';

describe('Latvian plurals', () => {
  it.each([
    [0, '0 klientu'],
    [1, '1 klients'],
    [2, '2 klienti'],
    [10, '10 klientu'],
    [11, '11 klientu'],
    [20, '20 klientu'],
    [21, '21 klients'],
    [22, '22 klienti'],
    [30, '30 klientu'],
    [101, '101 klients'],
    [111, '111 klientu'],
  ])('%i', (count, expected) => expect(lv.common.customers(count)).toBe(expected));
});

describe('expected waits', () => {
  it.each([
    [1_100, 2_050, '20–35 min'],
    [0, 0, 'līdz 1 min'],
    [0, 601, 'līdz 15 min'],
    [30, 200, '1–4 min'],
    [1_000, 1_150, 'līdz 20 min'],
    // Never a promise that ends before it begins.
    [1_200, 300, 'līdz 20 min'],
    [1_201, 1_500, 'līdz 25 min'],
    [300, 3_700, '5–70 min'],
  ])('%i to %i seconds read %s', (p50_s, p90_s, expected) =>
    expect(lv.common.waitRange(waitMinutes({ p50_s, p90_s }))).toBe(expected),
  );
});

describe('opening', () => {
  const now = Date.parse('2026-11-22T05:00:00Z');
  const say = (opens_at: string | null) =>
    opensText({ kind: 'closed', opens_at }, now, 'Europe/Riga', lv.kiosk, lv.common);
  it('names the time alone on the same day', () =>
    expect(say('2026-11-22T06:30:00Z')).toBe('Atvērsim šodien plkst. 8.30'));
  it('names day and date otherwise', () =>
    expect(say('2026-11-23T06:30:00Z')).toBe('Atvērsim pirmdien, 23.11.2026., plkst. 8.30'));
  it('promises nothing where nothing is known', () => expect(say(null)).toBe(''));
});

describe('catalogues', () => {
  const leaves = (value: unknown, path = ''): string[] =>
    typeof value === 'object' && value !== null
      ? Object.entries(value).flatMap(([name, inner]) => leaves(inner, `${path}.${name}`))
      : [path];
  it('English says everything Latvian says', () => {
    const english = new Set(leaves(en));
    expect(leaves(lv).filter((leaf) => !english.has(leaf))).toEqual([]);
  });
});
