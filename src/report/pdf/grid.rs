//! Tables: headings repeated on every page, groups never torn apart, nothing cut.

use std::num::NonZeroU32;

use krilla::tagging::{TableHeaderScope, Tag, TagKind};

use super::face::{Faces, Weight};
use super::flow::{Flow, LEFT, WIDTH};
use super::sheet::{Branch, Draw, Ink, Mark};
use crate::report::document::{Cell, Column, TOTAL, Table};

const SIZE: f32 = 7.4;
const LEADING: f32 = 8.8;
/// Space over and under the lines of a row.
const PAD_Y: f32 = 0.9;
/// The same where much has to stand on one page.
const PAD_Y_DENSE: f32 = 0.2;
/// Space left and right of a cell.
const PAD_X: f32 = 3.0;
/// The column that names groups is not wider.
const GROUP_WIDTH: f32 = 104.0;
/// A table that needs this share of the width is stretched to all of it.
const STRETCHED: f32 = 0.55;
/// A table that is not stretched has this much more room in each column.
const ROOM: f32 = 18.0;
/// A table up to this height is not torn apart.
const WHOLE: f32 = 260.0;
/// From the top of a line to its baseline.
const ASCENT: f32 = 6.9;

/// A table with the widths of its columns.
struct Grid<'t> {
    table: &'t Table,
    widths: Vec<f32>,
    /// Size of the letters: smaller where the table would be too wide.
    size: f32,
    /// Space above and below the lines of a row.
    pad_y: f32,
}

/// One row, ready to be drawn.
struct Row {
    cells: Vec<Vec<String>>,
    height: f32,
}

/// Height of what must stand together at the table's beginning.
pub(super) fn least_height(flow: &Flow<'_>, table: &Table) -> f32 {
    let grid = Grid::new(flow.faces, table, flow.dense);
    let groups = table.groups().into_iter();
    let heights: Vec<f32> = groups
        .map(|group| grid.group_height(flow.faces, group))
        .collect();
    let rows = match heights.iter().sum::<f32>() {
        all if all <= WHOLE => all,
        _ => heights.first().copied().unwrap_or(0.0),
    };
    grid.headings(flow.faces).height + rows
}

/// Draws a table from where the flow stands, over as many pages as it needs.
pub(super) fn draw(flow: &mut Flow<'_>, table: &Table) -> Branch {
    let grid = Grid::new(flow.faces, table, flow.dense);
    let headings = grid.headings(flow.faces);
    let mut head = Vec::new();
    grid.draw_headings(flow, &headings, Some(&mut head));
    let mut body = Vec::new();
    for group in table.groups() {
        if grid.group_height(flow.faces, group) > flow.room() {
            flow.next_page();
            grid.draw_headings(flow, &headings, None);
        }
        grid.draw_group(flow, group, &mut body);
    }
    flow.y += 2.0;
    let head = Branch::Element(Tag::TR.into(), head);
    let parts = vec![
        Branch::Element(Tag::THead.into(), vec![head]),
        Branch::Element(Tag::TBody.into(), body),
    ];
    Branch::Element(Tag::Table.into(), parts)
}

impl<'t> Grid<'t> {
    fn new(faces: &Faces, table: &'t Table, dense: bool) -> Self {
        let mut widths = widths(faces, table);
        let total: f32 = widths.iter().sum();
        let scale = (WIDTH / total.max(1.0)).min(1.0);
        for width in &mut widths {
            *width *= scale;
        }
        let size = SIZE * scale;
        Self {
            table,
            widths,
            size,
            pad_y: if dense { PAD_Y_DENSE } else { PAD_Y },
        }
    }

    fn left(&self, column: usize) -> f32 {
        LEFT + self.widths.iter().take(column).sum::<f32>()
    }

    fn row(&self, faces: &Faces, texts: impl Iterator<Item = String>, weight: Weight) -> Row {
        let columns = self.widths.iter().zip(&self.table.columns);
        let cells: Vec<Vec<String>> = texts
            .zip(columns)
            .map(|(text, (width, column))| {
                if column.words || weight == Weight::Bold {
                    faces.broken(&text, weight, self.size, width - 2.0 * PAD_X + 0.1)
                } else {
                    vec![text]
                }
            })
            .collect();
        let lines = cells.iter().map(Vec::len).max().unwrap_or(1);
        Row {
            cells,
            height: LEADING * lines as f32 + 2.0 * self.pad_y,
        }
    }

