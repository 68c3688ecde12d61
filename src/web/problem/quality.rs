//! What is kept of the quality of service, refused.

use axum::http::StatusCode;

use super::Problem;
use crate::answered::AnsweredError;
use crate::engine::handle::EngineError;
use crate::quality::QualityRejection;
use crate::quality::evaluations::EvaluationRejection;
use crate::quality::feedback::FeedbackRejection;
use crate::quality::incidents::{self, IncidentRejection};
use crate::quality::messages::MessageRejection;
use crate::quality::mornings::{MorningRejection, NOTE_CHARS_MAX};
use crate::quality::notices::{AHEAD_DAYS_MAX, NoticeRejection, TEXT_CHARS_MAX};
use crate::quality::signing::{COMMENT_CHARS_MAX, SigningRejection};
use crate::quality::survey::SurveyRejection;
use crate::report::signed::Unready;

impl From<QualityRejection> for Problem {
    fn from(rejection: QualityRejection) -> Self {
        match rejection {
            QualityRejection::Evaluation(rejection) => rejection.into(),
            QualityRejection::Morning(rejection) => rejection.into(),
            QualityRejection::Signing(rejection) => rejection.into(),
            QualityRejection::Survey(rejection) => rejection.into(),
            QualityRejection::Notice(rejection) => rejection.into(),
            QualityRejection::Feedback(rejection) => rejection.into(),
            QualityRejection::Incident(rejection) => rejection.into(),
            QualityRejection::Message(rejection) => rejection.into(),
        }
    }
}

impl From<EvaluationRejection> for Problem {
    fn from(rejection: EvaluationRejection) -> Self {
        match rejection {
            EvaluationRejection::NoSuchDuty(_) => Self::invalid("row", rejection.to_string()),
            EvaluationRejection::Daily
            | EvaluationRejection::NotDaily
            | EvaluationRejection::NotPlanned => Self::invalid("method", rejection.to_string()),
            EvaluationRejection::NotYet(_) => Self::invalid("held_on", rejection.to_string()),
            EvaluationRejection::UnfitResult => Self::invalid("result", rejection.to_string()),
            EvaluationRejection::UnfitNotes => Self::invalid("notes", rejection.to_string()),
            EvaluationRejection::AlreadyMarked => Self::new(
                StatusCode::CONFLICT,
                "already_marked",
                "Tas šodien jau ir atzīmēts.",
            ),
            EvaluationRejection::NoSuchEntry => Self::new(
                StatusCode::NOT_FOUND,
                "no_such_entry",
                "Šāda ieraksta nav, vai tā diena ir beigusies.",
            ),
        }
    }
}

impl From<MorningRejection> for Problem {
    fn from(rejection: MorningRejection) -> Self {
        let (field, detail) = match rejection {
            MorningRejection::NotYet => ("date", "Tas vēl nav noticis.".to_owned()),
            MorningRejection::TooLate => (
                "date",
                "Rītu var ierakstīt septiņu dienu laikā, kamēr to vēl atceras.".to_owned(),
            ),
            MorningRejection::OtherDate(_) => (
                "opened_at",
                "Durvju atvēršanas brīdim jābūt tajā pašā dienā.".to_owned(),
            ),
            MorningRejection::NoteMissing => {
                ("note", "Piezīmē ierakstiet, kas nav kārtībā.".to_owned())
            }
            MorningRejection::NoteTooLong => (
                "note",
                format!("Piezīme ir par garu: atļautas {NOTE_CHARS_MAX} zīmes."),
            ),
        };
        Self::invalid_because(field, rejection.to_string(), detail)
    }
}

