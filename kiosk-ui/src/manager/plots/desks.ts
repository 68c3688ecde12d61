/** Desks that were open beside the desks that would have been enough, through a weekday. */
import type { Staffing } from '../../lib/api/types';
import type { Texts } from '../../lib/text/lv';
import { countText, decimalText, minutesText, percentText } from '../report';
import { basis, figures, names, TEXT_PX, type Plot } from './plot';

type Day = Staffing['weekdays'][number];

export function desksPlot(day: Day, t: Texts): Plot {
  const words = t.staffing;
  const halves = day.half_hours;
  const isShort = (half: Day['half_hours'][number]) => half.desks_open < (half.desks_required ?? 0);
  return {
    title: words.plot(t.common.weekday(day.weekday)),
    summary: t.plots.staffing.summary(day.weekday, halves.filter(isShort).length, halves.length),
    empty: halves.length === 0,
    table: {
      head: [
        words.time,
        words.measured,
        words.arrivals,
        words.handling,
        words.load,
        words.required,
        words.open,
        words.level,
      ],
      rows: halves.map((half) => ({
        name: half.label,
        cells: [
          countText(half.measured),
          decimalText(half.mean_arrivals, 1, half.small_sample),
          minutesText(half.handling_s),
          decimalText(half.load, 2),
          decimalText(half.desks_required, 0, half.small_sample),
          { text: decimalText(half.desks_open, 1), marked: isShort(half) },
          percentText(half.service_level, half.small_sample),
        ],
      })),
    },
    height: () => 280,
    option: (space) => {
      const { palette, width } = space;
      const slot = (width - 48) / Math.max(1, halves.length);
      return {
        ...basis(space, [words.open, words.required]),
        xAxis: names(
          space,
          halves.map(({ label }) => label),
        ),
        yAxis: { ...figures(space, t.plots.staffing.axis), minInterval: 1 },
        series: [
          {
            type: 'bar',
            cursor: 'default',
            name: words.open,
            barWidth: '72%',
            itemStyle: { color: palette.fill, borderColor: palette.soft, borderWidth: 1 },
            data: halves.map((half) => Math.round(half.desks_open * 10) / 10),
          },
          {
            type: 'scatter',
            cursor: 'default',
            name: words.required,
            symbol: 'rect',
            symbolSize: [Math.max(10, slot * 0.9), 5],
            itemStyle: { color: palette.ink, opacity: 1 },
            data: halves.map((half) => ({
              value: half.desks_required ?? 0,
              label: {
                show: isShort(half),
                formatter: '!',
                position: 'top',
                distance: 3,
                color: palette.warning,
                fontSize: TEXT_PX + 5,
                fontWeight: 800,
              },
            })),
          },
        ],
      };
    },
  };
}
