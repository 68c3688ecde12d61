//! The facts a ticket consists of, decoded fast.
//!
//! An event names its kind among its fields, so the general decoder keeps all fields aside until it
//! knows it. Nine lines in ten are of a few kinds whose fields do not contradict each other: these
//! are read in one go. What does not fit is left to the general decoder.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::Deserialize;

use super::record::{Fact, Record, RequestMark};
use crate::queue::appointments::TicketAppointment;
use crate::queue::catalogue::Service;
use crate::queue::command::Actor;
use crate::queue::event::{CallReason, Event, JobId, PrintOrder};
use crate::queue::ticket::{DeskNumber, Origin, TicketId, TicketNumber, TrackToken};
use crate::queue::view::WaitRange;

#[derive(Deserialize)]
struct Line<'a> {
    seq: u64,
    at: Timestamp,
    #[serde(borrow)]
    actor: Who<'a>,
    request: Option<RequestMark>,
    #[serde(borrow)]
    fact: What<'a>,
}

#[derive(Deserialize)]
struct Who<'a> {
    kind: &'a str,
    name: Option<String>,
    login: Option<String>,
}

#[derive(Deserialize)]
struct What<'a> {
    about: &'a str,
    #[serde(borrow)]
    what: Fields<'a>,
}

/// The fields of all kinds read here, each optional.
#[derive(Deserialize)]
struct Fields<'a> {
    #[serde(rename = "type")]
    kind: &'a str,
    ticket: Option<TicketId>,
    desk: Option<DeskNumber>,
    reason: Option<CallReason>,
    outcome: Option<String>,
    automatic: Option<bool>,
    job: Option<JobId>,
    number: Option<TicketNumber>,
    service: Option<Service>,
    date: Option<Date>,
    track: Option<TrackToken>,
    #[serde(borrow)]
    origin: Option<From<'a>>,
    counts_from: Option<Timestamp>,
    out_of_turn: Option<bool>,
    ahead: Option<u32>,
    promise: Option<WaitRange>,
    may_not_suffice: Option<bool>,
    print: Option<PrintOrder>,
    appointment: Option<TicketAppointment>,
}

#[derive(Deserialize)]
struct From<'a> {
    at: &'a str,
    kiosk: Option<String>,
}

/// The record of a line's JSON; none where it is of another kind.
pub(super) fn record(json: &[u8]) -> Option<Record> {
    let line: Line<'_> = serde_json::from_slice(json).ok()?;
    if line.fact.about != "queue" {
        return None;
    }
    Some(Record {
        seq: line.seq,
        at: line.at,
        actor: line.actor.actor()?,
        request: line.request,
        fact: Fact::Queue(line.fact.what.event()?),
    })
}

impl Who<'_> {
    fn actor(self) -> Option<Actor> {
        Some(match self.kind {
            "rinda" => Actor::Rinda,
            "device" => Actor::Device { name: self.name? },
            "consultant" => Actor::Consultant { login: self.login? },
            "supervisor" => Actor::Supervisor { login: self.login? },
            _ => return None,
        })
    }
}

impl From<'_> {
    fn origin(self) -> Option<Origin> {
        Some(match self.at {
            "board" => Origin::Board { kiosk: self.kiosk? },
            "screen" => Origin::Screen { kiosk: self.kiosk? },
            "interface" => Origin::Interface { kiosk: self.kiosk? },
            "staff" => Origin::Staff,
            _ => return None,
        })
    }
}