impl From<NoticeRejection> for Problem {
    fn from(rejection: NoticeRejection) -> Self {
        let (field, detail) = match rejection {
            NoticeRejection::NoSuchNotice(_) => return Self::no_such_notice(),
            NoticeRejection::UnfitText => (
                "text",
                format!("Ierakstiet paziņojumu: no 1 līdz {TEXT_CHARS_MAX} zīmēm."),
            ),
            NoticeRejection::EndsBefore { .. } => {
                ("until", "Pēdējā diena nevar būt pirms pirmās.".to_owned())
            }
            NoticeRejection::TooFar => (
                "until",
                format!("Datumam jābūt nākamo {AHEAD_DAYS_MAX} dienu laikā."),
            ),
            NoticeRejection::UnfitPosting => (
                "posted_at",
                "Izlikšanas brīdim jābūt pēdējo 31 dienu laikā.".to_owned(),
            ),
            NoticeRejection::UnfitReceipt => (
                "received_at",
                "Traucējumam norādiet, kad ziņa saņemta: pirms paziņojuma izlikšanas.".to_owned(),
            ),
        };
        Self::invalid_because(field, rejection.to_string(), detail)
    }
}

impl From<SigningRejection> for Problem {
    fn from(rejection: SigningRejection) -> Self {
        match &rejection {
            SigningRejection::CommentTooLong => {
                let mut problem = Self::invalid("comment", rejection.to_string());
                problem.detail =
                    format!("Piezīme ir par garu: atļautas {COMMENT_CHARS_MAX} zīmes.").into();
                problem
            }
            SigningRejection::AlreadySigned { name, .. } => Self::new(
                StatusCode::CONFLICT,
                "already_signed",
                format!("Ceturksni ar šiem pašiem skaitļiem jau ir parakstījis(-usi) {name}."),
            ),
            SigningRejection::Unfit => Self::figures_moved(),
        }
    }
}
impl From<SurveyRejection> for Problem {
    fn from(rejection: SurveyRejection) -> Self {
        match rejection {
            SurveyRejection::UnfitMark => Self::invalid("marks", rejection.to_string()),
            SurveyRejection::UnfitComment => Self::invalid("comment", rejection.to_string()),
            // Only the daemon switches it, when it starts.
            SurveyRejection::AlreadySo => Self::internal(),
        }
    }
}

impl From<Unready> for Problem {
    fn from(unready: Unready) -> Self {
        let (code, detail) = match unready {
            Unready::NotOver { from } => (
                "quarter_not_over",
                format!("Ceturksnis vēl nav beidzies. To varēs parakstīt no {}.", shown(from)),
            ),
            Unready::Open { tickets } => (
                "tickets_open",
                format!(
                    "Ceturksnī vēl ir atvērtas biļetes ({tickets}). Programma tās aizvērs, sākoties \
                     nākamajai dienai; parakstiet tad."
                ),
            ),
            Unready::NoData => (
                "quarter_without_data",
                "Par ceturksni nav datu, tāpēc nav ko parakstīt.".to_owned(),
            ),
            Unready::NotClosed => (
                "quarter_not_closed",
                "Žurnālā nav pabeigta šī ceturkšņa faila, tāpēc nav ko parakstīt.".to_owned(),
            ),
            Unready::Damaged => (
                "journal_damaged",
                "Ceturkšņa žurnāla fails neatbilst savam zīmogam. Administratoram tas jāatjauno no \
                 rezerves kopijas; pēc tam parakstiet."
                    .to_owned(),
            ),
            Unready::Journal(cause) => {
                tracing::error!(%cause, "a quarter cannot be signed");
                return Self::internal();
            }
        };
        Self::new(StatusCode::CONFLICT, code, detail)
    }
}

/// "01.01.2027."
fn shown(date: jiff::civil::Date) -> String {
    format!("{:02}.{:02}.{}.", date.day(), date.month(), date.year())
}

impl From<AnsweredError> for Problem {
    fn from(error: AnsweredError) -> Self {
        match error {
            AnsweredError::Already => Self::new(
                StatusCode::CONFLICT,
                "already_answered",
                "Jūsu vērtējums jau ir saņemts. Paldies!",
            ),
            AnsweredError::File { .. } => {
                tracing::error!(error = &error as &dyn std::error::Error, "the survey");
                EngineError::Storage(error.to_string()).into()
            }
        }
    }
}

