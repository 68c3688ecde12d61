import { expect, test } from '@playwright/test';
import { inCp775, readTicket } from '../support/ticket-bytes.ts';

const bytes = (...parts: (string | number[] | Uint8Array)[]) =>
  Buffer.concat(
    parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : Buffer.from(part))),
  );
const start = bytes('\x1b@\x1bt', [33]);
const cut = bytes('\x1dVB', [3]);

test('the decoder reads Latvian letters, sizes and a cut', () => {
  const ticket = readTicket(bytes(start, '\x1d!', [0x11], inCp775('Žēlīgā ķīļņu šķūņi'), '\n', cut));
  expect(ticket.lines).toEqual([{ text: 'Žēlīgā ķīļņu šķūņi', width: 2, height: 2, bold: false }]);
  expect(ticket.cuts).toBe(1);
});

for (const [what, wrong] of [
  ['a byte outside the table', bytes(start, [0x80], '\n', cut)],
  ['a raw UTF-8 letter', bytes(start, Buffer.from('ā'), '\n', cut)],
  ['a letter before the code page', bytes('\x1b@', [0x83], '\n', cut)],
  ['another code page', bytes('\x1b@\x1bt', [51], cut)],
  ['an unknown command', bytes(start, '\x1bd', [3], cut)],
  ['a command cut short', bytes(start, '\x1d(k', [9, 0], '1')],
  ['text after the cut', bytes(start, cut, 'x\n')],
  ['a line without an end', bytes(start, 'x')],
] as const) {
  test(`the decoder refuses ${what}`, () => {
    expect(() => readTicket(wrong)).toThrow();
  });
}
