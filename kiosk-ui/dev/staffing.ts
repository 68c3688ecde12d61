/** Staffing advice and mischief in the daemon's shape. */
import type { Mischief, MischiefToday, Staffing, StaffingToday, Term } from '../src/lib/api/types.ts';

const LABELS = Array.from({ length: 17 }, (_, index) => index + 17).filter((half) => half !== 24);
const label = (half: number) => `${Math.floor(half / 2)}.${half % 2 ? '30' : '00'}`;
const share = (n: number, of: number) => ({ n, of, share: of ? n / of : null, small_sample: of < 20 });

export const staffing: Staffing = {
  share: 0.8,
  target_s: 900,
  allowance: 1.15,
  services: [
    { service: 1, tickets: 870, mean_s: 486, small_sample: false },
    { service: 2, tickets: 440, mean_s: 241, small_sample: false },
    { service: 3, tickets: 28, mean_s: 1022, small_sample: false },
  ],
  weekdays: [1, 2, 3, 4, 5].map((weekday) => ({
    weekday,
    half_hours: LABELS.slice(0, weekday === 5 ? 12 : 16).map((half, index) => {
      const busy =
        [5.2, 7.1, 8.4, 9.6, 8.8, 6.9, 5.1, 3.9, 4.6, 5.8, 6.1, 4.9, 3.6, 2.8, 1.9, 0.6][index] ?? 0;
      const mean = (busy * (13 - weekday)) / 12;
      const load = (mean * 420) / 1800;
      const required = Math.ceil(load * 1.15 + 0.4);
      const open = index === 3 || index === 7 ? 2.1 : Math.min(4, required + 0.4);
      return {
        half_hour: half,
        label: label(half),
        measured: 8,
        tickets: Math.round(mean * 8),
        mean_arrivals: mean,
        handling_s: 420,
        load,
        desks_required: required,
        open_s: Math.round(open * 8 * 1800),
        desks_open: open,
        service_level: open < required ? 0.58 : 0.93,
        small_sample: mean * 8 < 20,
      };
    }),
  })),
};

const counts = {
  presses_resting: 112,
  presses_burst: 3,
  presses_stale: 7,
  presses_closed: 41,
  series: 6,
  series_tickets: 23,
  series_left: 18,
};

export const mischief: Mischief = {
  ...counts,
  ghosts: share(38, 1397),
  ghost_s: 38 * 60,
  services: [
    { service: 1, name: 'Pasūtījumu pieņemšana', ghosts: share(22, 912), ghost_s: 22 * 60 },
    { service: 2, name: 'Pasūtījumu izsniegšana', ghosts: share(15, 455), ghost_s: 15 * 60 },
    { service: 3, name: 'Korporatīvie klienti', ghosts: share(1, 30), ghost_s: 60 },
  ],
  half_hours: LABELS.map((half, index) => ({
    half_hour: half,
    label: label(half),
    ghosts: share(index % 4, 95 - index * 5),
  })),
  days: [5, 6, 7].map((day) => ({
    ...counts,
    date: `2026-10-0${day}`,
    presses_resting: day,
    series: day % 2,
    ghosts: 2,
    ghost_s: 120,
  })),
};

export const glossary: Term[] = [
  {
    term: 'Slodze',
    meaning: 'Vidēji klienti × laiks pie galda / 30 min (erlangi: tik galdu būtu pastāvīgi aizņemti).',
  },
  {
    term: 'Biļete bez klienta',
    meaning: 'Biļete, pēc kuras neviens nav atnācis: beigusies ar neierašanos, rindā nav atgriezta.',
  },
];

export const staffingToday: StaffingToday = {
  desks_open: 2,
  target_percent: 80,
  half_hours: [
    [10.2, 3],
    [11.4, 3],
    [9.8, 3],
    [7.1, 2],
    [5.0, 2],
    [1.2, 1],
  ].map(([customers = 0, desks_required = 0], index) => ({
    label: label(19 + index),
    running: index === 0,
    customers,
    desks_required,
    days: 8,
    small_sample: customers < 2,
  })),
};

export const mischiefToday: MischiefToday = {
  resting: 3,
  burst: 0,
  stale: 0,
  series: 1,
  series_tickets: 4,
  ghosts: 2,
  ghost_s: 120,
  issued: 48,
};
