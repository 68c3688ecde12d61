//! Pages as lists of what is drawn, with the structure a screen reader follows; written out once
//! all of them are known, because each tells how many there are.

use krilla::color::rgb;
use krilla::geom::{Path, PathBuilder, Point, Rect};
use krilla::page::PageSettings;
use krilla::paint::{Fill, Stroke, StrokeDash};
use krilla::surface::Surface;
use krilla::tagging::{
    ArtifactType, ContentTag, Identifier, Node, SpanTag, TagGroup, TagKind, TagTree,
};

use super::PdfError;
use super::face::{Faces, Weight};

/// A4, points.
pub(super) const PAGE: (f32, f32) = (595.276, 841.89);

/// Colours, each of a lightness of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ink {
    /// Text.
    Black,
    /// Text of less weight.
    Grey,
    /// Headings and the first series.
    Dark,
    /// The second series.
    Middle,
    /// The third series.
    Light,
    /// Behind sums.
    Tint,
    /// Thin lines.
    Hair,
    /// The paper itself.
    Paper,
}

impl Ink {
    fn colour(self) -> rgb::Color {
        let (red, green, blue) = match self {
            Self::Black => (0, 0, 0),
            Self::Grey => (84, 84, 84),
            Self::Dark => (20, 52, 92),
            Self::Middle => (86, 134, 178),
            Self::Light => (196, 216, 232),
            Self::Tint => (238, 242, 246),
            Self::Hair => (176, 176, 176),
            Self::Paper => (255, 255, 255),
        };
        rgb::Color::new(red, green, blue)
    }
}

/// What a drawing is part of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mark {
    /// The head of a page.
    Header,
    /// Its foot.
    Footer,
    /// Lines and repeated headings: nothing to read.
    Ornament,
    /// Words, by number.
    Words(usize),
    /// A picture, by number.
    Picture(usize),
}

/// One thing drawn.
pub(super) enum Draw {
    /// A line of text; `at` is where its baseline begins.
    Text {
        at: (f32, f32),
        size: f32,
        weight: Weight,
        ink: Ink,
        text: String,
    },
    /// A broken line through points.
    Line {
        points: Vec<(f32, f32)>,
        width: f32,
        ink: Ink,
        dashed: bool,
    },
    /// A filled rectangle: left, top, right, bottom.
    Area { corners: [f32; 4], ink: Ink },
}

/// The structure of the document.
pub(super) enum Branch {
    /// An element with what is in it.
    Element(TagKind, Vec<Branch>),
    /// Content, by the number of its mark.
    Leaf(usize),
}

/// Pages and their structure.
#[derive(Default)]
pub(super) struct Sheets {
    pages: Vec<Vec<(Mark, Draw)>>,
    leaves: usize,
}

impl Sheets {
    /// Begins a page.
    pub fn page(&mut self) {
        self.pages.push(Vec::new());
    }

    /// Pages so far.
    pub fn len(&self) -> usize {
        self.pages.len()
    }

    /// A number for content to come.
    pub fn leaf(&mut self) -> usize {
        self.leaves += 1;
        self.leaves - 1
    }

    /// Draws on the last page.
    pub fn draw(&mut self, mark: Mark, draw: Draw) {
        if let Some(page) = self.pages.last_mut() {
            page.push((mark, draw));
        }
    }

    /// Draws on a page, counted from 0.
    pub fn draw_on(&mut self, page: usize, mark: Mark, draw: Draw) {
        if let Some(page) = self.pages.get_mut(page) {
            page.push((mark, draw));
        }
    }

