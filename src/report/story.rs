//! One ticket from the press to the finish, as the journal has it: every event in order, why it was
//! called when it was called, and what went on while its customer waited.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;
use utoipa::ToSchema;

use super::day_log::{DayLog, Entry};
use super::telling;
use crate::queue::catalogue::Service;
use crate::queue::centre::Centre;
use crate::queue::command::Actor;
use crate::queue::event::{Event, JobId, Step};
use crate::queue::setup::Setup;
use crate::queue::statistics::seconds;
use crate::queue::ticket::{DeskNumber, Place, Ticket, TicketId};
use crate::queue::view::WaitRange;
use crate::queue::wording;

/// Whether those who look may see who did something, or only where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Eyes {
    /// Logins of staff are told.
    Names,
    /// Desks only: staff figures are personal data.
    Desks,
}

/// One ticket's story.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Story {
    /// Identity, for ever.
    pub id: u64,
    /// Printed number, e.g. "P 027".
    pub number: String,
    /// Local date of issue.
    pub date: Date,
    /// Service it was issued for.
    pub service: Service,
    /// Its name.
    pub service_name: String,
    /// Where it stands, or how it ended.
    pub state: StoryState,
    /// When it was issued.
    pub issued_at: Timestamp,
    /// Out of turn (A2/2/2.5).
    pub out_of_turn: bool,
    /// Tickets ahead at issue.
    pub ahead: u32,
    /// Wait promised at issue.
    pub promise: Option<WaitRange>,
    /// First call − issue, seconds; absent where it was not called.
    pub wait_s: Option<u32>,
    /// Finish − arrival, all stays together, seconds; absent before the first ended.
    pub handling_s: Option<u32>,
    /// Last finish − issue, seconds.
    pub visit_s: Option<u32>,
    /// The target wait, seconds.
    pub target_s: u32,
    /// Why it waited as long as it did, in Latvian sentences.
    pub why: Vec<String>,
    /// What happened, oldest first.
    pub steps: Vec<StoryStep>,
    /// Logins of those at whose desk it was, while it was there. Never told.
    #[serde(skip)]
    #[schema(ignore)]
    pub consultants: BTreeSet<String>,
}

/// Where a ticket stands, or how it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum StoryState {
    /// In the queue.
    Waiting,
    /// Called to a desk or at it.
    AtDesk,
    /// Set aside.
    Parked,
    /// Served.
    Finished,
    /// Called and not come.
    NoShow,
    /// Cancelled.
    Cancelled,
}

/// One event of a story.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct StoryStep {
    /// Journal sequence of the event.
    pub seq: u64,
    /// When.
    pub at: Timestamp,
    /// The same on the centre's clock, "10.42".
    pub time: String,
    /// What.
    pub kind: StepKind,
    /// In a Latvian sentence.
    pub text: String,
    /// Of a call: why this ticket, and whom it overtook, in a Latvian sentence.
    pub reason: Option<String>,
    /// Who.
    pub who: Who,
    /// It was taken back afterwards.
    pub undone: bool,
}

/// What kind of event a step is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum StepKind {
    /// Issued.
    Issued,
    /// Something about its paper.
    Paper,
    /// Somebody who came later was called before it.
    Overtaken,
    /// Called.
    Called,
    /// Announced again.
    Recalled,
    /// The customer came to the desk.
    Arrived,
    /// Documents begun.
    Documents,
    /// Finished.
    Finished,
    /// Did not come.
    NoShow,
    /// Put back after that.
    Reinstated,
    /// Marked out of turn.
    OutOfTurn,
    /// Sent on.
    Transferred,
    /// Set aside.
    Parked,
    /// Back from there.
    Resumed,
    /// Cancelled.
    Cancelled,
    /// A step was taken back.
    Undone,
    /// Its desk was taken over or left.
    Desk,
    /// The day ended over it.
    DayEnded,
    /// The daemon was started anew, or the clock was set.
    Daemon,
}

/// Who did something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Who {
    /// As what.
    pub role: WhoRole,
    /// At which desk, where one sits at one.
    pub desk: Option<u16>,
    /// A device's name.
    pub device: Option<String>,
    /// A person's login, for those who may see it.
    pub login: Option<String>,
}

/// As what somebody acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WhoRole {
    /// The daemon itself.
    Rinda,
    /// A device.
    Device,
    /// A consultant.
    Consultant,
    /// A manager or administrator.
    Supervisor,
}

