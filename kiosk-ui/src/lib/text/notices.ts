import { pluralLv } from '../plural';

/** "20 dienas iepriekš", or that it came with its own first day or later. */
function aheadLv(days: number): string {
  if (days < 0) return 'pēc sākuma';
  if (days === 0) return 'tajā pašā dienā';
  return `${days} ${pluralLv(days, { zero: 'dienu', one: 'dienu', other: 'dienas' })} iepriekš`;
}

function aheadEn(days: number): string {
  if (days < 0) return 'after its beginning';
  if (days === 0) return 'on the day itself';
  return `${days} ${days === 1 ? 'day' : 'days'} before`;
}

/** Words of the notices to customers (17.5, 17.6). */
export const noticesLv = {
  title: 'Paziņojumi klientiem',
  none: 'Paziņojumu vēl nav.',
  post: 'Izlikt paziņojumu',
  postedList: 'Izliktie paziņojumi',
  kind: 'Par ko',
  kinds: {
    changed_hours: 'Mainīts darba laiks (17.5.1.)',
    repair_or_move: 'Remonts vai pārcelšanās (17.5.2.)',
    disruption: 'Traucējumi (17.5.3.)',
    other: 'Cita informācija (17.6.)',
  },
  rules: {
    changed_hours: 'Jāizliek vismaz piecas dienas iepriekš.',
    repair_or_move: 'Jāizliek vismaz 15 dienas iepriekš.',
    disruption: 'Jāizliek nekavējoties.',
    other: 'Termiņa nav.',
  },
  text: 'Teksts (to lasa klienti ekrānā un pie kioska)',
  left: (chars: number) => `Vēl ${chars} ${pluralLv(chars, { zero: 'zīmju', one: 'zīme', other: 'zīmes' })}`,
  from: 'No',
  until: 'Līdz',
  received: 'Ziņa saņemta plkst.',
  posted: 'Izlikts',
  postedNow: 'tagad',
  postedEarlier: 'agrāk',
  postedDay: 'Diena',
  postedTime: 'Plkst.',
  save: 'Izlikt',
  saved: 'Paziņojums ir izlikts.',
  takeDown: 'Noņemt',
  takenDown: 'Paziņojums ir noņemts.',
  takenDownAt: (date: string) => `noņemts ${date}`,
  print: 'Drukāt A4',
  shown: 'ekrānā tagad',
  up: 'izlikts',
  over: 'beidzies',
  postedAt: (date: string, time: string, by: string) => `izlikts ${date} plkst. ${time} (${by})`,
  inTime: (days: number) => `${aheadLv(days)}: laikā`,
  late: (days: number) => `${aheadLv(days)}: par vēlu`,
  atOnce: (minutes: number) => `pēc ${minutes} min: laikā`,
  notAtOnce: (minutes: number) => `pēc ${minutes} min: par vēlu`,
  willBeLate: (date: string) => `Termiņš bija ${date} Paziņojums būs par vēlu; izlieciet to tūlīt.`,
  needed: 'Aizpildiet visus laukus.',
  timeForm: 'Laiku rakstiet, piemēram, 8.27.',
  sheet: 'Paziņojums',
  daemon: 'Rinda',
};

export const noticesEn: typeof noticesLv = {
  title: 'Notices to customers',
  none: 'No notices yet.',
  post: 'Post a notice',
  postedList: 'Notices posted',
  kind: 'About',
  kinds: {
    changed_hours: 'Changed hours (17.5.1)',
    repair_or_move: 'Repair or move (17.5.2)',
    disruption: 'Disruption (17.5.3)',
    other: 'Other information (17.6)',
  },
  rules: {
    changed_hours: 'To be posted at least five days before.',
    repair_or_move: 'To be posted at least 15 days before.',
    disruption: 'To be posted at once.',
    other: 'No date is set.',
  },
  text: 'Text (customers read it on the display and at the kiosk)',
  left: (chars) => `${chars} characters left`,
  from: 'From',
  until: 'Until',
  received: 'Heard of at',
  posted: 'Posted',
  postedNow: 'now',
  postedEarlier: 'earlier',
  postedDay: 'Day',
  postedTime: 'Time',
  save: 'Post',
  saved: 'The notice is posted.',
  takeDown: 'Take down',
  takenDown: 'The notice is taken down.',
  takenDownAt: (date) => `taken down ${date}`,
  print: 'Print A4',
  shown: 'on display now',
  up: 'posted',
  over: 'over',
  postedAt: (date, time, by) => `posted ${date} ${time} (${by})`,
  inTime: (days) => `${aheadEn(days)}: in time`,
  late: (days) => `${aheadEn(days)}: late`,
  atOnce: (minutes) => `after ${minutes} min: in time`,
  notAtOnce: (minutes) => `after ${minutes} min: late`,
  willBeLate: (date) => `It was due by ${date} The notice will be late; post it at once.`,
  needed: 'Fill in all fields.',
  timeForm: 'Write the time as 8.27.',
  sheet: 'Paziņojums',
  daemon: 'Rinda',
};
