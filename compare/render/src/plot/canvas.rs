//! A sheet with its title and legend, and what can be drawn on it.
//!
//! Places are in pixels of a page that shows the sheet in its own size; what plotters writes are tenths
//! of them, because it writes whole numbers, and a curve of those would have steps.

use std::fmt::Display;

use plotters::{
    prelude::{
        Color as _, DrawingBackend as _, FontDesc, FontFamily, FontStyle, SVGBackend, ShapeStyle,
        TextStyle as PlottersTextStyle,
    },
    style::text_anchor::{HPos, Pos, VPos},
};
use quick_xml::escape::escape;

use super::{
    Plot,
    ink::{Color, Mark, Series, style},
};

/// What every picture has.
pub(super) struct Figure {
    /// Of the file.
    pub(super) name: &'static str,
    /// What it shows.
    pub(super) title: &'static str,
    /// How to read it, a line at most.
    pub(super) note: String,
    /// What somebody is told who does not see it.
    pub(super) alt: String,
    /// Who is who.
    pub(super) legend: Vec<(Series, &'static str)>,
    /// How the legend shows it.
    pub(super) sample: Sample,
    /// In pixels.
    pub(super) height: f64,
}

/// A piece of what is drawn.
#[derive(Debug, Clone, Copy)]
pub(super) enum Sample {
    Bar,
    Curve,
}

/// How a text looks.
#[derive(Clone, Copy)]
pub(super) struct TextStyle {
    size: f64,
    ink: Color,
    weight: FontStyle,
    from: HPos,
    turn: Turn,
}

#[derive(Clone, Copy)]
enum Turn {
    Upright,
    Sideways,
}

/// A place: how far to the right, how far down.
pub(super) type Point = (f64, f64);

/// On which to draw.
pub(super) struct Canvas<'t> {
    backend: SVGBackend<'t>,
}

/// The width of every sheet.
pub(super) const WIDTH: f64 = 860.0;
/// What stays empty at its sides.
pub(super) const MARGIN: f64 = 18.0;
/// Where the title, the note and the legend end.
pub(super) const TOP: f64 = 92.0;

const TENTHS: f64 = 10.0;

impl TextStyle {
    pub(super) const SMALL: Self = Self {
        size: 12.0,
        ink: Color::Text,
        weight: FontStyle::Normal,
        from: HPos::Left,
        turn: Turn::Upright,
    };
    pub(super) const FAINT: Self = Self { ink: Color::Muted, ..Self::SMALL };
    pub(super) const HEADING: Self = Self { size: 13.0, weight: FontStyle::Bold, ..Self::SMALL };
    const TITLE: Self = Self { size: 17.0, ..Self::HEADING };

    /// Its middle is at the place.
    pub(super) const fn centred(self) -> Self {
        Self { from: HPos::Center, ..self }
    }

    /// Its end is at the place.
    pub(super) const fn to_the_left(self) -> Self {
        Self { from: HPos::Right, ..self }
    }

    /// Read from below.
    pub(super) const fn sideways(self) -> Self {
        Self { turn: Turn::Sideways, ..self }
    }

    /// About as wide as that: no font is asked, because it is the reader's.
    pub(super) fn width(self, text: &str) -> f64 {
        let letters = text.chars().map(|letter| match letter {
            'i' | 'l' | 'j' | '.' | ',' | ':' | ' ' | '(' | ')' | 'f' | 't' | 'r' | '-' => 0.42,
            'm' | 'w' | 'M' | 'W' => 0.98,
            _ => 0.64,
        });
        letters.sum::<f64>() * self.size
    }
}

