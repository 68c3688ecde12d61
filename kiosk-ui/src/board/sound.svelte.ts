import { getBytes } from '../lib/api/http';
import type { Voice } from './announcer';

/** Two soft tones, a falling third: pitch in Hz, start and length in seconds. */
const TONES = [
  { pitch: 659.3, start: 0, length: 0.9 },
  { pitch: 523.3, start: 0.38, length: 1.1 },
];
const CHIME_LOUDNESS = 0.28;
const CHIME_S = 1.35;
const PAUSE_S = 0.5;
/** Where the sound hardware stalls, the next announcement must not wait for ever. */
const STALL_MARGIN_S = 2;

export type AudioState = 'running' | 'suspended';

/** The board's loudspeaker, by WebAudio: no sound file is needed for the chime. */
export class LoudSpeaker implements Voice {
  #context = new AudioContext();
  state = $state<AudioState>('suspended');
  #recordings = new Map<string, Promise<AudioBuffer>>();

  constructor() {
    this.#context.onstatechange = () => this.#look();
    this.#look();
  }

  #look(): void {
    this.state = this.#context.state === 'running' ? 'running' : 'suspended';
  }

  /** Browsers start sound only on a person's gesture unless told otherwise. */
  start(): void {
    void this.#context.resume().then(() => this.#look());
  }

  async chime(): Promise<void> {
    if (this.state !== 'running') return;
    const now = this.#context.currentTime;
    for (const { pitch, start, length } of TONES) {
      const tone = this.#context.createOscillator();
      const loudness = this.#context.createGain();
      tone.type = 'sine';
      tone.frequency.value = pitch;
      loudness.gain.setValueAtTime(0, now + start);
      loudness.gain.linearRampToValueAtTime(CHIME_LOUDNESS, now + start + 0.02);
      loudness.gain.exponentialRampToValueAtTime(0.0005, now + start + length);
      tone.connect(loudness).connect(this.#context.destination);
      tone.start(now + start);
      tone.stop(now + start + length);
    }
    await seconds(CHIME_S);
  }

  async speak(path: string): Promise<void> {
    if (this.state !== 'running') return;
    try {
      const buffer = await this.#recording(path);
      const source = this.#context.createBufferSource();
      source.buffer = buffer;
      source.connect(this.#context.destination);
      const ended = new Promise<void>((resolve) => (source.onended = () => resolve()));
      source.start();
      await Promise.race([ended, seconds(buffer.duration + STALL_MARGIN_S)]);
      await seconds(PAUSE_S);
    } catch {
      // A sentence that cannot be had leaves the chime and the picture, which say the same.
      this.#recordings.delete(path);
    }
  }

  #recording(path: string): Promise<AudioBuffer> {
    const known = this.#recordings.get(path);
    if (known) return known;
    const fetched = getBytes(path)
      .then((blob) => blob.arrayBuffer())
      .then((bytes) => this.#context.decodeAudioData(bytes));
    // The sentence is said at most twice and again on a recall: a handful is enough.
    this.#recordings.clear();
    this.#recordings.set(path, fetched);
    return fetched;
  }
}

const seconds = (length: number) => new Promise<void>((resolve) => setTimeout(resolve, length * 1000));
