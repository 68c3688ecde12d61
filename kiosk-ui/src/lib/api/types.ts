/**
 * What the daemon sends, by the names the pages use: all of it from the contract (`openapi.json`, through
 * `npm run api`), so that a change there is a type error here.
 *
 * Times are RFC 3339 UTC, a service is its button digit (1 to 3).
 */
import type { components } from './schema.ts';

export type Schemas = components['schemas'];

export type Timestamp = string;
export type Service = Schemas['Service'];

export type WaitRange = Schemas['WaitRange'];
export type Opening = Schemas['Opening'];
export type HoursLine = Schemas['HoursLine'];
export type QueueLine = Schemas['QueueLine'];
export type Alert = Schemas['Alert'];

export type KioskView = Schemas['KioskView'];
export type ButtonView = Schemas['ButtonView'];
export type LastIssued = Schemas['LastIssued'];
export type PrinterState = Schemas['PrinterState'];
export type BoardLink = Schemas['BoardLink'];
export type SlipState = Schemas['SlipState'];

export type BoardView = Schemas['BoardView'];
export type BoardCall = Schemas['BoardCall'];
export type Announcement = Schemas['Announcement'];

export type DeskView = Schemas['DeskView'];
export type DeskPhase = Schemas['DeskPhase'];
export type DeskChoice = Schemas['DeskChoice'];
export type TicketLine = Schemas['TicketLine'];

export type ManagerView = Schemas['ManagerView'];
export type ClosingLine = Schemas['ClosingLine'];
export type ClosingView = Schemas['ClosingView'];
export type ClosingService = Schemas['ClosingService'];
export type HalfHour = Schemas['HalfHour'];
export type DisplayState = Schemas['DisplayState'];
export type MonitorState = Schemas['MonitorState'];
export type RollLine = Schemas['RollLine'];
export type PaperLine = Schemas['PaperLine'];

export type Staffing = Schemas['Staffing'];
export type StaffingToday = Schemas['StaffingToday'];
export type SignOff = Schemas['SignOff'];
export type Mischief = Schemas['Mischief'];
export type MischiefToday = Schemas['MischiefToday'];
export type Term = Schemas['Term'];

export type TrackView = Schemas['TrackAnswer'];
export type TrackState = Schemas['TrackState'];

/** The answer to `GET /api/v1/centre`. */
export type Centre = Schemas['CentreAnswer'];
/** The answer to `POST /api/v1/desks/{desk}/call-next`. */
export type CallAnswer = Schemas['CallAnswer'];
/** The answer to `POST /api/v1/tickets`. */
export type IssuedTicket = Schemas['IssuedTicket'];
/** The answer to `GET /api/v1/session`. */
export type Session = Schemas['Person'];
export type Role = Schemas['Role'];
export type StaffLine = Schemas['StaffLine'];
export type DeviceLine = Schemas['DeviceLine'];
export type CalendarDay = Schemas['CalendarDay'];
/** The answer to `GET /api/v1/calendar`. */
export type CalendarAnswer = Schemas['CalendarAnswer'];
/** One line of `GET /api/v1/appointments`; never its code. */
export type Appointment = Schemas['AppointmentDetail'];
export type SlotLine = Schemas['SlotLine'];
/** The answer to `POST /api/v1/appointments`. */
export type BookedAppointment = Schemas['BookedVisit'];
/** The answer to `POST /api/v1/appointments/import`. */
export type ImportAnswer = Schemas['ImportAnswer'];
/** The answer to `GET /api/v1/mornings/{date}`. */
export type MorningAnswer = Schemas['MorningAnswer'];
export type Finding = Schemas['Finding'];
/** The answer to `GET /api/v1/notices`. */
export type NoticesAnswer = Schemas['NoticesAnswer'];
export type PostedNotice = Schemas['PostedNotice'];
export type NoticeKind = Schemas['NoticeKind'];
/** The answer to `GET /api/v1/incidents`. */
export type IncidentsAnswer = Schemas['IncidentsAnswer'];
export type Incident = Schemas['IncidentDetail'];
export type IncidentStep = Schemas['IncidentStep'];
export type Disturbed = Schemas['Disturbed'];
/** One entry of `GET /api/v1/feedback`. */
export type FeedbackEntry = Schemas['FeedbackEntry'];
/** The answer to `GET /api/v1/feedback`. */
export type FeedbackList = Schemas['FeedbackList'];
export type Telling = Schemas['TellingState'];
export type ProblemBody = Schemas['Problem'];

export interface ViewByName {
  kiosk: KioskView;
  board: BoardView;
  desk: DeskView;
  manager: ManagerView;
}
export type ViewName = keyof ViewByName;

/** What the live connection carries. */
export type Envelope<V extends ViewName> = Schemas[`Envelope_${Capitalize<V>}View`] & {
  data: ViewByName[V];
};
