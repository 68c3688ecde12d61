//! Every "no" of the web as `application/problem+json`. The only place that makes one.

mod quality;

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::password::PasswordError;
use super::ports::{PressError, ReportError};
use crate::access::AccessRejection;
use crate::bookings::ImportError;
use crate::engine::handle::EngineError;
use crate::queue::catalogue::Service;
use crate::queue::event::Suppression;
use crate::queue::rejection::Rejection;

/// Pause suggested where the daemon has too much to do, seconds.
const OVERLOAD_PAUSE_S: u32 = 1;

/// Pause suggested while the journal cannot be written, seconds.
const STORAGE_PAUSE_S: u32 = 5;

/// A refusal, after RFC 9457.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Problem {
    /// `urn:rinda:problem:` and the code.
    #[serde(rename = "type")]
    #[schema(value_type = String)]
    pub kind: Box<str>,
    /// The kind of refusal in a few Latvian words.
    #[schema(value_type = String)]
    pub title: Box<str>,
    /// HTTP status.
    pub status: u16,
    /// A Latvian sentence that says what to do.
    #[schema(value_type = String)]
    pub detail: Box<str>,
    /// Stable code for programs.
    #[schema(value_type = String)]
    pub code: Box<str>,
    /// Path of the field at fault, where one is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub field: Option<Box<str>>,
    /// What is wrong with it, for programmers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub reason: Option<Box<str>>,
    /// Seconds after which to try again; also the `Retry-After` header.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_s: Option<u32>,
}

impl Problem {
    fn new(status: StatusCode, code: &str, detail: impl Into<Box<str>>) -> Self {
        Self {
            kind: format!("urn:rinda:problem:{code}").into(),
            title: title(status).into(),
            status: status.as_u16(),
            detail: detail.into(),
            code: code.into(),
            field: None,
            reason: None,
            retry_after_s: None,
        }
    }

    /// Checking in begins later; the sentence says when.
    pub(super) fn too_early(when: &str, seconds: u32) -> Self {
        let sentence = format!("Reģistrēties vēl ir par agru. Reģistrēties varēs no {when}.");
        Self::new(StatusCode::CONFLICT, "too_early", sentence).retry_after(seconds)
    }

    fn retry_after(mut self, seconds: u32) -> Self {
        self.retry_after_s = Some(seconds);
        self
    }