    fn headings(&self, faces: &Faces) -> Row {
        let texts = self.table.columns.iter();
        let texts = texts.map(|column| column.heading.clone());
        self.row(faces, texts, Weight::Bold)
    }

    /// Rows of a group without its name, and the lines of the name.
    fn rows(&self, faces: &Faces, group: &[Vec<Cell>]) -> (Vec<Row>, Vec<String>) {
        let rows: Vec<Row> = group
            .iter()
            .map(|cells| {
                let texts = cells.iter().enumerate().map(|(column, cell)| {
                    if self.table.grouped && column == 0 {
                        String::new()
                    } else {
                        cell.text()
                    }
                });
                self.row(faces, texts, Weight::Regular)
            })
            .collect();
        let name = group.first().and_then(|row| row.first());
        let name = name.filter(|_| self.table.grouped).map(|name| {
            let width = self.widths.first().copied().unwrap_or(WIDTH);
            faces.broken(
                &name.text(),
                Weight::Bold,
                self.size,
                width - 2.0 * PAD_X + 0.1,
            )
        });
        (rows, name.unwrap_or_default())
    }

    fn group_height(&self, faces: &Faces, group: &[Vec<Cell>]) -> f32 {
        let (rows, name) = self.rows(faces, group);
        let rows: f32 = rows.iter().map(|row| row.height).sum();
        rows.max(LEADING * name.len() as f32 + 2.0 * self.pad_y)
    }

    /// With `branches` they are the table's headings, without they repeat them on a new page.
    fn draw_headings(
        &self,
        flow: &mut Flow<'_>,
        headings: &Row,
        mut branches: Option<&mut Vec<Branch>>,
    ) {
        let bottom = flow.y + headings.height;
        for (number, lines) in headings.cells.iter().enumerate() {
            // Headings stand on the line that they share.
            let top = bottom - LEADING * lines.len() as f32 - 2.0 * self.pad_y;
            let leaf = self.draw_cell(flow, number, top, lines, Weight::Bold, branches.is_none());
            if let (Some(branches), Some(leaf)) = (branches.as_deref_mut(), leaf) {
                let tag = Tag::TH(TableHeaderScope::Column).into();
                branches.push(Branch::Element(tag, vec![leaf]));
            }
        }
        flow.y = bottom;
        self.line(flow, Ink::Black);
    }

    fn draw_group(&self, flow: &mut Flow<'_>, group: &[Vec<Cell>], body: &mut Vec<Branch>) {
        let (rows, name) = self.rows(flow.faces, group);
        let height = self.group_height(flow.faces, group);
        let end = flow.y + height;
        let total = group.first().and_then(|row| row.first()) == Some(&Cell::words(TOTAL));
        if total && self.table.grouped {
            self.tint(flow, flow.y, end);
        }
        let mut label = (!name.is_empty()).then(|| {
            let leaf = self.draw_cell(flow, 0, flow.y, &name, Weight::Bold, false);
            let rows = u32::try_from(rows.len()).ok().and_then(NonZeroU32::new);
            let tag: TagKind = Tag::TH(TableHeaderScope::Row).with_row_span(rows).into();
            Branch::Element(tag, leaf.into_iter().collect())
        });
        for (number, row) in rows.iter().enumerate() {
            let sum = self.table.sums && rows.len() > 1 && number + 1 == rows.len();
            let weight = if sum { Weight::Bold } else { Weight::Regular };
            let mut cells: Vec<Branch> = label.take().into_iter().collect();
            let first = usize::from(self.table.grouped);
            for (column, lines) in row.cells.iter().enumerate().skip(first) {
                let leaf = self.draw_cell(flow, column, flow.y, lines, weight, false);
                let tag: TagKind = if column == first && self.is_words(column) {
                    Tag::TH(TableHeaderScope::Row).into()
                } else {
                    Tag::TD.into()
                };
                cells.push(Branch::Element(tag, leaf.into_iter().collect()));
            }
            body.push(Branch::Element(Tag::TR.into(), cells));
            flow.y += row.height;
        }
        flow.y = end;
        self.line(flow, Ink::Hair);
    }

    fn is_words(&self, column: usize) -> bool {
        self.table
            .columns
            .get(column)
            .is_some_and(|column| column.words)
    }

