/** What the plots and the comparison of the quarter's report are drawn from, in the daemon's shape. */
import type { Schemas } from '../src/lib/api/types.ts';
import type {
  Comparison,
  Figures,
  Flow,
  HeatCell,
  QuarterReport,
  ReliabilityBin,
  Share,
  Times,
} from '../src/manager/report.ts';

const FEW = 20;
const DAYS_OF_A_WEEKDAY = 8;
/** Customers of a half-hour of an average day, from 8.30. */
const ARRIVALS = [2.6, 3.5, 4.2, 4.8, 4.4, 3.4, 2.5, 1.9, 2.3, 2.9, 3.0, 2.4, 1.8, 1.4, 0.9, 0.3];
/** P90 of the wait of the same half-hours, minutes. */
const WAITS = [4.1, 8.2, 13.9, 19.4, 24.6, 21.3, 14.8, 9.7, 7.4, 9.9, 12.6, 11.2, 8.1, 5.9, 3.8, 2.2];
/** How busy the weekdays are, from Monday. */
const WEEKDAYS = [1.25, 1.12, 0.95, 0.9, 0.62];
const FRIDAY_HALVES = 12;

const at = (index: number) => {
  const minutes = 510 + 30 * index;
  return `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
};

export const times = (count: number, median_s: number, p90_s = Math.round(median_s * 2.7)): Times => ({
  count,
  median_s: count ? median_s : null,
  p90_s: count ? p90_s : null,
  max_s: count ? Math.round(p90_s * 1.8) : null,
  mean_s: count ? median_s + 40 : null,
  small_sample: count < FEW,
});

export const share = (n: number, of: number): Share => ({
  n,
  of,
  share: of > 0 ? n / of : null,
  small_sample: of < FEW,
});

function heat(): HeatCell[] {
  return WEEKDAYS.flatMap((busy, day) =>
    ARRIVALS.slice(0, day === 4 ? FRIDAY_HALVES : ARRIVALS.length).flatMap((mean, index) => {
      const issued = Math.round(mean * busy * DAYS_OF_A_WEEKDAY);
      if (issued === 0) return [];
      const p90 = Math.round((WAITS[index] ?? 0) * 60 * busy * (1 + ((day * 7 + index * 3) % 5) / 20));
      return [{ weekday: day + 1, at: at(index), issued, wait: times(issued, Math.round(p90 / 2.7), p90) }];
    }),
  );
}

function flow(): Flow {
  const dates = 39;
  let [issued_so_far, called_so_far, finished_so_far] = [0, 0, 0];
  const half_hours = ARRIVALS.concat(0).map((mean, index) => {
    const late = (count: number) => Math.round((ARRIVALS[index - count] ?? 0) * dates * 0.35);
    const issued = Math.round(mean * dates);
    const called = Math.round(mean * dates * 0.65) + late(1);
    const finished = Math.round(mean * dates * 0.4) + Math.round((ARRIVALS[index - 1] ?? 0) * dates * 0.58);
    issued_so_far += issued;
    called_so_far += called;
    finished_so_far += finished;
    return { at: at(index), issued, called, finished, issued_so_far, called_so_far, finished_so_far };
  });
  const of = 1389;
  const ecdf = Array.from({ length: 63 }, (_, minute) => {
    const called = minute === 62 ? of : Math.round(of * (1 - Math.exp(-(((minute + 0.6) / 8.1) ** 1.02))));
    return { within_s: minute * 60, called, share: Math.round((called / of) * 10_000) / 10_000 };
  });
  return { dates, heat: heat(), half_hours, ecdf };
}

const BINS: [number, number | null, number, number, number][] = [
  [0, 120, 212, 1.1, 0.9],
  [120, 300, 318, 3.4, 3.1],
  [300, 600, 391, 7.2, 7.9],
  [600, 1200, 322, 14.1, 13.2],
  [1200, 2400, 133, 26.3, 29.8],
  [2400, null, 7, 44.0, 51.2],
];

const reliability: ReliabilityBin[] = BINS.map(([from_s, below_s, count, promised, waited]) => ({
  from_s,
  below_s,
  count,
  promised_s: Math.round(promised * 60),
  wait: times(count, Math.round(waited * 60), Math.round(waited * 60 * 1.9 + 90)),
  within_p50: share(Math.round(count * 0.52), count),
  within_p90: share(Math.round(count * (from_s >= 1200 ? 0.81 : 0.91)), count),
}));

/** The quarter so many quarters earlier. */
function earlier(quarter: string, back: number): string {
  const [year = 0, number = 1] = quarter.split('-Q').map(Number);
  const counted = year * 4 + number - 1 - back;
  return `${Math.floor(counted / 4)}-Q${(counted % 4) + 1}`;
}

/** Everything else of the report is given, so that its figures can be compared with themselves a little worse. */
export function withPlots(
  quarter: string,
  figures: (issued: number, wait: number) => Figures,
  services: QuarterReport['services'],
): Pick<QuarterReport, 'comparisons' | 'flow' | 'reliability' | 'weeks'> {
  const previous: Comparison = {
    kind: 'previous_quarter',
    quarter: earlier(quarter, 1),
    completeness: { days_planned: 64, days_due: 64, days_with_data: 64, share: 1, missing: [] },
    total: figures(2238, 586),
    services: services.map(({ service, name, quarter: now }) => ({
      service,
      name,
      figures: figures(Math.round(now.issued * 1.6), (now.wait.median_s ?? 0) + 186),
    })),
  };
  const yearBefore: Comparison = {
    kind: 'year_before',
    quarter: earlier(quarter, 4),
    completeness: { days_planned: 63, days_due: 63, days_with_data: 0, share: 0, missing: [] },
    total: null,
    services: [],
  };
  const monday = Date.parse('2026-09-28T00:00:00Z');
  const iso = (day: number) => new Date(monday + day * 86_400_000).toISOString().slice(0, 10);
  const weeks = Array.from({ length: 14 }, (_, week) => ({
    week: `2026-W${40 + week}`,
    from: week === 0 ? '2026-10-01' : iso(week * 7),
    to: week === 13 ? '2026-12-31' : iso(week * 7 + 6),
    figures: week > 7 ? null : figures(160 + ((week * 37) % 50), 270 + ((week * 97) % 160)),
  }));
  return { comparisons: [previous, yearBefore], flow: flow(), reliability, weeks };
}

/** The half-hours of a date, like those of its weekday. */
export function halfHourDay(date: string): Schemas['HalfHourDay'] {
  const weekday = new Date(`${date}T00:00:00Z`).getUTCDay();
  const half_hours = heat()
    .filter((cell) => cell.weekday === weekday)
    .map(({ at: half_hour, issued, wait }, index) => {
      const count = Math.round(issued / DAYS_OF_A_WEEKDAY);
      const p90 = Math.round((wait.p90_s ?? 0) * (0.6 + ((Date.parse(date) / 86_400_000 + index) % 9) / 10));
      const of = { ...times(count, Math.round(p90 / 2.7), p90), small_sample: true };
      return {
        date,
        half_hour,
        issued: count,
        called: count,
        finished: count,
        over_target: p90 > 900 ? 2 : 0,
        wait: of,
      };
    });
  return { date, target_s: 900, half_hours };
}
