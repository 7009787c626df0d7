//! A figure with its title and legend, and the shapes that can be drawn on it, as SVG.

use std::fmt::{self, Display, Write as _};

use quick_xml::escape::escape;

use super::{
    Plot,
    series::{Color, Marker, Series, style},
};

/// What every picture has.
pub(super) struct Figure {
    /// The name of its file.
    pub(super) name: &'static str,
    /// What it shows.
    pub(super) title: &'static str,
    /// How to read it; one line.
    pub(super) note: String,
    /// The alt text.
    pub(super) alt: String,
    /// The series, and what each is called here.
    pub(super) legend: Vec<(Series, &'static str)>,
    /// The shape that the legend shows.
    pub(super) sample: Sample,
    /// In pixels.
    pub(super) height: f64,
}

/// A shape in the legend.
#[derive(Debug, Clone, Copy)]
pub(super) enum Sample {
    Bar,
    Curve,
}

/// How a text looks.
#[derive(Clone, Copy)]
pub(super) struct TextStyle {
    size: f64,
    color: Color,
    weight: &'static str,
    /// The SVG attribute `text-anchor`.
    anchor: &'static str,
    turn: Turn,
}

#[derive(Clone, Copy)]
enum Turn {
    Upright,
    Sideways,
}

/// x and y in pixels, from the upper left corner.
pub(super) type Point = (f64, f64);

/// The SVG elements drawn so far.
pub(super) struct Canvas {
    svg: String,
}

/// The width of every figure.
pub(super) const WIDTH: f64 = 860.0;
/// The empty space at either side.
pub(super) const MARGIN: f64 = 18.0;
/// Where the title, the note and the legend end.
pub(super) const TOP: f64 = 92.0;

impl TextStyle {
    pub(super) const SMALL: Self = Self {
        size: 12.0,
        color: Color::Text,
        weight: "normal",
        anchor: "start",
        turn: Turn::Upright,
    };
    pub(super) const FAINT: Self = Self { color: Color::Muted, ..Self::SMALL };
    pub(super) const HEADING: Self = Self { size: 13.0, weight: "bold", ..Self::SMALL };
    const TITLE: Self = Self { size: 17.0, ..Self::HEADING };

    pub(super) const fn centred(self) -> Self {
        Self { anchor: "middle", ..self }
    }

    pub(super) const fn right_aligned(self) -> Self {
        Self { anchor: "end", ..self }
    }

    /// Turned by 90° to the left.
    pub(super) const fn sideways(self) -> Self {
        Self { turn: Turn::Sideways, ..self }
    }

    /// An estimate of the text's width. The font is the reader's, so it cannot be measured.
    pub(super) fn width(self, text: &str) -> f64 {
        let letters = text.chars().map(|letter| match letter {
            'i' | 'l' | 'j' | '.' | ',' | ':' | ' ' | '(' | ')' | 'f' | 't' | 'r' | '-' => 0.42,
            'm' | 'w' | 'M' | 'W' => 0.98,
            _ => 0.64,
        });
        letters.sum::<f64>() * self.size
    }
}

/// Draws `figure`: its title, note and legend, and then whatever `draw` adds.
pub(super) fn drawn(figure: Figure, draw: impl FnOnce(&mut Canvas)) -> Plot {
    let Figure { name, title, note, alt, legend, sample, height } = figure;
    let id = format!("plot-{name}");
    let svg = format!(
        "<svg id=\"{id}\" width=\"{WIDTH}\" height=\"{height}\" viewBox=\"0 0 {WIDTH} {height}\" \
         xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" \
         aria-labelledby=\"{id}-title {id}-desc\">\n{}\
         <title id=\"{id}-title\">{}</title>\n<desc id=\"{id}-desc\">{}</desc>\n",
        style(&id),
        escape(title),
        escape(alt.as_str()),
    );
    let mut canvas = Canvas { svg };
    canvas.rectangle((0.0, 0.0), (WIDTH, height), Color::Background);
    canvas.text((MARGIN, 26.0), title, TextStyle::TITLE);
    canvas.text((MARGIN, 50.0), &note, TextStyle::FAINT);
    canvas.legend(&legend, sample);
    draw(&mut canvas);
    Plot { name, title, alt, svg: canvas.svg + "</svg>\n" }
}

impl Canvas {
    pub(super) fn text(&mut self, (x, y): Point, text: &str, style: TextStyle) {
        let TextStyle { size, color, weight, anchor, turn } = style;
        let (x, y, color, text) = (Pixels(x), Pixels(y), color.light(), escape(text));
        let turn = match turn {
            Turn::Upright => String::new(),
            Turn::Sideways => format!(" transform=\"rotate(-90 {x} {y})\""),
        };
        self.element(format_args!(
            "<text x=\"{x}\" y=\"{y}\" dy=\"0.5ex\" font-size=\"{size}\" font-weight=\"{weight}\" \
             text-anchor=\"{anchor}\" fill=\"{color}\"{turn}>{text}</text>"
        ));
    }

