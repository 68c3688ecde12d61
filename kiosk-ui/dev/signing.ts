import type { SignOff } from '../src/lib/api/types.ts';

const SHA256 = '4b1f0c9a7d2e86534b1f0c9a7d2e86534b1f0c9a7d2e86534b1f0c9a7d2e8653';

/** How a quarter stands: the newest goes on, the one before waits, older ones are signed; of one the target changed. */
export function signOff(quarter: string, newest: string): SignOff {
  const [year = 0, number = 1] = quarter.split('-Q').map(Number);
  const from = number === 4 ? `${year + 1}-01-01` : `${year}-${String(number * 3 + 1).padStart(2, '0')}-01`;
  const plain = {
    earlier_unsigned: quarter === newest && number > 1 ? `${year}-Q${number - 1}` : null,
    state: 'not_over' as const,
    signable: false,
    from,
    figures_sha256: SHA256,
    definitions: 1,
    signatures: [],
    differences: [],
    differences_more: 0,
  };
  if (quarter === newest) return plain;
  if (number % 2 === 1) return { ...plain, state: 'unsigned', signable: true };
  const differs = number === 2;
  const signature = {
    seq: 182_344,
    quarter,
    as_of: `${from}T07:12:00Z`,
    signed_at: `${from}T07:15:30Z`,
    name: 'Vārds Uzvārds',
    by: 'vards.uzvards',
    comment: 'Trīs dienas bez datiem: elektroapgādes pārtraukums, par to ziņots 14.02.',
    definitions: 1,
    first_seq: 120_001,
    last_seq: 182_340,
    journal_sha256: SHA256.split('').reverse().join(''),
    figures_sha256: differs ? SHA256.replaceAll('4', '7') : SHA256,
    same_figures: !differs,
  };
  if (!differs) return { ...plain, state: 'agrees', signatures: [signature] };
  return {
    ...plain,
    state: 'differs',
    signable: true,
    signatures: [signature],
    differences: [
      { path: 'target_s', what: 'gaidīšanas mērķis', signed: '900 s', now: '600 s' },
      {
        path: 'total.quarter.within_target.n',
        what: 'kopā · ceturksnis · uzaicinātas mērķa laikā · skaits',
        signed: '1167',
        now: '1022',
      },
      {
        path: 'days.2026-05-04.last_finish',
        what: '04.05.2026. · pēdējā pabeigta',
        signed: '17.02.11',
        now: null,
      },
    ],
    differences_more: 61,
  };
}
