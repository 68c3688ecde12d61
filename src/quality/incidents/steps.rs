//! The steps of A2/2/4, each taken once.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Forecast;

/// The steps of the clause, in its order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// The services are asked: cause and forecast (4.1).
    Services,
    /// The three are told of the failure (4.1).
    Told,
    /// A notice stands on the website and twitter (4.2).
    Website,
    /// It is decided whether a notice hangs in the centre (4.3).
    Notice,
    /// Customers are served in full again (4.6).
    Resumed,
    /// The three are told of that (4.6).
    ToldResumed,
}

impl Step {
    /// In the clause's order.
    pub const ALL: [Self; 6] = [
        Self::Services,
        Self::Told,
        Self::Website,
        Self::Notice,
        Self::Resumed,
        Self::ToldResumed,
    ];

    /// The clause, without the chapter.
    pub const fn clause(self) -> &'static str {
        match self {
            Self::Services | Self::Told => "4.1",
            Self::Website => "4.2",
            Self::Notice => "4.3",
            Self::Resumed | Self::ToldResumed => "4.6",
        }
    }

    /// In Latvian, what is to be done.
    pub const fn to_do(self) -> &'static str {
        match self {
            Self::Services => "sazinieties ar dienestiem un noskaidrojiet cēloni un prognozi",
            Self::Told => {
                "informējiet tiešo vadītāju, komunikāciju projekta vadītāju un Pakalpojumu daļas vadītāju"
            }
            Self::Website => "vajadzīgs paziņojums tīmekļa vietnē un twitterī",
            Self::Notice => "izlemiet par paziņojumu klientiem centrā",
            Self::Resumed => "atzīmējiet, kad apkalpošana būs atsākta pilnā apmērā",
            Self::ToldResumed => "ziņojiet par apkalpošanas atsākšanu",
        }
    }

    /// In Latvian, what was left out.
    pub const fn missing(self) -> &'static str {
        match self {
            Self::Services => "nav noskaidrots cēlonis (4.1.)",
            Self::Told => "nav ziņots par kļūmi (4.1.)",
            Self::Website => "nav paziņojuma tīmekļa vietnē un twitterī (4.2.)",
            Self::Notice => "nav lēmuma par paziņojumu centrā (4.3.)",
            Self::Resumed => "apkalpošana vēl nav atsākta pilnā apmērā (4.6.)",
            Self::ToldResumed => "nav ziņots par atsākšanu (4.6.)",
        }
    }
}

/// A step as it was taken, with what it brought.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "snake_case")]
pub enum Deed {
    /// The services told the cause and, where they could, the forecast.
    Services {
        /// The cause.
        cause: String,
        /// The forecast; absent: it stays as it was.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        forecast: Option<Forecast>,
    },
    /// The three were told of the failure by hand.
    Told,
    /// The notice is on the website and twitter.
    Website,
    /// The decision on a notice in the centre.
    Notice {
        /// There is one.
        posted: bool,
        /// Where customers are to go; empty where there is none.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        where_to: String,
    },
    /// Customers are served in full again.
    Resumed,
    /// The three were told of that by hand.
    ToldResumed,
}

impl Deed {
    /// Which step it takes.
    pub const fn step(&self) -> Step {
        match self {
            Self::Services { .. } => Step::Services,
            Self::Told => Step::Told,
            Self::Website => Step::Website,
            Self::Notice { .. } => Step::Notice,
            Self::Resumed => Step::Resumed,
            Self::ToldResumed => Step::ToldResumed,
        }
    }
}

/// When a step was taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Taken {
    /// When.
    pub at: Timestamp,
    /// When that was entered.
    pub entered_at: Timestamp,
    /// Login of who entered it; absent where the daemon did it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
}