    pub(super) fn line(&mut self, (x1, y1): Point, (x2, y2): Point, color: Color, width: f64) {
        let (x1, y1, x2, y2) = (Pixels(x1), Pixels(y1), Pixels(x2), Pixels(y2));
        self.element(format_args!(
            "<line x1=\"{x1}\" y1=\"{y1}\" x2=\"{x2}\" y2=\"{y2}\" stroke=\"{}\" \
             stroke-width=\"{width}\"/>",
            color.light()
        ));
    }

    pub(super) fn curve(&mut self, points: impl IntoIterator<Item = Point>, series: Series) {
        self.element(format_args!(
            "<polyline points=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"2.2\" \
             stroke-linejoin=\"round\" stroke-dasharray=\"{}\"/>",
            list(points),
            series.color().light(),
            series.dashes()
        ));
    }

    /// A bar from the upper left corner to the lower right. A bar of [`Series::Bare`] is hollow.
    pub(super) fn bar(&mut self, (left, top): Point, (right, bottom): Point, series: Series) {
        if series != Series::Bare {
            return self.rectangle((left, top), (right, bottom), series.color());
        }
        self.element(format_args!(
            "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill=\"none\" stroke=\"{}\" \
             stroke-width=\"1.6\"/>",
            Pixels(left + 0.8),
            Pixels(top + 0.8),
            Pixels(right - left - 1.6),
            Pixels(bottom - top - 1.6),
            series.color().light()
        ));
    }

    /// A hollow marker, so that the interval drawn through its middle stays visible.
    pub(super) fn marker(&mut self, (x, y): Point, series: Series) {
        let look = format!(
            "fill=\"{}\" stroke=\"{}\" stroke-width=\"2\"/>",
            Color::Background.light(),
            series.color().light()
        );
        let corners = match series.marker() {
            Marker::Circle => {
                let (x, y) = (Pixels(x), Pixels(y));
                return self.element(format_args!("<circle cx=\"{x}\" cy=\"{y}\" r=\"5\" {look}"));
            }
            Marker::Square => [(-4.5, -4.5), (4.5, -4.5), (4.5, 4.5), (-4.5, 4.5)],
            Marker::Diamond => [(-6.0, 0.0), (0.0, -6.0), (6.0, 0.0), (0.0, 6.0)],
        };
        let corners = list(corners.map(|(right, down)| (x + right, y + down)));
        self.element(format_args!("<polygon points=\"{corners}\" {look}"));
    }

    fn rectangle(&mut self, (left, top): Point, (right, bottom): Point, color: Color) {
        self.element(format_args!(
            "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill=\"{}\"/>",
            Pixels(left),
            Pixels(top),
            Pixels(right - left),
            Pixels(bottom - top),
            color.light()
        ));
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
                    self.marker((x + 19.0, Y), series);
                    45.0
                }
            };
            self.text((x, Y), name, TextStyle::SMALL);
            x += TextStyle::SMALL.width(name) + 26.0;
        }
    }

    fn element(&mut self, element: fmt::Arguments<'_>) {
        let _ = writeln!(self.svg, "{element}");
    }
}

/// The attribute `points`.
fn list(points: impl IntoIterator<Item = Point>) -> String {
    let points = points.into_iter().map(|(x, y)| format!("{},{}", Pixels(x), Pixels(y)));
    points.collect::<Vec<_>>().join(" ")
}

/// A coordinate or length, rounded to a tenth of a pixel.
struct Pixels(f64);

impl Display for Pixels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", (self.0 * 10.0).round() / 10.0)
    }
}