/// The picture that `draw` draws on `sheet`.
pub(super) fn drawn(sheet: Figure, draw: impl FnOnce(&mut Canvas<'_>)) -> Plot {
    let Figure { name, title, note, alt, legend, sample, height } = sheet;
    let mut drawn = String::new();
    let mut canvas =
        Canvas { backend: SVGBackend::with_string(&mut drawn, (length(WIDTH), length(height))) };
    canvas.rectangle((0.0, 0.0), (WIDTH, height), Color::Background);
    canvas.text((MARGIN, 26.0), title, TextStyle::TITLE);
    canvas.text((MARGIN, 50.0), &note, TextStyle::FAINT);
    canvas.legend(&legend, sample);
    draw(&mut canvas);
    written(canvas.backend.present());
    drop(canvas);
    // The first tag is plotters', which names neither the picture nor what it is.
    let body = drawn.split_once('\n').map_or("", |(_, body)| body).replace(" opacity=\"1\"", "");
    let id = format!("plot-{name}");
    let svg = format!(
        "<svg id=\"{id}\" width=\"{WIDTH}\" height=\"{height}\" viewBox=\"0 0 {} {}\" \
         xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" \
         aria-labelledby=\"{id}-title {id}-desc\">\n{}\
         <title id=\"{id}-title\">{}</title>\n<desc id=\"{id}-desc\">{}</desc>\n{body}",
        length(WIDTH),
        length(height),
        style(&id),
        escape(title),
        escape(alt.as_str()),
    );
    Plot { name, title, alt, svg }
}

impl Canvas<'_> {
    pub(super) fn text(&mut self, (x, y): Point, text: &str, lettering: TextStyle) {
        let TextStyle { size, ink, weight, from, turn } = lettering;
        // Plotters takes a font for so much larger than its letters.
        let font = FontDesc::new(FontFamily::SansSerif, size * TENTHS * 1.24, weight);
        let font = match turn {
            Turn::Upright => font,
            Turn::Sideways => font.transform(plotters::style::FontTransform::Rotate270),
        };
        let colour = ink.colour();
        let style = PlottersTextStyle::from(font).color(&colour).pos(Pos::new(from, VPos::Center));
        written(self.backend.draw_text(text, &style, at((x, y))));
    }

    pub(super) fn line(&mut self, from: Point, to: Point, ink: Color, width: f64) {
        written(self.backend.draw_line(at(from), at(to), &stroke(ink, width)));
    }

    pub(super) fn curve(&mut self, points: impl IntoIterator<Item = Point>, series: Series) {
        let points: Vec<_> = points.into_iter().map(at).collect();
        written(self.backend.draw_path(points, &stroke(series.ink(), 2.2)));
    }

    /// From one corner to the other. A bar of [`Series::Bare`] is hollow.
    pub(super) fn bar(&mut self, from: Point, to: Point, series: Series) {
        if series != Series::Bare {
            return self.rectangle(from, to, series.ink());
        }
        let inside = |(x, y): Point, by: f64| (x + by, y + by);
        let (from, to) = (at(inside(from, 0.8)), at(inside(to, -0.8)));
        written(self.backend.draw_rect(from, to, &stroke(series.ink(), 1.0), false));
    }

    /// Hollow, so that what lies at its middle is seen.
    pub(super) fn mark(&mut self, (x, y): Point, series: Series) {
        let corners = |corners: &[Point]| {
            corners.iter().map(|(right, down)| at((x + right, y + down))).collect::<Vec<_>>()
        };
        let outline = stroke(series.ink(), 2.0);
        let inside = stroke(Color::Background, 1.0);
        let corners = match series.mark() {
            Mark::Circle => {
                written(self.backend.draw_circle(at((x, y)), 50, &inside, true));
                written(self.backend.draw_circle(at((x, y)), 50, &outline, false));
                return;
            }
            Mark::Square => {
                corners(&[(-4.5, -4.5), (4.5, -4.5), (4.5, 4.5), (-4.5, 4.5), (-4.5, -4.5)])
            }
            Mark::Diamond => {
                corners(&[(-6.0, 0.0), (0.0, -6.0), (6.0, 0.0), (0.0, 6.0), (-6.0, 0.0)])
            }
        };
        written(self.backend.fill_polygon(corners.clone(), &inside));
        for ends in corners.windows(2) {
            // A path would have the dashes of its series.
            written(self.backend.draw_line(ends[0], ends[1], &outline));
        }
    }

    fn rectangle(&mut self, from: Point, to: Point, ink: Color) {
        written(self.backend.draw_rect(at(from), at(to), &ink.colour().filled(), true));
    }

    fn legend(&mut self, entries: &[(Series, &'static str)], sample: Sample) {
        const Y: f64 = 74.0;
        let mut x = MARGIN;
        for &(series, name) in entries {
            x += match sample {
                Sample::Bar => {
                    self.bar((x, Y - 6.0), (x + 28.0, Y + 6.0), series);
                    35.0
                }
                Sample::Curve => {
                    self.curve([(x, Y), (x + 38.0, Y)], series);
                    self.mark((x + 19.0, Y), series);
                    45.0
                }
            };
            self.text((x, Y), name, TextStyle::SMALL);
            x += TextStyle::SMALL.width(name) + 26.0;
        }
    }
}

fn stroke(ink: Color, width: f64) -> ShapeStyle {
    ink.colour().stroke_width(length(width))
}

fn at((x, y): Point) -> (i32, i32) {
    (tenths(x), tenths(y))
}

fn length(pixels: f64) -> u32 {
    tenths(pixels).unsigned_abs()
}

#[expect(clippy::cast_possible_truncation, reason = "places on a sheet, some thousand tenths")]
fn tenths(pixels: f64) -> i32 {
    (pixels * TENTHS).round() as i32
}

fn written<E: Display>(result: Result<(), E>) {
    result.unwrap_or_else(|error| unreachable!("a text takes whatever is written: {error}"));
}
