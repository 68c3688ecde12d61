//! What only the first page has: title, facts, the large figures, a signature or room for one.

use krilla::tagging::Tag;

use super::face::Weight;
use super::flow::{Flow, LEFT, RIGHT, WIDTH, heading};
use super::sheet::{Branch, Draw, Ink, Mark};
use crate::report::document::SignOff;

/// Height of [`sign_off`].
pub(super) const SIGN_OFF: f32 = 62.0;

const TITLE: f32 = 15.0;
const FACT: f32 = 8.0;
const FACT_LEADING: f32 = 10.5;
const FACT_LABEL: f32 = 44.0;
const KEY: f32 = 16.0;
const LABEL: f32 = 7.0;

/// Title, facts and key figures.
pub(super) fn title(flow: &mut Flow<'_>) -> Vec<Branch> {
    let document = flow.document;
    let text = format!("{}. {}", document.title, document.subject);
    let widest = flow.faces.width(&text, Weight::Bold, TITLE);
    let size = TITLE.min(TITLE * WIDTH / widest);
    let baseline = (LEFT, flow.y + 12.0);
    let leaf = flow.text(baseline, &text, size, Weight::Bold, Ink::Dark);
    let mut branches = vec![heading(1, &text, leaf)];
    flow.y += 20.0;
    flow.rule(flow.y, Ink::Dark, Mark::Ornament);
    flow.y += 11.0;
    for (label, text) in document.all_facts() {
        branches.push(fact(flow, &label, &text));
    }
    if !document.key_figures.is_empty() {
        branches.extend(key_figures(flow));
    }
    branches
}

fn fact(flow: &mut Flow<'_>, label: &str, text: &str) -> Branch {
    let lines = flow
        .faces
        .broken(text, Weight::Regular, FACT, WIDTH - FACT_LABEL);
    let (y, measures) = (flow.y, (FACT, FACT_LEADING));
    let label = format!("{label} ");
    let label = flow.text((LEFT, y), &label, FACT, Weight::Regular, Ink::Grey);
    let at = (LEFT + FACT_LABEL, y);
    let text = flow.lines(at, &lines, measures, Weight::Regular, Ink::Black);
    flow.y += FACT_LEADING * lines.len() as f32;
    Branch::Element(Tag::P.into(), vec![label, text])
}

fn key_figures(flow: &mut Flow<'_>) -> Vec<Branch> {
    let figures = &flow.document.key_figures;
    let step = WIDTH / figures.len() as f32;
    let top = flow.y - 4.0;
    let corners = [LEFT, top, RIGHT, top + 34.0];
    let ink = Ink::Tint;
    flow.sheets
        .draw(Mark::Ornament, Draw::Area { corners, ink });
    let mut branches = Vec::new();
    for (number, figure) in figures.iter().enumerate() {
        let x = LEFT + 8.0 + step * number as f32;
        let text = format!("{} ", figure.cell.text());
        let (value, label) = ((x, top + 17.0), (x, top + 28.0));
        let mut leaves = vec![flow.text(value, &text, KEY, Weight::Bold, Ink::Black)];
        if !figure.unit.is_empty() {
            let x = x + flow.faces.width(&text, Weight::Bold, KEY);
            let unit = format!("{} ", figure.unit);
            let at = (x - 1.0, top + 17.0);
            leaves.push(flow.text(at, &unit, FACT, Weight::Regular, Ink::Black));
        }
        leaves.push(flow.text(label, &figure.label, LABEL, Weight::Regular, Ink::Grey));
        branches.push(Branch::Element(Tag::P.into(), leaves));
    }
    flow.y = top + 36.0;
    branches
}

/// Who has signed, or lines for comments, then for name, signature and date.
pub(super) fn sign_off(flow: &mut Flow<'_>, sign_off: &SignOff) -> Vec<Branch> {
    if let Some(lines) = &sign_off.signed {
        return signed(flow, sign_off.role, lines);
    }
    for _ in 0..2 {
        flow.y += 13.0;
        flow.rule(flow.y, Ink::Hair, Mark::Ornament);
    }
    flow.y += 22.0;
    let at = (LEFT, flow.y);
    let role = flow.text(at, sign_off.role, FACT, Weight::Bold, Ink::Black);
    let begin = LEFT + flow.faces.width(sign_off.role, Weight::Bold, FACT) + 14.0;
    let gap = 12.0;
    let count = sign_off.fields.len() as f32;
    let each = (RIGHT - begin - gap * (count - 1.0)) / count;
    let mut leaves = vec![role];
    for (number, field) in sign_off.fields.iter().enumerate() {
        let left = begin + (each + gap) * number as f32;
        let points = vec![(left, flow.y), (left + each, flow.y)];
        let line = Draw::Line {
            points,
            width: 0.6,
            ink: Ink::Black,
            dashed: false,
        };
        flow.sheets.draw(Mark::Ornament, line);
        let wide = flow.faces.width(field, Weight::Regular, LABEL);
        let at = (left + (each - wide) / 2.0, flow.y + 8.5);
        leaves.push(flow.text(at, field, LABEL, Weight::Regular, Ink::Grey));
    }
    flow.y += 14.0;
    let paragraphs = leaves.into_iter();
    paragraphs
        .map(|leaf| Branch::Element(Tag::P.into(), vec![leaf]))
        .collect()
}

fn signed(flow: &mut Flow<'_>, role: &str, lines: &[String]) -> Vec<Branch> {
    flow.y += 9.0;
    let mut branches = Vec::new();
    let mut paragraph = |flow: &mut Flow<'_>, text: &str, weight| {
        let lines = flow.faces.broken(text, weight, FACT, WIDTH);
        let at = (LEFT, flow.y);
        let leaf = flow.lines(at, &lines, (FACT, FACT_LEADING), weight, Ink::Black);
        flow.y += FACT_LEADING * lines.len() as f32;
        branches.push(Branch::Element(Tag::P.into(), vec![leaf]));
    };
    paragraph(flow, role, Weight::Bold);
    for line in lines {
        paragraph(flow, line, Weight::Regular);
    }
    branches
}
