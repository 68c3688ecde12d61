import type { Announcement } from '../lib/api/types';

/** What makes the sounds; each promise settles when its sound has ended. */
export interface Voice {
  chime(): Promise<void>;
  /** Speaks the sentence; settles also where it cannot be fetched or decoded. */
  speak(path: string): Promise<void>;
}

/** From this many waiting announcements on, nothing is said twice. */
const NO_REPEAT_FROM = 2;

/**
 * Plays announcements one after another: chime, sentence, and the sentence once more unless two or
 * more others wait. What was announced before this page connected is not played again.
 */
export class Announcer {
  #queue: Announcement[] = [];
  #highest: number | null = null;
  #playing = false;

  constructor(
    private readonly voice: Voice,
    /** Told once the sentence has been said for the first time. */
    private readonly announced: (announcement: Announcement) => void,
  ) {}

  /** Takes the announcements of a view, oldest first. */
  follow(announcements: Announcement[]): void {
    const newest = announcements.reduce((highest, { id }) => Math.max(highest, id), 0);
    if (this.#highest === null) {
      this.#highest = newest;
      return;
    }
    const known = this.#highest;
    this.#queue.push(...announcements.filter(({ id }) => id > known));
    this.#highest = Math.max(known, newest);
    void this.#play();
  }

  async #play(): Promise<void> {
    if (this.#playing) return;
    this.#playing = true;
    for (let next = this.#queue.shift(); next; next = this.#queue.shift()) {
      await this.#say(next);
    }
    this.#playing = false;
  }

  async #say(announcement: Announcement): Promise<void> {
    await this.voice.chime();
    const path = announcement.voice_path;
    if (path) await this.voice.speak(path);
    this.announced(announcement);
    if (path && this.#queue.length < NO_REPEAT_FROM) await this.voice.speak(path);
  }
}