/// Tells the story of a ticket of a date; `None` where there is no such ticket on it.
pub fn story(setup: &Setup, log: &DayLog, id: TicketId, eyes: Eyes) -> Option<Story> {
    let ticket = log.tickets().remove(&id)?;
    let mut teller = Teller::new(setup, id, eyes);
    log.walk(|before, entry| teller.hear(before, entry));
    let wait_s = ticket
        .first_called_at()
        .map(|called| seconds(ticket.issued_at, called));
    Some(Story {
        id: id.0,
        number: ticket.number.to_string(),
        date: log.date,
        service: ticket.issued_for,
        service_name: setup.service_name(ticket.issued_for).to_owned(),
        state: state_of(&ticket),
        issued_at: ticket.issued_at,
        out_of_turn: ticket.out_of_turn,
        ahead: ticket.ahead,
        promise: ticket.promise,
        wait_s,
        handling_s: handling_s(&ticket),
        visit_s: visit_s(&ticket),
        target_s: super::figures::target_s(setup),
        why: telling::why(setup, &ticket, wait_s, &teller.wait),
        steps: teller.steps,
        consultants: teller.consultants,
    })
}

pub(super) fn state_of(ticket: &Ticket) -> StoryState {
    match ticket.place {
        Place::Waiting => StoryState::Waiting,
        Place::AtDesk { .. } => StoryState::AtDesk,
        Place::Parked { .. } => StoryState::Parked,
        Place::Finished { .. } => StoryState::Finished,
        Place::NoShow { .. } => StoryState::NoShow,
        Place::Cancelled { .. } => StoryState::Cancelled,
    }
}

fn handling_s(ticket: &Ticket) -> Option<u32> {
    let stays = ticket.legs.iter().filter_map(|leg| {
        let (arrived, finished) = (leg.arrived_at?, leg.finished_at?);
        Some(seconds(arrived, finished))
    });
    stays.reduce(u32::saturating_add)
}

fn visit_s(ticket: &Ticket) -> Option<u32> {
    if let Place::Finished { at: Some(at), .. } = ticket.place {
        Some(seconds(ticket.issued_at, at))
    } else {
        None
    }
}

/// What went on between issue and first call.
#[derive(Debug, Default)]
pub(super) struct WaitContext {
    /// Desks that called its service × seconds.
    pub(super) desk_seconds: u64,
    /// Seconds counted.
    pub(super) seconds: u64,
    /// Seconds in which no desk called its service.
    pub(super) without_desk_s: u64,
    /// Fewest and most of those desks.
    pub(super) desks: Option<(usize, usize)>,
    /// Calls of other tickets by desks that could have called it.
    pub(super) called_before: u32,
    /// Numbers of those that overtook it.
    pub(super) overtaken_by: Vec<String>,
}

/// Listens to a date and keeps what concerns one ticket.
struct Teller<'a> {
    setup: &'a Setup,
    id: TicketId,
    eyes: Eyes,
    jobs: BTreeSet<JobId>,
    steps: Vec<StoryStep>,
    /// Steps at desks that may still be undone: where they stand in `steps`.
    undoable: BTreeMap<DeskNumber, usize>,
    consultants: BTreeSet<String>,
    waited_until: Option<Timestamp>,
    wait: WaitContext,
}

impl<'a> Teller<'a> {
    fn new(setup: &'a Setup, id: TicketId, eyes: Eyes) -> Self {
        Self {
            setup,
            id,
            eyes,
            jobs: BTreeSet::new(),
            steps: Vec::new(),
            undoable: BTreeMap::new(),
            consultants: BTreeSet::new(),
            waited_until: None,
            wait: WaitContext::default(),
        }
    }

    fn hear(&mut self, before: &Centre, entry: &Entry) {
        self.follow_wait(before, entry);
        let event = &entry.happened.event;
        self.take_jobs(event);
        let told = telling::Telling {
            setup: self.setup,
            before,
            at: entry.happened.at,
            id: self.id,
            jobs: &self.jobs,
        };
        let Some((kind, text)) = told.tell(event) else {
            return;
        };
        let desk = telling::desk_of(event);
        if kind != StepKind::Overtaken {
            let at_desk = desk.and_then(|desk| before.staffed(desk));
            self.consultants
                .extend(at_desk.map(|staffed| staffed.consultant.clone()));
        }
        if let Event::StepUndone { desk, .. } = event {
            let undone = self.undoable.remove(desk);
            if let Some(step) = undone.and_then(|at| self.steps.get_mut(at)) {
                step.undone = true;
            }
        } else if let Some(desk) = desk.filter(|_| is_step(kind)) {
            self.undoable.insert(desk, self.steps.len());
        }
        self.steps.push(StoryStep {
            seq: entry.happened.seq,
            at: entry.happened.at,
            time: wording::time(entry.happened.at, &self.setup.timezone),
            kind,
            text,
            reason: told.reason(event),
            who: self.who(before, &entry.actor, desk),
            undone: false,
        });
    }

