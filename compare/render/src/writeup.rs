//! Draws REPORT.md. Generated parts stand between markers, and only they are ever replaced:
//!
//! ```text
//! <!-- begin NAME: the command that gives the same -->
//! …
//! <!-- end NAME -->
//! ```
//!
//! All other text belongs to its author. A new report begins as a template with room for the author.

mod card;
mod part;
mod steps;

use findings::evidence::Evidence;

use super::plot::Plot;

pub use part::Part;

/// What a report is for. It decides with which text the report begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "clap", derive(clap::ValueEnum))]
pub enum Profile {
    /// Everything
    Full,
    /// For a student: the evidence, a thousand words about it, and room for the student's own
    Coursework,
    /// For a team that has to decide: one page
    Decision,
}

impl Profile {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Full, Self::Coursework, Self::Decision];

    /// The name on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Coursework => "coursework",
            Self::Decision => "decision",
        }
    }

    /// The text with which a report begins; its generated parts are empty.
    #[must_use]
    pub fn template(self) -> &'static str {
        match self {
            Self::Full => include_str!("writeup/full.md"),
            Self::Coursework => include_str!("writeup/coursework.md"),
            Self::Decision => include_str!("writeup/decision.md"),
        }
    }
}

/// An error in the markers of a write-up.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line} {what}")]
pub struct BadMarker {
    /// Counted from 1.
    pub line: usize,
    /// What is wrong with the line.
    pub what: String,
}

/// A write-up, split at its markers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WriteUp<'t>(Vec<Piece<'t>>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece<'t> {
    /// A line by the author.
    Own(&'t str),
    /// A generated part, and the line ending of its end marker.
    Generated(Part, &'t str),
}

impl<'t> WriteUp<'t> {
    /// Splits `text` at its markers.
    ///
    /// # Errors
    /// If a part has no end, no beginning or an unknown name, or if `text` has no part at all.
    pub fn parse(text: &'t str) -> Result<Self, BadMarker> {
        let mut lines = text.split_inclusive('\n').zip(1..);
        let mut pieces = Vec::new();
        while let Some((line, number)) = lines.next() {
            pieces.push(match Marker::of(line) {
                None => Piece::Own(line),
                Some(Marker::Begin(name)) => {
                    let end = lines.find(|(line, _)| Marker::of(line).is_some());
                    generated(name, end.map(|(line, _)| line))
                        .map_err(|what| BadMarker { line: number, what })?
                }
                Some(Marker::End(name)) => {
                    let what = format!("ends the part `{name}`, which has no beginning");
                    return Err(BadMarker { line: number, what });
                }
            });
        }
        if pieces.iter().any(|piece| matches!(piece, Piece::Generated(..))) {
            return Ok(Self(pieces));
        }
        let what = "begins a text without a generated part, so this program did not write it";
        Err(BadMarker { line: 1, what: what.to_owned() })
    }

    /// The text, with every generated part drawn from `evidence`.
    #[must_use]
    pub fn render(&self, evidence: &Evidence, plots: &[Plot]) -> String {
        let render = |piece: &Piece<'_>| match piece {
            Piece::Own(line) => (*line).to_owned(),
            Piece::Generated(part, ending) => {
                let (name, command) = (part.name(), part.command());
                let text = part.render(evidence, plots);
                let text = format!(
                    "<!-- begin {name}: {command} -->\n\n{}\n\n<!-- end {name} -->",
                    text.trim()
                );
                let text = if *ending == "\r\n" { text.replace('\n', ending) } else { text };
                text + ending
            }
        };
        self.0.iter().map(render).collect()
    }
}

/// The part called `name`, if `end` is its end marker.
fn generated<'t>(name: &str, end: Option<&'t str>) -> Result<Piece<'t>, String> {
    let part = Part::named(name).ok_or_else(|| {
        let known = Part::ALL.map(Part::name).join(", ");
        format!("begins an unknown part `{name}`; the parts are {known}")
    })?;
    match end {
        Some(line) if Marker::of(line) == Some(Marker::End(name)) => {
            Ok(Piece::Generated(part, &line[line.trim_end().len()..]))
        }
        _ => Err(format!("begins the part `{name}`, which has no `<!-- end {name} -->`")),
    }
}

/// What a line marks. An author's own comment marks nothing: a begin marker has a colon after its
/// name, and an end marker has the name of a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Marker<'l> {
    Begin(&'l str),
    End(&'l str),
}

impl<'l> Marker<'l> {
    fn of(line: &'l str) -> Option<Self> {
        let comment = line.trim().strip_prefix("<!-- ")?;
        if let Some((name, _)) =
            comment.strip_prefix("begin ").and_then(|begin| begin.split_once(':'))
        {
            return (!name.contains(' ')).then_some(Self::Begin(name));
        }
        let name = comment.strip_prefix("end ")?.strip_suffix(" -->")?;
        Part::named(name).map(|_| Self::End(name))
    }
}