    /// Draws lines in a column; content to read has a leaf.
    fn draw_cell(
        &self,
        flow: &mut Flow<'_>,
        column: usize,
        top: f32,
        lines: &[String],
        weight: Weight,
        ornament: bool,
    ) -> Option<Branch> {
        let leaf = (!ornament).then(|| flow.sheets.leaf());
        let left = self.left(column);
        let width = self.widths.get(column).copied().unwrap_or(0.0);
        for (number, line) in lines.iter().enumerate() {
            let wide = flow.faces.width(line, weight, self.size);
            let x = if self.is_words(column) {
                left + PAD_X
            } else {
                left + width - PAD_X - wide
            };
            let draw = Draw::Text {
                at: (x, top + self.pad_y + ASCENT + LEADING * number as f32),
                size: self.size,
                weight,
                ink: Ink::Black,
                // The blank keeps words and cells apart for whoever copies them.
                text: format!("{line} "),
            };
            let mark = leaf.map_or(Mark::Ornament, Mark::Words);
            flow.sheets.draw(mark, draw);
        }
        leaf.map(Branch::Leaf)
    }

    fn line(&self, flow: &mut Flow<'_>, ink: Ink) {
        let right = LEFT + self.widths.iter().sum::<f32>();
        let draw = Draw::Line {
            points: vec![(LEFT, flow.y), (right, flow.y)],
            width: 0.4,
            ink,
            dashed: false,
        };
        flow.sheets.draw(Mark::Ornament, draw);
    }

    fn tint(&self, flow: &mut Flow<'_>, top: f32, bottom: f32) {
        let right = LEFT + self.widths.iter().sum::<f32>();
        let corners = [LEFT, top, right, bottom];
        let ink = Ink::Tint;
        flow.sheets
            .draw(Mark::Ornament, Draw::Area { corners, ink });
    }
}

/// Widths of the columns: figures get what they need, words share what is left.
fn widths(faces: &Faces, table: &Table) -> Vec<f32> {
    let natural: Vec<(f32, f32)> = table
        .columns
        .iter()
        .enumerate()
        .map(|(at, column)| needs(faces, table, at, column))
        .collect();
    let fixed: f32 = natural
        .iter()
        .zip(&table.columns)
        .filter(|(_, column)| !column.words)
        .map(|((_, wide), _)| wide)
        .sum();
    let mut widths: Vec<f32> = natural.iter().map(|(_, wide)| *wide).collect();
    // The narrowest columns of words get all they want, the widest what is left.
    let mut words: Vec<usize> = (0..widths.len())
        .filter(|at| table.columns.get(*at).is_some_and(|column| column.words))
        .collect();
    words.sort_by(|one, other| {
        let wide = |at: &usize| natural.get(*at).map_or(0.0, |(_, wide)| *wide);
        wide(one).total_cmp(&wide(other))
    });
    let mut left = WIDTH - fixed;
    for (done, at) in words.iter().enumerate() {
        let fair = left / (words.len() - done) as f32;
        if let (Some(width), Some((least, wide))) = (widths.get_mut(*at), natural.get(*at)) {
            *width = wide.min(fair.max(*least));
            left -= *width;
        }
    }
    let needed = WIDTH - left.max(0.0);
    let each = left.max(0.0) / widths.len().max(1) as f32;
    let slack = if needed < WIDTH * STRETCHED {
        each.min(ROOM)
    } else {
        each
    };
    for width in &mut widths {
        *width += slack;
    }
    widths
}

/// The least width a column can have, and the width at which nothing in it is broken.
fn needs(faces: &Faces, table: &Table, at: usize, column: &Column) -> (f32, f32) {
    let name = table.grouped && at == 0;
    let bold = name || table.sums;
    let weight = if bold { Weight::Bold } else { Weight::Regular };
    let longest_word = |text: &str, weight| {
        let words = text.split(' ').map(|word| faces.width(word, weight, SIZE));
        words.fold(0.0, f32::max)
    };
    let heading = longest_word(&column.heading, Weight::Bold);
    let texts = table.rows.iter().filter_map(|row| row.get(at));
    let (mut least, mut wide) = (heading, heading);
    for text in texts.map(Cell::text) {
        let all = faces.width(&text, weight, SIZE);
        wide = wide.max(all);
        least = least.max(if column.words {
            longest_word(&text, weight)
        } else {
            all
        });
    }
    // A rounding error must not break a line that fits.
    let pad = 2.0 * PAD_X + 0.1;
    let wide = if name {
        wide.min(GROUP_WIDTH.max(least))
    } else {
        wide
    };
    (least + pad, wide + pad)
}
