/** Tickets issued, called and finished so far over an average day; the gap between the first two is the queue. */
import type { Texts } from '../../lib/text/lv';
import { countText, decimalText, type Flow } from '../report';
import { halfHourText } from '../spans';
import { basis, clockOf, endOf, figures, names, strokes, type Plot } from './plot';

export function dayPlot(flow: Flow, t: Texts): Plot {
  const { half_hours: halves, dates } = flow;
  const words = t.plots;
  const perDay = (count: number) => Math.round((count / Math.max(1, dates)) * 10) / 10;
  const total = halves.at(-1)?.issued_so_far ?? 0;
  const middle = halves.find((half) => half.issued_so_far * 2 >= total);
  const queue = (half: Flow['half_hours'][number]) => half.issued_so_far - half.called_so_far;
  const longest = halves.reduce(
    (most, half) => (!most || queue(half) > queue(most) ? half : most),
    halves[0],
  );
  const series = [
    { name: words.issued, so_far: 'issued_so_far', count: 'issued' },
    { name: words.called, so_far: 'called_so_far', count: 'called' },
    { name: words.finished, so_far: 'finished_so_far', count: 'finished' },
  ] as const;
  return {
    title: words.day.title,
    note: words.day.note,
    summary:
      middle && longest
        ? words.day.summary(decimalText(perDay(total), 1), endOf(middle.at)) +
          (queue(longest) > 0
            ? words.day.queue(endOf(longest.at), decimalText(perDay(queue(longest)), 1))
            : '')
        : words.nothing,
    empty: halves.length === 0,
    table: {
      head: [
        words.halfHour,
        ...series.map(({ name }) => words.day.inQuarter(name)),
        ...series.map(({ name }) => words.day.soFar(name)),
      ],
      rows: halves.map((half) => ({
        name: halfHourText(half.at),
        cells: [
          ...series.map(({ count }) => countText(half[count])),
          ...series.map(({ so_far }) => decimalText(perDay(half[so_far]), 1)),
        ],
      })),
    },
    height: () => 320,
    option: (space) => {
      const { first, second, third } = strokes(space);
      const looks = [first, second, third];
      return {
        ...basis(
          space,
          series.map(({ name }) => name),
        ),
        // From zero at the first half-hour's beginning, then at the end of each.
        xAxis: {
          ...names(space, [clockOf(halves[0]?.at ?? '00:00'), ...halves.map(({ at }) => endOf(at))]),
          boundaryGap: false,
        },
        yAxis: figures(space, words.day.axis),
        series: series.map(({ name, so_far }, index) => ({
          type: 'line',
          name,
          data: [0, ...halves.map((half) => perDay(half[so_far]))],
          ...looks[index],
        })),
      };
    },
  };
}
