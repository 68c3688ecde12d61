//! Plots, drawn as lines and areas. Every series has a lightness of its own, and a line of values
//! to compare with is dashed.

use krilla::tagging::Tag;

use super::face::Weight;
use super::flow::{Flow, LEFT, WIDTH};
use super::heat;
use super::sheet::{Branch, Draw, Ink, Mark};
use crate::report::document::{Drawn, Plot};

/// Least and greatest height of a row of plots.
pub(super) const HEIGHT: (f32, f32) = (76.0, 124.0);

const GAP: f32 = 18.0;
const SIZE: f32 = 6.4;
const HEADING: f32 = 7.4;
const INKS: [Ink; 3] = [Ink::Dark, Ink::Middle, Ink::Light];
/// Lines differ by dashes too: the third would be too light.
const LINES: [(Ink, bool); 3] = [(Ink::Dark, false), (Ink::Middle, false), (Ink::Dark, true)];

/// The area inside the axes and the largest value it shows.
pub(super) struct Axes {
    pub left: f32,
    pub top: f32,
    pub right: f32,
    pub bottom: f32,
    largest: f64,
}

impl Axes {
    fn y(&self, value: f64) -> f32 {
        let share = (value / self.largest).clamp(0.0, 1.0) as f32;
        self.bottom - (self.bottom - self.top) * share
    }

    /// The middle of the place of a label.
    fn x(&self, at: usize, of: usize) -> f32 {
        let step = (self.right - self.left) / of.max(1) as f32;
        self.left + step * (at as f32 + 0.5)
    }
}

/// Draws plots side by side, in the height there is.
pub(super) fn draw(flow: &mut Flow<'_>, plots: &[Plot], height: f32) -> Vec<Branch> {
    let height = height.clamp(HEIGHT.0, HEIGHT.1);
    let count = plots.len().max(1) as f32;
    let width = (WIDTH - GAP * (count - 1.0)) / count;
    let mut branches = Vec::new();
    for (number, plot) in plots.iter().enumerate() {
        let left = LEFT + (width + GAP) * number as f32;
        branches.extend(one(flow, plot, left, (width, height)));
    }
    flow.y += height;
    branches
}

fn one(flow: &mut Flow<'_>, plot: &Plot, left: f32, (width, height): (f32, f32)) -> [Branch; 2] {
    let at = (left, flow.y + 8.0);
    let heading = flow.text(at, &plot.heading, HEADING, Weight::Bold, Ink::Black);
    let heading = Branch::Element(Tag::P.into(), vec![heading]);
    let leaf = flow.sheets.leaf();
    let mut pen = Pen {
        flow,
        mark: Mark::Picture(leaf),
    };
    let ticks = ticks(largest(plot));
    let label = |value: f64| format!("{value}").replace('.', ",");
    let names: Vec<String> = match plot.drawn {
        Drawn::Bars | Drawn::Line => ticks.iter().map(|tick| label(*tick)).collect(),
        Drawn::Heat => plot.series.iter().map(|(name, _)| name.clone()).collect(),
    };
    let gutter = names.iter().map(|name| pen.width(name));
    let gutter = gutter.fold(0.0, f32::max) + 5.0;
    let axes = Axes {
        left: left + gutter,
        top: pen.flow.y
            + if plot.drawn == Drawn::Heat {
                14.0
            } else {
                24.0
            },
        right: left + width,
        bottom: pen.flow.y + height - 14.0,
        largest: ticks.last().copied().unwrap_or(1.0),
    };
    if plot.drawn != Drawn::Heat {
        for (tick, text) in ticks.iter().zip(&names) {
            let y = axes.y(*tick);
            pen.line(vec![(axes.left, y), (axes.right, y)], 0.3, Ink::Hair, false);
            let x = axes.left - 3.0 - pen.width(text);
            pen.text((x, y + 2.2), text);
        }
        legend(&mut pen, plot, &axes);
    }
    match plot.drawn {
        Drawn::Bars => bars(&mut pen, plot, &axes),
        Drawn::Line => joined(&mut pen, plot, &axes),
        Drawn::Heat => heat::draw(&mut pen, plot, &axes),
    }
    bottom_labels(&mut pen, plot, &axes);
    let alternative = Some(plot.alternative.clone());
    let figure = Tag::Figure(alternative).into();
    [heading, Branch::Element(figure, vec![Branch::Leaf(leaf)])]
}

/// Draws what belongs to one picture.
pub(super) struct Pen<'f, 'd> {
    flow: &'f mut Flow<'d>,
    mark: Mark,
}

impl Pen<'_, '_> {
    pub fn width(&self, text: &str) -> f32 {
        self.flow.faces.width(text, Weight::Regular, SIZE)
    }

    pub fn text(&mut self, at: (f32, f32), text: &str) {
        self.inked(at, text, Weight::Regular, Ink::Black);
    }

    pub fn inked(&mut self, at: (f32, f32), text: &str, weight: Weight, ink: Ink) {
        let draw = Draw::Text {
            at,
            size: SIZE,
            weight,
            ink,
            text: format!("{text} "),
        };
        self.flow.sheets.draw(self.mark, draw);
    }

    fn line(&mut self, points: Vec<(f32, f32)>, width: f32, ink: Ink, dashed: bool) {
        let draw = Draw::Line {
            points,
            width,
            ink,
            dashed,
        };
        self.flow.sheets.draw(self.mark, draw);
    }

