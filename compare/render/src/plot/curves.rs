//! Small charts of cumulative distributions: the share of calls that are done by a time.

use findings::stats::{Estimate, as_f64};

use super::{
    canvas::{Canvas, MARGIN, Point, TOP, TextStyle, WIDTH},
    scale::{Scale, Tick},
    series::{Color, Series},
    tick,
};
use crate::units::in_unit;

/// The chart of one operation.
pub(super) struct Chart {
    /// The operation's name.
    pub(super) heading: String,
    /// The axis of time, in microseconds.
    pub(super) scale: Scale,
    /// One curve for each arm.
    pub(super) curves: Vec<Curve>,
}

/// The distribution of the time of a call.
pub(super) struct Curve {
    pub(super) series: Series,
    /// Times, each with the share of calls that take at most that long.
    pub(super) points: Vec<(f64, f64)>,
    /// The median time.
    pub(super) median: Estimate,
}

const COLUMNS: usize = 3;
/// The width of the axis of shares, at the left.
const SHARES: f64 = 52.0;
/// The space between two charts.
const BETWEEN: f64 = 26.0;
/// The height of a chart with its heading and its ticks.
const HEIGHT: f64 = 220.0;
/// The height of the curves.
const PLOTTED: f64 = 138.0;
/// The height of a chart's heading.
const HEADING: f64 = 46.0;

/// The height of a figure with so many charts.
pub(super) fn height(charts: usize) -> f64 {
    TOP + HEIGHT * as_f64(charts.div_ceil(COLUMNS))
}

pub(super) fn draw(canvas: &mut Canvas, charts: &[Chart]) {
    let (left, columns) = (MARGIN + SHARES, as_f64(COLUMNS));
    let width = (WIDTH - MARGIN - left - BETWEEN * (columns - 1.0)) / columns;
    let mut top = TOP;
    for row in charts.chunks(COLUMNS) {
        shares(canvas, top + HEADING);
        let mut x = left;
        for chart in row {
            chart.draw(canvas, (x, top), width);
            x += width + BETWEEN;
        }
        top += HEIGHT;
    }
}

/// Draws the axis of shares.
fn shares(canvas: &mut Canvas, top: f64) {
    for percent in [0.0, 25.0, 50.0, 75.0, 100.0] {
        let place = (MARGIN + SHARES - 6.0, down(top, percent / 100.0));
        canvas.text(place, &format!("{percent} %"), TextStyle::FAINT.right_aligned());
    }
    let middle = (MARGIN + 2.0, top + PLOTTED / 2.0);
    canvas.text(middle, "calls done", TextStyle::FAINT.centred().sideways());
}

fn down(top: f64, share: f64) -> f64 {
    top + PLOTTED * (1.0 - share)
}

impl Chart {
    fn draw(&self, canvas: &mut Canvas, (left, top): Point, width: f64) {
        canvas.text((left, top + 10.0), &self.heading, TextStyle::HEADING);
        let medians = self
            .curves
            .iter()
            .map(|curve| format!("{} {}", curve.series.name(), in_unit(curve.median.value)));
        let medians = medians.collect::<Vec<_>>().join(" · ");
        canvas.text((left, top + 28.0), &medians, TextStyle::FAINT);
        let top = top + HEADING;
        for share in [0.0, 0.25, 0.5, 0.75, 1.0] {
            let y = down(top, share);
            canvas.line((left, y), (left + width, y), Color::Grid, 1.0);
        }
        self.times(canvas, (left, top), width);
        let place =
            |(time, share): (f64, f64)| (left + width * self.scale.share(time), down(top, share));
        for curve in &self.curves {
            canvas.curve(curve.points.iter().copied().map(place), curve.series);
        }
        for curve in &self.curves {
            let Estimate { value, interval } = curve.median;
            let ((low, y), (high, _)) = (place((interval.low, 0.5)), place((interval.high, 0.5)));
            canvas.marker(place((value, 0.5)), curve.series);
            canvas.line((low, y), (high, y), curve.series.color(), 2.0);
            for end in [low, high] {
                canvas.line((end, y - 9.0), (end, y + 9.0), curve.series.color(), 1.2);
            }
        }
    }

    /// Draws the axis of time.
    fn times(&self, canvas: &mut Canvas, (left, top): Point, width: f64) {
        let bottom = top + PLOTTED;
        canvas.line((left, bottom), (left + width, bottom), Color::Muted, 1.2);
        for Tick { share, text } in self.scale.ticks_along(width, |time| tick(&in_unit(time))) {
            let x = left + width * share;
            canvas.line((x, top), (x, bottom), Color::Grid, 1.0);
            let half = TextStyle::FAINT.width(&text) / 2.0;
            // A wider label would overlap that of the next chart, or leave the figure.
            if x - half >= left - BETWEEN / 2.0 && x + half <= left + width + BETWEEN / 2.0 {
                canvas.text((x, bottom + 13.0), &text, TextStyle::FAINT.centred());
            }
        }
    }
}
