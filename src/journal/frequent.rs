//! The facts a ticket consists of, decoded fast.
//!
//! An event names its kind among its fields, so the general decoder keeps all fields aside until it
//! knows it. Nine lines in ten are of a few kinds: these are read in one go, field by field as they
//! are written. What stands otherwise is left to the general decoder, which has the last word.

use jiff::Timestamp;
use serde::Deserialize;
use serde::de::IntoDeserializer as _;
use serde::de::value::Error;

use super::cursor::Cursor;
use super::record::{Fact, Record, RequestMark};
use crate::queue::appointments::{AppointmentId, TicketAppointment};
use crate::queue::catalogue::Service;
use crate::queue::command::Actor;
use crate::queue::event::{CallReason, CallRule, Event, Happened, JobId, PrintOrder};
use crate::queue::ticket::{DeskNumber, Origin, TicketId, TicketNumber, TrackToken};
use crate::queue::view::WaitRange;

/// The record of a line's fields, what stands behind its head; none where it is of another kind or
/// not written as this program writes it.
pub(super) fn record(fields: &[u8]) -> Option<Record> {
    let track = |name: &str| TrackToken(name.into());
    read(fields, track, |seq, at, asked, event| Record {
        seq,
        at,
        actor: asked.actor.owned(),
        request: asked.request.map(Key::owned),
        fact: Fact::Queue(event),
    })
}

/// As [`record`], without what no figure is made of: who asked for it, under which key, and the
/// name of the ticket's page, which is empty as in a journal where it was cleared.
pub(super) fn happened(fields: &[u8]) -> Option<Happened> {
    let track = |_: &str| TrackToken::default();
    read(fields, track, |seq, at, _, event| Happened {
        seq,
        at,
        event,
    })
}

#[inline]
fn read<T>(
    fields: &[u8],
    track: impl FnOnce(&str) -> TrackToken,
    make: impl FnOnce(u64, Timestamp, Asked<'_>, Event) -> T,
) -> Option<T> {
    let mut at = Cursor::new(fields);
    at.expect(b"\"seq\":")?;
    let seq = at.number()?;
    at.expect(b",\"at\":")?;
    let moment = at.moment()?;
    let asked = at.asked()?;
    at.expect(b",\"fact\":{\"about\":\"queue\",\"what\":{\"type\":")?;
    let made = make(seq, moment, asked, at.event(track)?);
    at.expect(b"}}}")?;
    at.end()?;
    Some(made)
}

/// Who asked for a fact and under which key, as it stands in the line.
struct Asked<'a> {
    actor: Who<'a>,
    request: Option<Key<'a>>,
}

/// An [`Actor`].
enum Who<'a> {
    Rinda,
    Device(&'a str),
    Consultant(&'a str),
    Supervisor(&'a str),
}

impl Who<'_> {
    fn owned(self) -> Actor {
        match self {
            Self::Rinda => Actor::Rinda,
            Self::Device(name) => Actor::Device { name: name.into() },
            Self::Consultant(login) => Actor::Consultant {
                login: login.into(),
            },
            Self::Supervisor(login) => Actor::Supervisor {
                login: login.into(),
            },
        }
    }
}

/// A [`RequestMark`].
struct Key<'a> {
    key: &'a str,
    fingerprint: u64,
}

impl Key<'_> {
    fn owned(self) -> RequestMark {
        RequestMark {
            key: self.key.into(),
            fingerprint: self.fingerprint,
        }
    }
}