    /// Writes all pages and the structure.
    pub fn write(
        &self,
        structure: Vec<Branch>,
        faces: &Faces,
        pdf: &mut krilla::Document,
    ) -> Result<(), PdfError> {
        let mut identifiers: Vec<Option<Identifier>> = Vec::new();
        identifiers.resize_with(self.leaves, || None);
        for drawn in &self.pages {
            let settings = PageSettings::from_wh(PAGE.0, PAGE.1).ok_or(PdfError::Page)?;
            let mut page = pdf.start_page_with(settings);
            let mut surface = page.surface();
            for run in drawn.chunk_by(|one, next| one.0 == next.0) {
                let Some((mark, _)) = run.first() else {
                    continue;
                };
                let identifier = surface.start_tagged(content_tag(*mark));
                if let Mark::Words(leaf) | Mark::Picture(leaf) = mark
                    && let Some(slot) = identifiers.get_mut(*leaf)
                {
                    *slot = Some(identifier);
                }
                for (_, draw) in run {
                    draw_one(&mut surface, faces, draw);
                }
                surface.end_tagged();
            }
            surface.finish();
            page.finish();
        }
        let mut tree = TagTree::new();
        for branch in structure {
            if let Some(node) = node(branch, &mut identifiers) {
                tree.push(node);
            }
        }
        pdf.set_tag_tree(tree);
        Ok(())
    }
}

fn content_tag(mark: Mark) -> ContentTag<'static> {
    match mark {
        Mark::Header => ContentTag::Artifact(ArtifactType::Header),
        Mark::Footer => ContentTag::Artifact(ArtifactType::Footer),
        Mark::Ornament => ContentTag::Artifact(ArtifactType::Other),
        Mark::Words(_) => ContentTag::Span(SpanTag::empty()),
        Mark::Picture(_) => ContentTag::Other,
    }
}

fn node(branch: Branch, identifiers: &mut [Option<Identifier>]) -> Option<Node> {
    match branch {
        Branch::Leaf(leaf) => Some(Node::Leaf(identifiers.get_mut(leaf)?.take()?)),
        Branch::Element(tag, branches) => {
            let nodes = branches.into_iter();
            let nodes = nodes.filter_map(|branch| node(branch, identifiers));
            let children: Vec<Node> = nodes.collect();
            Some(Node::Group(TagGroup::with_children(tag, children)))
        }
    }
}

fn draw_one(surface: &mut Surface<'_>, faces: &Faces, draw: &Draw) {
    match draw {
        Draw::Text {
            at,
            size,
            weight,
            ink,
            text,
        } => {
            let (shown, glyphs) = faces.glyphs(text, *weight);
            paint(surface, Some(*ink), None);
            let start = Point::from_xy(at.0, at.1);
            surface.draw_glyphs(start, &glyphs, faces.font(*weight), &shown, *size, false);
        }
        Draw::Line {
            points,
            width,
            ink,
            dashed,
        } => {
            let stroke = Stroke {
                paint: ink.colour().into(),
                width: *width,
                dash: dashed.then(|| StrokeDash {
                    array: vec![3.0, 2.0],
                    offset: 0.0,
                }),
                ..Stroke::default()
            };
            paint(surface, None, Some(stroke));
            if let Some(path) = path(points) {
                surface.draw_path(&path);
            }
        }
        Draw::Area { corners, ink } => {
            let [left, top, right, bottom] = *corners;
            let Some(rect) = Rect::from_ltrb(left, top, right, bottom) else {
                return;
            };
            paint(surface, Some(*ink), None);
            let mut builder = PathBuilder::new();
            builder.push_rect(rect);
            if let Some(path) = builder.finish() {
                surface.draw_path(&path);
            }
        }
    }
}

fn paint(surface: &mut Surface<'_>, fill: Option<Ink>, stroke: Option<Stroke>) {
    surface.set_fill(fill.map(|ink| Fill {
        paint: ink.colour().into(),
        ..Fill::default()
    }));
    surface.set_stroke(stroke);
}

fn path(points: &[(f32, f32)]) -> Option<Path> {
    let (first, rest) = points.split_first()?;
    let mut builder = PathBuilder::new();
    builder.move_to(first.0, first.1);
    for (x, y) in rest {
        builder.line_to(*x, *y);
    }
    builder.finish()
}
