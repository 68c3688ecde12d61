import type { Figures, Period, QuarterReport, ReportDay, ReportDesk } from '../src/manager/report.ts';
import { share, times, withPlots } from './report-plots.ts';
import { quarterOf } from '../src/lib/time.ts';
import { signOff } from './signing.ts';
import { glossary, mischief, staffing } from './staffing.ts';

/** Share of the quarter's tickets by month; the third has not begun. */
const MONTH_SHARES = [0.58, 0.42, null];
const DAY_MS = 86_400_000;

const figures = (issued: number, wait: number): Figures => {
  const no_show = Math.round(issued * 0.03);
  const cancelled = Math.round(issued * 0.006) + 1;
  const finished = issued - no_show - cancelled;
  const called = issued - cancelled;
  return {
    issued,
    called,
    finished,
    no_show,
    no_show_rate: share(no_show, called),
    cancelled,
    unserved: 1,
    transferred: Math.round(issued * 0.02),
    out_of_turn: Math.round(issued * 0.01),
    reinstated: 1,
    force_closed: 0,
    open: 0,
    wait: times(called, wait),
    within_target: share(Math.round(called * (wait >= 400 ? 0.784 : 0.962)), called),
    forecast: { count: called, mean_error_s: 210, within_p90: share(Math.round(called * 0.9), called) },
    appointments: { booked: Math.round(issued * 0.08) },
    handling: times(finished, 380),
    visit: times(finished, 380 + wait),
  };
};

/** The months of "2026-Q4": "2026-10", "2026-11", "2026-12". */
function monthsOf(quarter: string): string[] {
  const [year = '', number = '1'] = quarter.split('-Q');
  const first = Number(number) * 3 - 2;
  return [0, 1, 2].map((step) => `${year}-${String(first + step).padStart(2, '0')}`);
}

const period = (months: string[], issued: number, wait: number): Period => ({
  quarter: figures(issued, wait),
  months: months.map((month, index) => {
    const part = MONTH_SHARES[index] ?? null;
    return { month, figures: part === null ? null : figures(Math.round(issued * part), wait + index * 60) };
  }),
});

const desk = (number: number, finished: number, utilisation: number): ReportDesk => ({
  desk: number,
  finished,
  stays: finished + 15,
  handling: times(finished + 15, 340 + number * 20),
  busy_s: Math.round(480_000 * utilisation),
  open_s: 480_000,
  break_s: 20_000,
  utilisation,
});

/** Two months of weekdays, one of them without data. */
function daysFrom(first: string): ReportDay[] {
  const start = Date.parse(`${first}T00:00:00Z`);
  const at = (day: number, minutes: number) =>
    new Date(start + day * DAY_MS + minutes * 60_000).toISOString();
  return Array.from({ length: 56 }, (_, index) => {
    const day = {
      date: at(index, 0).slice(0, 10),
      overtime_s: 0,
      finished_after_closing: 0,
      refused: 0,
      stops: [],
    };
    const weekday = new Date(start + index * DAY_MS).getUTCDay();
    if (weekday === 0 || weekday === 6) return { ...day, state: 'closed' as const };
    const hours = { opens_at: at(index, 330), closes_at: at(index, 840) };
    if (index === 11) return { ...day, ...hours, state: 'missing' as const };
    const issued = 28 + ((index * 7) % 19);
    return {
      ...day,
      ...hours,
      state: 'served' as const,
      first_call: at(index, 331),
      last_call: at(index, 828 - (index % 5)),
      last_finish: at(index, 838 + (index % 6)),
      issued,
      finished: issued - 2,
      wait_p90_s: 700 + ((index * 53) % 600),
      overtime_s: Math.max(0, (index % 6) - 2) * 60,
      finished_after_closing: Math.max(0, (index % 6) - 2),
      refused: index % 4,
      stops:
        index % 9 === 2
          ? [
              {
                at: at(index, 812),
                service: 1 as const,
                by: 'vadība',
                reason: 'Rinda ir gara',
                chance_percent: 52,
              },
            ]
          : [],
    };
  });
}

