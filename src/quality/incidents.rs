//! Technical failures (A2/2/4.1 to 4.6): what is disturbed since when, and which of the clause's
//! steps was taken when and by whom, until customers are served in full again.
//!
//! The list of steps follows from the facts: a notice on the website is a step only where the
//! forecast is longer than four hours.

mod check;
mod steps;

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Noted;
use super::feedback::Telling;
use super::messages::News;
use crate::queue::retention::CLEARED;

pub use check::IncidentRejection;
pub use steps::{Deed, Step, Taken};

/// „ilgāks par 4 stundām” (4.2): four hours to the second are not longer.
pub const LONG: SignedDuration = SignedDuration::from_hours(4);

/// Longest text of each kind, characters: the notice has room for so much.
pub const TEXT_CHARS_MAX: usize = 160;

/// How far behind its beginning an end may be forecast.
pub const FORECAST_MAX: SignedDuration = SignedDuration::from_hours(24 * 31);

/// What is disturbed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Disturbed {
    /// Electricity.
    Electricity,
    /// The connection to the internet.
    Internet,
    /// Something else, in words.
    Other,
}

impl Disturbed {
    /// Whether consultants phone about payment before they hand out an order (4.5).
    pub const fn checks_payment(self) -> bool {
        match self {
            Self::Electricity | Self::Internet => true,
            Self::Other => false,
        }
    }
}

/// When service is expected to be whole again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Forecast {
    /// At a moment.
    Until(Timestamp),
    /// So many minutes from the beginning.
    LastsMin(u32),
}

impl Forecast {
    /// The moment, for a failure that began then; none where time does not reach so far.
    fn until(self, began_at: Timestamp) -> Option<Timestamp> {
        match self {
            Self::Until(at) => Some(at),
            Self::LastsMin(minutes) => began_at
                .checked_add(SignedDuration::from_mins(i64::from(minutes)))
                .ok(),
        }
    }
}

/// What can happen around failures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum IncidentEvent {
    /// One was noted; the sequence of this fact names it.
    Opened {
        /// What is disturbed.
        disturbed: Disturbed,
        /// In words, where it is neither electricity nor internet.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        what: String,
        /// Since when; absent: since the moment of this fact.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        began_at: Option<Timestamp>,
        /// Its end, where somebody foretold it already.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        forecast: Option<Forecast>,
    },
    /// Its end is forecast otherwise.
    Forecast {
        /// Which.
        id: u64,
        /// The new forecast; absent where nobody knows any more.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        forecast: Option<Forecast>,
    },
    /// A step was taken.
    Done {
        /// Which.
        id: u64,
        /// The step.
        #[serde(flatten)]
        deed: Deed,
        /// When, by the word of who entered it; absent: at the moment of this fact.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        at: Option<Timestamp>,
    },
}

/// The decision on a notice in the centre.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decided {
    /// There is one.
    pub posted: bool,
    /// Where customers are to go.
    pub where_to: String,
}

/// A failure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Incident {
    /// What is disturbed.
    pub disturbed: Disturbed,
    /// In words, where it is neither electricity nor internet.
    pub what: String,
    /// Since when.
    pub began_at: Timestamp,
    /// When it was noted.
    pub opened_at: Timestamp,
    /// Login of who noted it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// Its cause, once known.
    pub cause: String,
    /// Its end, where one is forecast.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub forecast_until: Option<Timestamp>,
    /// The decision on a notice in the centre, once made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notice: Option<Decided>,
    /// Steps that people took.
    pub taken: BTreeMap<Step, Taken>,
    /// How far messages of the failure are.
    pub begun: Telling,
    /// How far messages of its end are.
    pub resumed: Telling,
}

impl Incident {
    /// When a step was taken, and by whom: by a person, or told by message.
    pub fn taken(&self, step: Step) -> Option<Taken> {
        if let Some(taken) = self.taken.get(&step) {
            return Some(taken.clone());
        }
        match self.telling(step)? {
            Telling::Told { at } => Some(Taken {
                at,
                entered_at: at,
                by: None,
            }),
            Telling::Nobody | Telling::Waiting { .. } | Telling::GivenUp { .. } => None,
        }
    }

    /// How far the messages of a step are; absent where it is told by none.
    pub const fn telling(&self, step: Step) -> Option<Telling> {
        match step {
            Step::Told => Some(self.begun),
            Step::ToldResumed => Some(self.resumed),
            Step::Services | Step::Website | Step::Notice | Step::Resumed => None,
        }
    }

    /// The steps of this failure, by what is known of it.
    pub fn steps(&self) -> impl Iterator<Item = Step> {
        let website = self.is_forecast_long() || self.taken.contains_key(&Step::Website);
        let mut steps = Step::ALL.to_vec();
        steps.retain(|step| *step != Step::Website || website);
        steps.into_iter()
    }

    /// Steps that are still to be taken, in the clause's order.
    pub fn untaken(&self) -> impl Iterator<Item = Step> {
        self.steps().filter(|step| self.taken(*step).is_none())
    }

    /// Customers are not served in full yet.
    pub fn is_open(&self) -> bool {
        self.resumed_at().is_none()
    }

    /// When customers were served in full again.
    pub fn resumed_at(&self) -> Option<Timestamp> {
        self.taken.get(&Step::Resumed).map(|taken| taken.at)
    }

    /// For how long it is forecast to last.
    pub fn forecast(&self) -> Option<SignedDuration> {
        let until = self.forecast_until?;
        Some(until.duration_since(self.began_at))
    }

    /// Whether it is forecast to last longer than four hours (4.2).
    pub fn is_forecast_long(&self) -> bool {
        self.forecast().is_some_and(|forecast| forecast > LONG)
    }

