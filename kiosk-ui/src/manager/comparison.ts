/** The key figures of a quarter beside the same figures of earlier ones, in words. */
import type { Texts } from '../lib/text/lv';
import {
  countText,
  decimalText,
  minutesText,
  percentText,
  type Comparison,
  type Figures,
  type QuarterReport,
} from './report';

export interface Then {
  /** Null where nothing of it is known. */
  value: string | null;
  /** "−3,1 min, īsāk"; null where there is nothing to set against. */
  difference: string | null;
  /** Whether now is worse for the customer; null where that is no question of better or worse. */
  worse: boolean | null;
}

export interface KeyFigure {
  name: string;
  now: string;
  /** In the order of the report's comparisons. */
  then: Then[];
}

/** A figure of either quarter; null is nothing measured. */
interface Measure {
  name: string;
  of: (figures: Figures, days: number) => number | null | undefined;
  write: (value: number | null | undefined, small: boolean) => string;
  isSmall: (figures: Figures) => boolean;
  /** What a difference is called; its size is as written, without sign. */
  words: { up: (size: string) => string; down: (size: string) => string };
  size: (difference: number) => string;
  /** Whether more is worse; null where neither is. */
  moreIsWorse: boolean | null;
  /** A sum over days says nothing beside a quarter that is over while this one is not. */
  isSum?: boolean;
}

type Report = Pick<QuarterReport, 'total' | 'services' | 'completeness' | 'comparisons' | 'target_s'>;

function measures(t: Texts, target_s: number): Measure[] {
  const words = t.quarter;
  const names = words.figures;
  const minutes = { up: words.longer, down: words.shorter };
  const points = { up: words.higher, down: words.lower };
  const tenths = (value: number) => decimalText(value, 1);
  const length = (name: string, of: (figures: Figures) => Figures['wait'], which: 'median_s' | 'p90_s') => ({
    name,
    of: (figures: Figures) => of(figures)[which],
    write: minutesText,
    isSmall: (figures: Figures) => of(figures).small_sample,
    words: minutes,
    size: (difference: number) => tenths(difference / 60),
    moreIsWorse: true,
  });
  return [
    {
      name: names.issued,
      of: ({ issued }) => issued,
      write: countText,
      isSmall: () => false,
      words: { up: words.more, down: words.fewer },
      size: String,
      moreIsWorse: null,
      isSum: true,
    },
    {
      name: names.perDay,
      of: ({ issued }, days) => (days > 0 ? issued / days : null),
      write: (value) => decimalText(value, 1),
      isSmall: () => false,
      words: { up: words.more, down: words.fewer },
      size: tenths,
      moreIsWorse: null,
    },
    length(names.waitMedian, ({ wait }) => wait, 'median_s'),
    length(names.waitP90, ({ wait }) => wait, 'p90_s'),
    {
      name: names.withinTarget(target_s / 60),
      of: ({ within_target }) => within_target.share,
      write: percentText,
      isSmall: ({ within_target }) => within_target.small_sample,
      words: points,
      size: (difference) => tenths(difference * 100),
      moreIsWorse: false,
    },
    {
      name: names.noShowRate,
      of: ({ no_show_rate }) => no_show_rate.share,
      write: percentText,
      isSmall: ({ no_show_rate }) => no_show_rate.small_sample,
      words: points,
      size: (difference) => tenths(difference * 100),
      moreIsWorse: true,
    },
    { ...length(names.handlingMedian, ({ handling }) => handling, 'median_s'), moreIsWorse: null },
  ];
}

function against(
  measure: Measure,
  now: number | null | undefined,
  then: number | null | undefined,
  small: boolean,
  notOver: boolean,
  t: Texts,
): Then {
  const value = measure.write(then, small);
  if (typeof then !== 'number' || typeof now !== 'number') return { value, difference: null, worse: null };
  if (measure.isSum && notOver) return { value, difference: t.quarter.notOver, worse: null };
  const difference = now - then;
  const size = measure.size(Math.abs(difference));
  // What is the same as written is the same.
  if (size === measure.size(0)) return { value, difference: t.quarter.same, worse: null };
  return {
    value,
    difference: difference > 0 ? measure.words.up(size) : measure.words.down(size),
    worse: measure.moreIsWorse === null ? null : difference > 0 === measure.moreIsWorse,
  };
}

/** The key figures of the whole centre, or of one service. */
export function keyFigures(report: Report, t: Texts, service: number | null = null): KeyFigure[] {
  const now =
    service === null
      ? report.total.quarter
      : report.services.find((period) => period.service === service)?.quarter;
  if (!now) return [];
  const { days_with_data, days_due, days_planned } = report.completeness;
  const figuresOf = (comparison: Comparison) =>
    service === null
      ? comparison.total
      : comparison.services.find((period) => period.service === service)?.figures;
  return measures(t, report.target_s).map((measure) => {
    const value = measure.of(now, days_with_data);
    return {
      name: measure.name,
      now: measure.write(value, measure.isSmall(now)),
      then: report.comparisons.map((comparison) => {
        const figures = figuresOf(comparison);
        if (!figures) return { value: null, difference: null, worse: null };
        const then = measure.of(figures, comparison.completeness.days_with_data);
        return against(measure, value, then, measure.isSmall(figures), days_due < days_planned, t);
      }),
    };
  });
}
