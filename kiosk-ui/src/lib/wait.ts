import type { WaitRange } from './api/types';

const STEP_MINUTES = 5;

/** An expected wait in whole minutes, each end rounded up to five; `from` is 0 where half wait no time worth naming. */
export interface WaitMinutes {
  from: number;
  to: number;
}

const roundedUp = (seconds: number) => Math.ceil(seconds / 60 / STEP_MINUTES) * STEP_MINUTES;

export function waitMinutes(wait: WaitRange): WaitMinutes {
  const from = roundedUp(wait.p50_s);
  const to = Math.max(roundedUp(wait.p90_s), from, STEP_MINUTES);
  return { from, to };
}
