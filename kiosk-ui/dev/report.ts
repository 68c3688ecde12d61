import type { Figures, Period, QuarterReport, Times } from '../src/manager/report.ts';

const times = (count: number, median_s: number): Times => ({
  count,
  median_s,
  p90_s: Math.round(median_s * 2.7),
  max_s: median_s * 5,
  mean_s: median_s + 40,
  small_sample: count < 20,
});

const figures = (issued: number, wait: number): Figures => {
  const no_show = Math.round(issued * 0.03);
  const finished = issued - no_show - 2;
  const share = (n: number, of: number) => ({ n, of, share: n / of, small_sample: of < 20 });
  return {
    issued,
    called: issued - 2,
    finished,
    no_show,
    no_show_rate: share(no_show, issued - 2),
    cancelled: 2,
    unserved: 1,
    transferred: 4,
    out_of_turn: 3,
    reinstated: 1,
    force_closed: 0,
    open: 0,
    wait: times(issued, wait),
    within_target: share(Math.round(issued * 0.86), issued),
    handling: times(finished, 380),
    visit: times(finished, 380 + wait),
  };
};

const period = (issued: number, wait: number): Period => ({
  quarter: figures(issued, wait),
  months: [
    { month: '2026-10', figures: figures(Math.round(issued * 0.6), wait) },
    { month: '2026-11', figures: figures(Math.round(issued * 0.4), wait) },
    { month: '2026-12', figures: null },
  ],
});

/** A quarter's report in the daemon's shape. */
export const report = (): QuarterReport => ({
  centre: 'Rīgas klientu apkalpošanas centrs',
  quarter: '2026-Q4',
  from: '2026-10-01',
  to: '2026-12-31',
  timezone: 'Europe/Riga',
  as_of: new Date().toISOString(),
  settled: false,
  target_s: 900,
  completeness: {
    days_planned: 62,
    days_due: 36,
    days_with_data: 35,
    share: 35 / 36,
    missing: ['2026-10-12'],
  },
  total: period(1360, 400),
  services: [
    { service: 1, name: 'Pasūtījumu pieņemšana', ...period(812, 420) },
    { service: 2, name: 'Pasūtījumu izsniegšana', ...period(455, 180) },
    { service: 3, name: 'Korporatīvie klienti', ...period(30, 90) },
  ],
  desks: [
    {
      desk: 1,
      finished: 640,
      stays: 655,
      handling: times(655, 380),
      busy_s: 310_000,
      open_s: 480_000,
      break_s: 20_000,
      utilisation: 0.646,
    },
  ],
  compliance: [
    { clause: 'A2/2/2.4', what: 'Gaidīta viena minūte', n: 41, of: 41, exceptions: [] },
    { clause: 'A1.11', what: 'Pieņemšana sākta laikā', n: 34, of: 35, exceptions: ['12.10.2026.'] },
  ],
  not_yet: [{ clause: '29', what: 'Atsauksmes un sūdzības' }],
  days: [
    {
      date: '2026-10-01',
      state: 'served',
      opens_at: '2026-10-01T05:30:00Z',
      closes_at: '2026-10-01T14:00:00Z',
      first_call: '2026-10-01T05:30:40Z',
      last_call: '2026-10-01T13:50:00Z',
      last_finish: '2026-10-01T14:04:00Z',
      issued: 41,
      finished: 39,
      wait_p90_s: 1_020,
      overtime_s: 240,
    },
  ],
});
