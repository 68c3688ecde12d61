import { pluralLv } from '../plural';

const weekdaysOn = ['pirmdien', 'otrdien', 'trešdien', 'ceturtdien', 'piektdien', 'sestdien', 'svētdien'];

/** "otrdienās": on every one of them. */
const onWeekdays = (weekday: number) => `${weekdaysOn[weekday - 1] ?? ''}ās`;
/** "21 biļetes", "22 biļetēm" after "no". */
const outOf = (count: number, one: string, other: string) =>
  `${count} ${pluralLv(count, { zero: other, one, other })}`;
const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

/** The quarter's page: what stands around its tables. */
export const quarterLv = {
  contents: 'Pārskata saturs',
  sections: {
    main: 'Galvenais',
    flow: 'Klientu plūsma',
    tickets: 'Biļetes un laiki',
    desks: 'Galdi',
    forecast: 'Prognoze',
    compliance: 'Atbilstība',
    mischief: 'Liekais',
    days: 'Pa dienām',
    'not-yet': 'Vēl nav',
    'sign-off': 'Apstiprinājums',
  },
  lead: (issued: number, finished: number, noShow: number) =>
    `No ${outOf(issued, 'izsniegtās biļetes', 'izsniegtajām biļetēm')} pabeigtas ${finished}, neieradās ${noShow}.`,
  leadTarget: (share: string, minutes: number) => ` ${minutes} minūtēs uzaicināti ${share} klientu.`,
  completeness: (withData: number, due: number, planned: number) =>
    withData === planned
      ? `Dati par visām ${planned} pieņemšanas dienām.`
      : due === planned
        ? `Dati par ${withData} no ${outOf(planned, 'pieņemšanas dienas', 'pieņemšanas dienām')}.`
        : `Dati par ${withData} no ${outOf(due, 'pieņemšanas dienas', 'pieņemšanas dienām')} (ceturksnī ${planned}).`,
  missing: (dates: string) => `Datu nav par: ${dates}`,
  missingCount: (days: number) =>
    `Datu nav par ${days} ${pluralLv(days, { zero: 'dienām', one: 'dienu', other: 'dienām' })}.`,
  keyFigures: 'Galvenie rādītāji',
  figure: 'Rādītājs',
  now: 'Šajā ceturksnī',
  kinds: { previous_quarter: 'Iepriekšējā ceturksnī', year_before: 'Pirms gada' },
  shortQuarter: (name: string) => {
    const [year = '', number = ''] = name.split('-Q');
    return `${year}. g. ${number}. cet.`;
  },
  daysOf: (withData: number, planned: number) => `${withData} no ${planned} dienām`,
  noData: 'nav datu',
  notOver: 'ceturksnis nav beidzies',
  same: 'tikpat',
  more: (difference: string) => `+${difference}, vairāk`,
  fewer: (difference: string) => `−${difference}, mazāk`,
  longer: (difference: string) => `+${difference}\u00a0min, ilgāk`,
  shorter: (difference: string) => `−${difference}\u00a0min, īsāk`,
  higher: (points: string) => `+${points} procentpunkti, vairāk`,
  lower: (points: string) => `−${points} procentpunkti, mazāk`,
  figures: {
    issued: 'Izsniegtas biļetes',
    perDay: 'Biļetes dienā, vidēji',
    waitMedian: 'Gaidīšana, mediāna, min',
    waitP90: 'Gaidīšana, 90. procentile, min',
    withinTarget: (minutes: number) => `Uzaicināti ${minutes} minūtēs`,
    noShowRate: 'Neierašanās, no aicinātajiem',
    handlingMedian: 'Apkalpošana, mediāna, min',
  },
  byService: 'Salīdzinājums pa pakalpojumiem',
  allDays: 'Visas dienas tabulā',
  strip: 'Atbilstība standartam',
  stripNote: (met: number, all: number) => `Pilnībā izpildīti ${met} no ${outOf(all, 'punkta', 'punktiem')}.`,
  booked: 'Pieraksti',
  atWeekday: (weekday: number, half: string, quarter: string) =>
    `${capital(onWeekdays(weekday))} ${half}, ${quarter}`,
};

