import { clock } from '../clock.svelte';
import type { Envelope, ViewByName, ViewName } from './types';

const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 10_000;
/** The daemon speaks every 5 s; after three missed turns the connection is taken for dead. */
const SILENCE_MS = 16_000;
/** The daemon ends a connection with this code where the sign-in is over. */
const CLOSE_NOT_SIGNED_IN = 4401;

export interface LiveOptions {
  desk?: number;
  key?: string | null;
  /** Called where the daemon would not open the connection: the sign-in may be over. */
  refused?: () => void;
}

/**
 * One page's connection to the daemon: the whole view on connect and on each change.
 *
 * It reconnects by itself, tells how old its knowledge is, acknowledges what was really drawn,
 * and reloads the page when the daemon's build changes.
 */
export class LiveView<V extends ViewName> {
  data = $state.raw<ViewByName[V] | null>(null);
  connected = $state(false);
  sequence = $state(0);
  #lastHeard = $state(performance.now());
  #monotonic = $state(performance.now());
  #quietSince = performance.now();
  #socket: WebSocket | null = null;
  /** Frames received on this connection; the daemon counts what it sends. */
  #frames = 0;
  #painting = false;
  #retry = FIRST_RETRY_MS;
  #build: string | null = null;
  #stopped = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #watch: ReturnType<typeof setInterval>;

  constructor(
    readonly view: V,
    private readonly options: LiveOptions = {},
  ) {
    this.#watch = setInterval(() => this.#look(), 500);
    this.#open();
  }

  /** Seconds since the daemon was last heard. */
  get silentFor(): number {
    return Math.max(0, (this.#monotonic - this.#lastHeard) / 1000);
  }

  send(message: object): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }

  close(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
    clearInterval(this.#watch);
    this.#socket?.close();
  }

  #look(): void {
    this.#monotonic = performance.now();
    if (this.connected && this.#monotonic - this.#quietSince > SILENCE_MS) this.#socket?.close();
  }

  #open(): void {
    const address = new URL('/api/v1/live', location.href);
    address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:';
    address.searchParams.set('view', this.view);
    if (this.options.desk !== undefined) address.searchParams.set('desk', String(this.options.desk));
    const protocols = ['rinda.v1'];
    // Browsers cannot set a header on a WebSocket; the key travels among the protocols instead.
    if (this.options.key) protocols.push(`rinda.bearer.${this.options.key}`);
    const socket = new WebSocket(address, protocols);
    this.#socket = socket;
    this.#frames = 0;
    let opened = false;
    socket.onopen = () => {
      opened = true;
      this.connected = true;
      // An open line alone is no news: what is shown stays as old as it was.
      this.#quietSince = performance.now();
    };
    socket.onmessage = (event: MessageEvent<string>) => this.#receive(event.data);
    socket.onclose = (event) => {
      this.connected = false;
      if (this.#stopped) return;
      if (!opened || event.code === CLOSE_NOT_SIGNED_IN) this.options.refused?.();
      this.#timer = setTimeout(() => this.#open(), this.#retry * (0.8 + Math.random() * 0.4));
      this.#retry = Math.min(this.#retry * 2, LONGEST_RETRY_MS);
    };
  }

  #heard(): void {
    this.#lastHeard = performance.now();
    this.#monotonic = this.#lastHeard;
    this.#quietSince = this.#lastHeard;
    this.#retry = FIRST_RETRY_MS;
  }

  #receive(text: string): void {
    const message = JSON.parse(text) as Partial<Envelope<V>> & { alive?: string };
    this.#heard();
    this.#frames += 1;
    if (message.alive) clock.learn(message.alive);
    if (message.build) this.#meetBuild(message.build);
    if (message.data !== undefined && message.sequence !== undefined) {
      if (message.at) clock.learn(message.at);
      this.data = message.data;
      this.sequence = message.sequence;
    }
    this.#acknowledge();
  }

  /**
   * After two animation frames what was received has been painted. The daemon takes a display that does
   * not say so in time for frozen, so each frame is answered, those that come together by one word.
   */
  #acknowledge(): void {
    if (this.#painting) return;
    this.#painting = true;
    requestAnimationFrame(() => {
      const painted = { ack: this.sequence, frame: this.#frames };
      const socket = this.#socket;
      requestAnimationFrame(() => {
        this.#painting = false;
        // A number of an older connection means nothing on this one.
        if (socket !== this.#socket) return;
        this.send(painted);
        if (this.#frames > painted.frame) this.#acknowledge();
      });
    });
  }

  #meetBuild(build: string): void {
    if (this.#build !== null && this.#build !== build) location.reload();
    this.#build = build;
  }
}
