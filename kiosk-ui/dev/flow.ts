import type { components } from '../src/lib/api/schema.ts';
import type { Figures } from '../src/manager/report.ts';

type Schemas = components['schemas'];

const MINUTE_S = 60;
/** Half-hours of reception, 8.30 to 17.00. */
const FIRST = 17;
const HALF_HOURS = 17;

const name = (half_hour: number) =>
  `${String(Math.floor(half_hour / 2)).padStart(2, '0')}:${half_hour % 2 === 0 ? '00' : '30'}`;

const times = (count: number, median_s: number) => ({
  count,
  median_s: count > 0 ? median_s : null,
  p90_s: count > 0 ? Math.round(median_s * 2.7) : null,
  max_s: count > 0 ? median_s * 5 : null,
  mean_s: count > 0 ? median_s + 40 : null,
  small_sample: count < 20,
});

const share = (n: number, of: number) => ({
  n,
  of,
  share: of > 0 ? Math.round((n / of) * 10_000) / 10_000 : null,
  small_sample: of < 20,
});

/** Most come in the late morning and on Mondays. */
const arrivals = (weekday: number, half_hour: number) =>
  Math.max(0, Math.round(26 - weekday * 2 - Math.abs(half_hour - 21) * 2.4));

const heat: Schemas['HeatCell'][] = [1, 2, 3, 4, 5].flatMap((weekday) =>
  Array.from({ length: HALF_HOURS }, (_, index) => {
    const half_hour = FIRST + index;
    const issued = arrivals(weekday, half_hour);
    return { weekday, at: name(half_hour), issued, wait: times(issued, 60 + issued * 22) };
  }).filter((cell) => cell.issued > 0),
);

const sums = { issued: 0, called: 0, finished: 0 };
const half_hours: Schemas['FlowHalfHour'][] = Array.from({ length: HALF_HOURS }, (_, index) => {
  const at = (half_hour: number) =>
    [1, 2, 3, 4, 5].reduce((sum, weekday) => sum + arrivals(weekday, half_hour), 0);
  const issued = at(FIRST + index);
  const called = Math.round(at(FIRST + index - 1) * 0.6 + issued * 0.37);
  const finished = Math.round(at(FIRST + index - 1) * 0.8 + issued * 0.14);
  sums.issued += issued;
  sums.called += called;
  sums.finished += finished;
  return {
    at: name(FIRST + index),
    issued,
    called,
    finished,
    issued_so_far: sums.issued,
    called_so_far: sums.called,
    finished_so_far: sums.finished,
  };
});

const ecdf: Schemas['EcdfStep'][] = Array.from({ length: 41 }, (_, minute) => {
  const part = minute === 40 ? 1 : 1 - Math.exp(-minute / 7);
  const called = Math.round(1380 * part);
  return { within_s: minute * MINUTE_S, called, share: Math.round((called / 1380) * 10_000) / 10_000 };
});

export const flow: Schemas['Flow'] = { dates: 39, heat, half_hours, ecdf };

const bins = [0, 120, 300, 600, 1200, 2400];
/** Tickets by bin: the longest promises are few, and nobody was promised the most. */
const promised = [210, 380, 460, 240, 12, 0];
export const reliability: Schemas['ReliabilityBin'][] = bins.map((from_s, index) => {
  const count = promised[index] ?? 0;
  const middle = Math.round(from_s * 1.3 + 60);
  return {
    from_s,
    below_s: bins[index + 1] ?? null,
    count,
    promised_s: count > 0 ? middle : null,
    wait: times(count, Math.round(middle * 0.95)),
    within_p50: share(Math.round(count * 0.53), count),
    within_p90: share(Math.round(count * 0.9), count),
  };
});

/** The quarter before, and the same one a year before: the latter has no data. */
export function comparisons(quarter: string, figures: (issued: number, wait: number) => Figures) {
  const [year = '0', number = '1'] = quarter.split('-Q');
  const before = number === '1' ? `${Number(year) - 1}-Q4` : `${year}-Q${Number(number) - 1}`;
  const known = { days_planned: 65, days_due: 65, days_with_data: 64, share: 0.9846, missing: [] };
  const unknown = { ...known, days_with_data: 0, share: 0 };
  return [
    {
      kind: 'previous_quarter' as const,
      quarter: before,
      completeness: known,
      total: figures(1489, 470),
      services: [
        { service: 1 as const, name: 'Pasūtījumu pieņemšana', figures: figures(980, 500) },
        { service: 2 as const, name: 'Pasūtījumu izsniegšana', figures: figures(480, 210) },
        { service: 3 as const, name: 'Korporatīvie klienti', figures: figures(29, 80) },
      ],
    },
    {
      kind: 'year_before' as const,
      quarter: `${Number(year) - 1}-Q${number}`,
      completeness: unknown,
      total: null,
      services: [],
    },
  ];
}
