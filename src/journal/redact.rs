//! Clears fields of records. Pure, and one function for each class, so that what a class means can
//! be read in one place.
//!
//! What is never cleared: what figures are counted from. Times, desks, services, numbers, rules and
//! outcomes stay, so a quarter counts the same before and after.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::record::{Fact, Record};
use super::state::State;
use crate::access::{AccessEvent, Register};
use crate::queue::appointments::{CodeHash, ReferenceHash, Source};
use crate::queue::centre::Centre;
use crate::queue::command::Actor;
use crate::queue::event::Event;
use crate::queue::retention::{CLEARED, FieldClass};
use crate::queue::statistics::StopNote;
use crate::queue::ticket::{CancelReason, Place, Ticket, TicketId, TrackToken};

/// Clears the fields of some classes in the records of one file, oldest first.
#[derive(Debug)]
pub struct Redactor {
    classes: BTreeSet<FieldClass>,
    out_of_turn: BTreeSet<TicketId>,
    names: Names,
}

/// Logins under other names. They are given anew with each date, so that whoever sat where on one
/// day cannot be followed to the next.
#[derive(Debug, Default)]
struct Names(BTreeMap<String, String>);

impl Names {
    fn replace(&mut self, login: &mut String) {
        if is_cleared(login) {
            return;
        }
        let next = self.0.len() + 1;
        let name = self.0.entry(std::mem::take(login));
        *login = name.or_insert_with(|| format!("{CLEARED}-{next}")).clone();
    }
}

fn is_cleared(login: &str) -> bool {
    login == CLEARED
        || login.strip_prefix(CLEARED).is_some_and(|rest| {
            rest.strip_prefix('-')
                .is_some_and(|number| number.parse::<u32>().is_ok())
        })
}

/// The tickets of a file that were out of turn at any time: a mark comes later than the issue, and
/// a ticket put back is a walk-in again.
pub(super) fn out_of_turn_of(record: &Record, tickets: &mut BTreeSet<TicketId>) {
    match &record.fact {
        Fact::Queue(
            Event::TicketMarkedOutOfTurn { ticket, .. }
            | Event::TicketIssued {
                ticket,
                out_of_turn: true,
                ..
            },
        ) => {
            tickets.insert(*ticket);
        }
        Fact::Snapshot(state) => {
            let marked = state.centre.tickets.values().filter(|t| t.out_of_turn);
            tickets.extend(marked.map(|ticket| ticket.id));
        }
        Fact::Queue(_)
        | Fact::Access(_)
        | Fact::Quality(_)
        | Fact::Sealed(_)
        | Fact::Redacted(_) => {}
    }
}

impl Redactor {
    /// Clears these classes; `out_of_turn` are the tickets of the file that ever were.
    pub fn new(classes: BTreeSet<FieldClass>, out_of_turn: BTreeSet<TicketId>) -> Self {
        Self {
            classes,
            out_of_turn,
            names: Names::default(),
        }
    }

    /// Clears a record's fields and says of which classes there were any.
    pub(super) fn record(&mut self, record: &mut Record) -> BTreeSet<FieldClass> {
        if let Fact::Queue(Event::DayBegan { .. }) = &record.fact {
            self.names = Names::default();
        }
        // What could help somebody sign in or repeat a request is of no use in a closed quarter. It
        // holds the chance that keeps the hash of the file before from being tried out.
        clear_secrets(record);
        let mut found = BTreeSet::new();
        for class in self.classes.clone() {
            let before = record.clone();
            match class {
                FieldClass::Staff => self.staff(record),
                FieldClass::OutOfTurn => self.marked(record),
                FieldClass::Track => track(record),
                FieldClass::Reasons => reasons(record),
            }
            if *record != before {
                found.insert(class);
            }
        }
        found
    }

    /// Clears the fields of a stopped service as they are in the records.
    pub fn stop_note(&self, note: &mut StopNote) {
        for class in &self.classes {
            match class {
                FieldClass::Staff => clear_some(&mut note.by),
                FieldClass::Reasons => clear_some(&mut note.reason),
                FieldClass::OutOfTurn | FieldClass::Track => {}
            }
        }
    }

