import { pluralLv } from '../plural';

const desksLv = (count: number) =>
  `${count} ${pluralLv(count, { zero: 'galdu', one: 'galds', other: 'galdi' })}`;

/** Staffing advice and mischief, in the report and live. */
export const staffingLv = {
  title: 'Galdi pa pusstundām',
  aim: (percent: number, minutes: number) =>
    `Mērķis: ${percent} % klientu uzaicināti ${minutes} minūtēs. Tikai ieteikums, ko salīdzināt ar galdiem, kuri bija atvērti.`,
  none: 'Vēl nav nevienas pieņemšanas pusstundas ar datiem.',
  weekday: 'Nedēļas diena',
  plot: (weekday: string) => `${weekday}: atvērtie galdi un cik vajadzētu`,
  time: 'Laiks',
  measured: 'Pusstundas',
  arrivals: 'Vidēji klienti',
  handling: 'Laiks pie galda, min',
  load: 'Slodze',
  required: 'Vajag galdu',
  open: 'Atvērti galdi',
  level: 'Prognoze mērķī',
  short: 'trūkst',
  glossary: 'Ko šie vārdi nozīmē',
  soon: 'Galdi tuvākajās pusstundās',
  openNow: (count: number) => `Tagad atvērti: ${desksLv(count)}`,
  customers: 'Gaidāmie klienti',
  soonNote: (days: number) =>
    `Pēc ${days} ${pluralLv(days, { zero: 'iepriekšējām', one: 'iepriekšējās', other: 'iepriekšējām' })} tādas pašas nedēļas ${pluralLv(days, { zero: 'dienām', one: 'dienas', other: 'dienām' })}, ar 15 % rezervi.`,
  soonNone: 'Nav datu par tādu pašu nedēļas dienu, vai pieņemšana šodien beigusies.',
  usual: {
    title: 'Galdi šodien pret parasto',
    finished: 'Pabeigtas šodien',
    perHour: 'Pabeigtas stundā',
    handling: 'Apkalpošana, mediāna, min',
    utilisation: 'Noslodze',
    today: 'šodien',
    before: 'parasti',
    note: (days: number) =>
      days === 1
        ? 'Parasti: pēdējā tāda pati nedēļas diena.'
        : `Parasti: ${days} ${pluralLv(days, { zero: 'iepriekšējo tādu pašu nedēļas dienu', one: 'iepriekšējā tāda pati nedēļas diena', other: 'iepriekšējās tādas pašas nedēļas dienas' })} kopā.`,
    noneBefore: 'Par tādu pašu nedēļas dienu iepriekš datu nav.',
    none: 'Šodien vēl neviens galds nav bijis atvērts, un par tādu pašu nedēļas dienu iepriekš datu nav.',
  },
  running: 'tagad',
};

export const mischiefLv = {
  title: 'Liekie spiedieni un biļetes bez klienta',
  todayTitle: 'Liekais šodien',
  what: 'Kas',
  count: 'Skaits',
  resting: 'Dubulti spiedieni (poga atpūšas)',
  burst: 'Spiedieni pēc pārāk daudz biļetēm',
  stale: 'Novēloti spiedieni',
  closed: 'Spiedieni ārpus pieņemšanas laika',
  presses: 'Liekie spiedieni',
  series: 'Spiedienu sērijas',
  seriesTickets: 'Biļetes sērijās',
  seriesLeft: 'No tām pamestas',
  ghosts: 'Biļetes bez klienta',
  ghostShare: 'Daļa no izsniegtajām',
  ghostTime: 'Galdi gaidījuši, min',
  byService: 'Biļetes bez klienta pa pogām',
  byHalfHour: 'Biļetes bez klienta pēc izsniegšanas laika',
  byDay: 'Liekais pa dienām',
  total: 'Kopā',
  of: (count: number, all: number) => `${count} no ${all}`,
};

export const staffingEn: typeof staffingLv = {
  title: 'Desks by half-hour',
  aim: (percent, minutes) =>
    `Target: ${percent} % of customers called within ${minutes} minutes. Advice only, beside the desks that were open.`,
  none: 'No half-hour of reception with data yet.',
  weekday: 'Weekday',
  plot: (weekday) => `${weekday}: desks open and desks required`,
  time: 'Time',
  measured: 'Half-hours',
  arrivals: 'Customers, mean',
  handling: 'Desk time, min',
  load: 'Load',
  required: 'Desks required',
  open: 'Desks open',
  level: 'Predicted within target',
  short: 'short',
  glossary: 'What these words mean',
  soon: 'Desks for the next half-hours',
  openNow: (count) => `Open now: ${count} ${count === 1 ? 'desk' : 'desks'}`,
  customers: 'Customers expected',
  soonNote: (days) =>
    `From ${days} earlier ${days === 1 ? 'day' : 'days'} of the same weekday, with an allowance of 15 %.`,
  soonNone: 'No data of the same weekday, or reception is over for today.',
  usual: {
    title: 'Desks today against the usual',
    finished: 'Finished today',
    perHour: 'Finished per hour',
    handling: 'Handling, median, min',
    utilisation: 'Utilisation',
    today: 'today',
    before: 'usual',
    note: (days) =>
      days === 1
        ? 'Usual: the last same weekday.'
        : `Usual: ${days} earlier days of the same weekday taken together.`,
    noneBefore: 'There are no data of the same weekday before.',
    none: 'No desk has been open today, and there are no data of the same weekday before.',
  },
  running: 'now',
};

export const mischiefEn: typeof mischiefLv = {
  title: 'Needless presses and tickets without a customer',
  todayTitle: 'Needless today',
  what: 'What',
  count: 'Count',
  resting: 'Double presses (button at rest)',
  burst: 'Presses after too many tickets',
  stale: 'Late presses',
  closed: 'Presses outside reception hours',
  presses: 'Needless presses',
  series: 'Series of presses',
  seriesTickets: 'Tickets in series',
  seriesLeft: 'Of these left behind',
  ghosts: 'Tickets without a customer',
  ghostShare: 'Share of issued',
  ghostTime: 'Desks waited, min',
  byService: 'Tickets without a customer by button',
  byHalfHour: 'Tickets without a customer by time of issue',
  byDay: 'Needless by day',
  total: 'Total',
  of: (count, all) => `${count} of ${all}`,
};
