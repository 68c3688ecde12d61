import { describe, expect, it } from 'vitest';
import { report } from '../dev/report';
import { en } from '../src/lib/text/en';
import { lv } from '../src/lib/text/lv';
import { keyFigures } from '../src/manager/comparison';
import type { Figures, QuarterReport } from '../src/manager/report';

const NAMES = lv.quarter.figures;

/** A finished quarter, both others known, its earlier figures changed by hand. */
function settled(change: (then: Figures) => Partial<Figures>): QuarterReport {
  const given = report('2026-Q4');
  const now = given.total.quarter;
  const completeness = { ...given.completeness, days_planned: 40, days_due: 40, days_with_data: 40 };
  return {
    ...given,
    completeness,
    comparisons: given.comparisons.map((one) => ({
      ...one,
      completeness,
      total: { ...now, ...change(now) },
    })),
  };
}

const told = (given: QuarterReport, name: string, texts = lv) =>
  keyFigures(given, texts).find((row) => row.name === name)?.then[0];

describe('a quarter beside an earlier one', () => {
  it('tells differences with sign and words', () => {
    const given = settled((now) => ({
      issued: now.issued + 100,
      wait: { ...now.wait, median_s: (now.wait.median_s ?? 0) + 186 },
      within_target: { ...now.within_target, share: (now.within_target.share ?? 0) - 0.05 },
    }));
    expect(told(given, NAMES.issued)).toEqual({ value: '1497', difference: '−100, mazāk', worse: null });
    expect(told(given, NAMES.waitMedian)).toEqual({
      value: '9,8',
      difference: '−3,1\u00a0min, īsāk',
      worse: false,
    });
    expect(told(given, NAMES.withinTarget(15))).toMatchObject({
      difference: '+5,0 procentpunkti, vairāk',
      worse: false,
    });
    expect(told(given, en.quarter.figures.waitMedian, en)?.difference).toBe('−3,1\u00a0min, shorter');
  });

  it('calls a longer wait worse, a longer handling neither', () => {
    const shorter = { median_s: 60, count: 100, small_sample: false };
    const given = settled(() => ({ wait: shorter, handling: shorter }));
    expect(told(given, NAMES.waitMedian)).toMatchObject({ difference: '+5,7\u00a0min, ilgāk', worse: true });
    expect(told(given, NAMES.handlingMedian)).toMatchObject({ worse: null });
  });

  it('calls the same what is the same as written', () => {
    const given = settled((now) => ({ wait: { ...now.wait, median_s: (now.wait.median_s ?? 0) + 2 } }));
    expect(told(given, NAMES.waitMedian)).toMatchObject({ difference: 'tikpat', worse: null });
  });

  it('compares days, not sums, while the quarter is not over', () => {
    const given = report('2026-Q4');
    expect(told(given, NAMES.issued)?.difference).toBe(lv.quarter.notOver);
    expect(told(given, NAMES.perDay)?.difference).toBe('+0,9, vairāk');
  });

  it('says where there is no data', () => {
    const [, yearBefore] = keyFigures(report('2026-Q4'), lv)[0]?.then ?? [];
    expect(yearBefore).toEqual({ value: null, difference: null, worse: null });
    const nothing = { count: 0, median_s: null, small_sample: true };
    const given = settled(() => ({ wait: nothing }));
    expect(told(given, NAMES.waitMedian)).toEqual({ value: '–', difference: null, worse: null });
  });

  it('tells one service’s figures', () => {
    const given = report('2026-Q4');
    const rows = keyFigures(given, lv, 3);
    expect(rows[0]?.now).toBe('30');
    expect(keyFigures(given, lv, 9)).toEqual([]);
  });
});
