//! A bar chart: the same rows in each column, and an axis for each column.

use super::{
    canvas::{Canvas, MARGIN, TOP, TextStyle, WIDTH},
    scale::{Scale, Tick},
    series::{Color, Series},
};

/// The whole chart.
pub(super) struct Bars {
    /// The names of the rows, of one or two lines each.
    pub(super) rows: Vec<String>,
    /// From left to right.
    pub(super) columns: Vec<Column>,
}

/// One axis and its bars.
pub(super) struct Column {
    /// A bold line, followed by faint ones.
    pub(super) heading: Vec<String>,
    /// From value to place on the axis.
    pub(super) scale: Scale,
    /// Writes a value at the axis.
    pub(super) tick: fn(f64) -> String,
    /// What the axis measures, and its unit.
    pub(super) axis: &'static str,
    /// The bars of each row.
    pub(super) cells: Vec<Vec<Bar>>,
}

/// One bar, with its value written behind it.
pub(super) struct Bar {
    pub(super) series: Series,
    pub(super) from: f64,
    pub(super) to: f64,
    pub(super) label: String,
}

/// The height of a bar.
const THICK: f64 = 15.0;
/// The space between two rows.
const GAP: f64 = 11.0;
/// The space between two columns.
const BETWEEN: f64 = 26.0;
/// The height of a line of text.
const LINE: f64 = 16.0;
/// The height of the ticks, the name of the axis and the empty space below.
const FOOT: f64 = 56.0;

impl Bars {
    /// The height of the figure.
    pub(super) fn height(&self) -> f64 {
        self.end() + FOOT
    }

    pub(super) fn draw(&self, canvas: &mut Canvas) {
        for (name, y) in self.rows.iter().zip(self.middles()) {
            let lines: Vec<_> = name.lines().collect();
            let first = y - LINE / 2.0 * f64::from(count(lines.len()) - 1);
            let styles = [TextStyle::SMALL, TextStyle::FAINT];
            for (nth, (line, style)) in lines.into_iter().zip(styles).enumerate() {
                canvas.text((MARGIN, first + LINE * f64::from(count(nth))), line, style);
            }
        }
        let columns = f64::from(count(self.columns.len()));
        let left = MARGIN + room(&self.rows);
        let each = (WIDTH - MARGIN - left - BETWEEN * (columns - 1.0)) / columns;
        for (nth, column) in self.columns.iter().enumerate() {
            self.column(canvas, column, left + (each + BETWEEN) * f64::from(count(nth)), each);
        }
    }

    fn column(&self, canvas: &mut Canvas, column: &Column, left: f64, width: f64) {
        for (nth, line) in column.heading.iter().enumerate() {
            let style = if nth == 0 { TextStyle::HEADING } else { TextStyle::FAINT };
            canvas.text((left, TOP + 10.0 + LINE * f64::from(count(nth))), line, style);
        }
        let bars = || column.cells.iter().flatten();
        let labels = bars().map(|bar| TextStyle::SMALL.width(&bar.label)).fold(0.0, f64::max);
        // The value behind the longest bar has to fit, too.
        let width = width - labels - 6.0;
        let place = |value: f64| left + width * column.scale.share(value);
        self.axis(canvas, column, left, width);
        for (cell, middle) in column.cells.iter().zip(self.middles()) {
            let first = middle - THICK / 2.0 * f64::from(count(cell.len()));
            for (nth, bar) in cell.iter().enumerate() {
                let top = first + THICK * f64::from(count(nth));
                bar.draw(canvas, (place(bar.from), place(bar.to)), top);
            }
        }
    }

    fn axis(&self, canvas: &mut Canvas, column: &Column, left: f64, width: f64) {
        let (top, bottom) = (self.begin(), self.end());
        for Tick { share, text } in column.scale.ticks_along(width, column.tick) {
            let x = left + width * share;
            canvas.line((x, top), (x, bottom), Color::Grid, 1.0);
            canvas.text((x, bottom + 12.0), &text, TextStyle::FAINT.centred());
        }
        canvas.line((left, top), (left, bottom), Color::Muted, 1.2);
        canvas.text((left, bottom + 32.0), column.axis, TextStyle::FAINT);
    }

    fn middles(&self) -> impl Iterator<Item = f64> {
        let mut top = self.begin();
        self.heights().map(move |height| {
            top += height;
            top - height / 2.0
        })
    }

    /// The height of each row, which has to hold its bars and its name.
    fn heights(&self) -> impl Iterator<Item = f64> {
        self.rows.iter().enumerate().map(|(nth, name)| {
            let cells = self.columns.iter().filter_map(|column| column.cells.get(nth));
            let bars = cells.map(Vec::len).max().unwrap_or(0);
            let lines = name.lines().count();
            (THICK * f64::from(count(bars))).max(LINE * f64::from(count(lines))) + GAP
        })
    }

    fn begin(&self) -> f64 {
        let lines = self.columns.iter().map(|column| column.heading.len()).max().unwrap_or(0);
        TOP + LINE * f64::from(count(lines)) + 8.0
    }

    fn end(&self) -> f64 {
        self.begin() + self.heights().sum::<f64>()
    }
}

impl Bar {
    fn draw(&self, canvas: &mut Canvas, (from, to): (f64, f64), top: f64) {
        let (top, bottom) = (top + 1.0, top + THICK - 1.0);
        // A bar that is too short for a texture or an outline becomes a line.
        if to - from >= 1.7 {
            canvas.bar((from, top), (to, bottom), self.series);
        } else if self.to > self.from {
            canvas.line((from, top), (from, bottom), self.series.color(), 1.6);
        }
        canvas.text((to + 5.0, f64::midpoint(top, bottom)), &self.label, TextStyle::SMALL);
    }
}

/// The width that the names of the rows need.
fn room<'n>(names: impl IntoIterator<Item = &'n String>) -> f64 {
    let lines = names.into_iter().flat_map(|name| name.lines());
    lines.map(|line| TextStyle::SMALL.width(line)).fold(0.0, f64::max) + 14.0
}

/// Converts a count of rows, columns, bars or lines, all of which are small.
fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