impl Fields<'_> {
    fn event(self) -> Option<Event> {
        Some(match self.kind {
            "ticket_issued" => Event::TicketIssued {
                ticket: self.ticket?,
                number: self.number?,
                service: self.service?,
                date: self.date?,
                track: self.track?,
                origin: self.origin?.origin()?,
                counts_from: self.counts_from?,
                out_of_turn: self.out_of_turn?,
                ahead: self.ahead?,
                promise: self.promise,
                may_not_suffice: self.may_not_suffice.unwrap_or_default(),
                print: self.print,
                appointment: self.appointment,
            },
            "ticket_called" => Event::TicketCalled {
                ticket: self.ticket?,
                desk: self.desk?,
                reason: self.reason?,
            },
            "customer_arrived" => Event::CustomerArrived {
                ticket: self.ticket?,
                desk: self.desk?,
            },
            "documents_started" => Event::DocumentsStarted {
                ticket: self.ticket?,
                desk: self.desk?,
            },
            "ticket_finished" => Event::TicketFinished {
                ticket: self.ticket?,
                desk: self.desk?,
                outcome: self.outcome,
            },
            "ticket_no_show" => Event::TicketNoShow {
                ticket: self.ticket?,
                desk: self.desk?,
                automatic: self.automatic?,
            },
            "slip_sending" => Event::SlipSending { job: self.job? },
            "slip_printed" => Event::SlipPrinted { job: self.job? },
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// Records of every kind read here, with and without what may be missing.
    const RECORDS: &[&str] = &[
        r#"{"seq":2,"at":"2026-10-05T06:00:00.25Z","actor":{"kind":"device","name":"foajē"},"request":{"key":"k","fingerprint":7},"fact":{"about":"queue","what":{"type":"ticket_issued","ticket":1,"number":{"series":"P","number":1},"service":1,"date":"2026-10-05","track":"abc","origin":{"at":"board","kiosk":"foajē"},"counts_from":"2026-10-05T06:00:00Z","out_of_turn":false,"ahead":3,"promise":{"p50_s":60,"p90_s":120},"print":{"job":4,"kiosk":"foajē"}}}}"#,
        r#"{"seq":3,"at":"2026-10-05T06:00:00Z","actor":{"kind":"supervisor","login":"m"},"fact":{"about":"queue","what":{"type":"ticket_issued","ticket":1,"number":{"series":"P","number":1},"service":2,"date":"2026-10-05","track":"abc","origin":{"at":"staff"},"counts_from":"2026-10-05T06:00:00Z","out_of_turn":true,"ahead":0,"promise":null,"may_not_suffice":true,"print":null}}}"#,
        r#"{"seq":4,"at":"2026-10-05T06:00:00Z","actor":{"kind":"consultant","login":"a"},"fact":{"about":"queue","what":{"type":"ticket_called","ticket":1,"desk":2,"reason":{"rule":"turn","counts_from":"2026-10-05T06:00:00Z","overtook":[3]}}}}"#,
        r#"{"seq":5,"at":"2026-10-05T06:00:00Z","actor":{"kind":"consultant","login":"\u0101"},"fact":{"about":"queue","what":{"type":"customer_arrived","ticket":1,"desk":2}}}"#,
        r#"{"seq":6,"at":"2026-10-05T06:00:00Z","actor":{"kind":"consultant","login":"a"},"fact":{"about":"queue","what":{"type":"documents_started","ticket":1,"desk":2}}}"#,
        r#"{"seq":7,"at":"2026-10-05T06:00:00Z","actor":{"kind":"consultant","login":"a"},"fact":{"about":"queue","what":{"type":"ticket_finished","ticket":1,"desk":2,"outcome":"labi"}}}"#,
        r#"{"seq":8,"at":"2026-10-05T06:00:00Z","actor":{"kind":"rinda"},"fact":{"about":"queue","what":{"type":"ticket_no_show","ticket":1,"desk":2,"automatic":true}}}"#,
        r#"{"seq":9,"at":"2026-10-05T06:00:00Z","actor":{"kind":"rinda"},"fact":{"about":"queue","what":{"type":"slip_sending","job":4}}}"#,
        r#"{"seq":10,"at":"2026-10-05T06:00:00Z","actor":{"kind":"rinda"},"fact":{"about":"queue","what":{"type":"slip_printed","job":4}}}"#,
    ];

    #[test]
    fn frequent_kinds_are_what_the_general_decoder_makes_of_them() {
        for json in RECORDS {
            let general: Record = serde_json::from_str(json).unwrap();
            assert_eq!(record(json.as_bytes()), Some(general), "{json}");
        }
    }

    #[test]
    fn what_does_not_fit_is_left_to_the_general_decoder() {
        for json in [
            r#"{"seq":1,"at":"2026-10-05T06:00:00Z","actor":{"kind":"rinda"},"fact":{"about":"queue","what":{"type":"daemon_started","version":"0.1.0"}}}"#,
            r#"{"seq":1,"at":"2026-10-05T06:00:00Z","actor":{"kind":"rinda"},"fact":{"about":"queue","what":{"type":"ticket_called","ticket":1,"desk":2}}}"#,
            r#"{"seq":1,"at":"2026-10-05T06:00:00Z","actor":{"kind":"stranger"},"fact":{"about":"queue","what":{"type":"slip_printed","job":4}}}"#,
        ] {
            assert_eq!(record(json.as_bytes()), None, "{json}");
        }
    }
}
