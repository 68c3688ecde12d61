import { get, Problem } from './api/http';
import { toasts } from './toasts.svelte';

/** Something asked of the daemon again and again; only the answer to the newest question counts. */
export class Loaded<T> {
  value = $state.raw<T | null>(null);
  loading = $state(false);
  /** The daemon has no such thing. */
  absent = $state(false);
  #asked = 0;

  async ask(path: string): Promise<T | null> {
    const question = ++this.#asked;
    this.loading = true;
    this.absent = false;
    let answer: T | null = null;
    let failure: unknown = null;
    try {
      answer = await get<T>(path);
    } catch (error) {
      failure = error;
    }
    if (question !== this.#asked) return null;
    this.loading = false;
    this.value = answer;
    this.absent = failure instanceof Problem && failure.status === 404;
    if (failure && !this.absent) toasts.fail(failure);
    return answer;
  }
}
