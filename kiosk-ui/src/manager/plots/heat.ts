/** Weekday × half-hour: the 90th percentile of the wait, as a number and a shade. */
import type { EChartsOption } from 'echarts';
import type { Texts } from '../../lib/text/lv';
import { weekdayLink } from '../place';
import { minutesText, type HeatCell, type QuarterReport } from '../report';
import { halfHourText } from '../spans';
import {
  axisText,
  basis,
  clockOf,
  minutesOf,
  NARROW_PX,
  numberText,
  TEXT_PX,
  type Plot,
  type Space,
} from './plot';

/** Narrower than this, rows are low and figures small: so that the first sheet holds it. */
const PAPER_ROWS_PX = 760;

type Report = Pick<QuarterReport, 'flow' | 'quarter' | 'target_s'>;

/** Upper ends of the shades, minutes; the third is the target. */
export const shades = (target_s: number): [number, number, number, number] => {
  const part = (share: number) => Math.round((target_s * share) / 6) / 10;
  return [part(1 / 3), part(2 / 3), part(1), part(2)];
};

/** Every half-hour from the first to the last, "08:30", "09:00", … */
export function halfHours(cells: { at: string }[]): string[] {
  const index = (at: string) => Number(at.slice(0, 2)) * 2 + (at.endsWith('30') ? 1 : 0);
  if (cells.length === 0) return [];
  const known = cells.map(({ at }) => index(at));
  const [from, to] = [Math.min(...known), Math.max(...known)];
  return Array.from({ length: to - from + 1 }, (_, step) => {
    const half = from + step;
    return `${String(Math.floor(half / 2)).padStart(2, '0')}:${half % 2 ? '30' : '00'}`;
  });
}

const isOver = (cell: HeatCell, target_s: number) => (cell.wait.p90_s ?? 0) > target_s;

export function heatPlot(report: Report, t: Texts): Plot {
  const { heat } = report.flow;
  const measured = heat.filter(({ wait }) => typeof wait.p90_s === 'number');
  // A few tickets make no headline where others are many.
  const many = measured.filter(({ wait }) => !wait.small_sample);
  const worst = (many.length > 0 ? many : measured).reduce<HeatCell | null>(
    (most, cell) => ((cell.wait.p90_s ?? 0) > (most?.wait.p90_s ?? -1) ? cell : most),
    null,
  );
  const over = measured.filter((cell) => isOver(cell, report.target_s)).length;
  const link = (cell: HeatCell) => weekdayLink(report.quarter, cell.weekday, cell.at);
  return {
    title: t.plots.heat.title,
    note: t.plots.heat.note,
    summary: worst
      ? t.plots.heat.summary(
          worst.weekday,
          halfHourText(worst.at),
          minutesText(worst.wait.p90_s, worst.wait.small_sample),
        ) + t.plots.heat.over(over, measured.length, report.target_s / 60)
      : t.plots.nothing,
    empty: worst === null,
    table: table(report, t, link),
    height: (width) =>
      width < NARROW_PX
        ? halfHours(heat).length * 32 + 176
        : weekdaysOf(heat).length * (width < PAPER_ROWS_PX ? 30 : 48) + 96,
    option: (space) => option(report, t, space),
    link: (mark) => (heat[mark] ? link(heat[mark]) : undefined),
  };
}

const weekdaysOf = (heat: HeatCell[]) => [...new Set(heat.map(({ weekday }) => weekday))].sort();

function table(report: Report, t: Texts, link: (cell: HeatCell) => string): Plot['table'] {
  const { heat } = report.flow;
  const weekdays = weekdaysOf(heat);
  return {
    head: [t.plots.halfHour, ...weekdays.map((weekday) => t.common.weekday(weekday))],
    rows: halfHours(heat).map((at) => ({
      name: halfHourText(at),
      cells: weekdays.map((weekday) => {
        const cell = heat.find((one) => one.weekday === weekday && one.at === at);
        if (!cell) return '';
        const text = minutesText(cell.wait.p90_s, cell.wait.small_sample);
        const label = `${t.common.weekday(weekday)} ${halfHourText(at)}: ${text} min`;
        return { text, href: link(cell), label, marked: isOver(cell, report.target_s) };
      }),
    })),
  };
}

