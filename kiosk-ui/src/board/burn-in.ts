/**
 * Against burn-in the picture wanders a few pixels every few minutes and every hour the header
 * and the notice change places. Nothing moves while somebody is being called.
 */
export interface Placement {
  /** Offset in CSS pixels of a full-HD panel. */
  x: number;
  y: number;
  swapped: boolean;
}

const STEP_MINUTES = 3;
const SWAP_MINUTES = 60;
const REACH_X = 20;
const REACH_Y = 14;
const STEPS = 8;

export function placement(now: number): Placement {
  const minutes = now / 60_000;
  const angle = ((Math.floor(minutes / STEP_MINUTES) % STEPS) / STEPS) * 2 * Math.PI;
  return {
    x: Math.round(Math.cos(angle) * REACH_X),
    y: Math.round(Math.sin(angle) * REACH_Y),
    swapped: Math.floor(minutes / SWAP_MINUTES) % 2 === 1,
  };
}
