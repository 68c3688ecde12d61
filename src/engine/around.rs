//! What devices tell of themselves, kept for the views.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;

use super::handle::DeviceReport;
use crate::access::DeviceRole;
use crate::journal::state::State;
use crate::quality::Quality;
use crate::quality::incidents::Step;
use crate::queue::displays::Display;
use crate::queue::screens::{OpenIncident, Surroundings};
use crate::queue::view::{Alert, NoticeLine};

/// Takes in a report; whether pages may look other for it.
pub(super) fn hear(around: &mut Surroundings, report: DeviceReport, now: Timestamp) -> bool {
    match report {
        DeviceReport::Printer { kiosk, state } => {
            if around.printers.insert(kiosk.clone(), state) != Some(state) {
                around.printers_since.insert(kiosk, now);
            }
        }
        DeviceReport::Board { kiosk, link } => {
            if around.boards.insert(kiosk.clone(), link) != Some(link) {
                around.boards_since.insert(kiosk, now);
            }
        }
        DeviceReport::Display {
            device,
            connection,
            says,
        } => {
            // One whose key was revoked meanwhile is nobody's display any more.
            if let Some(display) = around.displays.get_mut(&device) {
                display.hear(connection, says, now);
            }
        }
        DeviceReport::Monitor { state } => {
            if around.monitor.is_none_or(|(before, _)| before != state) {
                around.monitor = Some((state, now));
            }
        }
        DeviceReport::Raise(alert) => raise(around, alert),
        DeviceReport::Clear { kind } => clear(around, &kind),
        DeviceReport::Voice { ready } => around.voice = ready,
        DeviceReport::Outlook(outlook) => {
            let before = around.outlook.replace(outlook.clone());
            return before.is_none_or(|before| outlook.looks_other_than(&before));
        }
    }
    true
}

/// An alert begins, replacing one of the same kind.
pub(super) fn raise(around: &mut Surroundings, alert: Alert) {
    clear(around, &alert.kind);
    around.alerts.push(alert);
}

/// The alert of a kind ends.
pub(super) fn clear(around: &mut Surroundings, kind: &str) {
    around.alerts.retain(|alert| alert.kind != kind);
}

/// Hangs up the notice of a date, or takes it away.
pub(super) fn keep_notice(around: &mut Arc<Surroundings>, quality: &Quality, today: Date) {
    let text = quality
        .notices
        .shown(today)
        .map(|notice| &notice.draft.text);
    let before = around.notice.as_ref().map(|line| &line.text);
    if text != before {
        let notice = text.map(|text| NoticeLine { text: text.clone() });
        Arc::make_mut(around).notice = notice;
    }
}

/// Takes in the technical failures that last.
pub(super) fn keep_incidents(around: &mut Arc<Surroundings>, quality: &Quality) {
    let open = quality.incidents.open();
    let open: Vec<OpenIncident> = open
        .map(|(_, incident)| OpenIncident {
            since: incident.began_at,
            words: incident.words().to_owned(),
            next: incident.untaken().next().map_or("", Step::to_do),
            checks_payment: incident.disturbed.checks_payment(),
        })
        .collect();
    if open != around.incidents {
        Arc::make_mut(around).incidents = open;
    }
}

/// The displays that have a device key: those known before as they are, new ones awaited.
pub(super) fn displays_of(
    state: &State,
    mut known: BTreeMap<String, Display>,
    now: Timestamp,
) -> BTreeMap<String, Display> {
    let devices = state.register.devices.values();
    devices
        .filter(|device| device.role == DeviceRole::Board)
        .map(|device| {
            let display = known.remove(&device.name);
            let display = display.unwrap_or_else(|| Display::awaited(now));
            (device.name.clone(), display)
        })
        .collect()
}
