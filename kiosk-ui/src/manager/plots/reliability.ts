/** What was promised at issue beside what was waited. */
import type { Texts } from '../../lib/text/lv';
import { countText, minutesText, percentText, type QuarterReport, type ReliabilityBin } from '../report';
import { basis, figures, minutesOf, names, numberText, type Plot } from './plot';

type Report = Pick<QuarterReport, 'reliability'> & { total: QuarterReport['total'] };

export function reliabilityPlot(report: Report, t: Texts): Plot {
  const words = t.plots.reliability;
  const bins = report.reliability.filter(({ count }) => count > 0);
  const { count, within_p90 } = report.total.quarter.forecast;
  const nameOf = ({ from_s, below_s }: ReliabilityBin) =>
    typeof below_s === 'number'
      ? words.bin(numberText(from_s / 60), numberText(below_s / 60))
      : words.above(numberText(from_s / 60));
  return {
    title: words.title,
    note: words.note,
    summary: bins.length > 0 ? words.summary(percentText(within_p90.share), count) : t.plots.nothing,
    empty: bins.length === 0,
    table: {
      head: [
        words.promisedBin,
        words.customers,
        words.promised,
        words.actual,
        words.actualP90,
        words.withinP50,
        words.withinP90,
      ],
      rows: bins.map((bin) => ({
        name: nameOf(bin),
        cells: [
          countText(bin.count),
          minutesText(bin.promised_s),
          minutesText(bin.wait.median_s, bin.wait.small_sample),
          minutesText(bin.wait.p90_s, bin.wait.small_sample),
          percentText(bin.within_p50.share, bin.within_p50.small_sample),
          percentText(bin.within_p90.share, bin.within_p90.small_sample),
        ],
      })),
    },
    height: () => 320,
    option: (space) => {
      const { palette } = space;
      const small = (bin: ReliabilityBin) => (bin.wait.small_sample ? '*' : '');
      return {
        ...basis(space, [words.promised, words.actual, words.actualP90]),
        xAxis: {
          ...names(
            space,
            bins.map((bin) => `${nameOf(bin)} min${small(bin)}`),
          ),
        },
        yAxis: figures(space, t.plots.minutes),
        series: [
          {
            type: 'bar',
            cursor: 'default',
            name: words.promised,
            barMaxWidth: 48,
            itemStyle: { color: palette.fill, borderColor: palette.soft, borderWidth: 1 },
            data: bins.map((bin) => minutesOf(bin.promised_s)),
          },
          {
            type: 'bar',
            cursor: 'default',
            name: words.actual,
            barMaxWidth: 48,
            itemStyle: { color: palette.ink },
            data: bins.map((bin) => minutesOf(bin.wait.median_s)),
          },
          {
            type: 'scatter',
            cursor: 'default',
            name: words.actualP90,
            symbol: 'triangle',
            symbolSize: 13,
            itemStyle: { color: palette.third, opacity: 1 },
            data: bins.map((bin) => minutesOf(bin.wait.p90_s)),
          },
        ],
      };
    },
  };
}
