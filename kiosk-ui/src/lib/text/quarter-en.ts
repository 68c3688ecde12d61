import { pluralEn } from '../plural';
import type { plotsLv, quarterLv } from './quarter-lv';

const weekdays = ['Mondays', 'Tuesdays', 'Wednesdays', 'Thursdays', 'Fridays', 'Saturdays', 'Sundays'];

/** The quarter's page: what stands around its tables. */
export const quarterEn: typeof quarterLv = {
  contents: 'Contents of the report',
  sections: {
    main: 'Key figures',
    flow: 'Flow of customers',
    tickets: 'Tickets and times',
    desks: 'Desks',
    forecast: 'Forecast',
    compliance: 'Compliance',
    mischief: 'Needless',
    days: 'By days',
    'not-yet': 'Not yet',
    'sign-off': 'Sign-off',
  },
  lead: (issued, finished, noShow) =>
    `Of ${issued} tickets issued ${finished} were finished, ${noShow} customers did not come.`,
  leadTarget: (share, minutes) => ` ${share} of customers were called within ${minutes} minutes.`,
  completeness: (withData, due, planned) =>
    withData === planned
      ? `Data of all ${planned} reception days.`
      : due === planned
        ? `Data of ${withData} of ${planned} reception days.`
        : `Data of ${withData} of ${due} reception days so far (${planned} in the quarter).`,
  missing: (dates) => `No data of: ${dates}`,
  missingCount: (days) => `No data of ${days} ${pluralEn(days, 'day', 'days')}.`,
  keyFigures: 'Key figures',
  figure: 'Figure',
  now: 'This quarter',
  kinds: { previous_quarter: 'Previous quarter', year_before: 'A year before' },
  shortQuarter: (name) => {
    const [year = '', number = ''] = name.split('-Q');
    return `Q${number} ${year}`;
  },
  daysOf: (withData, planned) => `${withData} of ${planned} days`,
  noData: 'no data',
  notOver: 'quarter not over',
  same: 'the same',
  more: (difference) => `+${difference}, more`,
  fewer: (difference) => `−${difference}, fewer`,
  longer: (difference) => `+${difference}\u00a0min, longer`,
  shorter: (difference) => `−${difference}\u00a0min, shorter`,
  higher: (points) => `+${points} percentage points, higher`,
  lower: (points) => `−${points} percentage points, lower`,
  figures: {
    issued: 'Tickets issued',
    perDay: 'Tickets a day, mean',
    waitMedian: 'Wait, median, min',
    waitP90: 'Wait, 90th percentile, min',
    withinTarget: (minutes) => `Called within ${minutes} minutes`,
    noShowRate: 'No-shows, of those called',
    handlingMedian: 'Handling, median, min',
  },
  byService: 'Comparison by service',
  allDays: 'All days as a table',
  strip: 'Compliance with the standard',
  stripNote: (met, all) => `${met} of ${all} clauses fully met.`,
  booked: 'Booked',
  atWeekday: (weekday, half, quarter) => `${weekdays[weekday - 1] ?? ''} ${half}, ${quarter}`,
};

/** Plots: what they are called, what they say in a sentence, and what their marks mean. */
export const plotsEn: typeof plotsLv = {
  table: 'The figures as a table',
  failed: 'The plot could not be loaded. The table has the same figures.',
  nothing: 'No data of this time.',
  time: 'Time',
  halfHour: 'Half-hour',
  issued: 'Issued',
  called: 'Called',
  finished: 'Finished',
  tickets: 'Tickets',
  minutes: 'minutes',
  target: (minutes) => `target ${minutes} min`,
  p90: '90th percentile',
  median: 'Median',
  heat: {
    title: 'Waits by weekday and half-hour',
    note: 'Minutes within which nine in ten of those who took a ticket in this half-hour were called (90th percentile); * few cases. A cell leads to its dates.',
    summary: (weekday, half, minutes) =>
      `Waits were longest on ${weekdays[weekday - 1] ?? ''} for tickets taken at ${half}: nine in ten were called within ${minutes} min.`,
    over: (over, all, minutes) =>
      over === 0
        ? ` The target of ${minutes} min is met in every half-hour.`
        : ` The target of ${minutes} min is exceeded in ${over} of ${all} half-hours.`,
    from: (minutes) => `over ${minutes} min`,
    upTo: (minutes) => `up to ${minutes} min`,
    between: (from, to) => `${from}–${to} min`,
  },
  day: {
    title: 'Customers over the day',
    note: 'Mean of a day, from its beginning to the end of the half-hour. The distance between issued and called is the queue.',
    summary: (perDay, half) => `${perDay} tickets are issued on an average day, half of them by ${half}.`,
    queue: (half, count) => ` The queue is longest at ${half}: ${count} on average.`,
    inQuarter: (name) => `${name} in the quarter`,
    soFar: (name) => `${name} so far a day`,
    axis: 'tickets a day',
  },
  weeks: {
    title: 'Waits week by week',
    summary: (met, all, minutes) =>
      `The 90th percentile was within the target of ${minutes} min in ${met} of ${all} weeks.`,
    longest: (span, minutes) => ` The longest was ${span}: ${minutes} min.`,
    week: 'Week',
  },
  ecdf: {
    title: 'How many customers were called within how many minutes',
    summary: (share, minutes, called) =>
      `${share} of ${called} customers were called within ${minutes} minutes`,
    rest: (half, nine, all) =>
      `; half within ${half} min, nine in ten within ${nine} min, the last within ${all} min.`,
    within: 'Minutes',
    called: 'Called',
    share: 'Share',
    axis: 'wait, minutes',
  },
  staffing: {
    summary: (weekday, short, all) =>
      short === 0
        ? `On ${weekdays[weekday - 1] ?? ''} there were enough desks in all ${all} half-hours.`
        : `On ${weekdays[weekday - 1] ?? ''} desks were short in ${short} of ${all} half-hours.`,
    axis: 'desks',
  },
  reliability: {
    title: 'How well promised waits came true',
    note: 'What paper and screen promised beside what customers really waited.',
    summary: (share, count) =>
      `${share} of ${count} customers were called within the promised 90th percentile; about 90\u00a0% is right.`,
    promisedBin: 'Promised, min',
    promised: 'Promised, mean',
    actual: 'Waited, median',
    actualP90: 'Waited, 90th percentile',
    withinP50: 'Within the promised median',
    withinP90: 'Within the promised 90th percentile',
    bin: (from, to) => `${from}–${to}`,
    above: (from) => `over ${from}`,
    customers: 'Customers',
  },
};
