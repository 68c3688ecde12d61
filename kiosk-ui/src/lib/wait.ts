import type { WaitRange } from './api/types';

/** Up to so many minutes each is told, up to the second number every fifth, then every tenth. */
const FINE_MINUTES = 10;
const MIDDLE_MINUTES = 60;

/** An expected wait in whole minutes, each end rounded up; `from` is 0 where half wait no time worth naming. */
export interface WaitMinutes {
  from: number;
  to: number;
}

function roundedUp(seconds: number): number {
  const minutes = Math.ceil(seconds / 60);
  const step = minutes <= FINE_MINUTES ? 1 : minutes <= MIDDLE_MINUTES ? 5 : 10;
  return Math.ceil(minutes / step) * step;
}

export function waitMinutes(wait: WaitRange): WaitMinutes {
  const from = roundedUp(wait.p50_s);
  const to = Math.max(roundedUp(wait.p90_s), from, 1);
  return { from, to };
}