    /// How long it lasted, or has lasted by now.
    pub fn lasted(&self, now: Timestamp) -> SignedDuration {
        let until = self.resumed_at().unwrap_or(now);
        until.duration_since(self.began_at)
    }

    /// In Latvian, what is disturbed: "elektrības padeve", or the words of who noted it.
    pub fn words(&self) -> &str {
        match self.disturbed {
            Disturbed::Electricity => "elektrības padeve",
            Disturbed::Internet => "interneta pieslēgums",
            Disturbed::Other => &self.what,
        }
    }

    fn clear_words(&mut self) {
        let notice = self.notice.as_mut().map(|notice| &mut notice.where_to);
        let words = [&mut self.what, &mut self.cause];
        words.into_iter().chain(notice).for_each(clear);
    }

    fn clear_names(&mut self) {
        self.by = None;
        self.taken.values_mut().for_each(|taken| taken.by = None);
    }
}

fn clear(words: &mut String) {
    if !words.is_empty() {
        CLEARED.clone_into(words);
    }
}

impl IncidentEvent {
    /// Clears what people wrote, for a closed quarter's journal.
    pub fn clear_words(&mut self) {
        match self {
            Self::Opened { what: words, .. }
            | Self::Done {
                deed: Deed::Services { cause: words, .. },
                ..
            }
            | Self::Done {
                deed: Deed::Notice {
                    where_to: words, ..
                },
                ..
            } => clear(words),
            Self::Forecast { .. }
            | Self::Done {
                deed: Deed::Told | Deed::Website | Deed::Resumed | Deed::ToldResumed,
                ..
            } => {}
        }
    }
}

/// Failures by the sequence of the fact that noted each.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Incidents(BTreeMap<u64, Incident>);

impl Incidents {
    /// Clears what people wrote, for a closed quarter's snapshots.
    pub fn clear_words(&mut self) {
        self.0.values_mut().for_each(Incident::clear_words);
    }

    /// Forgets who did what, for a closed quarter's snapshots.
    pub fn clear_names(&mut self) {
        self.0.values_mut().for_each(Incident::clear_names);
    }

    /// Brings the failures up to date with one fact.
    pub fn apply(&mut self, noted: Noted<'_>, event: &IncidentEvent) {
        let by = noted.actor.login().map(str::to_owned);
        match event {
            IncidentEvent::Opened {
                disturbed,
                what,
                began_at,
                forecast,
            } => {
                let began_at = began_at.unwrap_or(noted.at);
                let incident = Incident {
                    disturbed: *disturbed,
                    what: what.clone(),
                    began_at,
                    opened_at: noted.at,
                    by,
                    cause: String::new(),
                    forecast_until: forecast.and_then(|forecast| forecast.until(began_at)),
                    notice: None,
                    taken: BTreeMap::new(),
                    begun: Telling::Nobody,
                    resumed: Telling::Nobody,
                };
                self.0.insert(noted.seq, incident);
            }
            IncidentEvent::Forecast { id, forecast } => {
                if let Some(incident) = self.0.get_mut(id) {
                    let began_at = incident.began_at;
                    incident.forecast_until = forecast.and_then(|it| it.until(began_at));
                }
            }
            IncidentEvent::Done { id, deed, at } => {
                if let Some(incident) = self.0.get_mut(id) {
                    let taken = Taken {
                        at: at.unwrap_or(noted.at),
                        entered_at: noted.at,
                        by,
                    };
                    apply_deed(incident, deed, taken);
                }
            }
        }
    }

    /// How telling of one stands now.
    pub(super) fn tell(&mut self, id: u64, news: News, telling: Telling) {
        if let Some(incident) = self.0.get_mut(&id) {
            match news {
                News::Begun => incident.begun = telling,
                News::Resumed => incident.resumed = telling,
            }
        }
    }

    /// What is to be told by message and has none yet: of a failure once its cause is known, while
    /// it lasts; of its end at once.
    pub fn untold(&self) -> impl Iterator<Item = (u64, News)> {
        self.iter().filter_map(|(id, incident)| {
            let (step, news) = if !incident.is_open() {
                (Step::ToldResumed, News::Resumed)
            } else if incident.taken.contains_key(&Step::Services) {
                (Step::Told, News::Begun)
            } else {
                return None;
            };
            let nobody = incident.telling(step) == Some(Telling::Nobody);
            (nobody && !incident.taken.contains_key(&step)).then_some((id, news))
        })
    }

    /// One of them.
    pub fn get(&self, id: u64) -> Option<&Incident> {
        self.0.get(&id)
    }

    /// All of them by the sequence that names them.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (u64, &Incident)> {
        self.0.iter().map(|(id, incident)| (*id, incident))
    }

    /// Those that last.
    pub fn open(&self) -> impl Iterator<Item = (u64, &Incident)> {
        self.iter().filter(|(_, incident)| incident.is_open())
    }
}

fn apply_deed(incident: &mut Incident, deed: &Deed, taken: Taken) {
    match deed {
        Deed::Services { cause, forecast } => {
            incident.cause.clone_from(cause);
            if let Some(forecast) = forecast {
                incident.forecast_until = forecast.until(incident.began_at);
            }
        }
        Deed::Notice { posted, where_to } => {
            incident.notice = Some(Decided {
                posted: *posted,
                where_to: where_to.clone(),
            });
        }
        Deed::Told | Deed::Website | Deed::Resumed | Deed::ToldResumed => {}
    }
    incident.taken.insert(deed.step(), taken);
}

#[cfg(test)]
#[path = "incidents_tests.rs"]
mod tests;