/** A quarter's report in the daemon's shape. */
export function report(quarter: string): QuarterReport {
  const months = monthsOf(quarter);
  const days = daysFrom(`${months[0]}-01`);
  const services = [
    { service: 1 as const, name: 'Pasūtījumu pieņemšana', ...period(months, 912, 420) },
    { service: 2 as const, name: 'Pasūtījumu izsniegšana', ...period(months, 455, 180) },
    { service: 3 as const, name: 'Korporatīvie klienti', ...period(months, 30, 90) },
  ];
  return {
    ...withPlots(quarter, figures, services),
    centre: 'Rīgas klientu apkalpošanas centrs',
    quarter,
    from: `${months[0]}-01`,
    to: `${months[2]}-${months[2]?.endsWith('06') || months[2]?.endsWith('09') ? 30 : 31}`,
    timezone: 'Europe/Riga',
    as_of: new Date().toISOString(),
    settled: false,
    target_s: 900,
    completeness: {
      days_planned: 63,
      days_due: 40,
      days_with_data: 39,
      share: 39 / 40,
      missing: days.filter((day) => day.state === 'missing').map((day) => day.date),
    },
    total: period(months, 1397, 400),
    services,
    desks: [desk(1, 640, 0.646), desk(2, 512, 0.58), desk(3, 177, 0.312), desk(4, 12, 0.041)],
    compliance: [
      {
        clause: 'A1.11',
        what: 'Pieņemšanas dienas, par kurām ir dati',
        n: 35,
        of: 40,
        exceptions: [12, 13, 14, 15, 16].map((day) => `nav datu par ${day}.10.2026.`),
        links: [12, 13].map((day) => ({
          text: `nav datu par ${day}.10.2026.`,
          href: `/manager#/day/2026-10-${day}`,
        })),
      },
      { clause: 'A2/2/1.3', what: 'Pogas ar standarta nosaukumiem', n: 3, of: 3, exceptions: [] },
      {
        clause: 'A2/2/2.1',
        what: 'Palīdzības lūgumi pie kioska, uz kuriem kāds devies',
        n: 0,
        of: 0,
        exceptions: [],
      },
      {
        clause: 'A2/2/2.3',
        what: 'Slēgtās biļetes, kuru iznākumu noteica darbinieks vai minūte',
        n: 1393,
        of: 1397,
        exceptions: ['3 palika rindā dienas beigās', '1 palika pie galda dienas beigās, bez beigu laika'],
      },
      {
        clause: 'A2/2/2.3',
        what: 'Apkalpošana pabeigta pieņemšanas laikā',
        n: 1322,
        of: 1341,
        exceptions: ['19 pēc slēgšanas (dienas: 13, kopā 41,0 min)'],
      },
      {
        clause: 'A2/2/2.4',
        what: 'Neierašanās atzīmēta ne agrāk kā pēc vienas minūtes',
        n: 41,
        of: 41,
        exceptions: [],
      },
      {
        clause: 'A2/4/9',
        what: 'Uzaicinājumi tikai pēc iepriekšējā klienta pabeigšanas',
        n: 1388,
        of: 1388,
        exceptions: [],
      },
    ],
    staffing,
    mischief,
    glossary,
    sign_off: signOff(quarter, quarterOf(new Date().toISOString().slice(0, 10))),
    not_yet: [
      { clause: 'A1.8', what: 'Pamatotās sūdzības: programma tās vēl nereģistrē.' },
      {
        clause: 'A1.12',
        what:
          'Pieraksts, salīdzinājums ar iepriekšējo ceturksni un pirms gada, diagrammas, prognožu kvalitāte, ' +
          'pārējo novērtējumu reģistrs un apstiprinājums: vēl nav.',
      },
      {
        clause: '17.5.1–17.5.3',
        what: 'Paziņojumi un to termiņi (5 dienas, 15 dienas, nekavējoties): programma tos vēl neved.',
      },
      {
        clause: '29, A2/4/5.1',
        what: 'Atsauksmju nosūtīšana un aptaujas piedāvāšana: programma to vēl nedara.',
      },
    ],
    days,
  };
}
