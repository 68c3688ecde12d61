/** Today by half-hours, live. */
import type { HalfHour } from '../../lib/api/types';
import type { Texts } from '../../lib/text/lv';
import { basis, figures, names, strokes, type Plot } from './plot';

export function todayPlot(curve: HalfHour[], t: Texts): Plot {
  const words = t.manager;
  const sum = (pick: (half: HalfHour) => number) => curve.reduce((all, half) => all + pick(half), 0);
  return {
    title: words.curve,
    summary: words.curveSummary(
      sum((half) => half.issued),
      sum((half) => half.called),
      sum((half) => half.finished),
    ),
    empty: curve.length === 0,
    table: {
      head: [words.time, words.issued, words.called, words.finished],
      rows: curve.map((half) => ({
        name: half.label,
        cells: [String(half.issued), String(half.called), String(half.finished)],
      })),
    },
    height: () => 260,
    option: (space) => {
      const { first, second } = strokes(space);
      return {
        ...basis(space, [words.issued, words.called, words.finished]),
        xAxis: names(
          space,
          curve.map(({ label }) => label),
        ),
        yAxis: { ...figures(space, ''), minInterval: 1 },
        series: [
          {
            type: 'bar',
            cursor: 'default',
            name: words.issued,
            barWidth: '68%',
            itemStyle: { color: space.palette.fill },
            data: curve.map(({ issued }) => issued),
          },
          { type: 'line', name: words.called, ...first, data: curve.map(({ called }) => called) },
          { type: 'line', name: words.finished, ...second, data: curve.map(({ finished }) => finished) },
        ],
      };
    },
  };
}