    pub fn area(&mut self, corners: [f32; 4], ink: Ink) {
        self.flow
            .sheets
            .draw(self.mark, Draw::Area { corners, ink });
    }
}

fn largest(plot: &Plot) -> f64 {
    let values = plot.series.iter().flat_map(|(_, values)| values);
    let target = plot.target.iter().map(|(_, value)| *value);
    values.flatten().copied().chain(target).fold(0.0, f64::max)
}

/// Round values from 0 to beyond the largest.
fn ticks(largest: f64) -> Vec<f64> {
    const STEPS: f64 = 4.0;
    let rough = (largest / STEPS).max(1.0);
    let magnitude = 10f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .map(|factor| factor * magnitude)
        .find(|step| *step >= rough)
        .unwrap_or(rough);
    let count = (largest / step).ceil().max(1.0);
    (0..=count as u32).map(|n| f64::from(n) * step).collect()
}

fn bars(pen: &mut Pen<'_, '_>, plot: &Plot, axes: &Axes) {
    let place = (axes.right - axes.left) / plot.labels.len().max(1) as f32;
    let width = place * 0.78 / plot.series.len().max(1) as f32;
    for (number, (_, values)) in plot.series.iter().enumerate() {
        let ink = INKS.get(number % INKS.len()).copied().unwrap_or(Ink::Dark);
        for (at, value) in values.iter().enumerate() {
            let Some(value) = value else {
                continue;
            };
            let first = axes.x(at, plot.labels.len()) - place * 0.39;
            let left = first + width * number as f32;
            let (top, right) = (axes.y(*value), left + width - 1.5);
            pen.area([left, top, right, axes.bottom], ink);
            let outline = vec![
                (left, axes.bottom),
                (left, top),
                (right, top),
                (right, axes.bottom),
            ];
            pen.line(outline, 0.4, Ink::Black, false);
            let text = format!("{value}").replace('.', ",");
            let x = f32::midpoint(left, right) - pen.width(&text) / 2.0;
            pen.text((x, top - 2.0), &text);
        }
    }
}

/// From so many points on, they touch each other and only the line is drawn.
const POINTS_SHOWN: usize = 30;

fn line_of(series: usize) -> (Ink, bool) {
    let line = LINES.get(series % LINES.len());
    line.copied().unwrap_or((Ink::Dark, false))
}

fn joined(pen: &mut Pen<'_, '_>, plot: &Plot, axes: &Axes) {
    for (number, (_, values)) in plot.series.iter().enumerate() {
        let (ink, dashed) = line_of(number);
        let points: Vec<Option<(f32, f32)>> = values
            .iter()
            .enumerate()
            .map(|(at, value)| {
                let value = (*value)?;
                Some((axes.x(at, plot.labels.len()), axes.y(value)))
            })
            .collect();
        for run in points.split(Option::is_none) {
            let run: Vec<(f32, f32)> = run.iter().flatten().copied().collect();
            if run.len() < POINTS_SHOWN {
                for (x, y) in &run {
                    pen.area([x - 1.0, y - 1.0, x + 1.0, y + 1.0], ink);
                }
            }
            if run.len() > 1 {
                pen.line(run, 0.8, ink, dashed);
            }
        }
    }
    if let Some((_, value)) = &plot.target {
        let y = axes.y(*value);
        pen.line(vec![(axes.left, y), (axes.right, y)], 0.9, Ink::Black, true);
    }
    if let Some(marked) = &plot.marked {
        let x = axes.x(marked.at, plot.labels.len());
        pen.line(vec![(x, axes.top), (x, axes.bottom)], 0.9, Ink::Black, true);
    }
}

/// Labels that do not touch each other.
fn bottom_labels(pen: &mut Pen<'_, '_>, plot: &Plot, axes: &Axes) {
    let mut free = axes.left - GAP;
    for (at, label) in plot.labels.iter().enumerate() {
        let (middle, wide) = (axes.x(at, plot.labels.len()), pen.width(label));
        let left = (middle - wide / 2.0).min(axes.right - wide);
        if plot.drawn == Drawn::Line {
            let points = vec![(middle, axes.bottom), (middle, axes.bottom + 2.0)];
            pen.line(points, 0.4, Ink::Black, false);
        }
        if left >= free {
            pen.text((left, axes.bottom + 9.0), label);
            free = left + wide + 4.0;
        }
    }
}

/// Names of the series over the plot.
fn legend(pen: &mut Pen<'_, '_>, plot: &Plot, axes: &Axes) {
    let mut x = axes.left;
    let y = axes.top - 8.0;
    for (number, (name, _)) in plot.series.iter().enumerate() {
        let ink = INKS.get(number % INKS.len()).copied().unwrap_or(Ink::Dark);
        match plot.drawn {
            Drawn::Bars => pen.area([x, y - 4.5, x + 7.0, y], ink),
            Drawn::Line | Drawn::Heat => {
                let (ink, dashed) = line_of(number);
                pen.line(vec![(x, y - 2.0), (x + 9.0, y - 2.0)], 1.2, ink, dashed);
            }
        }
        pen.text((x + 11.0, y), name);
        x += 11.0 + pen.width(name) + 10.0;
    }
    let compared = plot.target.iter().map(|(name, _)| name);
    for name in compared.chain(plot.marked.iter().map(|marked| &marked.name)) {
        pen.line(
            vec![(x, y - 2.0), (x + 13.0, y - 2.0)],
            0.9,
            Ink::Black,
            true,
        );
        pen.text((x + 15.0, y), name);
    }
}
