/** Latvian plural classes of CLDR: zero for 0, 10–20, 30 and 111; one for 1, 21, 101; other else. */
export type PluralForms = { zero: string; one: string; other: string };

const latvian = new Intl.PluralRules('lv');
const english = new Intl.PluralRules('en');

/** The form that goes with `count`, e.g. "klientu" with 11, "klients" with 21, "klienti" with 2. */
export function pluralLv(count: number, forms: PluralForms): string {
  const rule = latvian.select(count);
  return rule === 'zero' ? forms.zero : rule === 'one' ? forms.one : forms.other;
}

export function pluralEn(count: number, one: string, other: string): string {
  return english.select(count) === 'one' ? one : other;
}
