import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CodeEntry } from '../src/kiosk/check-in.svelte';
import { refusalText } from '../src/kiosk/refusal';
import { Problem } from '../src/lib/api/http';
import { book, checkIn, codesCsv, decoded, importFile } from '../src/lib/appointments';
import { asCode, CODE_CHARS_MAX } from '../src/lib/code';
import { en } from '../src/lib/text/en';
import { lv } from '../src/lib/text/lv';

const fetched = vi.fn<typeof fetch>();
const CODE = 'ACD34EF';

beforeEach(() => vi.stubGlobal('fetch', fetched));
afterEach(() => {
  vi.unstubAllGlobals();
  fetched.mockReset();
});

const answer = (status: number, body: unknown) =>
  fetched.mockImplementation(() => Promise.resolve(new Response(JSON.stringify(body), { status })));
const sent = () => {
  const [path, init] = fetched.mock.calls[0] ?? [];
  const headers = new Headers(init?.headers);
  return { path, body: init?.body, type: headers.get('Content-Type'), key: headers.get('Idempotency-Key') };
};

describe('a code', () => {
  it('is read whatever its case, spaces and dashes', () => {
    const written = `${CODE.slice(0, 3).toLowerCase()} - ${CODE.slice(3)}`;
    expect(asCode(written)).toBe(CODE);
  });

  it('has an end and no other letters', () => {
    expect(asCode(`!ā?${CODE}`)).toBe(CODE);
    expect(asCode(CODE.repeat(3))).toHaveLength(CODE_CHARS_MAX);
  });
});

describe('requests about appointments', () => {
  it('books and checks in under keys of their own', async () => {
    answer(201, { id: 7 });
    await book(3, '2026-11-24T08:30:00Z');
    expect(sent()).toMatchObject({ path: '/api/v1/appointments', type: 'application/json' });
    expect(sent().body).toBe('{"service":3,"slot":"2026-11-24T08:30:00Z"}');
    expect(sent().key).not.toBeNull();
    fetched.mockClear();
    await checkIn(CODE);
    expect(sent()).toMatchObject({ path: '/api/v1/check-in', body: JSON.stringify({ code: CODE }) });
    expect(fetched.mock.calls).toHaveLength(1);
  });

  it.each([
    ['pieraksti.csv', 'reference,slot', 'text/csv'],
    ['PIERAKSTI.ICS', 'x', 'text/calendar'],
    ['pieraksti.txt', 'BEGIN:VCALENDAR\r\n', 'text/calendar'],
  ])('imports %s as what it is', async (name, text, type) => {
    answer(200, {});
    await importFile(new File([text], name));
    expect(sent()).toMatchObject({ path: '/api/v1/appointments/import', type, body: text });
  });

  it('reads the Baltic code page of a spreadsheet', () => {
    const bytes = Uint8Array.from([0x41, 0xee]);
    expect(decoded(bytes.buffer)).toBe('Aī');
    expect(decoded(new TextEncoder().encode('\uFEFFAī').buffer as ArrayBuffer)).toBe('Aī');
  });

  it('writes codes so that every spreadsheet reads them', () =>
    expect(codesCsv([{ reference: 'a"b,c', code: 'X' }], ['atsauce', 'kods'])).toBe(
      '"atsauce","kods"\r\n"a""b,c","X"\r\n',
    ));
});

describe('the entry at the kiosk', () => {
  const ticket = { id: 4, number: 'K 004' };

  it('sends a whole code once and hands the ticket on', async () => {
    answer(201, ticket);
    const checkedIn = vi.fn();
    const entry = new CodeEntry(checkedIn);
    entry.begin();
    for (const letter of CODE.slice(0, 5)) entry.type(letter);
    await entry.submit();
    expect(fetched).not.toHaveBeenCalled();
    for (const letter of CODE.slice(5)) entry.type(letter);
    await Promise.all([entry.submit(), entry.submit()]);
    expect(fetched).toHaveBeenCalledTimes(1);
    expect(checkedIn).toHaveBeenCalledWith(ticket);
    expect(sent().body).toBe(JSON.stringify({ code: CODE, origin: 'screen' }));
    expect(entry.open).toBe(false);
  });

  it('knows when a code that came too early is taken', async () => {
    answer(409, { code: 'too_early', detail: 'x', retry_after_s: 1_799 });
    const entry = new CodeEntry(vi.fn());
    await entry.scanned(CODE);
    expect(Math.abs((entry.opens ?? 0) - Date.now() - 1_799_000)).toBeLessThan(60_000);
    expect((entry.opens ?? 1) % 60_000).toBe(0);
  });

  it('opens with the reason where a scanned code is refused, and a changed code is a new attempt', async () => {
    answer(404, { code: 'no_such_appointment', detail: 'x' });
    const entry = new CodeEntry(vi.fn());
    await entry.scanned(CODE);
    expect(entry).toMatchObject({ open: true, code: CODE });
    expect(refusalText(entry.refusal, lv.appointments.refusals)).toContain('nav');
    entry.erase();
    expect(entry.refusal).toBeNull();
  });
});

describe('refusals', () => {
  const codes = [
    ...['no_such_appointment', 'already_checked_in', 'too_early', 'appointment_over'],
    ...['too_many_attempts', 'centre_closed', 'network'],
  ];
  it.each([lv, en])('have each words of their own', ({ appointments: { refusals } }) => {
    const said = codes.map((code) => refusalText(new Problem(409, code, ''), refusals));
    const early = new Problem(409, 'too_early', '');
    expect(refusalText(early, refusals, 'plkst. 9.30')).toContain('plkst. 9.30');
    expect(new Set([...said, refusals.unknown]).size).toBe(codes.length + 1);
  });
});
