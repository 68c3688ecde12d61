/** Keys closer together than this come from a scanner that types, not from fingers. */
export const BURST_GAP_MS = 120;
/** A timer so late means that the page was busy: keys typed meanwhile are still to be told. */
const BUSY_MS = 30;
/** What a scanner reads beyond this is no code. */
const BURST_KEYS_MAX = 64;

/**
 * Tells a scanner that types a code and Enter from the digits of the tactile keypad.
 *
 * A digit may be the first of a code, so it waits one gap before it counts as a press.
 */
export class KeyBurst {
  #keys: string[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;

  /**
   * `scanned` gets what was typed in one burst and ended with Enter; `pressed` gets each key of a burst of digits
   * without Enter. A burst with letters and no Enter means nothing.
   */
  constructor(
    private readonly scanned: (text: string) => void,
    private readonly pressed: (digit: string) => void,
  ) {}

  /** Takes a key; true where it ended a scan and must do nothing else. */
  take(key: string): boolean {
    clearTimeout(this.#timer);
    if (key === 'Enter' && this.#keys.length > 1) {
      const text = this.#keys.join('');
      this.#keys = [];
      this.scanned(text);
      return true;
    }
    // A scanner holds Shift for capital letters.
    const within = key.length === 1 || key === 'Shift';
    if (key.length === 1 && this.#keys.length < BURST_KEYS_MAX) this.#keys.push(key);
    if (within) this.#wait();
    else this.#release();
    return false;
  }

  #wait(): void {
    const due = performance.now() + BURST_GAP_MS;
    this.#timer = setTimeout(() => {
      if (performance.now() > due + BUSY_MS) this.#wait();
      else this.#release();
    }, BURST_GAP_MS);
  }

  #release(): void {
    const keys = this.#keys;
    this.#keys = [];
    if (keys.every((key) => /^\d$/.test(key))) for (const key of keys) this.pressed(key);
  }
}