    fn staff(&mut self, record: &mut Record) {
        if record.actor.login().is_some() {
            // The key of a request names its credential.
            record.request = None;
        }
        self.actor(&mut record.actor);
        match &mut record.fact {
            Fact::Queue(event) => self.staff_of_event(event),
            Fact::Access(event) => self.staff_of_access(event),
            // Who noted it is the record's actor.
            Fact::Quality(_) | Fact::Sealed(_) | Fact::Redacted(_) => {}
            Fact::Snapshot(state) => self.staff_of_state(state),
        }
    }

    fn actor(&mut self, actor: &mut Actor) {
        match actor {
            Actor::Consultant { login } | Actor::Supervisor { login } => self.names.replace(login),
            Actor::Rinda | Actor::Device { .. } => {}
        }
    }

    fn staff_of_event(&mut self, event: &mut Event) {
        if let Event::DeskOpened { consultant, .. } = event {
            self.names.replace(consultant);
        }
        if let Event::CalendarDaySet { by, .. } | Event::CalendarDayCleared { by, .. } = event {
            CLEARED.clone_into(by);
        }
        if let Event::ServiceStopped { by, .. } | Event::ServiceReleased { by, .. } = event {
            clear_some(by);
        }
    }

    fn staff_of_access(&mut self, event: &mut AccessEvent) {
        match event {
            AccessEvent::StaffAdded(account) => {
                self.names.replace(&mut account.login);
                account.name.clear();
            }
            AccessEvent::StaffDisabled { login } | AccessEvent::PasswordChanged { login, .. } => {
                self.names.replace(login);
            }
            AccessEvent::SignedIn { session, .. } => self.names.replace(&mut session.login),
            AccessEvent::DeviceAdded(_)
            | AccessEvent::DeviceRevoked { .. }
            | AccessEvent::SignedOut { .. } => {}
        }
    }

    fn staff_of_state(&mut self, state: &mut State) {
        for desk in state.centre.desks.values_mut() {
            if let Some(staffed) = &mut desk.staffed {
                self.names.replace(&mut staffed.consultant);
            }
        }
        for stop in state.centre.stopped.values_mut() {
            clear_some(&mut stop.by);
        }
        let calendar = &mut state.centre.calendar;
        calendar.forget(jiff::civil::Date::MAX, FieldClass::Staff);
        // In the order of logins their numbers would be the same on every day.
        state.register.accounts.clear();
        Arc::make_mut(&mut state.quality).clear_names();
    }

    /// The mark itself stays: it is counted, and waits and overtakes follow from it.
    fn marked(&self, record: &mut Record) {
        let concerned = match &record.fact {
            Fact::Queue(event) => event.ticket(),
            Fact::Access(_)
            | Fact::Quality(_)
            | Fact::Snapshot(_)
            | Fact::Sealed(_)
            | Fact::Redacted(_) => None,
        };
        if let Fact::Snapshot(state) = &mut record.fact {
            each_ticket(&mut state.centre, &mut |ticket| self.marked_ticket(ticket));
            let by_track = std::mem::take(&mut state.centre.by_track);
            let kept = by_track
                .into_iter()
                .filter(|(_, id)| !self.out_of_turn.contains(id));
            state.centre.by_track = kept.collect();
        }
        if !concerned.is_some_and(|id| self.out_of_turn.contains(&id)) {
            return;
        }
        record.request = None;
        let Fact::Queue(event) = &mut record.fact else {
            return;
        };
        if let Event::TicketIssued {
            track, out_of_turn, ..
        } = event
        {
            clear_track(track);
            if *out_of_turn {
                forget_actor(&mut record.actor);
            }
        } else if let Event::TicketMarkedOutOfTurn { .. } = event {
            forget_actor(&mut record.actor);
        }
        event_reasons(event);
    }

    fn marked_ticket(&self, ticket: &mut Ticket) {
        if self.out_of_turn.contains(&ticket.id) {
            clear_track(&mut ticket.track);
            ticket_reasons(ticket);
        }
    }
}

/// Somebody of the staff did it; nothing says any more who.
fn forget_actor(actor: &mut Actor) {
    match actor {
        Actor::Consultant { login } | Actor::Supervisor { login } => CLEARED.clone_into(login),
        Actor::Rinda | Actor::Device { .. } => {}
    }
}

