//! Draws the evidence as SVG pictures.
//!
//! Each picture has a module of its name. `bars` and `curves` lay out the two kinds of chart, `canvas`
//! writes the SVG, and `series` decides how each series looks. Series differ in lightness and in
//! texture, dashes or marker, so that nobody has to tell colours apart. Each picture has its own
//! background and its own colours for a dark page.

mod bars;
mod canvas;
mod curves;
mod errors;
mod footprint;
mod instructions;
mod latency;
mod scale;
mod series;
mod signing;
mod waterfall;

use findings::evidence::Evidence;

/// What the legends call [`series::Series::Bare`] where calls are measured.
const BARE: &str = "bare: the HTTP exchange only";

/// A picture of the report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plot {
    /// The name of its file, without `.svg`.
    pub name: &'static str,
    /// What it shows.
    pub title: &'static str,
    /// The alt text.
    pub alt: String,
    /// The picture itself.
    pub svg: String,
}

/// Every picture for which something was measured, in the order of the report.
#[must_use]
pub fn all(evidence: &Evidence) -> Vec<Plot> {
    let plots = [
        latency::plot(&evidence.latency, &evidence.latency_across),
        signing::plot(evidence),
        waterfall::plot(&evidence.latency),
        instructions::plot(&evidence.paths),
        errors::plot(&evidence.errors),
        footprint::plot(&evidence.footprint),
    ];
    plots.into_iter().flatten().collect()
}

/// `text` without trailing zeros, for an axis: `200.0 µs` becomes `200 µs`, and zero loses its unit.
fn tick(text: &str) -> String {
    let (number, unit) = text.split_once(' ').unwrap_or((text, ""));
    let number = if number.contains('.') {
        number.trim_end_matches('0').trim_end_matches('.')
    } else {
        number
    };
    if number == "0" { "0".to_owned() } else { format!("{number} {unit}").trim_end().to_owned() }
}

/// A tick without a unit, which is then in the name of the axis.
fn plain(figure: f64) -> String {
    tick(&format!("{figure:.2}"))
}

#[cfg(test)]
mod tests {
    use super::{plain, tick};

    #[test]
    fn a_tick_has_no_trailing_zeros() {
        let ticks = ["200.0 µs", "1.50 ms", "10.0 ms", "0.00 ns", "0", "100", "300,000"].map(tick);
        assert_eq!(ticks, ["200 µs", "1.5 ms", "10 ms", "0", "0", "100", "300,000"]);
        assert_eq!([0.0, 3.0 * 0.2, 100.0].map(plain), ["0", "0.6", "100"]);
    }
}
