//! A document as XLSX: a sheet a table, figures as numbers with a format, times as Excel's
//! fractions of a day, dates as dates; headings frozen and filtered, plots as native charts.

use jiff::civil::DateTime;
use rust_xlsxwriter::{
    Chart, ChartFormat, ChartLine, ChartLineDashType, ChartType, Color,
    ConditionalFormat2ColorScale, DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder,
    Workbook, Worksheet, XlsxError as Error,
};

use super::document::{self, Block, Cell, Document, Drawn, Marked, Plot, SMALL, Table};
use super::model::{DayReport, QuarterReport};

/// XLSX that could not be written; does not happen with plain data.
#[derive(Debug, thiserror::Error)]
#[error("the report cannot be written as XLSX")]
pub struct XlsxError(#[from] Error);

/// Seconds of a day, Excel's unit.
const DAY_S: f64 = 86_400.0;

/// Characters that a column of words is wide at most.
const WORDS_WIDTH: usize = 70;

/// Rows that a chart takes.
const CHART_ROWS: u32 = 20;

/// The quarter as XLSX.
///
/// # Errors
/// None that can happen in memory.
pub fn quarter_xlsx(report: &QuarterReport) -> Result<Vec<u8>, XlsxError> {
    Ok(write(&document::quarter(report))?)
}

/// The day as XLSX.
///
/// # Errors
/// None that can happen in memory.
pub fn day_xlsx(report: &DayReport) -> Result<Vec<u8>, XlsxError> {
    Ok(write(&document::day(report))?)
}

fn write(document: &Document) -> Result<Vec<u8>, Error> {
    let mut book = Workbook::new();
    book.set_properties(&properties(document)?);
    let formats = Formats::new();
    front(book.add_worksheet(), document, &formats)?;
    for section in &document.sections {
        match &section.block {
            Block::Table(table) => {
                let sheet = book.add_worksheet().set_name(section.name)?;
                write_table(sheet, table, &formats)?;
            }
            Block::Plots(plots) => {
                let sheet = book.add_worksheet().set_name(section.name)?;
                write_plots(sheet, section.name, plots, &formats)?;
            }
            // Signatures have a table of their own; room for one is on paper only.
            Block::SignOff(_) => {}
        }
    }
    book.save_to_buffer()
}

fn properties(document: &Document) -> Result<DocProperties, Error> {
    Ok(DocProperties::new()
        .set_title(format!("{}. {}", document.title, document.subject))
        .set_author(&document.centre)
        .set_creation_datetime(&moment(document.as_of_utc)?))
}

fn moment(at: DateTime) -> Result<ExcelDateTime, Error> {
    let part = |part: i8| part.unsigned_abs();
    let year = at.year().unsigned_abs();
    ExcelDateTime::from_ymd(year, part(at.month()), part(at.day()))?.and_hms(
        u16::from(part(at.hour())),
        part(at.minute()),
        f64::from(at.second()),
    )
}

/// How cells look.
struct Formats {
    title: Format,
    heading: Format,
    figure_heading: Format,
    words: Format,
    count: Format,
}

impl Formats {
    fn new() -> Self {
        let heading = Format::new()
            .set_bold()
            .set_text_wrap()
            .set_align(FormatAlign::Bottom)
            .set_border_bottom(FormatBorder::Thin);
        Self {
            title: Format::new().set_bold().set_font_size(14),
            figure_heading: heading.clone().set_align(FormatAlign::Right),
            heading,
            words: Format::new()
                .set_text_wrap()
                .set_align(FormatAlign::Top)
                .set_align(FormatAlign::Left),
            count: Format::new().set_num_format("0"),
        }
    }
}

/// A format of numbers; a small sample shows its mark, and the cell stays a number.
fn numbers(format: &str, small: bool) -> Format {
    let format = if small {
        format!("{format}\"{SMALL}\"")
    } else {
        format.to_owned()
    };
    Format::new()
        .set_num_format(format)
        .set_align(FormatAlign::Right)
}

fn front(sheet: &mut Worksheet, document: &Document, formats: &Formats) -> Result<(), Error> {
    sheet.set_name("Kopsavilkums")?;
    sheet.set_column_width(0, 24)?.set_column_width(1, 90)?;
    let title = format!("{}. {}", document.title, document.subject);
    sheet.write_with_format(0, 0, title, &formats.title)?;
    let mut row = 2;
    for (label, text) in document.all_facts() {
        sheet.write_with_format(row, 0, label, &formats.words)?;
        sheet.write_with_format(row, 1, text, &formats.words)?;
        row += 1;
    }
    row += 1;
    for figure in &document.key_figures {
        let unit = if figure.unit.is_empty() { "" } else { ", " };
        let label = format!("{}{unit}{}", figure.label, figure.unit);
        sheet.write_with_format(row, 0, label, &formats.words)?;
        write_cell(sheet, (row, 1), &figure.cell, formats)?;
        row += 1;
    }
    let small = document
        .sections
        .iter()
        .any(|section| match &section.block {
            Block::Table(table) => table.has_small(),
            Block::Plots(_) | Block::SignOff(_) => false,
        });
    if small {
        sheet.write(row + 1, 0, document::small_note())?;
    }
    Ok(())
}

fn write_table(sheet: &mut Worksheet, table: &Table, formats: &Formats) -> Result<(), Error> {
    for (column, number) in table.columns.iter().zip(0u16..) {
        let format = if column.words {
            &formats.heading
        } else {
            &formats.figure_heading
        };
        sheet.write_with_format(0, number, &column.heading, format)?;
        let cells = table
            .rows
            .iter()
            .filter_map(|row| row.get(usize::from(number)));
        let widest = cells.map(|cell| cell.text().chars().count()).max();
        let widest = widest.unwrap_or(0).clamp(9, WORDS_WIDTH);
        sheet.set_column_width(number, widest as f64 + 3.0)?;
    }
    for (cells, row) in table.rows.iter().zip(1u32..) {
        for (cell, column) in cells.iter().zip(0u16..) {
            write_cell(sheet, (row, column), cell, formats)?;
        }
    }
    sheet.set_freeze_panes(1, 0)?;
    let last_row = u32::try_from(table.rows.len()).unwrap_or(u32::MAX);
    if let Some(last) = u16::try_from(table.columns.len())
        .ok()
        .and_then(|n| n.checked_sub(1))
    {
        sheet.autofilter(0, 0, last_row, last)?;
    }
    sheet
        .set_landscape()
        .set_paper_size(9)
        .set_print_fit_to_pages(1, 0);
    sheet.set_repeat_rows(0, 0)?;
    Ok(())
}

/// Writes a cell; nothing to tell stays empty.
fn write_cell(
    sheet: &mut Worksheet,
    (row, column): (u32, u16),
    cell: &Cell,
    formats: &Formats,
) -> Result<(), Error> {
    match cell {
        Cell::Nothing => {}
        Cell::Words(words) => {
            sheet.write_with_format(row, column, words, &formats.words)?;
        }
        Cell::Count(count) => {
            sheet.write_with_format(row, column, *count as f64, &formats.count)?;
        }
        Cell::Minutes { seconds, small } => {
            let format = numbers("[m]:ss", *small);
            sheet.write_with_format(row, column, *seconds as f64 / DAY_S, &format)?;
        }
        Cell::Hours(seconds) => {
            let format = numbers("[h]:mm:ss", false);
            sheet.write_with_format(row, column, *seconds as f64 / DAY_S, &format)?;
        }
        Cell::Decimal {
            value,
            decimals,
            small,
        } => {
            let point = if *decimals > 0 { "." } else { "" };
            let format = format!("0{point}{}", "0".repeat(*decimals));
            sheet.write_with_format(row, column, *value, &numbers(&format, *small))?;
        }
        Cell::Percent { share, small } => {
            let format = numbers("0.0%", *small);
            sheet.write_with_format(row, column, *share, &format)?;
        }
        Cell::Change {
            value,
            decimals,
            small,
        } => {
            let point = if *decimals > 0 { "." } else { "" };
            let size = format!("0{point}{}", "0".repeat(*decimals));
            let mark = if *small {
                format!("\"{SMALL}\"")
            } else {
                String::new()
            };
            let format = format!("+{size}{mark};\u{2212}{size}{mark};{size}{mark}");
            sheet.write_with_format(row, column, *value, &numbers(&format, false))?;
        }
        Cell::Date(date) => {
            let format = numbers("dd.mm.yyyy\".\"", false).set_align(FormatAlign::Left);
            let at = moment(date.at(0, 0, 0, 0))?;
            sheet.write_with_format(row, column, &at, &format)?;
        }
        Cell::Clock(at) => {
            let format = numbers("hh:mm:ss", false);
            sheet.write_with_format(row, column, &moment(*at)?, &format)?;
        }
    }
    Ok(())
}

/// What is drawn as numbers, and the chart beside them.
fn write_plots(
    sheet: &mut Worksheet,
    name: &str,
    plots: &[Plot],
    formats: &Formats,
) -> Result<(), Error> {
    let mut row = 0;
    for plot in plots {
        let labels = u32::try_from(plot.labels.len()).unwrap_or(0);
        sheet.write_with_format(row, 0, &plot.heading, &formats.title)?;
        row += match plot.drawn {
            Drawn::Bars | Drawn::Line => {
                write_plot(sheet, name, row + 1, plot, formats)?;
                labels.max(CHART_ROWS)
            }
            Drawn::Heat => {
                write_heat(sheet, row + 1, plot, formats)?;
                labels
            }
        } + 4;
    }
    Ok(())
}

fn write_plot(
    sheet: &mut Worksheet,
    name: &str,
    heading: u32,
    plot: &Plot,
    formats: &Formats,
) -> Result<(), Error> {
    if plot.labels.is_empty() {
        // A chart of nothing is none.
        return Ok(());
    }
    let first = heading + 1;
    for (label, row) in plot.labels.iter().zip(first..) {
        sheet.write(row, 0, label)?;
    }
    let last = heading + u32::try_from(plot.labels.len()).unwrap_or(0);
    let kind = match plot.drawn {
        Drawn::Bars => ChartType::Column,
        Drawn::Line | Drawn::Heat => ChartType::Line,
    };
    let mut chart = Chart::new(kind);
    chart.title().set_name(&plot.heading);
    chart.set_alt_text(&plot.alternative);
    let target = plot
        .target
        .iter()
        .map(|(name, value)| (name.clone(), vec![Some(*value); plot.labels.len()], true));
    let target = target.chain(plot.marked.iter().map(|marked| marked_series(plot, marked)));
    let series = plot
        .series
        .iter()
        .map(|(name, values)| (name.clone(), values.clone(), false));
    for ((series, values, dashed), column) in series.chain(target).zip(1u16..) {
        sheet.write_with_format(heading, column, &series, &formats.figure_heading)?;
        for (value, row) in values.iter().zip(first..) {
            if let Some(value) = value {
                sheet.write(row, column, *value)?;
            }
        }
        let line = chart
            .add_series()
            .set_name((name, heading, column))
            .set_categories((name, first, 0, last, 0))
            .set_values((name, first, column, last, column));
        line.set_format(&mut look(plot.drawn, column, dashed));
    }
    let beside = u16::try_from(plot.series.len()).unwrap_or(0) + 4;
    chart.set_width(720).set_height(380);
    sheet.insert_chart(heading, beside, &chart)?;
    Ok(())
}

/// Lines up to the mark and none after it: a chart of lines has no upright one.
fn marked_series(plot: &Plot, marked: &Marked) -> (String, Vec<Option<f64>>, bool) {
    let first = plot.series.first();
    let values = first.map_or(&[][..], |(_, values)| values);
    let values = values.iter().enumerate();
    let values = values.map(|(at, value)| value.filter(|_| at <= marked.at));
    (format!("līdz: {}", marked.name), values.collect(), true)
}

/// The map as cells with native shades: a row for each label, a column for each series.
fn write_heat(
    sheet: &mut Worksheet,
    heading: u32,
    plot: &Plot,
    formats: &Formats,
) -> Result<(), Error> {
    for (label, row) in plot.labels.iter().zip(heading + 1..) {
        sheet.write(row, 0, label)?;
    }
    let format = numbers("0.0", false);
    for ((series, values), column) in plot.series.iter().zip(1u16..) {
        sheet.write_with_format(heading, column, series, &formats.figure_heading)?;
        sheet.set_column_width(column, 12)?;
        for (value, row) in values.iter().zip(heading + 1..) {
            if let Some(value) = value {
                sheet.write_with_format(row, column, *value, &format)?;
            }
        }
    }
    let last = heading + u32::try_from(plot.labels.len()).unwrap_or(0);
    let right = u16::try_from(plot.series.len()).unwrap_or(0);
    if last > heading && right > 0 {
        let shades = ConditionalFormat2ColorScale::new()
            .set_minimum_color(Color::RGB(0x00FF_FFFF))
            .set_maximum_color(Color::RGB(0x0056_86B2));
        sheet.add_conditional_format(heading + 1, 1, last, right, &shades)?;
    }
    Ok(())
}

/// A lightness for each series, dashes for what it is compared with.
fn look(drawn: Drawn, column: u16, dashed: bool) -> ChartFormat {
    let colour = match (dashed, column % 3) {
        (true, _) => 0x0000_0000,
        (false, 1) => 0x0014_345C,
        (false, 2) => 0x0056_86B2,
        (false, _) => 0x00C4_D8E8,
    };
    let mut format = ChartFormat::new();
    match drawn {
        Drawn::Bars => {
            let fill = rust_xlsxwriter::ChartSolidFill::new();
            format.set_solid_fill(fill.clone().set_color(Color::RGB(colour)));
        }
        Drawn::Line | Drawn::Heat => {
            let mut line = ChartLine::new();
            line.set_color(Color::RGB(colour)).set_width(1.5);
            if dashed {
                line.set_dash_type(ChartLineDashType::Dash);
            }
            format.set_line(&line);
        }
    }
    format
}