fn clear_secrets(record: &mut Record) {
    match &mut record.fact {
        Fact::Access(event) => match event {
            AccessEvent::StaffAdded(account) => account.password_hash.clear(),
            AccessEvent::PasswordChanged { password_hash, .. } => password_hash.clear(),
            AccessEvent::DeviceAdded(device) => device.key_sha256.clear(),
            AccessEvent::SignedIn { token_sha256, .. }
            | AccessEvent::SignedOut { token_sha256 } => token_sha256.clear(),
            AccessEvent::StaffDisabled { .. } | AccessEvent::DeviceRevoked { .. } => {}
        },
        Fact::Snapshot(state) => {
            let Register {
                accounts,
                devices,
                sessions,
            } = &mut state.register;
            for account in accounts.values_mut() {
                account.password_hash.clear();
            }
            for device in devices.values_mut() {
                device.key_sha256.clear();
            }
            sessions.clear();
            state.answers.clear();
        }
        Fact::Queue(_) | Fact::Quality(_) | Fact::Sealed(_) | Fact::Redacted(_) => {}
    }
}

fn track(record: &mut Record) {
    record.request = None;
    match &mut record.fact {
        Fact::Queue(event) => {
            if let Event::TicketIssued { track, .. } = event {
                clear_track(track);
            }
            if let Event::AppointmentBooked { code, source, .. } = event {
                clear_code(code);
                if let Source::Import { reference } = source {
                    clear_reference(reference);
                }
            }
            if let Event::AppointmentMoved { code, .. } = event {
                code.iter_mut().for_each(clear_code);
            }
        }
        Fact::Snapshot(state) => {
            let centre = &mut state.centre;
            centre.by_track.clear();
            each_ticket(centre, &mut |ticket| clear_track(&mut ticket.track));
            for appointment in centre.appointments.by_id.values_mut() {
                appointment.code.iter_mut().for_each(clear_code);
                appointment.reference.iter_mut().for_each(clear_reference);
            }
        }
        Fact::Access(_) | Fact::Quality(_) | Fact::Sealed(_) | Fact::Redacted(_) => {}
    }
}

fn reasons(record: &mut Record) {
    match &mut record.fact {
        Fact::Queue(event) => event_reasons(event),
        Fact::Snapshot(state) => {
            let centre = &mut state.centre;
            each_ticket(centre, &mut ticket_reasons);
            for stop in centre.stopped.values_mut() {
                CLEARED.clone_into(&mut stop.reason);
            }
            let calendar = &mut centre.calendar;
            calendar.forget(jiff::civil::Date::MAX, FieldClass::Reasons);
            Arc::make_mut(&mut state.quality).clear_words();
        }
        Fact::Quality(event) => event.clear_words(),
        Fact::Access(_) | Fact::Sealed(_) | Fact::Redacted(_) => {}
    }
}

/// What people typed into the events of the queue. Where there was nothing nothing is put.
fn event_reasons(event: &mut Event) {
    if let Event::ServiceStopped { reason, .. }
    | Event::CalendarDaySet { reason, .. }
    | Event::TicketCancelled {
        reason: CancelReason::Staff { text: reason },
        ..
    } = event
    {
        CLEARED.clone_into(reason);
    }
    if let Event::TicketFinished { outcome: text, .. }
    | Event::AppointmentCancelled { reason: text, .. } = event
    {
        clear_some(text);
    }
}

fn ticket_reasons(ticket: &mut Ticket) {
    if let Place::Cancelled {
        reason: CancelReason::Staff { text },
        ..
    } = &mut ticket.place
    {
        CLEARED.clone_into(text);
    }
}

fn each_ticket(centre: &mut Centre, change: &mut dyn FnMut(&mut Ticket)) {
    centre.tickets.values_mut().for_each(&mut *change);
    let staffed = centre.desks.values_mut().filter_map(|d| d.staffed.as_mut());
    for last in staffed.filter_map(|staffed| staffed.last_step.as_mut()) {
        change(&mut last.ticket_before);
    }
}

fn clear_some(text: &mut Option<String>) {
    if let Some(text) = text {
        CLEARED.clone_into(text);
    }
}

fn clear_track(track: &mut TrackToken) {
    *track = TrackToken::default();
}

fn clear_code(code: &mut CodeHash) {
    code.0.clear();
}

fn clear_reference(reference: &mut ReferenceHash) {
    reference.0.clear();
}
