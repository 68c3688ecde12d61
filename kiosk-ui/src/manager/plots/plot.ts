/** What a plot is to the page: words, a table, and how to draw it. Everything here is pure. */
import type { EChartsOption } from 'echarts';

/** Colours and font of the theme, as values: a drawing library reads no custom properties. */
export interface Palette {
  ink: string;
  soft: string;
  grid: string;
  card: string;
  /** Fill behind lines. */
  fill: string;
  second: string;
  third: string;
  warning: string;
  /** From shortest to longest; the last two are over the target. */
  heat: [string, string, string, string, string];
  font: string;
}

/** The room there is for a drawing. */
export interface Space {
  /** Pixels. */
  width: number;
  palette: Palette;
}

export interface Cell {
  text: string;
  href?: string;
  /** What the link is called where its text alone would say too little. */
  label?: string;
  /** Marked by a sign and bold type. */
  marked?: boolean;
}

export interface PlotTable {
  /** The first is the heading of the rows' names. */
  head: string[];
  rows: { name: string; cells: (Cell | string)[] }[];
}

export interface Plot {
  title: string;
  /** The figure's description, one or two sentences. */
  summary: string;
  note?: string;
  table: PlotTable;
  /** Nothing was measured: the words say so and nothing is drawn. */
  empty: boolean;
  /** Pixels at a width. */
  height: (width: number) => number;
  option: (space: Space) => EChartsOption;
  /** Where a click on a mark leads; the same links stand in the table. */
  link?: (mark: number) => string | undefined;
}

/** Narrower than this, plots stand upright rather than lie. */
export const NARROW_PX = 600;
export const TEXT_PX = 13;

/** "9.30" of "09:30". */
export function clockOf(at: string): string {
  const [hour = '0', minute = '00'] = at.split(':');
  return `${Number(hour)}.${minute}`;
}

/** "10.00" of "09:30": where the half-hour ends. */
export function endOf(at: string): string {
  const [hour = 0, minute = 0] = at.split(':').map(Number);
  return minute === 30 ? `${hour + 1}.00` : `${hour}.30`;
}

export const minutesOf = (seconds: number | null | undefined): number | null =>
  seconds === null || seconds === undefined ? null : Math.round(seconds / 6) / 10;

/** With a decimal comma. */
export const numberText = (value: number): string => String(value).replace('.', ',');

/** What all drawings share: type, tooltip, no movement. */
export function basis({ palette }: Space): EChartsOption {
  return {
    animation: false,
    color: [palette.ink, palette.second, palette.third],
    textStyle: { fontFamily: palette.font, fontSize: TEXT_PX, color: palette.ink },
    tooltip: {
      trigger: 'axis',
      // As part of the drawing: the page's policy allows no inline styles in markup.
      renderMode: 'richText',
      confine: true,
      backgroundColor: palette.card,
      borderColor: palette.ink,
      textStyle: { fontFamily: palette.font, fontSize: TEXT_PX, color: palette.ink },
      valueFormatter: (value) => (typeof value === 'number' ? numberText(value) : '–'),
    },
    legend: {
      top: 0,
      left: 0,
      selectedMode: false,
      itemWidth: 32,
      textStyle: { fontSize: TEXT_PX, color: palette.ink },
    },
    grid: { left: 8, right: 16, top: 56, bottom: 8, outerBoundsMode: 'same', outerBoundsContain: 'all' },
  };
}

export const axisText = ({ palette }: Space) => ({ color: palette.soft, fontSize: TEXT_PX });

/** An axis of names. */
export function names(space: Space, data: string[]) {
  return {
    type: 'category' as const,
    data,
    axisTick: { show: false },
    axisLine: { lineStyle: { color: space.palette.soft } },
    axisLabel: { ...axisText(space), hideOverlap: true },
  };
}

/** An axis of figures from 0 on. */
export function figures(space: Space, name: string) {
  return {
    type: 'value' as const,
    name,
    nameLocation: 'end' as const,
    nameTextStyle: { ...axisText(space), align: 'left' as const },
    min: 0,
    splitLine: { lineStyle: { color: space.palette.grid } },
    axisLabel: { ...axisText(space), formatter: (value: number) => numberText(value) },
  };
}

/** Marks that differ in colour, stroke and shape, so that any one of the three is enough. */
export const strokes = ({ palette }: Space) => ({
  first: {
    symbol: 'circle',
    symbolSize: 7,
    itemStyle: { color: palette.ink },
    lineStyle: { color: palette.ink, width: 3 },
  },
  second: {
    symbol: 'triangle',
    symbolSize: 9,
    itemStyle: { color: palette.second },
    lineStyle: { color: palette.second, width: 3, type: [9, 5] as number[] },
  },
  third: {
    symbol: 'rect',
    symbolSize: 7,
    itemStyle: { color: palette.third },
    lineStyle: { color: palette.third, width: 3, type: [2, 5] as number[] },
  },
});

/** A line across the plot at the target. */
export function targetLine(space: Space, text: string, at: { xAxis: number } | { yAxis: number }) {
  const { palette } = space;
  return {
    silent: true,
    symbol: 'none',
    lineStyle: { color: palette.warning, width: 2, type: [12, 4, 2, 4] as number[] },
    label: {
      formatter: text,
      position: 'insideEndTop' as const,
      color: palette.warning,
      fontSize: TEXT_PX,
      fontWeight: 700 as const,
      textBorderColor: palette.card,
      textBorderWidth: 3,
    },
    data: [at],
  };
}
