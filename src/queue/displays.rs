//! The waiting-room displays as they report themselves, and the level of their monitors.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp, ToSpan};

use super::centre::Centre;
use super::screens::Scene;
use super::setup::Setup;
use super::ticket::Place;
use super::view::{Alert, DisplayState, ManagerDisplay, MonitorState};

/// A display that is away for no longer than this has only been reloaded.
pub const AWAY_TIME: SignedDuration = SignedDuration::from_secs(15);

/// What one connection of a display says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Connected {
    /// It paints what it is sent in time.
    pub paints: bool,
    /// Its browser lets it sound.
    pub sounds: bool,
}

/// A display that has a device key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Display {
    /// Its connections; one, unless several screens share a key.
    connections: BTreeMap<u64, Connected>,
    /// It was connected since the daemon started.
    seen: bool,
    since: Timestamp,
}

impl Display {
    /// Not connected yet.
    pub fn awaited(now: Timestamp) -> Self {
        Self {
            connections: BTreeMap::new(),
            seen: false,
            since: now,
        }
    }

    /// A connection tells of itself, or that it ended.
    pub fn hear(&mut self, connection: u64, says: Option<Connected>, now: Timestamp) {
        let before = self.state();
        match says {
            Some(connected) => self.connections.insert(connection, connected),
            None => self.connections.remove(&connection),
        };
        self.seen = true;
        if self.state() != before {
            self.since = now;
        }
    }

    /// How it is; the worst of its connections.
    pub fn state(&self) -> DisplayState {
        if self.connections.is_empty() {
            return if self.seen {
                DisplayState::Lost
            } else {
                DisplayState::Absent
            };
        }
        if self.connections.values().any(|one| !one.paints) {
            DisplayState::Frozen
        } else if self.connections.values().any(|one| !one.sounds) {
            DisplayState::Silent
        } else {
            DisplayState::Well
        }
    }

    /// Screens connected under this key.
    pub fn connected(&self) -> u32 {
        u32::try_from(self.connections.len()).unwrap_or(u32::MAX)
    }

    /// When its being away begins to be told, where it is away.
    fn told_at(&self) -> Option<Timestamp> {
        match self.state() {
            DisplayState::Absent | DisplayState::Lost => {
                Some(self.since.saturating_add(AWAY_TIME).unwrap_or(self.since))
            }
            DisplayState::Frozen | DisplayState::Silent | DisplayState::Well => None,
        }
    }
}

/// Screens connected, of all displays.
pub fn connected(displays: &BTreeMap<String, Display>) -> u32 {
    displays.values().map(Display::connected).sum()
}

/// Whether it begins to be told within `(after, until]` that a display is away.
pub fn told_between(
    displays: &BTreeMap<String, Display>,
    after: Timestamp,
    until: Timestamp,
) -> bool {
    displays
        .values()
        .filter_map(Display::told_at)
        .any(|at| after < at && at <= until)
}

/// Whether monitors should be on: from `lead` (at least that of the tickets, A2/1/6.1) before
/// the day's first reception to the end of its last, and afterwards until nobody waits or is at a
/// desk (A2/2/2.3). Breaks between two intervals do not switch them off: people sit there.
pub fn monitor_on(setup: &Setup, centre: &Centre, now: Timestamp, lead: SignedDuration) -> bool {
    let lead = lead.max(setup.hours.lead);
    let today = setup.date_of(now);
    let calendar = centre.calendar(setup);
    let reception = [Some(today), today.checked_add(1.day()).ok()]
        .into_iter()
        .flatten()
        .any(|date| {
            let spans = calendar.spans(date, &setup.timezone);
            let (Some((opens_at, _)), Some((_, closes_at))) = (spans.first(), spans.last()) else {
                return false;
            };
            now >= opens_at.saturating_sub(lead).unwrap_or(*opens_at) && now < *closes_at
        });
    reception
        || centre.tickets.values().any(|ticket| match ticket.place {
            Place::Waiting | Place::AtDesk { .. } => true,
            Place::Parked { .. }
            | Place::Finished { .. }
            | Place::NoShow { .. }
            | Place::Cancelled { .. } => false,
        })
}

impl Scene<'_> {
    /// The displays that have a device key, by name.
    pub fn manager_displays(&self) -> Vec<ManagerDisplay> {
        self.around
            .displays
            .iter()
            .map(|(name, display)| ManagerDisplay {
                name: name.clone(),
                state: display.state(),
                since: display.since,
            })
            .collect()
    }

    /// What about displays and monitor needs a person. Out of hours nobody looks at them.
    pub(super) fn display_alerts(&self) -> Vec<Alert> {
        let mut alerts = Vec::new();
        if monitor_on(self.setup, self.centre, self.now, self.setup.hours.lead) {
            let displays = self.around.displays.iter();
            alerts.extend(displays.filter_map(|(name, display)| self.alert_of(name, display)));
        }
        if let Some((MonitorState::Failing, since)) = self.around.monitor {
            alerts.push(Alert {
                kind: "monitor".to_owned(),
                text: "Ekrāna monitoru neizdodas ieslēgt vai izslēgt. Izdariet to ar pulti un pārbaudiet kabeli."
                    .to_owned(),
                since,
                urgent: false,
            });
        }
        alerts
    }

    fn alert_of(&self, name: &str, display: &Display) -> Option<Alert> {
        let since = display.since;
        let (kind, text, urgent) = match display.state() {
            DisplayState::Well => return None,
            DisplayState::Absent | DisplayState::Lost
                if display.told_at().is_some_and(|at| at > self.now) =>
            {
                return None;
            }
            DisplayState::Absent => (
                "display_absent",
                "vēl nav pieslēdzies. Ieslēdziet tā datoru vai dzēsiet ekrānu no ierīcēm.",
                false,
            ),
            DisplayState::Lost => (
                "display_lost",
                "ir atvienojies. Pārbaudiet tā datoru un tīkla kabeli.",
                true,
            ),
            DisplayState::Frozen => (
                "display_frozen",
                "ir sastindzis: tas vairs nezīmē jaunāko. Pārstartējiet tā datoru.",
                true,
            ),
            DisplayState::Silent => (
                "display",
                "ir bez skaņas: pārlūks to aptur. Pieskarieties ekrānam vai atļaujiet skaņu.",
                false,
            ),
        };
        Some(Alert {
            kind: kind.to_owned(),
            text: format!("Ekrāns „{name}” {text}"),
            since,
            urgent,
        })
    }
}