impl<'a> Cursor<'a> {
    #[inline]
    fn asked(&mut self) -> Option<Asked<'a>> {
        self.expect(b",\"actor\":{\"kind\":")?;
        let actor = match self.word()? {
            b"rinda" => Who::Rinda,
            b"device" => {
                self.expect(b",\"name\":")?;
                Who::Device(self.text()?)
            }
            b"consultant" => {
                self.expect(b",\"login\":")?;
                Who::Consultant(self.text()?)
            }
            b"supervisor" => {
                self.expect(b",\"login\":")?;
                Who::Supervisor(self.text()?)
            }
            _ => return None,
        };
        self.expect(b"}")?;
        let request = match self.passes(b",\"request\":") {
            true => Some(self.request()?),
            false => None,
        };
        Some(Asked { actor, request })
    }

    fn request(&mut self) -> Option<Key<'a>> {
        self.expect(b"{\"key\":")?;
        let key = self.text()?;
        self.expect(b",\"fingerprint\":")?;
        let fingerprint = self.number()?;
        self.expect(b"}")?;
        Some(Key { key, fingerprint })
    }

    /// What follows the kind's name in an event, without its last brace.
    #[inline]
    fn event(&mut self, track: impl FnOnce(&str) -> TrackToken) -> Option<Event> {
        Some(match self.word()? {
            b"ticket_issued" => self.ticket_issued(track)?,
            b"ticket_called" => {
                let (ticket, desk) = self.ticket_and_desk()?;
                self.expect(b",\"reason\":")?;
                let reason = self.reason()?;
                Event::TicketCalled {
                    ticket,
                    desk,
                    reason,
                }
            }
            b"customer_arrived" => {
                let (ticket, desk) = self.ticket_and_desk()?;
                Event::CustomerArrived { ticket, desk }
            }
            b"documents_started" => {
                let (ticket, desk) = self.ticket_and_desk()?;
                Event::DocumentsStarted { ticket, desk }
            }
            b"ticket_finished" => {
                let (ticket, desk) = self.ticket_and_desk()?;
                self.expect(b",\"outcome\":")?;
                Event::TicketFinished {
                    ticket,
                    desk,
                    outcome: self.unless_null(Self::text)?.map(str::to_owned),
                }
            }
            b"ticket_no_show" => {
                let (ticket, desk) = self.ticket_and_desk()?;
                self.expect(b",\"automatic\":")?;
                Event::TicketNoShow {
                    ticket,
                    desk,
                    automatic: self.truth()?,
                }
            }
            b"slip_sending" => Event::SlipSending { job: self.job()? },
            b"slip_printed" => Event::SlipPrinted { job: self.job()? },
            _ => return None,
        })
    }

    #[inline]
    fn ticket_issued(&mut self, track: impl FnOnce(&str) -> TrackToken) -> Option<Event> {
        self.expect(b",\"ticket\":")?;
        let ticket = TicketId(self.number()?);
        self.expect(b",\"number\":")?;
        let number = self.ticket_number()?;
        self.expect(b",\"service\":")?;
        let service = Service::try_from(self.number::<u8>()?).ok()?;
        self.expect(b",\"date\":")?;
        let date = self.date()?;
        self.expect(b",\"track\":")?;
        let track = track(self.text()?);
        self.expect(b",\"origin\":")?;
        let origin = self.origin()?;
        self.expect(b",\"counts_from\":")?;
        let counts_from = self.moment()?;
        self.expect(b",\"out_of_turn\":")?;
        let out_of_turn = self.truth()?;
        self.expect(b",\"ahead\":")?;
        let ahead = self.number()?;
        self.expect(b",\"promise\":")?;
        let promise = self.unless_null(Self::promise)?;
        let may_not_suffice = self.passes(b",\"may_not_suffice\":true");
        self.expect(b",\"print\":")?;
        let print = self.unless_null(Self::print)?;
        let appointment = match self.passes(b",\"appointment\":") {
            true => Some(self.appointment()?),
            false => None,
        };
        Some(Event::TicketIssued {
            ticket,
            number,
            service,
            date,
            track,
            origin,
            counts_from,
            out_of_turn,
            ahead,
            promise,
            may_not_suffice,
            print,
            appointment,
        })
    }

    fn ticket_and_desk(&mut self) -> Option<(TicketId, DeskNumber)> {
        self.expect(b",\"ticket\":")?;
        let ticket = TicketId(self.number()?);
        self.expect(b",\"desk\":")?;
        Some((ticket, DeskNumber(self.number()?)))
    }

    fn job(&mut self) -> Option<JobId> {
        self.expect(b",\"job\":")?;
        self.number().map(JobId)
    }

    fn ticket_number(&mut self) -> Option<TicketNumber> {
        self.expect(b"{\"series\":")?;
        let mut letters = self.text()?.chars();
        let (Some(series), None) = (letters.next(), letters.next()) else {
            return None;
        };
        self.expect(b",\"number\":")?;
        let number = self.number()?;
        self.expect(b"}")?;
        Some(TicketNumber { series, number })
    }

    fn origin(&mut self) -> Option<Origin> {
        self.expect(b"{\"at\":")?;
        let origin = match self.word()? {
            b"board" => Origin::Board {
                kiosk: self.kiosk()?,
            },
            b"screen" => Origin::Screen {
                kiosk: self.kiosk()?,
            },
            b"interface" => Origin::Interface {
                kiosk: self.kiosk()?,
            },
            b"staff" => Origin::Staff,
            b"other_system" => Origin::OtherSystem,
            _ => return None,
        };
        self.expect(b"}")?;
        Some(origin)
    }

    fn kiosk<T: From<&'a str>>(&mut self) -> Option<T> {
        self.expect(b",\"kiosk\":")?;
        self.text().map(T::from)
    }

    fn promise(&mut self) -> Option<WaitRange> {
        self.expect(b"{\"p50_s\":")?;
        let p50_s = self.number()?;
        self.expect(b",\"p90_s\":")?;
        let p90_s = self.number()?;
        self.expect(b"}")?;
        Some(WaitRange { p50_s, p90_s })
    }

    fn print(&mut self) -> Option<PrintOrder> {
        self.expect(b"{\"job\":")?;
        let job = JobId(self.number()?);
        let kiosk = self.kiosk()?;
        self.expect(b"}")?;
        Some(PrintOrder { job, kiosk })
    }

    fn appointment(&mut self) -> Option<TicketAppointment> {
        self.expect(b"{\"appointment\":")?;
        let appointment = AppointmentId(self.number()?);
        self.expect(b",\"slot\":")?;
        let slot = self.moment()?;
        self.expect(b",\"callable_from\":")?;
        let callable_from = self.moment()?;
        self.expect(b",\"on_time\":")?;
        let on_time = self.truth()?;
        self.expect(b"}")?;
        Some(TicketAppointment {
            appointment,
            slot,
            callable_from,
            on_time,
        })
    }

    fn reason(&mut self) -> Option<CallReason> {
        self.expect(b"{\"rule\":")?;
        let rule: Result<_, Error> = CallRule::deserialize(self.text()?.into_deserializer());
        self.expect(b",\"counts_from\":")?;
        let counts_from = self.moment()?;
        self.expect(b",\"overtook\":[")?;
        let mut overtook = Vec::new();
        while !self.passes(b"]") {
            if !overtook.is_empty() {
                self.expect(b",")?;
            }
            overtook.push(TicketId(self.number()?));
        }
        let instead_of = match self.passes(b",\"instead_of\":") {
            true => Some(TicketId(self.number()?)),
            false => None,
        };
        self.expect(b"}")?;
        Some(CallReason {
            rule: rule.ok()?,
            counts_from,
            overtook,
            instead_of,
        })
    }

    fn unless_null<T>(&mut self, read: impl FnOnce(&mut Self) -> Option<T>) -> Option<Option<T>> {
        match self.passes(b"null") {
            true => Some(None),
            false => read(self).map(Some),
        }
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
        r#"{"seq":5,"at":"2026-10-05T06:00:00Z","actor":{"kind":"consultant","login":"ā"},"fact":{"about":"queue","what":{"type":"customer_arrived","ticket":1,"desk":2}}}"#,
        r#"{"seq":6,"at":"2026-10-05T06:00:00Z","actor":{"kind":"consultant","login":"a"},"fact":{"about":"queue","what":{"type":"documents_started","ticket":1,"desk":2}}}"#,
        r#"{"seq":7,"at":"2026-10-05T06:00:00Z","actor":{"kind":"consultant","login":"a"},"fact":{"about":"queue","what":{"type":"ticket_finished","ticket":1,"desk":2,"outcome":"labi"}}}"#,
        r#"{"seq":8,"at":"2026-10-05T06:00:00Z","actor":{"kind":"rinda"},"fact":{"about":"queue","what":{"type":"ticket_no_show","ticket":1,"desk":2,"automatic":true}}}"#,
        r#"{"seq":9,"at":"2026-10-05T06:00:00Z","actor":{"kind":"rinda"},"fact":{"about":"queue","what":{"type":"slip_sending","job":4}}}"#,
        r#"{"seq":8,"at":"2026-10-05T06:00:00.000000001Z","actor":{"kind":"rinda"},"fact":{"about":"queue","what":{"type":"ticket_called","ticket":1,"desk":2,"reason":{"rule":"by_hand","counts_from":"2026-10-05T06:00:00Z","overtook":[3,40],"instead_of":5}}}}"#,
        r#"{"seq":8,"at":"2026-10-05T06:00:00Z","actor":{"kind":"consultant","login":"a"},"fact":{"about":"queue","what":{"type":"ticket_issued","ticket":1,"number":{"series":"P","number":1},"service":3,"date":"2026-10-05","track":"abc","origin":{"at":"other_system"},"counts_from":"2026-10-05T06:00:00Z","out_of_turn":false,"ahead":0,"promise":null,"print":null,"appointment":{"appointment":7,"slot":"2026-10-05T06:05:00Z","callable_from":"2026-10-05T05:55:00Z","on_time":true}}}}"#,
        r#"{"seq":8,"at":"2026-10-05T06:00:00Z","actor":{"kind":"consultant","login":"a"},"fact":{"about":"queue","what":{"type":"ticket_finished","ticket":1,"desk":2,"outcome":null}}}"#,
        r#"{"seq":10,"at":"2026-10-05T06:00:00Z","actor":{"kind":"rinda"},"fact":{"about":"queue","what":{"type":"slip_printed","job":4}}}"#,
    ];

    fn fields(json: &str) -> &[u8] {
        json.strip_prefix('{').unwrap().as_bytes()
    }

    #[test]
    fn frequent_kinds_are_what_the_general_decoder_makes_of_them() {
        for json in RECORDS {
            let general: Record = serde_json::from_str(json).unwrap();
            assert_eq!(record(fields(json)), Some(general.clone()), "{json}");
            let happened = happened(fields(json)).unwrap();
            assert_eq!(Some(happened), happened_of(general.clone()), "{json}");
            // Every one of them is read in the very words in which it is written.
            assert_eq!(serde_json::to_string(&general).unwrap(), *json);
        }
    }

    #[test]
    fn what_is_not_json_or_means_something_else_is_never_accepted() {
        for json in RECORDS {
            for at in 0..json.len() {
                let mut cut = json.as_bytes().to_vec();
                cut.remove(at);
                agrees(&cut);
                for byte in *b"\"\\,:{}[]019-.eZ \x00\x80" {
                    let mut other = json.as_bytes().to_vec();
                    other[at] = byte;
                    agrees(&other);
                }
            }
        }
    }

    /// What is accepted here means the same to the general decoder, whoever asked for it or not.
    fn agrees(json: &[u8]) {
        let fields = json.strip_prefix(b"{").unwrap_or_default();
        let (record, happened) = (record(fields), happened(fields));
        assert_eq!(record.is_some(), happened.is_some());
        if let Some(record) = record {
            let general: Record = serde_json::from_slice(json).unwrap();
            assert_eq!(record, general, "{}", String::from_utf8_lossy(json));
            assert_eq!(happened, happened_of(general));
        }
    }

    fn happened_of(record: Record) -> Option<Happened> {
        let Fact::Queue(mut event) = record.fact else {
            return None;
        };
        if let Event::TicketIssued { track, .. } = &mut event {
            *track = TrackToken::default();
        }
        Some(Happened {
            seq: record.seq,
            at: record.at,
            event,
        })
    }

    #[test]
    fn what_does_not_fit_is_left_to_the_general_decoder() {
        for json in [
            r#"{"seq":1,"at":"2026-10-05T06:00:00Z","actor":{"kind":"rinda"},"fact":{"about":"queue","what":{"type":"daemon_started","version":"0.1.0"}}}"#,
            r#"{"seq":1,"at":"2026-10-05T06:00:00Z","actor":{"kind":"rinda"},"fact":{"about":"queue","what":{"type":"ticket_called","ticket":1,"desk":2}}}"#,
            r#"{"seq":1,"at":"2026-10-05T06:00:00Z","actor":{"kind":"stranger"},"fact":{"about":"queue","what":{"type":"slip_printed","job":4}}}"#,
            r#"{"at":"2026-10-05T06:00:00Z","seq":1,"actor":{"kind":"rinda"},"fact":{"about":"queue","what":{"type":"slip_printed","job":4}}}"#,
            r#"{"seq":5,"at":"2026-10-05T06:00:00Z","actor":{"kind":"consultant","login":"\u0101"},"fact":{"about":"queue","what":{"type":"customer_arrived","ticket":1,"desk":2}}}"#,
            r#"{"seq":1,"at":"2026-10-05T06:00:00Z","actor":{"kind":"rinda"},"fact":{"about":"queue","what":{"type":"slip_printed","job":4,"job":4}}}"#,
        ] {
            assert_eq!(record(fields(json)), None, "{json}");
            assert_eq!(happened(fields(json)), None, "{json}");
        }
    }
}
