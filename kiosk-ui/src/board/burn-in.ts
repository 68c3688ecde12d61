/**
 * Against burn-in the picture wanders a few pixels every few minutes, and every twelve the call and
 * the rest, the header and the notice change places.
 */
export interface Placement {
  /** Offset in CSS pixels of a full-HD panel. */
  x: number;
  y: number;
  swapped: boolean;
}

const STEP_MINUTES = 3;
const SWAP_MINUTES = 12;
const REACH_X = 20;
const REACH_Y = 14;
const STEPS = 8;

/** Where the picture belongs at a moment. */
export function placement(now: number): Placement {
  const minutes = now / 60_000;
  const angle = ((Math.floor(minutes / STEP_MINUTES) % STEPS) / STEPS) * 2 * Math.PI;
  return {
    x: Math.round(Math.cos(angle) * REACH_X),
    y: Math.round(Math.sin(angle) * REACH_Y),
    swapped: Math.floor(minutes / SWAP_MINUTES) % 2 === 1,
  };
}

/**
 * Where the picture is. It does not move under the eyes of somebody who looks for a called number, but where
 * somebody is always being called it moves with the next call, which redraws the board anyway: a busy
 * centre's panel must not burn in.
 */
export class Wanderer {
  #place: Placement | null = null;
  #newest = '';

  /** The place now; `newest` names the newest call, `calling` tells whether any customer is still awaited. */
  look(now: number, newest: string, calling: boolean): Placement {
    if (this.#place === null || !calling || newest !== this.#newest) this.#place = placement(now);
    this.#newest = newest;
    return this.#place;
  }
}
