//! A document as a Latvian text, at most [`WIDTH`] columns wide. Tables too long for a terminal
//! (day by day, definitions) are left to the other forms.

use std::fmt::Write;

use super::document::{self, Block, Cell, Document, Place, Table};
use super::model::{DayReport, QuarterReport};

/// Columns of the text.
const WIDTH: usize = 100;

/// Blanks between columns.
const GAP: usize = 1;

/// Blanks before what stands under a group.
const INDENT: usize = 2;

/// The quarter as a text for a terminal or a printout.
pub fn table(report: &QuarterReport) -> String {
    text(&document::quarter(report))
}

/// The day as a text.
pub fn day_table(report: &DayReport) -> String {
    text(&document::day(report))
}

fn text(document: &Document) -> String {
    let mut page = Page::default();
    page.line(&format!("{} · {}", document.title, document.subject));
    page.line(&"═".repeat(WIDTH));
    for (label, text) in document.all_facts() {
        page.wrapped(&label, 11, &text);
    }
    for section in &document.sections {
        let Block::Table(table) = &section.block else {
            continue;
        };
        if section.place == Place::Long || table.rows.is_empty() {
            continue;
        }
        let _ = writeln!(page.text, "\n{}\n{}", section.heading, "─".repeat(WIDTH));
        page.table(table);
    }
    if document.has_small() {
        let _ = writeln!(page.text, "\n{}", document::small_note());
    }
    page.text
}

#[derive(Default)]
struct Page {
    text: String,
}

impl Page {
    fn line(&mut self, line: &str) {
        let _ = writeln!(self.text, "{}", line.trim_end());
    }

    /// A text under a label, broken between words.
    fn wrapped(&mut self, label: &str, label_width: usize, text: &str) {
        let mut label = label;
        for line in broken(text, WIDTH - label_width) {
            self.line(&format!("{}{line}", padded(label, label_width)));
            label = "";
        }
    }

    fn table(&mut self, table: &Table) {
        let widths = widths(table);
        let first = usize::from(table.grouped);
        let headings: Vec<Cell> = table
            .columns
            .iter()
            .map(|column| Cell::words(&column.heading))
            .collect();
        if !only_words(table) {
            self.row(table, &widths, headings.get(first..).unwrap_or_default());
        }
        for group in table.groups() {
            if let (true, Some(name)) = (table.grouped, group.first().and_then(|row| row.first())) {
                self.line(&name.text());
            }
            for row in group {
                self.row(table, &widths, row.get(first..).unwrap_or_default());
            }
        }
    }

    /// Cells of one row, in as many lines as the longest needs. `widths` are of these cells.
    fn row(&mut self, table: &Table, widths: &[usize], cells: &[Cell]) {
        let columns = table.columns.iter().skip(usize::from(table.grouped));
        let cells: Vec<(Vec<String>, usize, bool)> = cells
            .iter()
            .zip(widths)
            .zip(columns)
            .map(|((cell, width), column)| (broken(&cell.text(), *width), *width, column.words))
            .collect();
        let lines = cells.iter().map(|(lines, _, _)| lines.len()).max();
        for at in 0..lines.unwrap_or(0) {
            let mut line = " ".repeat(if table.grouped { INDENT } else { 0 });
            for (lines, width, words) in &cells {
                let text = lines.get(at).map_or("", String::as_str);
                let blanks = " ".repeat(width.saturating_sub(text.chars().count()));
                let (before, after) = if *words {
                    ("", &*blanks)
                } else {
                    (&*blanks, "")
                };
                let _ = write!(line, "{before}{text}{after}{}", " ".repeat(GAP));
            }
            self.line(&line);
        }
    }
}

/// A list of words needs no headings in a text.
fn only_words(table: &Table) -> bool {
    table.columns.iter().all(|column| column.words)
}

/// Widths of the columns after the group's: what figures need, and for words what is left.
fn widths(table: &Table) -> Vec<usize> {
    let first = usize::from(table.grouped);
    let needs = |at: usize, words: bool| {
        let cells = table.rows.iter().filter_map(|row| row.get(at));
        let widest = cells.map(|cell| cell.text().chars().count()).max();
        let heading = table.columns.get(at).map_or("", |column| &column.heading);
        let longest = heading.split(' ').map(|word| word.chars().count()).max();
        if words {
            widest.max(Some(heading.chars().count()))
        } else {
            widest.max(longest)
        }
        .unwrap_or(0)
    };
    let mut widths: Vec<usize> = table
        .columns
        .iter()
        .enumerate()
        .skip(first)
        .map(|(at, column)| needs(at, column.words))
        .collect();
    // The widest column of words gives way until the row fits.
    let indent = if table.grouped { INDENT } else { 0 };
    let total = |widths: &[usize]| indent + widths.iter().map(|width| width + GAP).sum::<usize>();
    let excess = total(&widths).saturating_sub(WIDTH);
    let words = table.columns.iter().skip(first).map(|column| column.words);
    let widest = widths
        .iter_mut()
        .zip(words)
        .filter_map(|(width, words)| words.then_some(width))
        .max();
    if let Some(width) = widest {
        *width = width.saturating_sub(excess).max(1);
    }
    widths
}

/// A text in lines of at most `width`, broken between words.
fn broken(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let Some(line) = lines.last_mut() else {
            break;
        };
        if line.is_empty() {
            line.push_str(word);
        } else if line.chars().count() + 1 + word.chars().count() <= width {
            line.push(' ');
            line.push_str(word);
        } else {
            lines.push(word.to_owned());
        }
    }
    lines
}

fn padded(text: &str, width: usize) -> String {
    let blanks = width.saturating_sub(text.chars().count());
    format!("{text}{}", " ".repeat(blanks))
}
