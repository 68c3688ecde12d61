import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { BURST_GAP_MS, KeyBurst } from '../src/kiosk/key-burst';

const scanned = vi.fn<(text: string) => void>();
const pressed = vi.fn<(digit: string) => void>();
let burst: KeyBurst;

beforeEach(() => {
  vi.useFakeTimers();
  burst = new KeyBurst(scanned, pressed);
});
afterEach(() => {
  vi.useRealTimers();
  scanned.mockReset();
  pressed.mockReset();
});

/** Types keys so many milliseconds apart; what each `take` answered. */
function type(keys: string[], apart: number): boolean[] {
  return keys.map((key) => {
    const ended = burst.take(key);
    vi.advanceTimersByTime(apart);
    return ended;
  });
}

describe('keys at the kiosk', () => {
  it('reads a code that a scanner types, and its Enter does nothing else', () => {
    expect(type([...'2AB3C1', 'Enter'], 10)).toEqual([...Array<boolean>(6).fill(false), true]);
    vi.runAllTimers();
    expect(scanned.mock.calls).toEqual([['2AB3C1']]);
    expect(pressed).not.toHaveBeenCalled();
  });

  it('reads capital letters typed with Shift', () => {
    type(['Shift', 'A', 'Shift', 'B', 'Enter'], 20);
    expect(scanned.mock.calls).toEqual([['AB']]);
  });

  it('takes a digit alone for a press, one gap later', () => {
    burst.take('1');
    vi.advanceTimersByTime(BURST_GAP_MS - 1);
    expect(pressed).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(pressed.mock.calls).toEqual([['1']]);
  });

  it('takes digits of quick fingers for presses', () => {
    type(['1', '3'], 30);
    vi.runAllTimers();
    expect(pressed.mock.calls).toEqual([['1'], ['3']]);
  });

  it('presses nothing where a scanner forgot its Enter', () => {
    type([...'1AB3C2'], 10);
    vi.runAllTimers();
    expect(pressed).not.toHaveBeenCalled();
    expect(scanned).not.toHaveBeenCalled();
  });

  it('waits for keys that a busy page has not been told yet', () => {
    burst.take('1');
    const now = performance.now();
    const late = vi.spyOn(performance, 'now').mockReturnValue(now + 10 * BURST_GAP_MS);
    vi.advanceTimersByTime(BURST_GAP_MS);
    late.mockRestore();
    expect(pressed).not.toHaveBeenCalled();
    type([...'AB', 'Enter'], 10);
    expect(scanned.mock.calls).toEqual([['1AB']]);
  });

  it('leaves a slow Enter and other keys to the page', () => {
    expect(type(['1', 'Enter'], BURST_GAP_MS)).toEqual([false, false]);
    expect(type(['Tab', 'Escape'], 10)).toEqual([false, false]);
    expect(scanned).not.toHaveBeenCalled();
    expect(pressed.mock.calls).toEqual([['1']]);
  });
});
