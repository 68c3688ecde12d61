//! A document as PDF: A4, fonts embedded, tagged, held to PDF/UA-1 by the library while it is
//! written. Readable in greyscale: no figure depends on a colour.

mod face;
mod flow;
mod front;
mod grid;
mod heat;
mod plot;
mod sheet;

use krilla::SerializeSettings;
use krilla::configure::{Configuration, Validator};
use krilla::metadata::{DateTime, Metadata};

use super::document::{self, Document};
use super::model::{DayReport, QuarterReport};
use face::Faces;
use flow::Flow;

/// Why there is no PDF; none of it depends on the figures.
#[derive(Debug, thiserror::Error)]
pub enum PdfError {
    /// The fonts inside the program are unreadable.
    #[error("the fonts inside the program cannot be read: install it anew")]
    Font,
    /// The page has no size.
    #[error("a page cannot be laid out")]
    Page,
    /// The library refused.
    #[error("the report cannot be written as PDF: {0}")]
    Refused(String),
}

/// The quarter as PDF.
///
/// # Errors
/// Where the program's own fonts or layout are at fault.
pub fn quarter_pdf(report: &QuarterReport) -> Result<Vec<u8>, PdfError> {
    write(&document::quarter(report))
}

/// The day as PDF.
///
/// # Errors
/// Where the program's own fonts or layout are at fault.
pub fn day_pdf(report: &DayReport) -> Result<Vec<u8>, PdfError> {
    write(&document::day(report))
}

fn write(document: &Document) -> Result<Vec<u8>, PdfError> {
    let faces = Faces::read()?;
    let laid_out = Flow::lay_out(document, &faces);
    let mut pdf = krilla::Document::new_with(SerializeSettings {
        configuration: Configuration::new_with_validator(Validator::UA1),
        ..SerializeSettings::default()
    });
    pdf.set_metadata(metadata(document));
    laid_out
        .sheets
        .write(laid_out.structure, &faces, &mut pdf)?;
    pdf.set_outline(laid_out.outline);
    pdf.finish()
        .map_err(|error| PdfError::Refused(format!("{error:?}")))
}

/// Nothing but what the pages show: no program, no machine.
fn metadata(document: &Document) -> Metadata {
    let title = format!("{}. {}", document.title, document.subject);
    let at = document.as_of_utc;
    let small = |part: i8| u8::try_from(part).unwrap_or(0);
    let created = DateTime::new(u16::try_from(at.year()).unwrap_or(0))
        .month(small(at.month()))
        .day(small(at.day()))
        .hour(small(at.hour()))
        .minute(small(at.minute()))
        .second(small(at.second()))
        .utc_offset_hour(0)
        .utc_offset_minute(0);
    Metadata::new()
        .title(title)
        .language("lv".to_owned())
        .authors(vec![document.centre.clone()])
        .creation_date(created)
}