function option(report: Report, t: Texts, space: Space): EChartsOption {
  const { palette, width } = space;
  const { heat } = report.flow;
  const upright = width < NARROW_PX;
  const halves = halfHours(heat);
  const weekdays = weekdaysOf(heat);
  const target = minutesOf(report.target_s) ?? 0;
  const data = heat.map((cell) => {
    const half = halves.indexOf(cell.at);
    const day = weekdays.indexOf(cell.weekday);
    const minutes = minutesOf(cell.wait.p90_s);
    const dark = (minutes ?? 0) > target;
    return {
      value: upright ? [day, half, minutes ?? '-'] : [half, day, minutes ?? '-'],
      label: {
        formatter: minutesText(cell.wait.p90_s, cell.wait.small_sample),
        color: dark ? palette.card : palette.ink,
        fontWeight: dark ? (700 as const) : (500 as const),
      },
    };
  });
  const days = axis(
    space,
    weekdays.map((weekday) => (upright ? t.calendar.weekdayShort(weekday) : t.common.weekday(weekday))),
  );
  const times = axis(space, halves.map(clockOf));
  return {
    ...basis(space, []),
    tooltip: {
      ...(basis(space, []).tooltip as object),
      trigger: 'item',
      formatter: (of) => {
        const cell = heat[(Array.isArray(of) ? of[0] : of)?.dataIndex ?? -1];
        if (!cell) return '';
        const { p90_s, small_sample } = cell.wait;
        return (
          `${t.common.weekday(cell.weekday)} ${halfHourText(cell.at)}\n` +
          `${t.plots.p90}: ${minutesText(p90_s, small_sample)} min\n${t.plots.tickets}: ${cell.issued}`
        );
      },
    },
    grid: {
      left: 8,
      right: 8,
      top: upright ? 28 : 8,
      bottom: upright ? 148 : 48,
      outerBoundsMode: 'same',
      outerBoundsContain: 'all',
    },
    xAxis: upright ? { ...days, position: 'top' } : times,
    yAxis: { ...(upright ? times : days), inverse: true },
    visualMap: {
      type: 'piecewise',
      hoverLink: false,
      selectedMode: false,
      orient: upright ? 'vertical' : 'horizontal',
      left: 0,
      bottom: 0,
      itemWidth: 24,
      itemGap: upright ? 8 : 24,
      itemHeight: 16,
      itemSymbol: 'rect',
      textStyle: { fontSize: TEXT_PX, color: palette.ink },
      pieces: pieces(report.target_s, t, palette.heat),
    },
    series: [
      {
        type: 'heatmap',
        data,
        label: { show: true, fontSize: width < PAPER_ROWS_PX && !upright ? 11 : TEXT_PX },
        itemStyle: { borderColor: palette.card, borderWidth: 2 },
        emphasis: { itemStyle: { borderColor: palette.warning, borderWidth: 3 } },
      },
    ],
  };
}

function axis(space: Space, data: string[]) {
  return {
    type: 'category' as const,
    data,
    axisTick: { show: false },
    axisLine: { show: false },
    splitArea: { show: false },
    axisLabel: { ...axisText(space), hideOverlap: true },
  };
}

function pieces(target_s: number, t: Texts, colours: string[]) {
  const ends = shades(target_s);
  return [0, 1, 2, 3, 4].map((shade) => {
    const [from, to] = [ends[shade - 1], ends[shade]];
    const words = t.plots.heat;
    const label =
      from === undefined
        ? words.upTo(numberText(to ?? 0))
        : to === undefined
          ? words.from(numberText(from))
          : words.between(numberText(from), numberText(to));
    return {
      label,
      color: colours[shade] ?? '',
      ...(from === undefined ? {} : { gt: from }),
      ...(to === undefined ? {} : { lte: to }),
    };
  });
}
