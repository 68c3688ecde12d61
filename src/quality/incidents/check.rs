//! What of a failure is refused, and why.

use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use super::{
    Deed, Disturbed, FORECAST_MAX, Forecast, Incident, IncidentEvent, Incidents, TEXT_CHARS_MAX,
};

/// Why something is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IncidentRejection {
    /// No words for what else is disturbed, too many, or words where none are wanted.
    #[error(
        "say in 1 to {TEXT_CHARS_MAX} characters what is disturbed where it is \"other\", and nothing else"
    )]
    UnfitWhat,
    /// A beginning that has not come, or before yesterday.
    #[error("give a beginning of today or yesterday that does not lie ahead")]
    UnfitBeginning,
    /// A forecast that ends before it begins, or too far off.
    #[error("give a forecast that ends after the beginning, within 31 days")]
    UnfitForecast,
    /// A failure of the same is open.
    #[error("failure {0} of the same is open: go on with it")]
    AlreadyOpen(u64),
    /// There is no such failure.
    #[error("there is no failure {0}")]
    NoSuchIncident(u64),
    /// Customers are served in full again: its forecast is over.
    #[error("failure {0} is over")]
    AlreadyOver(u64),
    /// A step is taken once.
    #[error("that step was taken already")]
    AlreadyTaken,
    /// A notice on the website is no step where the forecast is four hours or less, or unknown.
    #[error("a notice on the website is due where the forecast is longer than 4 hours")]
    NotDue,
    /// Nobody can be told of what has not come.
    #[error("note first that customers are served in full again")]
    NotResumed,
    /// A moment ahead, before the beginning, or on the wrong side of the end.
    #[error("give a moment from the beginning on that does not lie ahead, before the end")]
    UnfitMoment,
    /// No cause, or too many words.
    #[error("give the cause in 1 to {TEXT_CHARS_MAX} characters")]
    UnfitCause,
    /// A notice that does not say where to go, or too many words.
    #[error("say in 1 to {TEXT_CHARS_MAX} characters where customers are to go")]
    UnfitWhereTo,
}

fn fits(text: &str) -> bool {
    (1..=TEXT_CHARS_MAX).contains(&text.trim().chars().count())
}

fn check_forecast(
    forecast: Option<Forecast>,
    began_at: Timestamp,
) -> Result<(), IncidentRejection> {
    let Some(forecast) = forecast else {
        return Ok(());
    };
    let lasts = forecast
        .until(began_at)
        .map(|until| until.duration_since(began_at));
    lasts
        .filter(|lasts| lasts.is_positive() && *lasts <= FORECAST_MAX)
        .map(|_| ())
        .ok_or(IncidentRejection::UnfitForecast)
}

impl Incidents {
    /// Whether a change may be made; `tz` makes dates local.
    ///
    /// # Errors
    /// The refusal.
    pub fn check(
        &self,
        now: Timestamp,
        tz: &TimeZone,
        event: &IncidentEvent,
    ) -> Result<(), IncidentRejection> {
        match event {
            IncidentEvent::Opened {
                disturbed,
                what,
                began_at,
                forecast,
            } => {
                self.check_opened(*disturbed, what)?;
                let began_at = began_at.unwrap_or(now);
                let date_of = |at: Timestamp| at.to_zoned(tz.clone()).date();
                let yesterday = date_of(now).saturating_sub(1.day());
                if began_at > now || date_of(began_at) < yesterday {
                    return Err(IncidentRejection::UnfitBeginning);
                }
                check_forecast(*forecast, began_at)
            }
            IncidentEvent::Forecast { id, forecast } => {
                let incident = self.one(*id)?;
                if !incident.is_open() {
                    return Err(IncidentRejection::AlreadyOver(*id));
                }
                check_forecast(*forecast, incident.began_at)
            }
            IncidentEvent::Done { id, deed, at } => {
                check_deed(self.one(*id)?, now, deed, at.unwrap_or(now))
            }
        }
    }

    fn check_opened(&self, disturbed: Disturbed, what: &str) -> Result<(), IncidentRejection> {
        let is_named = match disturbed {
            Disturbed::Electricity | Disturbed::Internet => what.is_empty(),
            Disturbed::Other => fits(what),
        };
        if !is_named {
            return Err(IncidentRejection::UnfitWhat);
        }
        let mut same = self.open().filter(|(_, incident)| {
            disturbed != Disturbed::Other && incident.disturbed == disturbed
        });
        match same.next() {
            Some((id, _)) => Err(IncidentRejection::AlreadyOpen(id)),
            None => Ok(()),
        }
    }

    fn one(&self, id: u64) -> Result<&Incident, IncidentRejection> {
        self.get(id).ok_or(IncidentRejection::NoSuchIncident(id))
    }
}

fn check_deed(
    incident: &Incident,
    now: Timestamp,
    deed: &Deed,
    at: Timestamp,
) -> Result<(), IncidentRejection> {
    use IncidentRejection as No;
    if incident.taken(deed.step()).is_some() {
        return Err(No::AlreadyTaken);
    }
    if at < incident.began_at || at > now {
        return Err(No::UnfitMoment);
    }
    let is_over = incident.resumed_at().is_some_and(|end| at > end);
    match deed {
        Deed::Services { cause, forecast } => {
            if !fits(cause) {
                return Err(No::UnfitCause);
            }
            check_forecast(*forecast, incident.began_at)?;
        }
        Deed::Website if !incident.is_forecast_long() => return Err(No::NotDue),
        Deed::Notice { posted, where_to } => {
            if *posted != fits(where_to) {
                return Err(No::UnfitWhereTo);
            }
        }
        Deed::ToldResumed => {
            let resumed_at = incident.resumed_at().ok_or(No::NotResumed)?;
            let told = at >= resumed_at;
            return told.then_some(()).ok_or(No::UnfitMoment);
        }
        Deed::Website | Deed::Told | Deed::Resumed => {}
    }
    if is_over {
        return Err(No::UnfitMoment);
    }
    Ok(())
}