/** Plots: what they are called, what they say in a sentence, and what their marks mean. */
export const plotsLv = {
  table: 'Skaitļi tabulā',
  failed: 'Diagrammu neizdevās ielādēt. Tie paši skaitļi ir tabulā.',
  nothing: 'Par šo laiku datu nav.',
  time: 'Laiks',
  halfHour: 'Pusstunda',
  issued: 'Izsniegtas',
  called: 'Uzaicinātas',
  finished: 'Pabeigtas',
  tickets: 'Biļetes',
  minutes: 'minūtes',
  target: (minutes: number) => `mērķis ${minutes} min`,
  p90: '90. procentile',
  median: 'Mediāna',
  heat: {
    title: 'Gaidīšana pa nedēļas dienām un pusstundām',
    note: 'Minūtes, kurās uzaicināti deviņi no desmit, kas biļeti paņēma šajā pusstundā (90. procentile); * maz gadījumu. Šūna ved pie savām dienām.',
    summary: (weekday: number, half: string, minutes: string) =>
      `Visilgāk gaidīja ${onWeekdays(weekday)}, biļeti paņemot plkst. ${half}: deviņi no desmit uzaicināti ${minutes} min laikā.`,
    over: (over: number, all: number, minutes: number) =>
      over === 0
        ? ` Mērķis ${minutes} min ievērots visās pusstundās.`
        : ` ${minutes} min mērķi pārsniedz ${over} no ${outOf(all, 'pusstundas', 'pusstundām')}.`,
    from: (minutes: string) => `virs ${minutes} min`,
    upTo: (minutes: string) => `līdz ${minutes} min`,
    between: (from: string, to: string) => `${from}–${to} min`,
  },
  day: {
    title: 'Klienti dienas gaitā',
    note: 'Vidēji dienā, no dienas sākuma līdz pusstundas beigām. Atstatums starp izsniegtajām un uzaicinātajām ir rinda.',
    summary: (perDay: string, half: string) =>
      `Vidēji dienā izsniegtas ${perDay} biļetes, puse no tām līdz plkst. ${half}.`,
    queue: (half: string, count: string) => ` Rinda garākā plkst. ${half}: vidēji ${count}.`,
    inQuarter: (name: string) => `${name} ceturksnī`,
    soFar: (name: string) => `${name} līdz tam dienā`,
    axis: 'biļetes dienā',
  },
  weeks: {
    title: 'Gaidīšana pa nedēļām',
    summary: (met: number, all: number, minutes: number) =>
      `90. procentile ${minutes} min mērķī bija ${met} no ${outOf(all, 'nedēļas', 'nedēļām')}.`,
    longest: (span: string, minutes: string) => ` Garākā gaidīšana ${span}: ${minutes} min.`,
    week: 'Nedēļa',
  },
  ecdf: {
    title: 'Cik klientu uzaicināti cik minūtēs',
    summary: (share: string, minutes: number, called: number) =>
      `No ${outOf(called, 'uzaicinātā', 'uzaicinātajiem')} ${share} uzaicināti ${minutes} minūtēs`,
    rest: (half: string, nine: string, all: string) =>
      `; puse ${half}, deviņi no desmit ${nine}, pēdējais ${all} minūtēs.`,
    within: 'Minūtēs',
    called: 'Uzaicināti',
    share: 'Daļa',
    axis: 'gaidīšana, minūtes',
  },
  staffing: {
    summary: (weekday: number, short: number, all: number) =>
      short === 0
        ? `${capital(onWeekdays(weekday))} galdu pietika visās ${all} pusstundās.`
        : `${capital(onWeekdays(weekday))} galdu trūka ${short} no ${outOf(all, 'pusstundas', 'pusstundām')}.`,
    axis: 'galdi',
  },
  reliability: {
    title: 'Cik labi piepildījās solītais gaidīšanas laiks',
    note: 'Uz biļetes un ekrānā solītais salīdzināts ar to, cik klienti tiešām gaidīja.',
    summary: (share: string, count: number) =>
      `Solītajā laikā (90. procentile) uzaicināti ${share} no ${outOf(count, 'klienta', 'klientiem')}; jābūt ap 90\u00a0%.`,
    promisedBin: 'Solīts, min',
    promised: 'Solīts vidēji',
    actual: 'Gaidīja, mediāna',
    actualP90: 'Gaidīja, 90. procentile',
    withinP50: 'Ne ilgāk par solīto mediānu',
    withinP90: 'Ne ilgāk par solīto 90. procentili',
    bin: (from: string, to: string) => `${from}–${to}`,
    above: (from: string) => `virs ${from}`,
    customers: 'Klienti',
  },
};
