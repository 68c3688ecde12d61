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

const LEGEND_SIGN_PX = 50;
const LEGEND_LETTER_PX = 7.5;
const LEGEND_ROW_PX = 24;

/** How many rows a legend of these names takes, by the usual width of letters. */
export function legendRows(series: string[], width: number): number {
  let [rows, taken] = [series.length > 0 ? 1 : 0, 0];
  for (const name of series) {
    const needs = LEGEND_SIGN_PX + name.length * LEGEND_LETTER_PX;
    if (taken > 0 && taken + needs > width) [rows, taken] = [rows + 1, 0];
    taken += needs;
  }
  return rows;
}

/** What all drawings share: type, tooltip, no movement; without series there is no legend. */
export function basis({ palette, width }: Space, series: string[]): EChartsOption {
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
      show: series.length > 0,
      data: series,
      top: 0,
      left: 0,
      selectedMode: false,
      itemWidth: 32,
      textStyle: { fontSize: TEXT_PX, color: palette.ink },
    },
    grid: {
      left: 8,
      right: 16,
      top: 24 + LEGEND_ROW_PX * legendRows(series, width),
      bottom: 8,
      outerBoundsMode: 'same',
      outerBoundsContain: 'all',
    },
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
    cursor: 'default',
    symbol: 'circle',
    symbolSize: 7,
    itemStyle: { color: palette.ink },
    lineStyle: { color: palette.ink, width: 3 },
  },
  second: {
    cursor: 'default',
    symbol: 'triangle',
    symbolSize: 9,
    itemStyle: { color: palette.second },
    lineStyle: { color: palette.second, width: 3, type: [9, 5] as number[] },
  },
  third: {
    cursor: 'default',
    symbol: 'rect',
    symbolSize: 7,
    itemStyle: { color: palette.third },
    lineStyle: { color: palette.third, width: 3, type: [2, 5] as number[] },
  },
});

const targetStroke = ({ palette }: Space) => ({
  color: palette.warning,
  width: 2,
  type: [12, 4, 2, 4] as number[],
});

/** The target as a series of its own, so that the legend names it and nothing is written over the drawing. */
export const targetLevel = (space: Space, name: string, value: number, length: number) => ({
  type: 'line' as const,
  name,
  silent: true,
  symbol: 'none',
  // Else the legend puts a dot on a line that has none.
  itemStyle: { color: space.palette.warning, opacity: 0 },
  lineStyle: targetStroke(space),
  data: Array.from({ length }, () => value),
});

/** The target as an upright line, named above it. */
export const targetUpright = (space: Space, text: string, xAxis: number) => ({
  silent: true,
  symbol: 'none',
  lineStyle: targetStroke(space),
  label: {
    formatter: text,
    position: 'end' as const,
    color: space.palette.warning,
    fontSize: TEXT_PX,
    fontWeight: 700 as const,
  },
  data: [{ xAxis }],
});
