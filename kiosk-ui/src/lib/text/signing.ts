import { pluralLv } from '../plural';

/** Words of the quarter's signature. */
export const signingLv = {
  title: 'Apstiprinājums',
  role: 'Pakalpojumu kvalitātes vadītājs',
  notOver: (from: string) => `Ceturksnis vēl nav beidzies. To varēs parakstīt no ${from}`,
  open: (tickets: number) =>
    `Ceturksnis ir beidzies, bet tajā vēl atvērtas biļetes: ${tickets}. Rinda tās aizver, sākoties nākamajai dienai; parakstīt varēs pēc tam.`,
  noData: 'Par ceturksni nav datu, tāpēc nav ko parakstīt.',
  unsigned: 'Ceturksnis vēl nav parakstīts.',
  earlier: (quarter: string) => `Jāparaksta ${quarter}`,
  waits: 'Parakstīt var pakalpojumu kvalitātes vadītājs.',
  agrees: 'Parakstīts. Šī pārskata skaitļi sakrīt ar parakstītajiem.',
  differs: (count: number) =>
    count === 1
      ? 'Parakstīts, bet viens skaitlis tagad atšķiras no parakstītā.'
      : `Parakstīts, bet tagad no parakstītā atšķiras ${count} ${pluralLv(count, { zero: 'skaitļu', one: 'skaitlis', other: 'skaitļi' })}.`,
  unreadable: 'Parakstīts, bet skaitļi tagad atšķiras, un parakstītos žurnālā vairs nevar izlasīt.',
  again:
    'Apskatiet atšķirības. Ja tagadējie skaitļi ir pareizi, tos var parakstīt vēlreiz; pirmais paraksts paliek.',
  signed: 'Kas tiek parakstīts',
  quarter: 'Ceturksnis',
  asOf: 'Skaitļi uz',
  tickets: 'Izsniegtas biļetes',
  data: 'Dati',
  complete: (withData: number, due: number) =>
    `par ${withData} no ${due} pieņemšanas ${pluralLv(due, { zero: 'dienām', one: 'dienas', other: 'dienām' })}`,
  missing: (dates: string) => `nav datu par ${dates}`,
  more: (count: number) => `un vēl ${count}`,
  fingerprint: 'Skaitļu SHA-256',
  comment: 'Piezīmes (nav obligātas)',
  commentHint: 'Būs redzamas pārskatā visiem, kas to atver. Nerakstiet klientu datus.',
  sign: 'Parakstīt…',
  signAgain: 'Parakstīt vēlreiz…',
  confirmTitle: (quarter: string) => `Parakstīt: ${quarter}`,
  confirmHint:
    'Skaitļi ar parakstu tiek ierakstīti žurnālā un vairs nav maināmi. Ja pārrēķins kādreiz no tiem atšķirsies, katrs pārskats to pateiks.',
  confirm: 'Parakstīt',
  done: 'Ceturksnis parakstīts.',
  signatures: 'Paraksti',
  who: 'Kas',
  when: 'Kad',
  journal: 'Žurnāls',
  records: (first: number, last: number) => `ieraksti ${first}–${last}, SHA-256`,
  remark: 'Piezīmes',
  sameFigures: 'Šī pārskata skaitļi',
  same: 'tie paši',
  other: 'citi',
  differences: 'Atšķirības no parakstītā',
  what: 'Kas',
  signedValue: 'Parakstīts',
  now: 'Tagad',
  wasNot: 'nebija',
  isNot: 'vairs nav',
};

export const signingEn: typeof signingLv = {
  title: 'Sign-off',
  role: 'Service quality manager',
  notOver: (from) => `The quarter is not over. It can be signed from ${from}`,
  open: (tickets) =>
    `The quarter is over but has open tickets: ${tickets}. Rinda closes them when the next day begins; sign after that.`,
  noData: 'There are no data of the quarter: nothing to sign.',
  unsigned: 'The quarter is not signed yet.',
  earlier: (quarter) => `To be signed: ${quarter}`,
  waits: 'The service quality manager can sign it.',
  agrees: 'Signed. The figures of this report are those that were signed.',
  differs: (count) =>
    count === 1
      ? 'Signed, but one figure differs now from what was signed.'
      : `Signed, but ${count} figures differ now from what was signed.`,
  unreadable: 'Signed, but the figures differ now, and those signed can no longer be read in the journal.',
  again:
    'Look at the differences. If the figures of now are right, they can be signed again; the first signature stays.',
  signed: 'What is signed',
  quarter: 'Quarter',
  asOf: 'Figures as of',
  tickets: 'Tickets issued',
  data: 'Data',
  complete: (withData, due) => `of ${withData} of ${due} reception days`,
  missing: (dates) => `no data of ${dates}`,
  more: (count) => `and ${count} more`,
  fingerprint: 'SHA-256 of the figures',
  comment: 'Remarks (optional)',
  commentHint: 'Everybody who opens the report sees them. Write no customers’ data.',
  sign: 'Sign…',
  signAgain: 'Sign again…',
  confirmTitle: (quarter) => `Sign: ${quarter}`,
  confirmHint:
    'The figures are written to the journal with the signature and cannot be changed. If a recomputation ever differs, every report says so.',
  confirm: 'Sign',
  done: 'The quarter is signed.',
  signatures: 'Signatures',
  who: 'Who',
  when: 'When',
  journal: 'Journal',
  records: (first, last) => `records ${first}–${last}, SHA-256`,
  remark: 'Remarks',
  sameFigures: 'Figures of this report',
  same: 'the same',
  other: 'others',
  differences: 'Differences from what was signed',
  what: 'What',
  signedValue: 'Signed',
  now: 'Now',
  wasNot: 'was not there',
  isNot: 'is gone',
};
