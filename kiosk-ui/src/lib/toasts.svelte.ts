import { words } from './text/index.svelte';

export interface Toast {
  id: number;
  text: string;
  failed: boolean;
}

const SHOWN_MS = { said: 5_000, failed: 12_000 };

/** Short answers to what a person just did. */
class Toasts {
  list = $state<Toast[]>([]);
  #next = 1;

  say(text: string): void {
    this.#add(text, false);
  }

  fail(error: unknown): void {
    this.#add(words.problem(error), true);
  }

  drop(id: number): void {
    this.list = this.list.filter((toast) => toast.id !== id);
  }

  #add(text: string, failed: boolean): void {
    const toast = { id: this.#next++, text, failed };
    this.list = [...this.list.filter((other) => other.text !== text), toast];
    setTimeout(() => this.drop(toast.id), failed ? SHOWN_MS.failed : SHOWN_MS.said);
  }
}

export const toasts = new Toasts();
