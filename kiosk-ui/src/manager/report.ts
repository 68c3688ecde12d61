/**
 * The quarter's report as the daemon sends it, and how its figures are written.
 *
 * Only what the page shows is named here; the contract's `QuarterReport` has it all.
 */
import type { Mischief, Service, Staffing, Term, Timestamp } from '../lib/api/types';

export interface Times {
  count: number;
  median_s?: number | null;
  p90_s?: number | null;
  max_s?: number | null;
  mean_s?: number | null;
  small_sample: boolean;
}

export interface Share {
  n: number;
  of: number;
  share?: number | null;
  small_sample: boolean;
}

export interface Figures {
  issued: number;
  called: number;
  finished: number;
  no_show: number;
  no_show_rate: Share;
  cancelled: number;
  unserved: number;
  transferred: number;
  out_of_turn: number;
  reinstated: number;
  force_closed: number;
  open: number;
  wait: Times;
  within_target: Share;
  forecast: { count: number; mean_error_s?: number | null; within_p90: Share };
  handling: Times;
  visit: Times;
}

export interface Period {
  quarter: Figures;
  months: { month: string; figures?: Figures | null }[];
}

export interface ReportDesk {
  desk: number;
  finished: number;
  stays: number;
  handling: Times;
  busy_s: number;
  open_s: number;
  break_s: number;
  utilisation?: number | null;
}

export interface ComplianceRow {
  clause: string;
  what: string;
  n: number;
  of: number;
  exceptions: string[];
}

export interface ReportDay {
  date: string;
  state: 'served' | 'empty' | 'missing' | 'closed' | 'extra' | 'ahead';
  opens_at?: Timestamp | null;
  closes_at?: Timestamp | null;
  first_call?: Timestamp | null;
  last_call?: Timestamp | null;
  last_finish?: Timestamp | null;
  issued?: number | null;
  finished?: number | null;
  wait_p90_s?: number | null;
  overtime_s: number;
  finished_after_closing: number;
  refused: number;
  stops: ReportStop[];
}

/** A service stopped before closing. */
export interface ReportStop {
  at: Timestamp;
  service: Service;
  by?: string | null;
  reason: string;
  chance_percent?: number | null;
  released_at?: Timestamp | null;
  released_by?: string | null;
}

export interface QuarterReport {
  centre: string;
  quarter: string;
  from: string;
  to: string;
  timezone: string;
  as_of: Timestamp;
  settled: boolean;
  target_s: number;
  completeness: {
    days_planned: number;
    days_due: number;
    days_with_data: number;
    share?: number | null;
    missing: string[];
  };
  total: Period;
  services: (Period & { service: Service; name: string })[];
  desks: ReportDesk[];
  compliance: ComplianceRow[];
  staffing: Staffing;
  mischief: Mischief;
  glossary: Term[];
  not_yet: { clause: string; what: string }[];
  days: ReportDay[];
}

/** Nothing measured is a dash, never a zero. */
const NOTHING = '–';
/** Marks a figure that rests on too few cases. */
const SMALL = '*';

/** A figure with one decimal, after a comma. */
const tenths = (value: number) => value.toFixed(1).replace('.', ',');

/** Seconds as minutes, "7,4"; small samples bear a mark. */
export function minutesText(seconds: number | null | undefined, small = false): string {
  if (seconds === null || seconds === undefined) return NOTHING;
  return tenths(seconds / 60) + (small ? SMALL : '');
}

/** "83,5 %". */
export function percentText(share: number | null | undefined, small = false): string {
  if (share === null || share === undefined) return NOTHING;
  return `${tenths(share * 100)}\u00a0%${small ? SMALL : ''}`;
}

/** A figure with so many decimals, after a comma. */
export function decimalText(value: number | null | undefined, decimals: number, small = false): string {
  if (value === null || value === undefined) return NOTHING;
  return value.toFixed(decimals).replace('.', ',') + (small ? SMALL : '');
}

export const countText = (count: number | null | undefined): string => String(count ?? NOTHING);
