//! A map of cells, the darker the larger. Each cell has its figure in it, so that nothing rests on
//! shades alone.

use super::face::Weight;
use super::plot::{Axes, Pen};
use super::sheet::Ink;
use crate::report::document::Plot;
use crate::report::latvian;

/// Shades from the least to the greatest value.
const SHADES: [Ink; 5] = [Ink::Paper, Ink::Tint, Ink::Light, Ink::Middle, Ink::Dark];

/// Space between cells.
const GAP: f32 = 0.6;

/// Draws names of the rows, and the cells between the axes.
pub(super) fn draw(pen: &mut Pen<'_, '_>, plot: &Plot, axes: &Axes) {
    let rows = plot.series.len().max(1) as f32;
    let high = (axes.bottom - axes.top) / rows;
    let wide = (axes.right - axes.left) / plot.labels.len().max(1) as f32;
    let values = || {
        plot.series
            .iter()
            .flat_map(|(_, values)| values.iter().flatten())
    };
    let largest = values().copied().fold(0.0, f64::max);
    let tenths = values().all(|value| pen.width(&latvian::decimal(*value, 1)) + 3.0 <= wide);
    for (row, (name, values)) in plot.series.iter().enumerate() {
        let top = axes.top + high * row as f32;
        let baseline = top + high / 2.0 + 2.2;
        pen.text((axes.left - 3.0 - pen.width(name), baseline), name);
        for (at, value) in values.iter().enumerate() {
            let Some(value) = value else {
                continue;
            };
            let left = axes.left + wide * at as f32;
            let shade = shade(*value, largest);
            let corners = [left, top, left + wide - GAP, top + high - GAP];
            pen.area(corners, SHADES.get(shade).copied().unwrap_or(Ink::Dark));
            let text = latvian::decimal(*value, usize::from(tenths));
            let ink = if shade + 2 > SHADES.len() {
                Ink::Paper
            } else {
                Ink::Black
            };
            let x = left + (wide - GAP - pen.width(&text)) / 2.0;
            pen.inked((x, baseline), &text, Weight::Regular, ink);
        }
    }
}

/// Which shade a value has: a fifth of the greatest each.
fn shade(value: f64, largest: f64) -> usize {
    if largest <= 0.0 {
        return 0;
    }
    let fifths = value / largest * SHADES.len() as f64;
    (1..SHADES.len())
        .filter(|step| fifths > *step as f64)
        .count()
}

#[cfg(test)]
mod tests {
    use super::shade;

    #[test]
    fn the_greatest_value_is_darkest() {
        assert_eq!(
            [0.0, 2.0, 2.1, 9.9, 10.0].map(|of| shade(of, 10.0)),
            [0, 0, 1, 4, 4]
        );
        assert_eq!(shade(0.0, 0.0), 0);
    }
}