impl From<FeedbackRejection> for Problem {
    fn from(rejection: FeedbackRejection) -> Self {
        let reason = rejection.to_string();
        match rejection {
            FeedbackRejection::UnfitText => Self::invalid("text", reason),
            FeedbackRejection::UnfitContact => Self::invalid("contact", reason),
            FeedbackRejection::UnfitReason => Self::invalid("reason", reason),
            FeedbackRejection::UnfitNote => Self::invalid("note", reason),
            FeedbackRejection::UnfitMoment => Self::invalid("received_at", reason),
            FeedbackRejection::NoSuchEntry(_) => Self::new(
                StatusCode::NOT_FOUND,
                "no_such_feedback",
                "Tādas atsauksmes nav, vai tā jau sen ir pabeigta.",
            ),
            FeedbackRejection::NotDecided => Self::new(
                StatusCode::CONFLICT,
                "not_decided",
                "Par pamatotu vai nepamatotu atzīst tikai sūdzību un pretenziju.",
            ),
            FeedbackRejection::AlreadySettled(_) => Self::new(
                StatusCode::CONFLICT,
                "already_settled",
                "Tā jau ir pabeigta.",
            ),
            FeedbackRejection::Undecided(_) => Self::new(
                StatusCode::CONFLICT,
                "undecided",
                "Vispirms izlemiet, vai sūdzība vai pretenzija ir pamatota.",
            ),
            FeedbackRejection::TooMany => Self::new(
                StatusCode::CONFLICT,
                "too_many_open",
                "Ir pārāk daudz nepabeigtu atsauksmju. Vispirms pabeidziet kādas no tām.",
            ),
        }
    }
}

impl From<IncidentRejection> for Problem {
    fn from(rejection: IncidentRejection) -> Self {
        let reason = rejection.to_string();
        let conflict = |code, detail| Self::new(StatusCode::CONFLICT, code, detail);
        let (field, detail) = match rejection {
            IncidentRejection::NoSuchIncident(_) => {
                return Self::new(
                    StatusCode::NOT_FOUND,
                    "no_such_incident",
                    "Šādas tehniskās kļūmes nav.",
                );
            }
            IncidentRejection::AlreadyOpen(_) => {
                return conflict(
                    "already_open",
                    "Tāda pati kļūme jau ir ierakstīta un vēl nav novērsta.",
                );
            }
            IncidentRejection::AlreadyOver(_) => {
                return conflict("already_over", "Šī kļūme jau ir novērsta.");
            }
            IncidentRejection::AlreadyTaken => {
                return conflict("already_taken", "Tas jau ir izdarīts.");
            }
            IncidentRejection::NotDue => {
                return conflict(
                    "not_due",
                    "Paziņojums tīmekļa vietnē vajadzīgs, ja prognozētais laiks ir ilgāks par 4 stundām.",
                );
            }
            IncidentRejection::NotResumed => {
                return conflict(
                    "not_resumed",
                    "Vispirms atzīmējiet, ka apkalpošana atsākta pilnā apmērā.",
                );
            }
            IncidentRejection::UnfitWhat => ("what", "Ierakstiet, kas traucēts"),
            IncidentRejection::UnfitBeginning => {
                ("began_at", "Sākumam jābūt šodien vai vakar, ne nākotnē.")
            }
            IncidentRejection::UnfitForecast => (
                "forecast",
                "Prognozētajam beigu laikam jābūt pēc sākuma, 31 dienas laikā.",
            ),
            IncidentRejection::UnfitMoment => (
                "at",
                "Laikam jābūt pēc kļūmes sākuma, pirms tās beigām un ne nākotnē.",
            ),
            IncidentRejection::UnfitCause => ("cause", "Ierakstiet cēloni"),
            IncidentRejection::UnfitWhereTo => ("where_to", "Ierakstiet, kur klientiem vērsties"),
        };
        let detail = match field {
            "what" | "cause" | "where_to" => {
                format!("{detail}: no 1 līdz {} zīmēm.", incidents::TEXT_CHARS_MAX)
            }
            _ => detail.to_owned(),
        };
        Self::invalid_because(field, reason, detail)
    }
}

impl From<MessageRejection> for Problem {
    /// No route touches messages themselves.
    fn from(rejection: MessageRejection) -> Self {
        tracing::error!(%rejection, "a message");
        Self::internal()
    }
}
