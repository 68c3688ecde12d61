//! A report as a document: headings, tables, plots and notes in Latvian, whatever it is written as.
//!
//! The text for a terminal, the PDF and the XLSX are three ways to write one [`Document`], so a
//! figure is chosen, named and rounded in one place. A new section is one function from the model
//! to a [`Section`], added to the list in [`quarter()`] or [`day()`].

mod cell;
mod day;
mod feedback;
mod floor;
mod flow;
mod glossary;
mod plots;
mod quality;
mod quarter;
mod several;
mod signed;
mod tables;

use jiff::civil::DateTime;

pub(super) use cell::Cell;
pub(super) use day::document as day;
pub(super) use quarter::document as quarter;
pub(super) use tables::TOTAL;

/// Marks a figure that rests on a small sample.
pub(super) const SMALL: char = '*';

/// What is told of a small sample.
pub(super) fn small_note() -> String {
    format!(
        "{SMALL} Mazāk par {} gadījumiem: skaitlis ir tikai orientējošs.",
        super::SMALL_SAMPLE_BELOW
    )
}

/// A report, ready to be written.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Document {
    /// "Klientu plūsmas vadība".
    pub title: String,
    /// What it is of: "2026. gada 4. ceturksnis".
    pub subject: String,
    /// Name of the centre.
    pub centre: String,
    /// The moment the figures stand at, local: "22.11.2026. 17:40".
    pub as_of: String,
    /// The same in UTC.
    pub as_of_utc: DateTime,
    /// The figures may still change.
    pub unsettled: bool,
    /// What stands under the title, by label.
    pub facts: Vec<(String, String)>,
    /// The few figures that tell most.
    pub key_figures: Vec<KeyFigure>,
    /// The rest, in reading order.
    pub sections: Vec<Section>,
}

impl Document {
    /// Some figure rests on a small sample.
    pub fn has_small(&self) -> bool {
        self.sections.iter().any(|section| match &section.block {
            Block::Table(table) => table.has_small(),
            Block::Plots(_) | Block::SignOff(_) => false,
        })
    }

    /// What stands under the title, the moment of the figures last.
    pub fn all_facts(&self) -> Vec<(String, String)> {
        let unsettled = if self.unsettled {
            " (skaitļi vēl mainīsies)"
        } else {
            ""
        };
        let as_of = ("Dati uz".to_owned(), format!("{}{unsettled}", self.as_of));
        self.facts.iter().cloned().chain([as_of]).collect()
    }
}

/// One figure shown large.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct KeyFigure {
    /// What it is.
    pub label: String,
    /// The figure.
    pub cell: Cell,
    /// Unit, where the cell shows none.
    pub unit: &'static str,
}

/// Where a section belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// On the first page.
    First,
    /// On the pages after it.
    Detail,
    /// On the pages after it, and too long for a terminal.
    Long,
}

/// A part of a document under one heading.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Section {
    /// Heading.
    pub heading: String,
    /// Short name, unique in the document: of its sheet.
    pub name: &'static str,
    /// Where it belongs.
    pub place: Place,
    /// What stands in it.
    pub block: Block,
}

/// What stands in a section.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Block {
    /// A table.
    Table(Table),
    /// Plots, side by side.
    Plots(Vec<Plot>),
    /// Room for comments and a signature.
    SignOff(SignOff),
}

/// A table. Where it is `grouped`, the first column names groups of rows and is shown once a group.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Table {
    /// Columns.
    pub columns: Vec<Column>,
    /// Rows, each with a cell for every column.
    pub rows: Vec<Vec<Cell>>,
    /// Its first column names groups of rows.
    pub grouped: bool,
    /// The last row of each group sums it up.
    pub sums: bool,
}

impl Table {
    /// Rows in runs that share the first cell; a table without groups is runs of single rows.
    pub fn groups(&self) -> Vec<&[Vec<Cell>]> {
        self.rows
            .chunk_by(|one, next| self.grouped && one.first() == next.first())
            .collect()
    }

    /// Some figure of it rests on a small sample.
    pub fn has_small(&self) -> bool {
        self.rows.iter().flatten().any(Cell::is_small)
    }
}

/// A column of a table.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Column {
    /// Heading.
    pub heading: String,
    /// Words, to the left and broken into lines; else figures, to the right and never broken.
    pub words: bool,
}

impl Column {
    /// A column of words.
    pub fn words(heading: &str) -> Self {
        Self {
            heading: heading.to_owned(),
            words: true,
        }
    }

    /// A column of figures.
    pub fn figures(heading: &str) -> Self {
        Self {
            heading: heading.to_owned(),
            words: false,
        }
    }
}

/// How a plot is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Drawn {
    /// Bars side by side.
    Bars,
    /// Points joined where neighbours exist.
    Line,
    /// A cell for each label and series, the darker the larger.
    Heat,
}

/// A plot; what it shows stands in a table too.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Plot {
    /// Heading with the unit.
    pub heading: String,
    /// The plot in one sentence, for those who do not see it.
    pub alternative: String,
    /// How it is drawn.
    pub drawn: Drawn,
    /// Labels along the bottom.
    pub labels: Vec<String>,
    /// Names and values of the series, as many values as labels.
    pub series: Vec<(String, Vec<Option<f64>>)>,
    /// A line to compare with, and its name.
    pub target: Option<(String, f64)>,
    /// A label to mark.
    pub marked: Option<Marked>,
}

/// A label that a plot marks with an upright line.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Marked {
    /// What is there.
    pub name: String,
    /// Which label.
    pub at: usize,
}

/// Who signs.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct SignOff {
    /// The role.
    pub role: &'static str,
    /// What stands under the lines.
    pub fields: [&'static str; 3],
    /// What stands there instead once it was signed in the program.
    pub signed: Option<Vec<String>>,
}
