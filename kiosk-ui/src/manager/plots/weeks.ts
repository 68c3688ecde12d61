/** The run chart: median and 90th percentile of the wait, week by week, against the target. */
import type { Texts } from '../../lib/text/lv';
import { shortDateText } from '../../lib/time';
import { countText, minutesText, percentText, type QuarterReport } from '../report';
import { basis, figures, minutesOf, names, strokes, targetLevel, TEXT_PX, type Plot } from './plot';

type Report = Pick<QuarterReport, 'weeks' | 'target_s' | 'as_of'>;

export function weeksPlot(report: Report, t: Texts): Plot {
  const words = t.plots;
  const minutes = report.target_s / 60;
  const weeks = report.weeks.filter(({ from }) => from <= report.as_of.slice(0, 10));
  const p90 = (week: (typeof weeks)[number]) => week.figures?.wait.p90_s ?? null;
  const measured = weeks.filter((week) => p90(week) !== null);
  const longest = measured.reduce(
    (most, week) => (!most || (p90(week) ?? 0) > (p90(most) ?? 0) ? week : most),
    measured[0],
  );
  const span = ({ from, to }: { from: string; to: string }) => `${shortDateText(from)}–${shortDateText(to)}`;
  const met = measured.filter((week) => (p90(week) ?? 0) <= report.target_s).length;
  return {
    title: words.weeks.title,
    summary: longest
      ? words.weeks.summary(met, measured.length, minutes) +
        words.weeks.longest(span(longest), minutesText(p90(longest)))
      : words.nothing,
    empty: !longest,
    table: {
      head: [words.weeks.week, words.issued, words.median, words.p90, t.report.withinTarget(minutes)],
      rows: weeks.map((week) => {
        const of = week.figures;
        return {
          name: span(week),
          cells: [
            countText(of?.issued),
            minutesText(of?.wait.median_s, of?.wait.small_sample),
            {
              text: minutesText(of?.wait.p90_s, of?.wait.small_sample),
              marked: (p90(week) ?? 0) > report.target_s,
            },
            percentText(of?.within_target.share, of?.within_target.small_sample),
          ],
        };
      }),
    },
    height: () => 300,
    option: (space) => {
      const { palette } = space;
      const { first, second } = strokes(space);
      return {
        ...basis(space, [words.p90, words.median, words.target(minutes)]),
        xAxis: names(
          space,
          weeks.map(({ from }) => shortDateText(from)),
        ),
        yAxis: figures(space, words.minutes),
        series: [
          {
            type: 'line',
            name: words.p90,
            ...first,
            // Weeks over the target stand out by shape and a figure of their own.
            data: weeks.map((week) => {
              const over = (p90(week) ?? 0) > report.target_s;
              if (!over) return minutesOf(p90(week));
              return {
                value: minutesOf(p90(week)) ?? '-',
                symbol: 'diamond',
                symbolSize: 13,
                itemStyle: { color: palette.warning },
                label: {
                  show: true,
                  position: 'top',
                  fontSize: TEXT_PX,
                  fontWeight: 700,
                  color: palette.ink,
                  formatter: minutesText(p90(week)),
                },
              };
            }),
          },
          {
            type: 'line',
            name: words.median,
            ...second,
            data: weeks.map((week) => minutesOf(week.figures?.wait.median_s)),
          },
          targetLevel(space, words.target(minutes), minutes, weeks.length),
        ],
      };
    },
  };
}
