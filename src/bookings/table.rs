//! Bookings as comma-separated values (RFC 4180) with a header line.

use jiff::Timestamp;
use jiff::civil::DateTime;

use super::{
    Booking, ImportError, NO_SUCH_SERVICE, Read, Refused, instant_of, reference_of, service_of,
};
use crate::codes::{Code, FOREIGN_CODE_CHARS};
use crate::queue::setup::Setup;

/// Where each column stands.
struct Columns {
    service: usize,
    slot: usize,
    reference: Option<usize>,
    code: Option<usize>,
    status: Option<usize>,
}

pub(super) fn read(setup: &Setup, text: &str) -> Result<Read, ImportError> {
    let mut reader = csv::ReaderBuilder::new()
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let columns = columns(reader.headers().map_err(broken)?)?;
    let (mut bookings, mut refused) = (Vec::new(), Vec::new());
    for record in reader.records() {
        let record = record.map_err(broken)?;
        let place = record.position().map_or(0, csv::Position::line);
        let line = usize::try_from(place).unwrap_or(usize::MAX);
        match booking(setup, &columns, &record, line) {
            Ok(booking) => bookings.push(booking),
            Err(why) => refused.push(Refused { line, why }),
        }
    }
    Ok((bookings, refused))
}

fn broken(error: csv::Error) -> ImportError {
    ImportError::Unreadable(format!("Fails nav derīgs CSV: {error}"))
}

fn columns(header: &csv::StringRecord) -> Result<Columns, ImportError> {
    let known = ["service", "slot", "reference", "code", "status"];
    let strange = header.iter().find(|name| !known.contains(name));
    let at = |name: &str| header.iter().position(|column| column == name);
    match (at("service"), at("slot"), strange) {
        (Some(service), Some(slot), None) => Ok(Columns {
            service,
            slot,
            reference: at("reference"),
            code: at("code"),
            status: at("status"),
        }),
        // A column that is not known may carry a name: it is not read past.
        (_, _, Some(column)) => Err(ImportError::Unreadable(format!(
            "Kolonnu „{column}” Rinda neņem. Atstājiet tikai: {}.",
            known.join(", ")
        ))),
        (_, _, None) => Err(ImportError::Unreadable(
            "Pirmajā rindā jābūt kolonnu nosaukumiem: service,slot,reference,code,status. Obligātas ir service un slot."
                .to_owned(),
        )),
    }
}

fn booking(
    setup: &Setup,
    columns: &Columns,
    record: &csv::StringRecord,
    line: usize,
) -> Result<Booking, String> {
    let cell = |at: Option<usize>| at.and_then(|at| record.get(at)).unwrap_or("");
    let code = match cell(columns.code) {
        "" => None,
        text => Some(Code::typed(text).ok_or_else(|| {
            let (min, max) = FOREIGN_CODE_CHARS;
            format!("Kodam jābūt no {min} līdz {max} latīņu burtiem un cipariem. Labojiet kodu.")
        })?),
    };
    let cancelled = match cell(columns.status).to_lowercase().as_str() {
        "" | "confirmed" | "booked" => false,
        "cancelled" | "canceled" => true,
        other => {
            return Err(format!(
                "Stāvokli „{other}” Rinda nepazīst. Rakstiet confirmed vai cancelled."
            ));
        }
    };
    Ok(Booking {
        line,
        service: service_of(setup, cell(Some(columns.service)))
            .ok_or_else(|| NO_SUCH_SERVICE.to_owned())?,
        slot: slot(setup, cell(Some(columns.slot)))?,
        reference: reference_of(cell(columns.reference))?,
        code,
        cancelled,
    })
}

/// RFC 3339, or local time of the centre.
fn slot(setup: &Setup, text: &str) -> Result<Timestamp, String> {
    if let Ok(at) = text.parse::<Timestamp>() {
        return Ok(at);
    }
    let local = text
        .parse::<DateTime>()
        .ok()
        .filter(|_| text.len() > "2026-11-23".len());
    let local = local.ok_or_else(|| {
        "Laiku nevar izlasīt. Rakstiet tā: 2026-11-23T10:15 vai 2026-11-23T10:15:00+02:00."
            .to_owned()
    })?;
    instant_of(local, &setup.timezone)
}
