//! The three services every centre offers, named as the standard names them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// One of the three queues behind the three buttons (A2/2/1.3).
///
/// The standard fixes their number, order and names, so they are a type and not configuration.
/// In JSON a service is its button digit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub enum Service {
    /// Button 1: orders are taken in.
    OrderIntake,
    /// Button 2: finished orders are handed out.
    OrderHandout,
    /// Button 3: corporate customers and, where a centre books visits, booked visits.
    Corporate,
}

impl Service {
    /// All services in button order.
    pub const ALL: [Self; 3] = [Self::OrderIntake, Self::OrderHandout, Self::Corporate];

    /// The digit on the button, 1 to 3.
    pub fn digit(self) -> u8 {
        match self {
            Self::OrderIntake => 1,
            Self::OrderHandout => 2,
            Self::Corporate => 3,
        }
    }

    /// The name on the button, to the letter of A2/2/1.3.
    ///
    /// `appointments` is the centre's one switch: where visits can be booked, the footnote of
    /// A2/2/1.3 renames button 3 and nothing else.
    pub fn name(self, appointments: bool) -> &'static str {
        match (self, appointments) {
            (Self::OrderIntake, _) => "Pasūtījumu pieņemšana",
            (Self::OrderHandout, _) => "Pasūtījumu izsniegšana",
            (Self::Corporate, false) => "Korporatīvie klienti",
            (Self::Corporate, true) => "Korporatīvie klienti/Pēc iepriekšēja pieraksta",
        }
    }
}

/// A button digit that no service has.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("there is no service {0}: use 1, 2 or 3")]
pub struct UnknownService(pub u8);

impl TryFrom<u8> for Service {
    type Error = UnknownService;

    fn try_from(digit: u8) -> Result<Self, Self::Error> {
        match digit {
            1 => Ok(Self::OrderIntake),
            2 => Ok(Self::OrderHandout),
            3 => Ok(Self::Corporate),
            other => Err(UnknownService(other)),
        }
    }
}

impl From<Service> for u8 {
    fn from(service: Service) -> Self {
        service.digit()
    }
}

impl utoipa::PartialSchema for Service {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::Integer)
            .minimum(Some(1))
            .maximum(Some(3))
            .description(Some("The button digit of the service: 1, 2 or 3"))
            .into()
    }
}

impl ToSchema for Service {}

#[cfg(test)]
mod tests {
    use super::*;

    /// The names as they stand in the standard, annex 2, situation 2, result 1.3.
    #[test]
    fn a2_2_1_3_button_names_are_the_standards_to_the_byte() {
        for appointments in [false, true] {
            assert_eq!(
                Service::OrderIntake.name(appointments).as_bytes(),
                b"Pas\xC5\xABt\xC4\xABjumu pie\xC5\x86em\xC5\xA1ana"
            );
            assert_eq!(
                Service::OrderHandout.name(appointments).as_bytes(),
                b"Pas\xC5\xABt\xC4\xABjumu izsnieg\xC5\xA1ana"
            );
        }
        assert_eq!(
            Service::Corporate.name(false).as_bytes(),
            b"Korporat\xC4\xABvie klienti"
        );
        assert_eq!(
            Service::Corporate.name(true).as_bytes(),
            b"Korporat\xC4\xABvie klienti/P\xC4\x93c iepriek\xC5\xA1\xC4\x93ja pieraksta"
        );
    }

    #[test]
    fn there_is_no_fourth_queue() {
        assert_eq!(Service::try_from(4), Err(UnknownService(4)));
        assert_eq!(Service::try_from(0), Err(UnknownService(0)));
    }
}
