import { describe, expect, it } from 'vitest';
import { report } from '../dev/report';
import { en } from '../src/lib/text/en';
import { lv } from '../src/lib/text/lv';
import { dayPlot } from '../src/manager/plots/day';
import { desksPlot } from '../src/manager/plots/desks';
import { ecdfPlot } from '../src/manager/plots/ecdf';
import { halfHours, heatPlot, shades } from '../src/manager/plots/heat';
import { endOf, legendRows, type Palette, type Plot } from '../src/manager/plots/plot';
import { reliabilityPlot } from '../src/manager/plots/reliability';
import { todayPlot } from '../src/manager/plots/today';
import { weeksPlot } from '../src/manager/plots/weeks';
import { placeOf } from '../src/manager/place';
import type { HeatCell } from '../src/manager/report';

const palette: Palette = {
  ink: 'ink',
  soft: 'soft',
  grid: 'grid',
  card: 'card',
  fill: 'fill',
  second: 'second',
  third: 'third',
  warning: 'warning',
  heat: ['1', '2', '3', '4', '5'],
  font: 'font',
};
const WIDE = { width: 1200, palette };
const NARROW = { width: 320, palette };

/** The series of a drawing, loosely: the library's own types allow everything. */
type Series = {
  name?: string;
  type?: string;
  data?: unknown[];
  symbol?: string;
  lineStyle?: { type?: unknown };
};
const seriesOf = (plot: Plot, space = WIDE) => plot.option(space).series as Series[];

const given = report('2026-Q4');
const all = (texts = lv): Record<string, Plot> => ({
  heat: heatPlot(given, texts),
  day: dayPlot(given.flow, texts),
  weeks: weeksPlot({ ...given, as_of: '2026-11-22T12:00:00Z' }, texts),
  ecdf: ecdfPlot(given, texts),
  desks: desksPlot(given.staffing.weekdays[0]!, texts),
  reliability: reliabilityPlot(given, texts),
});
const cell = (plot: Plot, row: number, column: number) => {
  const found = plot.table.rows[row]?.cells[column];
  return typeof found === 'string' ? { text: found } : found;
};

describe('every plot', () => {
  it('has words and a table as wide as its head', () => {
    for (const texts of [lv, en])
      for (const [name, plot] of Object.entries(all(texts))) {
        expect(plot.empty, name).toBe(false);
        expect(plot.summary, name).toMatch(/\d/);
        expect(plot.summary, name).not.toMatch(/undefined|NaN|null/);
        expect(plot.table.rows.length, name).toBeGreaterThan(3);
        for (const row of plot.table.rows)
          expect(row.cells.length, `${name} ${row.name}`).toBe(plot.table.head.length - 1);
      }
  });

  it('does not move and puts no markup into the page', () => {
    for (const plot of Object.values(all()))
      expect(plot.option(WIDE)).toMatchObject({ animation: false, tooltip: { renderMode: 'richText' } });
  });

  it('tells its lines apart without colour', () => {
    for (const plot of [all().day!, all().weeks!]) {
      const lines = seriesOf(plot).filter(({ type }) => type === 'line');
      const strokes = lines.map(({ lineStyle }) => JSON.stringify(lineStyle?.type ?? 'solid'));
      expect(new Set(strokes).size).toBe(lines.length);
    }
  });

  it('says so where there is nothing', () => {
    const flow = { dates: 0, heat: [], half_hours: [], ecdf: [] };
    const nothing = { ...given, flow, weeks: [], reliability: [] };
    for (const plot of [
      heatPlot(nothing, lv),
      dayPlot(flow, lv),
      weeksPlot(nothing, lv),
      ecdfPlot(nothing, lv),
      reliabilityPlot(nothing, lv),
      todayPlot([], lv),
    ]) {
      expect(plot.empty).toBe(true);
      expect(() => plot.option(WIDE)).not.toThrow();
    }
  });
});

describe('the heat map', () => {
  const times = (p90_s: number | null, small_sample = false) => ({
    count: 9,
    median_s: 60,
    p90_s,
    small_sample,
  });
  const heat: HeatCell[] = [
    { weekday: 1, at: '09:00', issued: 40, wait: times(300) },
    { weekday: 1, at: '10:00', issued: 50, wait: times(960) },
    { weekday: 3, at: '09:30', issued: 4, wait: times(120, true) },
    { weekday: 3, at: '10:00', issued: 2, wait: times(null, true) },
  ];
  const plot = heatPlot({ flow: { ...given.flow, heat }, quarter: '2026-Q4', target_s: 900 }, lv);

  it('names the worst half-hour and how many are over the target', () => {
    expect(plot.summary).toContain(
      'pirmdienās, biļeti paņemot plkst. 10.00–10.30: deviņi no desmit uzaicināti 16,0 min',
    );
    expect(plot.summary).toContain('pārsniedz 1 no 3');
  });

  it('makes no headline of a few tickets, unless there are only few', () => {
    const few = { weekday: 5, at: '11:00', issued: 2, wait: times(3000, true) };
    const summary = (cells: HeatCell[]) =>
      heatPlot({ flow: { ...given.flow, heat: cells }, quarter: '2026-Q4', target_s: 900 }, lv).summary;
    expect(summary([...heat, few])).toContain('pirmdienās');
    expect(summary([few])).toContain('50,0* min');
  });

  it('writes each cell’s minutes, marks small samples and those over the target', () => {
    expect(halfHours(heat)).toEqual(['09:00', '09:30', '10:00']);
    expect(plot.table.head).toEqual(['Pusstunda', 'Pirmdiena', 'Trešdiena']);
    expect(cell(plot, 0, 0)).toMatchObject({ text: '5,0', marked: false });
    expect(cell(plot, 0, 1)).toEqual({ text: '' });
    expect(cell(plot, 1, 1)).toMatchObject({ text: '2,0*' });
    expect(cell(plot, 2, 0)).toMatchObject({ text: '16,0', marked: true });
    expect(cell(plot, 2, 1)).toMatchObject({ text: '–', marked: false });
    const labels = (seriesOf(plot)[0]?.data as { label: { formatter: string; color: string } }[]).map(
      ({ label }) => [label.formatter, label.color],
    );
    expect(labels).toEqual([
      ['5,0', 'ink'],
      ['16,0', 'card'],
      ['2,0*', 'ink'],
      ['–', 'ink'],
    ]);
  });

  it('leads to the dates of a cell, from the drawing and from the table', () => {
    expect(plot.link?.(1)).toBe(cell(plot, 2, 0)?.href);
    expect(placeOf(plot.link?.(1) ?? '')).toEqual({
      kind: 'weekday',
      quarter: '2026-Q4',
      weekday: 1,
      halfHour: '10:00',
    });
    expect(plot.link?.(99)).toBeUndefined();
  });

  it('stands upright where it is narrow', () => {
    const wide = plot.option(WIDE);
    const narrow = plot.option(NARROW);
    expect(wide).toMatchObject({ xAxis: { data: ['9.00', '9.30', '10.00'] } });
    expect(narrow).toMatchObject({ xAxis: { data: ['P', 'T'] }, yAxis: { data: ['9.00', '9.30', '10.00'] } });
  });

  it('shades by the target', () => {
    expect(shades(900)).toEqual([5, 10, 15, 30]);
    expect(plot.option(WIDE)).toMatchObject({
      visualMap: {
        pieces: [{ lte: 5 }, { gt: 5, lte: 10 }, { gt: 10, lte: 15 }, { gt: 15, lte: 30 }, { gt: 30 }],
      },
    });
  });
});

