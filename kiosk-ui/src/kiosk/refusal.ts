import { Problem } from '../lib/api/http';
import type { Texts } from '../lib/text/lv';

type Refusals = Texts['appointments']['refusals'];

/** What a customer is told whose code was not taken; `opens` is when it would be, where that is known. */
export function refusalText(error: unknown, texts: Refusals, opens: string | null = null): string {
  const code = error instanceof Problem ? error.code : 'unknown';
  switch (code) {
    case 'no_such_appointment':
    case 'already_checked_in':
    case 'too_many_attempts':
    case 'centre_closed':
    case 'appointment_over':
    case 'network':
      return texts[code];
    case 'too_early':
      return opens === null ? texts.too_early : texts.too_early_from(opens);
    // The daemon found no code in it.
    case 'invalid':
      return texts.no_such_appointment;
    default:
      return error instanceof Problem && error.detail ? error.detail : texts.unknown;
  }
}
