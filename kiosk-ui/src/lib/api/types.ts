/**
 * What the daemon sends: the views of `src/queue/view.rs` and the bodies of the HTTP interface.
 *
 * Times are RFC 3339 UTC, a service is its button digit.
 */
export type Timestamp = string;
export type Service = 1 | 2 | 3;

export interface WaitRange {
  /** Half of such customers wait at most this many seconds. */
  p50_s: number;
  /** Nine of ten wait at most this many seconds. */
  p90_s: number;
}

export interface CentreHeader {
  name: string;
  address: string;
  timezone: string;
  demo: boolean;
}

export type Opening =
  | { kind: 'open'; closes_at: Timestamp; reception: boolean }
  | { kind: 'closed'; opens_at?: Timestamp | null; tickets_from?: Timestamp | null };

export interface HoursLine {
  /** Monday = 1 … Sunday = 7. */
  weekday: number;
  date: string;
  intervals: string[];
  reason?: string | null;
}

export type ButtonState = 'open' | 'no_desk' | 'closed';

export interface ButtonView {
  service: Service;
  name: string;
  state: ButtonState;
  waiting: number;
  wait?: WaitRange | null;
  locked_until?: Timestamp | null;
}

export type PrinterState =
  'absent' | 'connecting' | 'ready' | 'paper_low' | 'paper_out' | 'cover_open' | 'error' | 'offline';
export type BoardLink = 'absent' | 'connecting' | 'connected' | 'lost';
export type LampState = 'off' | 'on';
export type SlipState = 'none' | 'queued' | 'sending' | 'printed' | 'failed' | 'unknown';

export interface LastIssued {
  id: number;
  number: string;
  service: Service;
  issued_at: Timestamp;
  ahead: number;
  wait?: WaitRange | null;
  slip: SlipState;
  track_path: string;
}

export interface KioskView {
  centre: CentreHeader;
  kiosk: string;
  opening: Opening;
  buttons: ButtonView[];
  printer: PrinterState;
  board: BoardLink;
  lamps: LampState[];
  simulated: boolean;
  last?: LastIssued | null;
  help_requested: boolean;
  hours: HoursLine[];
  press_lock_s: number;
}

export interface BoardCall {
  number: string;
  desk: number;
  called_at: Timestamp;
  awaited: boolean;
}

export interface Announcement {
  id: number;
  number: string;
  desk: number;
  at: Timestamp;
  text: string;
  repeat: boolean;
  voice_path?: string | null;
}

export interface QueueLine {
  service: Service;
  name: string;
  waiting: number;
  longest_since?: Timestamp | null;
}

export interface BoardView {
  centre: CentreHeader;
  opening: Opening;
  calls: BoardCall[];
  announcements: Announcement[];
  waiting: QueueLine[];
  notice?: { text: string } | null;
  hours: HoursLine[];
}

export interface TicketLine {
  id: number;
  number: string;
  service: Service;
  service_name: string;
  issued_at: Timestamp;
  counts_from: Timestamp;
  out_of_turn: boolean;
  transferred: boolean;
  reinstated: boolean;
  since: Timestamp;
}

export type DeskPhase =
  | { kind: 'closed' }
  | { kind: 'free'; since: Timestamp }
  | { kind: 'break'; since: Timestamp }
  | {
      kind: 'called';
      ticket: TicketLine;
      since: Timestamp;
      deadline: Timestamp;
      recalls: number;
      reason: string;
    }
  | { kind: 'serving'; ticket: TicketLine; since: Timestamp }
  | { kind: 'documents'; ticket: TicketLine; since: Timestamp; arrived_at: Timestamp };

export interface DeskChoice {
  desk: number;
  open: boolean;
  services: Service[];
}

export interface Alert {
  kind: string;
  text: string;
  since: Timestamp;
  urgent: boolean;
}

export interface DeskView {
  centre: CentreHeader;
  desk: number;
  consultant?: string | null;
  services: Service[];
  services_possible: Service[];
  opening: Opening;
  phase: DeskPhase;
  next?: { ticket: TicketLine; reason: string } | null;
  nobody_because?: string | null;
  queues: QueueLine[];
  waiting: TicketLine[];
  parked: TicketLine[];
  no_shows: TicketLine[];
  undo?: { step: string; number: string; until: Timestamp } | null;
  finished_today: number;
  alerts: Alert[];
  no_kiosk: boolean;
  help: string[];
  desks: DeskChoice[];
  wait_target_s: number;
}

export interface ManagerDesk {
  desk: number;
  consultant?: string | null;
  services: Service[];
  phase: DeskPhase;
  finished_today: number;
}

export interface ManagerQueue {
  queue: QueueLine;
  issued: number;
  finished: number;
  no_shows: number;
  cancelled: number;
  wait_p50_s?: number | null;
  wait_p90_s?: number | null;
  desks_open: number;
}

export interface ManagerKiosk {
  kiosk: string;
  printer: PrinterState;
  board: BoardLink;
  slips_open: number;
  suppressed_presses: number;
}

export interface HalfHour {
  label: string;
  issued: number;
  called: number;
  finished: number;
}

export interface ManagerView {
  centre: CentreHeader;
  date: string;
  opening: Opening;
  desks: ManagerDesk[];
  queues: ManagerQueue[];
  kiosks: ManagerKiosk[];
  displays: number;
  alerts: Alert[];
  curve: HalfHour[];
  wait_target_s: number;
  journal_seq: number;
}

export type TrackState =
  | { kind: 'waiting'; ahead: number; wait?: WaitRange | null }
  | { kind: 'called'; desk: number; deadline: Timestamp }
  | { kind: 'serving'; desk: number }
  | { kind: 'parked' }
  | { kind: 'finished' }
  | { kind: 'no_show' }
  | { kind: 'cancelled' };

export interface TrackView {
  centre: string;
  number: string;
  service_name: string;
  state: TrackState;
  at: Timestamp;
  timezone: string;
}

/** The answer to `POST /api/v1/tickets`. */
export interface IssuedTicket {
  id: number;
  number: string;
  service: Service;
  issued_at: Timestamp;
  ahead: number;
  wait?: WaitRange | null;
  track_url: string;
  /** `queued` where a paper will come out, else `none`. */
  slip?: SlipState;
}

export type Role = 'consultant' | 'manager' | 'quality' | 'admin';

/** The answer to `GET /api/v1/session`. */
export interface Session {
  login: string;
  name?: string | null;
  role: Role;
  desk?: number | null;
}

export interface ViewByName {
  kiosk: KioskView;
  board: BoardView;
  desk: DeskView;
  manager: ManagerView;
}
export type ViewName = keyof ViewByName;

/** What the live connection carries. */
export interface Envelope<V extends ViewName> {
  sequence: number;
  view: V;
  at: Timestamp;
  data: ViewByName[V];
  build?: string;
}
