import { describe, expect, it } from 'vitest';
import { Announcer, type Voice } from '../src/board/announcer';
import type { Announcement } from '../src/lib/api/types';

const call = (id: number, voice = true): Announcement => ({
  id,
  number: `P 0${id}`,
  desk: 1,
  at: '2026-11-22T08:00:00Z',
  text: '',
  repeat: false,
  voice_path: voice ? `/voice/${id}.wav` : null,
});

/** Records what would be heard; each sound ends when the test lets it. */
class Recorder implements Voice {
  heard: string[] = [];
  sounding = 0;
  #ends: (() => void)[] = [];

  #sound(what: string): Promise<void> {
    this.sounding += 1;
    expect(this.sounding).toBe(1);
    this.heard.push(what);
    return new Promise((resolve) =>
      this.#ends.push(() => {
        this.sounding -= 1;
        resolve();
      }),
    );
  }

  chime = () => this.#sound('chime');
  speak = (path: string) => this.#sound(path);

  /** Lets sounds end until nothing sounds any more. */
  async settle(): Promise<void> {
    for (let end = this.#ends.shift(); end; end = this.#ends.shift()) {
      end();
      await new Promise((resolve) => setTimeout(resolve));
    }
  }
}

function board() {
  const voice = new Recorder();
  const announced: number[] = [];
  return { voice, announced, announcer: new Announcer(voice, ({ id }) => announced.push(id)) };
}

describe('announcements', () => {
  it('does not repeat what was said before the page connected', async () => {
    const { voice, announced, announcer } = board();
    announcer.follow([call(3), call(4)]);
    await voice.settle();
    expect(voice.heard).toEqual([]);
    announcer.follow([call(3), call(4), call(5)]);
    announcer.follow([call(4), call(5)]);
    await voice.settle();
    expect(voice.heard).toEqual(['chime', '/voice/5.wav', '/voice/5.wav']);
    expect(announced).toEqual([5]);
  });

  it('says each once where two or more wait, never two at a time', async () => {
    const { voice, announced, announcer } = board();
    announcer.follow([]);
    announcer.follow([call(1), call(2), call(3)]);
    await voice.settle();
    expect(voice.heard).toEqual([
      'chime',
      '/voice/1.wav',
      'chime',
      '/voice/2.wav',
      '/voice/2.wav',
      'chime',
      '/voice/3.wav',
      '/voice/3.wav',
    ]);
    expect(announced).toEqual([1, 2, 3]);
  });

  it('chimes alone where no voice is installed', async () => {
    const { voice, announced, announcer } = board();
    announcer.follow([]);
    announcer.follow([call(7, false)]);
    await voice.settle();
    expect(voice.heard).toEqual(['chime']);
    expect(announced).toEqual([7]);
  });
});