    /// Which papers are this ticket's.
    fn take_jobs(&mut self, event: &Event) {
        let mine = event.ticket() == Some(self.id);
        if let Event::TicketIssued {
            print: Some(print), ..
        }
        | Event::SlipRequested { print, .. } = event
            && mine
        {
            self.jobs.insert(print.job);
        }
        if let Event::SlipRepeated { of, print, .. } = event
            && self.jobs.contains(of)
        {
            self.jobs.insert(print.job);
        }
    }

    fn who(&self, before: &Centre, actor: &Actor, desk: Option<DeskNumber>) -> Who {
        let named = |login: &String| (self.eyes == Eyes::Names).then(|| login.clone());
        let seat = |login: &str| before.desk_of(login).map(|desk| desk.0);
        let (role, desk, device, login) = match actor {
            Actor::Rinda => (WhoRole::Rinda, None, None, None),
            Actor::Device { name } => (WhoRole::Device, None, Some(name.clone()), None),
            Actor::Consultant { login } => {
                let desk = seat(login).or(desk.map(|desk| desk.0));
                (WhoRole::Consultant, desk, None, named(login))
            }
            Actor::Supervisor { login } => (WhoRole::Supervisor, seat(login), None, named(login)),
        };
        Who {
            role,
            desk,
            device,
            login,
        }
    }

    /// Counts the desks that could have called it, from issue to first call.
    fn follow_wait(&mut self, before: &Centre, entry: &Entry) {
        let at = entry.happened.at;
        let event = &entry.happened.event;
        if let Event::TicketIssued { ticket, .. } = event
            && *ticket == self.id
        {
            self.waited_until = Some(at);
        }
        let ticket = before.tickets.get(&self.id);
        let waits = |ticket: &&Ticket| ticket.legs.is_empty() && !ticket.is_over();
        let (Some(ticket), Some(from)) = (ticket.filter(waits), self.waited_until) else {
            return;
        };
        let desks = before.desks.values().filter(|desk| {
            desk.staffed
                .as_ref()
                .is_some_and(|staffed| telling::calls(staffed, ticket.service))
        });
        let (open, length) = (desks.count(), u64::from(seconds(from, at)));
        self.waited_until = Some(at);
        self.wait.seconds += length;
        self.wait.desk_seconds += length * open as u64;
        if length > 0 {
            let (least, most) = self.wait.desks.unwrap_or((open, open));
            self.wait.desks = Some((least.min(open), most.max(open)));
            self.wait.without_desk_s += if open == 0 { length } else { 0 };
        }
        if let Event::TicketCalled {
            ticket: called,
            desk,
            reason,
        } = event
            && *called != self.id
            && let Some(staffed) = before.staffed(*desk)
            && telling::calls(staffed, ticket.service)
        {
            self.wait.called_before += 1;
            if reason.overtook.contains(&self.id) {
                let number = before.tickets.get(called).map(|ticket| ticket.number);
                self.wait
                    .overtaken_by
                    .extend(number.map(|number| number.to_string()));
            }
        }
    }
}

/// Whether a step can be taken back, after [`Step`].
fn is_step(kind: StepKind) -> bool {
    [
        StepKind::Arrived,
        StepKind::Documents,
        StepKind::Finished,
        StepKind::NoShow,
        StepKind::Parked,
        StepKind::Transferred,
    ]
    .contains(&kind)
}

/// What a step that was taken back is called.
pub(super) fn step_name(step: Step) -> &'static str {
    match step {
        Step::Arrived => "ierašanās",
        Step::Documents => "dokumentu noformēšana",
        Step::Finished => "pabeigšana",
        Step::NoShow => "neierašanās",
        Step::Parked => "atlikšana",
        Step::Transferred => "pāradresēšana",
    }
}
