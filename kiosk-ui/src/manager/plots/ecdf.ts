/** How many of those called waited no longer than so many minutes, against the target. */
import type { Texts } from '../../lib/text/lv';
import { countText, minutesText, percentText, type QuarterReport } from '../report';
import { axisText, basis, figures, strokes, targetUpright, type Plot } from './plot';

const wholeTens = (minutes: number) => Math.ceil(minutes / 10) * 10;

type Report = Pick<QuarterReport, 'flow' | 'target_s'> & { total: QuarterReport['total'] };

export function ecdfPlot(report: Report, t: Texts): Plot {
  const words = t.plots;
  const steps = report.flow.ecdf;
  const { wait } = report.total.quarter;
  const target = report.target_s / 60;
  const atTarget = steps.filter(({ within_s }) => within_s <= report.target_s).at(-1);
  const all = steps.at(-1)?.called ?? 0;
  return {
    title: words.ecdf.title,
    summary: atTarget
      ? words.ecdf.summary(percentText(atTarget.share), target, all) +
        words.ecdf.rest(minutesText(wait.median_s), minutesText(wait.p90_s), minutesText(wait.max_s))
      : words.nothing,
    empty: steps.length === 0,
    table: {
      head: [words.ecdf.within, words.ecdf.called, words.ecdf.share],
      rows: steps.map(({ within_s, called, share }) => ({
        name: countText(within_s / 60),
        cells: [countText(called), percentText(share)],
      })),
    },
    height: () => 300,
    option: (space) => ({
      ...basis(space, []),
      grid: { ...(basis(space, []).grid as object), bottom: 32 },
      xAxis: {
        ...figures(space, words.ecdf.axis),
        nameLocation: 'middle',
        nameGap: 28,
        nameTextStyle: { align: 'center', color: space.palette.soft },
        max: wholeTens(Math.max(target, (steps.at(-1)?.within_s ?? 0) / 60)),
        splitLine: { show: false },
      },
      yAxis: {
        ...figures(space, ''),
        max: 100,
        axisLabel: { ...axisText(space), formatter: '{value}\u00a0%' },
      },
      series: [
        {
          type: 'line',
          name: words.ecdf.share,
          step: 'end',
          ...strokes(space).first,
          symbol: 'none',
          areaStyle: { color: space.palette.fill, opacity: 0.5 },
          data: steps.map(({ within_s, share }) => [within_s / 60, Math.round(share * 1000) / 10]),
          markLine: targetUpright(space, words.target(target), target),
        },
      ],
    }),
  };
}
