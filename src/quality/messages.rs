//! The outbox of messages: what is to be told electronically, to whom, and how far that is.
//!
//! A message is durable before its first attempt and stays until it was sent or a person gives it
//! up, so what is told may be told twice but is never lost. Its id makes its Message-ID, by which
//! receivers know a repeat. Only the reference to what it is about is kept: its text is made of the
//! fact when it is sent.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Noted;

/// Pause after the first attempt that failed.
pub const RETRY_FIRST: SignedDuration = SignedDuration::from_secs(10);

/// Longest pause between attempts.
pub const RETRY_MAX: SignedDuration = SignedDuration::from_mins(10);

/// Longest reason, and longest server's words kept, characters.
pub const WHY_CHARS_MAX: usize = 300;

/// Where messages go.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Route {
    /// An e-mail address.
    Mail(String),
    /// The configured webhook.
    Webhook,
}

/// A text that names no route.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is no route: use \"mail:name@example.lv\" or \"webhook\"")]
pub struct NoRoute(pub String);

impl FromStr for Route {
    type Err = NoRoute;

    fn from_str(text: &str) -> Result<Self, NoRoute> {
        if text == "webhook" {
            return Ok(Self::Webhook);
        }
        let address = text.strip_prefix("mail:");
        let address = address.filter(|address| is_address(address));
        let address = address.ok_or_else(|| NoRoute(text.to_owned()))?;
        Ok(Self::Mail(address.to_owned()))
    }
}

/// Enough to tell a slip of the pen: the mail server knows which addresses there are.
pub fn is_address(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_graphic() && !matches!(c, '<' | '>' | ',' | ';' | '"' | '\\');
    text.len() <= 254
        && text.chars().all(plain)
        && text.split_once('@').is_some_and(|(name, domain)| {
            !name.is_empty() && !domain.is_empty() && !domain.contains('@')
        })
}

impl TryFrom<String> for Route {
    type Error = NoRoute;

    fn try_from(text: String) -> Result<Self, NoRoute> {
        text.parse()
    }
}

impl From<Route> for String {
    fn from(route: Route) -> Self {
        route.to_string()
    }
}

impl fmt::Display for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Mail(address) => write!(f, "mail:{address}"),
            Self::Webhook => f.write_str("webhook"),
        }
    }
}

/// What a message is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum About {
    /// Feedback (clause 29).
    Feedback {
        /// The sequence that names it.
        id: u64,
    },
    /// A technical failure (A2/2/4).
    Incident {
        /// The sequence that names it.
        id: u64,
        /// What of it.
        news: News,
    },
}

impl fmt::Display for About {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Feedback { id } => write!(f, "feedback {id}"),
            Self::Incident { id, news } => match news {
                News::Begun => write!(f, "incident {id} begun"),
                News::Resumed => write!(f, "incident {id} resumed"),
            },
        }
    }
}

/// What is told of a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum News {
    /// It has begun: cause and forecast (4.1).
    Begun,
    /// Customers are served in full again (4.6).
    Resumed,
}

/// Why a message was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Trouble {
    /// The server cannot be reached.
    Unreachable,
    /// It did not answer in time.
    TimedOut,
    /// It offers no encryption, or its certificate does not hold.
    Untrusted,
    /// It does not know the user or the password.
    SignIn,
    /// It refused for now.
    Busy,
    /// It refused this message for good.
    Refused,
    /// The configuration names no such way any more, or its secret cannot be read.
    NotConfigured,
}

impl Trouble {
    /// In Latvian, as the end of a sentence.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Unreachable => "serveris nav sasniedzams",
            Self::TimedOut => "serveris laikā neatbildēja",
            Self::Untrusted => "serverim nevar uzticēties: nav šifrēšanas vai neder sertifikāts",
            Self::SignIn => "serveris nepieņem lietotāju vai paroli",
            Self::Busy => "serveris pagaidām atteica",
            Self::Refused => "serveris šo ziņojumu noraidīja",
            Self::NotConfigured => "nosūtīšana nav pareizi iestatīta",
        }
    }

    /// Whether it is the way that fails, so that other messages would fare no better.
    pub const fn is_of_route(self) -> bool {
        match self {
            Self::Unreachable
            | Self::TimedOut
            | Self::Untrusted
            | Self::SignIn
            | Self::Busy
            | Self::NotConfigured => true,
            Self::Refused => false,
        }
    }
}

/// What can happen to a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum MessageEvent {
    /// It is to be sent; the sequence of this fact names it.
    Queued {
        /// What it is about.
        about: About,
        /// To whom.
        to: Vec<Route>,
    },
    /// The receiver's server took it.
    Sent {
        /// Which.
        message: u64,
        /// By which route.
        to: Route,
        /// At the how-manieth attempt, from 1.
        attempt: u32,
    },
    /// It was not taken.
    Failed {
        /// Which.
        message: u64,
        /// By which route.
        to: Route,
        /// At the how-manieth attempt, from 1.
        attempt: u32,
        /// Why.
        trouble: Trouble,
        /// The server's own words, for whoever mends it.
        detail: String,
        /// When it is tried again.
        next_at: Timestamp,
    },
    /// A person decided that it is not to be sent any more.
    GivenUp {
        /// Which.
        message: u64,
        /// Why.
        why: String,
    },
}

/// A message on one route.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leg {
    /// The route.
    pub to: Route,
    /// Attempts that failed.
    pub failed: u32,
    /// Why the last one did.
    pub trouble: Option<Trouble>,
    /// The server's own words.
    pub detail: String,
    /// Not to be tried before.
    pub next_at: Timestamp,
}

