import { get, post, Problem, remove } from './api/http';
import type { Session } from './api/types';

/** Who is signed in; `undefined` until the daemon has been asked. */
class SignedIn {
  current = $state.raw<Session | null | undefined>(undefined);

  /** Asks the daemon; where it cannot be reached, what was known stays. */
  async look(): Promise<void> {
    try {
      this.current = await get<Session>('/api/v1/session');
    } catch (error) {
      if (error instanceof Problem && error.status === 401) this.current = null;
      else if (this.current === undefined) setTimeout(() => void this.look(), 2_000);
    }
  }

  async signIn(login: string, password: string): Promise<void> {
    await post('/api/v1/session', { login, password });
    this.current = await get<Session>('/api/v1/session');
  }

  async signOut(): Promise<void> {
    try {
      await remove('/api/v1/session');
    } catch (error) {
      // A session that ended meanwhile needs no ending.
      if (!(error instanceof Problem && error.status === 401)) throw error;
    }
    this.current = null;
  }
}

export const signedIn = new SignedIn();
