import type { Page } from '@playwright/test';

interface Heard {
  tones: number;
  /** The first twelve bytes of each recording that the page was given. */
  heads: string[];
  /** Length in seconds of each recording that was played to its end. */
  sentences: number[];
}

/** From now on counts what the page really plays; a page that is told to play into a stopped clock plays nothing. */
export async function listenToSounds(page: Page): Promise<void> {
  await page.evaluate(() => {
    const heard: Heard = { tones: 0, heads: [], sentences: [] };
    Object.assign(window, { heard });
    const decode = BaseAudioContext.prototype.decodeAudioData;
    BaseAudioContext.prototype.decodeAudioData = function (recording, ...others) {
      heard.heads.push(String.fromCharCode(...new Uint8Array(recording.slice(0, 12))));
      return decode.call(this, recording, ...others);
    };
    const start = AudioScheduledSourceNode.prototype.start;
    AudioBufferSourceNode.prototype.start = function (...when) {
      this.addEventListener('ended', () => heard.sentences.push(this.buffer?.duration ?? 0));
      start.apply(this, when as []);
    };
    OscillatorNode.prototype.start = function (...when) {
      this.addEventListener('ended', () => (heard.tones += 1));
      start.apply(this, when as []);
    };
  });
}

export function heardSounds(page: Page): Promise<Heard> {
  return page.evaluate(() => (window as unknown as { heard: Heard }).heard);
}