/// A message that was not sent to everybody yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// What it is about.
    pub about: About,
    /// When it was queued.
    pub queued_at: Timestamp,
    /// Where it is still to go.
    pub legs: Vec<Leg>,
}

/// The outbox, by the sequence that names each message.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Outbox(BTreeMap<u64, Message>);

/// How a message has come to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ended {
    /// Everybody has it.
    Sent,
    /// It was given up.
    GivenUp,
}

/// Why something is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MessageRejection {
    /// A message to nobody, or to somebody twice.
    #[error("a message needs routes, each once")]
    UnfitRoutes,
    /// A message about the same waits already, or what it is about is unknown.
    #[error("there is nothing to tell")]
    NothingToTell,
    /// No such message waits on that route.
    #[error("message {0} does not wait: see `rinda outbox list`")]
    NotWaiting(u64),
    /// No reason.
    #[error("say why the message is given up, in 1 to {WHY_CHARS_MAX} characters")]
    UnfitReason,
}

/// The pause after so many attempts in a row that failed: 10 s doubled up to 10 min.
pub fn pause_after(failed: u32) -> SignedDuration {
    let doubled = 1_i32.checked_shl(failed.saturating_sub(1).min(16));
    let pause = RETRY_FIRST.checked_mul(doubled.unwrap_or(i32::MAX));
    pause.map_or(RETRY_MAX, |pause| pause.min(RETRY_MAX))
}

impl Outbox {
    /// Whether a change may be made. What a message is about is looked up by the caller.
    ///
    /// # Errors
    /// The refusal.
    pub fn check(&self, event: &MessageEvent) -> Result<(), MessageRejection> {
        match event {
            MessageEvent::Queued { to, .. } => {
                let each_once = to
                    .iter()
                    .enumerate()
                    .all(|(at, route)| to.get(..at).is_some_and(|before| !before.contains(route)));
                if to.is_empty() || !each_once {
                    return Err(MessageRejection::UnfitRoutes);
                }
                Ok(())
            }
            MessageEvent::Sent { message, to, .. } | MessageEvent::Failed { message, to, .. } => {
                let leg = self.leg(*message, to);
                leg.map(drop).ok_or(MessageRejection::NotWaiting(*message))
            }
            MessageEvent::GivenUp { message, why } => {
                if !(1..=WHY_CHARS_MAX).contains(&why.trim().chars().count()) {
                    return Err(MessageRejection::UnfitReason);
                }
                let waits = self.0.contains_key(message);
                waits
                    .then_some(())
                    .ok_or(MessageRejection::NotWaiting(*message))
            }
        }
    }

    /// Brings the outbox up to date with one fact; what the message was about, where it ended.
    pub(super) fn apply(
        &mut self,
        noted: Noted<'_>,
        event: &MessageEvent,
    ) -> Option<(About, Ended)> {
        match event {
            MessageEvent::Queued { about, to } => {
                let leg = |to: &Route| Leg {
                    to: to.clone(),
                    failed: 0,
                    trouble: None,
                    detail: String::new(),
                    next_at: noted.at,
                };
                let message = Message {
                    about: *about,
                    queued_at: noted.at,
                    legs: to.iter().map(leg).collect(),
                };
                self.0.insert(noted.seq, message);
                None
            }
            MessageEvent::Sent { message, to, .. } => {
                let waiting = self.0.get_mut(message)?;
                waiting.legs.retain(|leg| leg.to != *to);
                // A route that works again owes the others no pause.
                self.hurry(to, noted.at);
                let ended = self.0.get(message)?.legs.is_empty();
                let ended = ended.then(|| self.0.remove(message)).flatten()?;
                Some((ended.about, Ended::Sent))
            }
            MessageEvent::Failed {
                message,
                to,
                attempt,
                trouble,
                detail,
                next_at,
            } => {
                let waiting = self.0.get_mut(message)?;
                let leg = waiting.legs.iter_mut().find(|leg| leg.to == *to)?;
                leg.failed = *attempt;
                leg.trouble = Some(*trouble);
                leg.detail = detail.clone();
                leg.next_at = *next_at;
                None
            }
            MessageEvent::GivenUp { message, .. } => {
                let given_up = self.0.remove(message)?;
                Some((given_up.about, Ended::GivenUp))
            }
        }
    }

    fn hurry(&mut self, route: &Route, now: Timestamp) {
        let legs = self.0.values_mut().flat_map(|message| &mut message.legs);
        for leg in legs.filter(|leg| leg.to == *route) {
            leg.next_at = leg.next_at.min(now);
        }
    }

    fn leg(&self, message: u64, route: &Route) -> Option<&Leg> {
        let message = self.0.get(&message)?;
        message.legs.iter().find(|leg| leg.to == *route)
    }

    /// What waits, oldest first.
    pub fn iter(&self) -> impl Iterator<Item = (u64, &Message)> {
        self.0.iter().map(|(id, message)| (*id, message))
    }

    /// A message that waits.
    pub fn get(&self, message: u64) -> Option<&Message> {
        self.0.get(&message)
    }

    /// The message about something, where one waits.
    pub fn about(&self, about: About) -> Option<(u64, &Message)> {
        self.iter().find(|(_, message)| message.about == about)
    }

    /// Since when the oldest waits.
    pub fn oldest(&self) -> Option<Timestamp> {
        self.0.values().map(|message| message.queued_at).min()
    }
}

#[cfg(test)]
#[path = "messages_tests.rs"]
mod tests;