    pub(super) fn not_signed_in() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "not_signed_in",
            "Vispirms piesakieties vai norādiet ierīces atslēgu.",
        )
    }

    pub(super) fn wrong_password() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "not_signed_in",
            "Lietotājvārds vai parole nav pareiza.",
        )
    }

    pub(super) fn too_many_attempts(seconds: u32) -> Self {
        Self::new(
            StatusCode::TOO_MANY_REQUESTS,
            "too_many_attempts",
            format!("Pārāk daudz nesekmīgu pieteikšanās mēģinājumu. Mēģiniet pēc {seconds} s."),
        )
        .retry_after(seconds)
    }

    /// Too many codes that no appointment has.
    pub(super) fn too_many_codes(seconds: u32) -> Self {
        Self::new(
            StatusCode::TOO_MANY_REQUESTS,
            "too_many_attempts",
            format!(
                "Pārāk daudz nederīgu kodu. Mēģiniet pēc {seconds} s vai vērsieties pie darbinieka."
            ),
        )
        .retry_after(seconds)
    }

    /// A body of another type than the route takes.
    pub(super) fn unknown_type() -> Self {
        Self::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "unknown_type",
            "Sūtiet failu kā text/csv vai text/calendar.",
        )
    }

    pub(super) fn too_many_requests(seconds: u32) -> Self {
        Self::new(
            StatusCode::TOO_MANY_REQUESTS,
            "too_many_requests",
            "Pārāk daudz pieprasījumu. Mēģiniet pēc brīža.",
        )
        .retry_after(seconds)
    }

    pub(super) fn not_allowed() -> Self {
        Self::from(Rejection::NotAllowed)
    }

    pub(super) fn foreign_origin() -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "foreign_origin",
            "Pieprasījums nāk no svešas lapas un netiek pieņemts.",
        )
    }

    pub(super) fn not_found() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "not_found",
            "Šādas adreses šeit nav.",
        )
    }

    pub(super) fn method_not_allowed() -> Self {
        Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "method_not_allowed",
            "Šai adresei šādu metodi nelieto.",
        )
    }

    pub(super) fn body_too_large(bytes_max: usize) -> Self {
        Self::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "body_too_large",
            format!("Pieprasījums ir pārāk liels: atļauti {bytes_max} baiti."),
        )
    }

    pub(super) fn too_slow() -> Self {
        Self::new(
            StatusCode::REQUEST_TIMEOUT,
            "too_slow",
            "Pieprasījums netika saņemts laikā. Mēģiniet vēlreiz.",
        )
    }

    /// The body is no JSON at all.
    pub(super) fn malformed(reason: impl Into<Box<str>>) -> Self {
        let mut problem = Self::new(
            StatusCode::BAD_REQUEST,
            "invalid",
            "Pieprasījums nav derīgs JSON.",
        );
        problem.reason = Some(reason.into());
        problem
    }

    /// A value does not fit.
    pub(super) fn invalid(field: &str, reason: impl Into<Box<str>>) -> Self {
        let detail = match field {
            "" | "." => "Pieprasījumā trūkst lauka vai kāds lauks ir lieks.".to_owned(),
            field => format!("Laukā „{field}” ir nederīga vērtība."),
        };
        let mut problem = Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", detail);
        problem.field = (!matches!(field, "" | ".")).then(|| field.into());
        problem.reason = Some(reason.into());
        problem
    }

    pub(super) fn no_such_notice() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "no_such_notice",
            "Šāda paziņojuma nav, vai tas jau ir noņemts.",
        )
    }

    /// As [`Problem::invalid`], with a sentence of its own for the person.
    pub(super) fn invalid_because(
        field: &str,
        reason: impl Into<Box<str>>,
        detail: impl Into<Box<str>>,
    ) -> Self {
        let mut problem = Self::invalid(field, reason);
        problem.detail = detail.into();
        problem
    }

    /// A date or an interval that cannot be read; the person is told how to write it.
    pub(super) fn unreadable(field: &str, text: &str, reason: impl Into<Box<str>>) -> Self {
        let example = match field {
            "intervals" => "08:30-12:00",
            "slot" => "2026-11-18T10:15:00+02:00",
            _ => "2026-11-18",
        };
        let detail = format!("„{text}” nevar izlasīt. Rakstiet tā: {example}");
        let mut problem = Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", detail);
        problem.field = Some(field.into());
        problem.reason = Some(reason.into());
        problem
    }

    /// The figures are no longer those that were looked at.
    pub(super) fn figures_moved() -> Self {
        Self::new(
            StatusCode::CONFLICT,
            "figures_moved",
            "Skaitļi kopš pārskata atvēršanas ir mainījušies. Atveriet pārskatu vēlreiz, apskatiet un tad parakstiet.",
        )
    }
    pub(super) fn visit_not_over() -> Self {
        Self::new(
            StatusCode::CONFLICT,
            "visit_not_over",
            "Apmeklējumu var novērtēt, kad tas ir beidzies.",
        )
    }

    pub(super) fn own_account() -> Self {
        Self::new(
            StatusCode::CONFLICT,
            "own_account",
            "Savu kontu atslēgt nevar. To var izdarīt cits administrators.",
        )
    }

    pub(super) fn overloaded() -> Self {
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "overloaded",
            "Šobrīd ir pārāk daudz pieprasījumu. Mēģiniet pēc brīža.",
        )
        .retry_after(OVERLOAD_PAUSE_S)
    }

    pub(super) fn internal() -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal",
            "Radās iekšēja kļūda. Paziņojiet administratoram.",
        )
    }

    /// A press that gave no ticket on purpose.
    pub(super) fn suppressed(service: Service, why: Suppression, rest_s: u32) -> Self {
        match why {
            Suppression::Resting | Suppression::Burst | Suppression::Stale => Self::new(
                StatusCode::CONFLICT,
                "button_resting",
                "Biļete tikko izsniegta. Nākamo var ņemt pēc dažām sekundēm.",
            )
            .retry_after(rest_s.max(1)),
            Suppression::Closed => Self::from(Rejection::CentreClosed { opens_at: None }),
            Suppression::Stopped => Self::from(Rejection::ServiceStopped(service)),
        }
    }
}

fn title(status: StatusCode) -> &'static str {
    match status.as_u16() {
        400 => "Nederīgs pieprasījums",
        401 => "Nepieciešama pieteikšanās",
        403 => "Nav atļauts",
        404 => "Nav atrasts",
        405 => "Metode nav atļauta",
        408 => "Pieprasījums ir pārāk lēns",
        409 => "Šobrīd nav iespējams",
        413 => "Pieprasījums ir pārāk liels",
        415 => "Nezināms faila veids",
        422 => "Nederīgi dati",
        429 => "Pārāk daudz pieprasījumu",
        503 => "Īslaicīgi nav pieejams",
        _ => "Kļūda",
    }
}

