/**
 * The code of an appointment as people write it: capital letters and digits.
 *
 * Those made here are 7 long and avoid what is taken for one another; another booking system's are what it likes.
 */
export const CODE_KEYS = '1234567890ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const CODE_CHARS_MIN = 6;
export const CODE_CHARS_MAX = 16;
/** Letters of a code made here. */
export const CODE_CHARS = 7;

/** The code in what somebody typed or a scanner read, as far as it goes: "acd-34 ef" is "ACD34EF". */
export function asCode(text: string): string {
  return Array.from(text.toUpperCase())
    .filter((letter) => CODE_KEYS.includes(letter))
    .slice(0, CODE_CHARS_MAX)
    .join('');
}

/** Whether it may be one; whether it is one, the daemon knows. */
export const mayBeCode = (code: string): boolean => code.length >= CODE_CHARS_MIN;