describe('the other plots', () => {
  it('the day begins at nothing and ends with all, as means of a day', () => {
    const half = {
      issued: 20,
      called: 10,
      finished: 10,
      issued_so_far: 20,
      called_so_far: 10,
      finished_so_far: 10,
    };
    const later = { ...half, issued_so_far: 40, called_so_far: 40, finished_so_far: 40 };
    const half_hours = [
      { at: '08:30', ...half },
      { at: '09:00', ...later },
    ];
    const plot = dayPlot({ dates: 10, heat: [], ecdf: [], half_hours }, lv);
    expect(plot.option(WIDE)).toMatchObject({ xAxis: { data: ['8.30', '9.00', '9.30'] } });
    expect(seriesOf(plot).map(({ data }) => data)).toEqual([
      [0, 2, 4],
      [0, 1, 4],
      [0, 1, 4],
    ]);
    expect(plot.summary).toBe(
      'Vidēji dienā izsniegtas 4,0 biļetes, puse no tām līdz plkst. 9.00. Rinda garākā plkst. 9.00: vidēji 1,0.',
    );
    expect(plot.table.rows[1]?.cells).toEqual(['20', '10', '10', '4,0', '4,0', '4,0']);
  });

  it('weeks without data are gaps, and weeks to come are left out', () => {
    const week = (from: string, p90_s: number | null) => ({
      week: from,
      from,
      to: from,
      figures:
        p90_s === null ? null : { ...given.total.quarter, wait: { ...given.total.quarter.wait, p90_s } },
    });
    const weeks = [
      week('2026-10-05', 600),
      week('2026-10-12', null),
      week('2026-10-19', 1200),
      week('2026-12-07', null),
    ];
    const plot = weeksPlot({ weeks, target_s: 900, as_of: '2026-10-21T12:00:00Z' }, lv);
    const [p90, , target] = seriesOf(plot);
    expect(p90?.data).toMatchObject([10, null, { value: 20, symbol: 'diamond' }]);
    expect(target?.data).toEqual([15, 15, 15]);
    expect(plot.summary).toContain('bija 1 no 2 nedēļām');
    expect(cell(plot, 2, 2)).toEqual({ text: '20,0', marked: true });
  });

  it('the waits’ distribution has the table’s figures and the target', () => {
    const plot = all().ecdf!;
    const last = given.flow.ecdf.at(-1)!;
    expect(seriesOf(plot)[0]?.data?.at(-1)).toEqual([last.within_s / 60, 100]);
    expect(plot.table.rows.at(-1)).toEqual({ name: '62', cells: ['1389', '100,0\u00a0%'] });
    expect(plot.table.rows).toHaveLength(given.flow.ecdf.length);
  });

  it('desks that were short are marked in the drawing and in the table', () => {
    const day = given.staffing.weekdays[0]!;
    const short = day.half_hours.findIndex((half) => half.desks_open < (half.desks_required ?? 0));
    const plot = desksPlot(day, lv);
    expect(cell(plot, short, 5)).toMatchObject({ marked: true });
    expect(seriesOf(plot)[1]?.data?.[short]).toMatchObject({ label: { show: true, formatter: '!' } });
  });

  it('forecasts nobody was given are left out', () => {
    const none = { ...given.reliability[0]!, count: 0 };
    const plot = reliabilityPlot({ ...given, reliability: [none, ...given.reliability.slice(1)] }, lv);
    expect(plot.table.rows.map(({ name }) => name)).toEqual(['2–5', '5–10', '10–20', '20–40', 'virs 40']);
  });

  it('half-hours end where the next begins, and long legends get more rows', () => {
    expect([endOf('09:00'), endOf('09:30'), endOf('23:30')]).toEqual(['9.30', '10.00', '24.00']);
    expect([
      legendRows([], 300),
      legendRows(['a', 'b'], 300),
      legendRows(['a'.repeat(30), 'b'.repeat(30)], 300),
    ]).toEqual([0, 1, 2]);
  });
});
