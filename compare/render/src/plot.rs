//! Evidence → pictures, as SVG.
//!
//! A picture says what is to be seen (`bars`, `curves`), a `canvas` where it goes, and `ink` how
//! it looks. Sides differ in lightness and in texture, dash or mark, too: nobody has to tell colours
//! apart. Each picture brings its own background and its own colours for a dark page.

mod bars;
mod canvas;
mod curves;
mod errors;
mod footprint;
mod ink;
mod instructions;
mod latency;
mod scale;
mod signing;
mod waterfall;

use findings::evidence::Evidence;

/// A picture of the report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plot {
    /// Of its file, without `.svg`.
    pub name: &'static str,
    /// What it shows.
    pub title: &'static str,
    /// What somebody is told who does not see it.
    pub alt: String,
    /// The picture.
    pub svg: String,
}

/// All of them, in the order of the report; those left out for which nothing was measured.
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

/// `text` without what a tick of an axis needs not: `200.0 µs` is `200 µs`, and nothing is `0`.
fn tick(text: &str) -> String {
    let (number, unit) = text.split_once(' ').unwrap_or((text, ""));
    let number = if number.contains('.') {
        number.trim_end_matches('0').trim_end_matches('.')
    } else {
        number
    };
    if number == "0" { "0".to_owned() } else { format!("{number} {unit}").trim_end().to_owned() }
}

/// A tick whose unit stands at the axis.
fn plain(figure: f64) -> String {
    tick(&format!("{figure:.2}"))
}

#[cfg(test)]
mod tests {
    use super::{plain, tick};

    #[test]
    fn a_tick_is_as_short_as_it_can_be() {
        let ticks = ["200.0 µs", "1.50 ms", "10.0 ms", "0.00 ns", "0", "100", "300,000"].map(tick);
        assert_eq!(ticks, ["200 µs", "1.5 ms", "10 ms", "0", "0", "100", "300,000"]);
        assert_eq!([0.0, 3.0 * 0.2, 100.0].map(plain), ["0", "0.6", "100"]);
    }
}