impl From<Rejection> for Problem {
    fn from(rejection: Rejection) -> Self {
        let status = match &rejection {
            Rejection::NoSuchDesk(_)
            | Rejection::NoSuchKiosk(_)
            | Rejection::NoSuchTicket
            | Rejection::NoSuchAppointment => StatusCode::NOT_FOUND,
            Rejection::NotAllowed => StatusCode::FORBIDDEN,
            Rejection::BadText { .. }
            | Rejection::DateTooFar { .. }
            | Rejection::NoSuchSlot
            | Rejection::HoursOverlap(..)
            | Rejection::TooManyTickets { .. }
            | Rejection::TooManyIntervals { .. } => StatusCode::UNPROCESSABLE_ENTITY,
            Rejection::DeskClosed(_)
            | Rejection::DeskBusy(_)
            | Rejection::DeskTaken(_)
            | Rejection::AtAnotherDesk(_)
            | Rejection::ServiceNotHere(_)
            | Rejection::NoServices(_)
            | Rejection::MinuteNotOver { .. }
            | Rejection::NotCalled(_)
            | Rejection::NotServing(_)
            | Rejection::NotOnBreak(_)
            | Rejection::TicketNotWaiting(_)
            | Rejection::TicketNotParked(_)
            | Rejection::TicketNotNoShow(_)
            | Rejection::TicketNotForDesk(_)
            | Rejection::CentreClosed { .. }
            | Rejection::ServiceStopped(_)
            | Rejection::NothingToUndo
            | Rejection::NoPrinter
            | Rejection::SeriesFull
            | Rejection::JobNotOpen
            | Rejection::PastDate(_)
            | Rejection::NotAWorkingDay(_)
            | Rejection::NotAFreeDay(_)
            | Rejection::SlotFull
            | Rejection::AppointmentOver
            | Rejection::AlreadyCheckedIn(_)
            | Rejection::TooEarly { .. }
            | Rejection::CodeTaken => StatusCode::CONFLICT,
        };
        let mut problem = Self::new(status, rejection.code(), rejection.sentence());
        problem.field = rejection.field().map(Into::into);
        problem
    }
}

impl From<ImportError> for Problem {
    fn from(error: ImportError) -> Self {
        match error {
            ImportError::Unreadable(why) => {
                Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", why)
            }
            ImportError::Keys(error) => {
                tracing::error!(error = &error as &dyn std::error::Error, "appointment keys");
                EngineError::Storage(error.to_string()).into()
            }
            ImportError::Engine(error) => error.into(),
        }
    }
}

impl From<AccessRejection> for Problem {
    fn from(rejection: AccessRejection) -> Self {
        match rejection {
            AccessRejection::LoginTaken(login) => Self::new(
                StatusCode::CONFLICT,
                "login_taken",
                format!("Lietotājvārds „{login}” jau ir aizņemts."),
            ),
            AccessRejection::NoSuchLogin(login) => Self::new(
                StatusCode::NOT_FOUND,
                "no_such_login",
                format!("Lietotāja „{login}” nav."),
            ),
            AccessRejection::DeviceTaken(name) => Self::new(
                StatusCode::CONFLICT,
                "device_taken",
                format!("Ierīce „{name}” jau ir. Vispirms atsauciet tās atslēgu."),
            ),
            AccessRejection::NoSuchDevice(name) => Self::new(
                StatusCode::NOT_FOUND,
                "no_such_device",
                format!("Ierīces „{name}” nav."),
            ),
            AccessRejection::UnfitName(_) => Self::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "invalid",
                "Vārdam jābūt no 1 līdz 64 burtiem, cipariem vai zīmēm „.”, „-”, „_”.",
            ),
        }
    }
}

impl From<EngineError> for Problem {
    fn from(error: EngineError) -> Self {
        match error {
            EngineError::Rejected(rejection) => rejection.into(),
            EngineError::Access(rejection) => rejection.into(),
            EngineError::Quality(rejection) => rejection.into(),
            EngineError::KeyReused => Self::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "idempotency_mismatch",
                "Šī Idempotency-Key atslēga jau izmantota citam pieprasījumam.",
            ),
            EngineError::Overloaded => Self::overloaded(),
            EngineError::Storage(_) => Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "storage_failed",
                "Datus nevar saglabāt, tāpēc nekas nav izdarīts. Paziņojiet administratoram.",
            )
            .retry_after(STORAGE_PAUSE_S),
            EngineError::Stopped => Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "stopping",
                "Programma tiek apturēta. Mēģiniet pēc brīža.",
            )
            .retry_after(STORAGE_PAUSE_S),
        }
    }
}

impl From<PasswordError> for Problem {
    fn from(error: PasswordError) -> Self {
        match error {
            PasswordError::Unfit => Self::invalid("password", error.to_string()),
            PasswordError::Overloaded => Self::overloaded(),
            PasswordError::Hash(cause) => {
                tracing::error!(%cause, "a password cannot be hashed");
                Self::internal()
            }
        }
    }
}

impl From<PressError> for Problem {
    fn from(error: PressError) -> Self {
        match error {
            PressError::NotSimulated => Self::not_found(),
            PressError::Unreachable(_) => Self::overloaded(),
        }
    }
}

impl From<ReportError> for Problem {
    fn from(error: ReportError) -> Self {
        match error {
            ReportError::NoSuchReport => Self::new(
                StatusCode::NOT_FOUND,
                "no_such_report",
                "Par šo laiku pārskata nav.",
            ),
            ReportError::Unreadable(cause) => {
                tracing::error!(%cause, "a report cannot be made");
                Self::internal()
            }
            ReportError::Unready(unready) => unready.into(),
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let retry_after_s = self.retry_after_s;
        let mut response = (status, Json(self)).into_response();
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(seconds) = retry_after_s {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(
                header::WWW_AUTHENTICATE,
                HeaderValue::from_static("Bearer realm=\"rinda\""),
            );
        }
        response
    }
}
