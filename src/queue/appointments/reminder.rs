//! What a customer is told about a booked visit, ready for the mail outbox. Whoever sends it adds
//! the address; nothing here knows one.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::queue::catalogue::Service;
use crate::queue::setup::Setup;
use crate::queue::wording;

/// A letter without an address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Reminder {
    /// Subject.
    pub subject: String,
    /// Plain text.
    pub body: String,
}

/// The letter about a visit; `code` as the customer types it.
pub fn reminder(setup: &Setup, service: Service, slot: Timestamp, code: &str) -> Reminder {
    let tz = &setup.timezone;
    let when = wording::date_and_time(slot, tz);
    let minutes = |duration: jiff::SignedDuration| duration.as_secs() / 60;
    let on_time = wording::time(slot + setup.rules.appointment_late, tz);
    let place = match setup.address.as_str() {
        "" => setup.name.clone(),
        address => format!("{}, {address}", setup.name),
    };
    Reminder {
        subject: format!("Jūsu pieraksts: {when}"),
        body: format!(
            "Labdien!\n\n\
             Jums ir pieraksts apmeklējumam {when}\n\
             Vieta: {place}\n\
             Pakalpojums: {}\n\
             Pieraksta kods: {code}\n\n\
             Ierodoties ievadiet kodu kioskā vai nosauciet to darbiniekam. Reģistrēties var \
             {} minūtes pirms norādītā laika un vēlāk. Kas reģistrējas līdz plkst. {on_time}, to aicina \
             ap pierakstīto laiku; kas vēlāk, tas gaida kopējā rindā.\n\n\
             Ja nevarat ierasties, lūdzu, paziņojiet par to centram, lai šo laiku varētu izmantot citi.\n",
            setup.service_name(service),
            minutes(setup.rules.check_in_opens),
        ),
    }
}
