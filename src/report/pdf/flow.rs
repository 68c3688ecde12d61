//! From top to bottom and from page to page.

use std::num::NonZeroU16;

use krilla::destination::XyzDestination;
use krilla::geom::Point;
use krilla::outline::{Outline, OutlineNode};
use krilla::tagging::{Tag, TagKind};

use super::face::{Faces, Weight};
use super::sheet::{Branch, Draw, Ink, Mark, PAGE, Sheets};
use super::{front, grid, plot};
use crate::report::document::{self, Block, Document, Place, Section};

/// Left edge of what is printed, points.
pub(super) const LEFT: f32 = 42.0;
/// Right edge.
pub(super) const RIGHT: f32 = PAGE.0 - LEFT;
/// Width between them.
pub(super) const WIDTH: f32 = RIGHT - LEFT;
/// Where the first page begins.
const TOP: f32 = 34.0;
/// Where the others begin, under their header.
const TOP_AFTER_HEADER: f32 = 52.0;
/// Where a page ends.
const BOTTOM: f32 = PAGE.1 - 38.0;
/// Height of a heading with the space around it.
const HEADING: f32 = 20.5;
/// Size of headings.
const HEADING_SIZE: f32 = 9.5;
/// Size of headers and footers.
const MARGINAL_SIZE: f32 = 7.0;

/// A document being laid out.
pub(super) struct Flow<'a> {
    /// What is laid out.
    pub document: &'a Document,
    /// In which faces.
    pub faces: &'a Faces,
    /// Pages so far.
    pub sheets: Sheets,
    /// Where the next thing goes, points from the top.
    pub y: f32,
    /// Rows stand close together: what is on the first page has to fit there.
    pub dense: bool,
}

/// Pages with their structure and outline.
pub(super) struct LaidOut {
    pub sheets: Sheets,
    pub structure: Vec<Branch>,
    pub outline: Outline,
}

impl<'a> Flow<'a> {
    /// Lays a document out.
    pub fn lay_out(document: &'a Document, faces: &'a Faces) -> LaidOut {
        let mut flow = Self {
            document,
            faces,
            sheets: Sheets::default(),
            y: TOP,
            dense: false,
        };
        flow.sheets.page();
        let mut structure = front::title(&mut flow);
        let mut outline = Outline::new();
        let mut place = Place::First;
        for (number, section) in document.sections.iter().enumerate() {
            if matches!(&section.block, Block::Table(table) if table.rows.is_empty()) {
                continue;
            }
            if place == Place::First && section.place != Place::First {
                flow.next_page();
            }
            place = section.place;
            flow.dense = place == Place::First;
            let after = document.sections.get(number + 1);
            structure.push(flow.section(section, after, &mut outline));
        }
        flow.footers();
        LaidOut {
            sheets: flow.sheets,
            structure,
            outline,
        }
    }

    /// Points left on the page.
    pub fn room(&self) -> f32 {
        BOTTOM - self.y
    }

    /// Goes to a new page with its header.
    pub fn next_page(&mut self) {
        self.sheets.page();
        self.y = TOP_AFTER_HEADER;
        let left = format!("{} · {}", self.document.title, self.document.subject);
        let baseline = TOP;
        let wide = self.width(&left, MARGINAL_SIZE);
        self.marginal(Mark::Header, (LEFT, baseline), &left, MARGINAL_SIZE);
        let centre = &self.document.centre;
        let room = WIDTH - wide - 20.0;
        let size = MARGINAL_SIZE.min(MARGINAL_SIZE * room / self.width(centre, MARGINAL_SIZE));
        let x = RIGHT - self.width(centre, size);
        self.marginal(Mark::Header, (x, baseline), centre, size);
        self.rule(baseline + 5.0, Ink::Hair, Mark::Header);
    }

    fn width(&self, text: &str, size: f32) -> f32 {
        self.faces.width(text, Weight::Regular, size)
    }

    fn marginal(&mut self, mark: Mark, at: (f32, f32), text: &str, size: f32) {
        let page = self.sheets.len().saturating_sub(1);
        self.marginal_on(page, mark, at, text, size);
    }

    fn marginal_on(&mut self, page: usize, mark: Mark, at: (f32, f32), text: &str, size: f32) {
        let draw = Draw::Text {
            at,
            size,
            weight: Weight::Regular,
            ink: Ink::Grey,
            text: text.to_owned(),
        };
        self.sheets.draw_on(page, mark, draw);
    }

