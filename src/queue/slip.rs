//! What a printed ticket says, free of any printer's language.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The content of one printed ticket.
///
/// Times are already written the Latvian way ("22.11.2026. plkst. 10.42"), so that whoever
/// prints need not know the centre's time zone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Slip {
    /// Name of the centre.
    pub centre: String,
    /// Service name to the letter of A2/2/1.3.
    pub service: String,
    /// Ticket number, e.g. "P 027".
    pub number: String,
    /// When the ticket was issued.
    pub issued_at: Timestamp,
    /// The same as people read it.
    pub issued_text: String,
    /// "Pirms Jums: 11 klientu" and the like.
    pub ahead_text: String,
    /// "Paredzamais gaidīšanas laiks: 20-35 min", where one can be given.
    pub wait_text: Option<String>,
    /// What to do next, e.g. "Lūdzu, gaidiet, līdz Jūsu numurs parādās ekrānā.".
    pub guidance: Vec<String>,
    /// Address of the ticket's own page, printed as a QR code; absent where the centre has no
    /// public address.
    pub track_url: Option<String>,
    /// True on every paper after the first: the ticket then says "KOPIJA".
    pub copy: bool,
}
