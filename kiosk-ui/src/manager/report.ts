/**
 * The quarter's report as the daemon sends it, and how its figures are written.
 *
 * Only what the page shows is named here; the contract's `QuarterReport` has it all.
 */
import type { Mischief, Service, SignOff, Staffing, Term, Timestamp } from '../lib/api/types';

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
  appointments: { booked: number };
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
  /** Where exceptions that are dates or tickets can be looked at. */
  links?: { text: string; href: string }[];
}

export interface Completeness {
  days_planned: number;
  days_due: number;
  days_with_data: number;
  share?: number | null;
  missing: string[];
}

/** The figures of an earlier quarter; `total` is null where nothing of it is known. */
export interface Comparison {
  kind: 'previous_quarter' | 'year_before';
  quarter: string;
  completeness: Completeness;
  total?: Figures | null;
  services: { service: Service; name: string; figures: Figures }[];
}

/** Tickets issued in one half-hour of one weekday, the quarter's dates together; Monday is 1. */
export interface HeatCell {
  weekday: number;
  at: string;
  issued: number;
  wait: Times;
}

/** A half-hour of all dates together; the counts so far are to its end. */
export interface FlowHalfHour {
  at: string;
  issued: number;
  called: number;
  finished: number;
  issued_so_far: number;
  called_so_far: number;
  finished_so_far: number;
}

export interface Flow {
  dates: number;
  heat: HeatCell[];
  half_hours: FlowHalfHour[];
  /** How many of those called waited no longer, minute by minute. */
  ecdf: { within_s: number; called: number; share: number }[];
}

/** Tickets by the median wait they were promised. */
export interface ReliabilityBin {
  from_s: number;
  below_s?: number | null;
  count: number;
  promised_s?: number | null;
  wait: Times;
  within_p50: Share;
  within_p90: Share;
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
  completeness: Completeness;
  total: Period;
  services: (Period & { service: Service; name: string })[];
  weeks: { week: string; from: string; to: string; figures?: Figures | null }[];
  comparisons: Comparison[];
  flow: Flow;
  reliability: ReliabilityBin[];
  desks: ReportDesk[];
  compliance: ComplianceRow[];
  staffing: Staffing;
  mischief: Mischief;
  glossary: Term[];
  /** Who signed it; absent from a daemon before there were signatures. */
  sign_off?: SignOff;
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
