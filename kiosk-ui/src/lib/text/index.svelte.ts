import { Problem } from '../api/http';
import { en } from './en';
import { lv, type Texts } from './lv';

export type Language = 'lv' | 'en';

const catalogues: Record<Language, Texts> = { lv, en };

/** The words of the page in its present language; components name no text themselves. */
class Words {
  #language = $state<Language>('lv');

  get language(): Language {
    return this.#language;
  }

  set language(language: Language) {
    this.#language = language;
    document.documentElement.lang = language;
  }

  get t(): Texts {
    return catalogues[this.#language];
  }

  /** What to tell a person about a failed request. */
  problem(error: unknown): string {
    if (!(error instanceof Problem)) return this.t.problems.unknown ?? '';
    const known = this.t.problems[error.code];
    // The daemon's sentences are Latvian and know the case better than a code does.
    if (this.#language === 'lv' && error.detail) return error.detail;
    return known ?? (error.detail || this.t.problems.unknown || '');
  }
}

export const words = new Words();

const STAFF_LANGUAGE = 'rinda.language';

/** Staff pages remember the language their user chose. */
export function recallStaffLanguage(): void {
  if (localStorage.getItem(STAFF_LANGUAGE) === 'en') words.language = 'en';
}

export function chooseStaffLanguage(language: Language): void {
  words.language = language;
  localStorage.setItem(STAFF_LANGUAGE, language);
}