    /// A line over the width.
    pub fn rule(&mut self, y: f32, ink: Ink, mark: Mark) {
        let points = vec![(LEFT, y), (RIGHT, y)];
        let draw = Draw::Line {
            points,
            width: 0.5,
            ink,
            dashed: false,
        };
        self.sheets.draw(mark, draw);
    }

    /// Lines of text as one piece of content, the first with its baseline at `at`.
    pub fn lines(
        &mut self,
        at: (f32, f32),
        lines: &[String],
        (size, leading): (f32, f32),
        weight: Weight,
        ink: Ink,
    ) -> Branch {
        let leaf = self.sheets.leaf();
        for (number, line) in lines.iter().enumerate() {
            // The blank keeps words of two lines apart for whoever copies them.
            let blank = if number + 1 < lines.len() { " " } else { "" };
            let draw = Draw::Text {
                at: (at.0, at.1 + leading * number as f32),
                size,
                weight,
                ink,
                text: format!("{line}{blank}"),
            };
            self.sheets.draw(Mark::Words(leaf), draw);
        }
        Branch::Leaf(leaf)
    }

    /// One line of text.
    pub fn text(
        &mut self,
        at: (f32, f32),
        text: &str,
        size: f32,
        weight: Weight,
        ink: Ink,
    ) -> Branch {
        self.lines(at, &[text.to_owned()], (size, 0.0), weight, ink)
    }

    fn section(
        &mut self,
        section: &Section,
        after: Option<&Section>,
        outline: &mut Outline,
    ) -> Branch {
        let least = match &section.block {
            Block::Table(table) => grid::least_height(self, table),
            Block::Plots(_) => plot::HEIGHT.0,
            Block::SignOff(_) => front::SIGN_OFF,
        };
        if self.room() < HEADING + least {
            self.next_page();
        }
        let page = self.sheets.len().saturating_sub(1);
        let to = XyzDestination::new(page, Point::from_xy(LEFT, self.y));
        outline.push_child(OutlineNode::new(section.heading.clone(), to));
        let baseline = self.y + 13.0;
        let leaf = self.text(
            (LEFT, baseline),
            &section.heading,
            HEADING_SIZE,
            Weight::Bold,
            Ink::Dark,
        );
        self.y += HEADING;
        self.rule(self.y - 4.0, Ink::Dark, Mark::Ornament);
        let mut branches = vec![heading(2, &section.heading, leaf)];
        match &section.block {
            Block::Table(table) => branches.push(grid::draw(self, table)),
            Block::Plots(plots) => {
                // A signature that follows has to stand on the same page.
                let signed = after.is_some_and(|after| matches!(after.block, Block::SignOff(_)));
                let kept = if signed {
                    HEADING + front::SIGN_OFF
                } else {
                    0.0
                };
                let height = self.room() - kept;
                branches.extend(plot::draw(self, plots, height));
            }
            Block::SignOff(sign_off) => branches.extend(front::sign_off(self, sign_off)),
        }
        Branch::Element(Tag::Section.into(), branches)
    }

    fn footers(&mut self) {
        let pages = self.sheets.len();
        let unsettled = if self.document.unsettled {
            " · skaitļi vēl mainīsies"
        } else {
            ""
        };
        let mut left = format!("Dati uz {}{unsettled}", self.document.as_of);
        if self.document.has_small() {
            left = format!("{left}    {}", document::small_note());
        }
        let baseline = PAGE.1 - 24.0;
        for page in 0..pages {
            let right = format!("{}. lapa no {pages}", page + 1);
            let x = RIGHT - self.width(&right, MARGINAL_SIZE);
            let mark = Mark::Footer;
            self.marginal_on(page, mark, (LEFT, baseline), &left, MARGINAL_SIZE);
            self.marginal_on(page, mark, (x, baseline), &right, MARGINAL_SIZE);
        }
    }
}

/// A heading as an element.
pub(super) fn heading(level: u16, text: &str, leaf: Branch) -> Branch {
    let level = NonZeroU16::new(level).unwrap_or(NonZeroU16::MIN);
    let tag: TagKind = Tag::Hn(level, Some(text.to_owned())).into();
    Branch::Element(tag, vec![leaf])
}
