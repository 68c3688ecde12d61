import { flushSync } from 'svelte';

/** An A4 page upright between its margins, CSS pixels. */
export const PAPER_PX = 690;

/** Whether the page is being printed: plots then take the paper's width, and what is folded stands open. */
class Printing {
  now = $state(false);

  constructor() {
    // At once: the browser lays out the paper as soon as these are over.
    addEventListener('beforeprint', () => flushSync(() => (this.now = true)));
    addEventListener('afterprint', () => flushSync(() => (this.now = false)));
  }
}

export const printing = new Printing();
