//! Evidence → REPORT.md. What is generated stands between markers, and only that is ever replaced:
//!
//! ```text
//! <!-- begin NAME: the command that gives the same -->
//! …
//! <!-- end NAME -->
//! ```
//!
//! All other text is its author's. A report that is not there yet begins with a template, which leaves
//! the author room.

mod card;
mod part;
mod steps;
mod table;

use std::{fmt, fmt::Write as _};

use super::plot::Plot;
use crate::evidence::Evidence;
pub use part::Part;

/// What a report is for, which decides with what text it begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Profile {
    /// All of it
    Full,
    /// For a student: the evidence, a thousand words around it, and room for one's own
    Coursework,
    /// For a team that has to decide: one page
    Decision,
}

impl Profile {
    /// The name on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Coursework => "coursework",
            Self::Decision => "decision",
        }
    }

    /// The text that a report of this profile begins with; its generated parts are empty.
    #[must_use]
    pub fn template(self) -> &'static str {
        match self {
            Self::Full => include_str!("writeup/full.md"),
            Self::Coursework => include_str!("writeup/coursework.md"),
            Self::Decision => include_str!("writeup/decision.md"),
        }
    }
}

/// A marker that means nothing, a part without its end, or no part at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line} {what}")]
pub struct BadMarker {
    /// Counted from 1.
    pub line: usize,
    /// What is wrong there.
    pub what: String,
}

/// `text` with every generated part as `evidence` has it.
///
/// # Errors
/// Where a part has no end, or a name that no part has; and where there is none.
pub fn refresh(text: &str, evidence: &Evidence, plots: &[Plot]) -> Result<String, BadMarker> {
    let mut refreshed = String::with_capacity(text.len());
    let mut lines = text.lines().zip(1..);
    let mut parts = 0;
    while let Some((line, number)) = lines.next() {
        let Some(name) = marked(line, "begin") else {
            let _ = writeln!(refreshed, "{line}");
            continue;
        };
        let bad = |what: String| BadMarker { line: number, what };
        let part = Part::named(name).ok_or_else(|| {
            let known = Part::ALL.map(Part::name).join(", ");
            bad(format!("begins a part `{name}`, which there is not; there are {known}"))
        })?;
        let end = lines.find(|(line, _)| line.starts_with("<!-- "));
        if end.and_then(|(line, _)| marked(line, "end")) != Some(name) {
            return Err(bad(format!(
                "begins the part `{name}`, which has no `<!-- end {name} -->`"
            )));
        }
        parts += 1;
        let _ = write!(refreshed, "{}", Marked(part, &part.render(evidence, plots)));
    }
    if parts == 0 {
        let what =
            "begins a text without a generated part: it is none of this program's".to_owned();
        return Err(BadMarker { line: 1, what });
    }
    Ok(refreshed)
}

/// The name in a marker of this `kind`.
fn marked<'l>(line: &'l str, kind: &str) -> Option<&'l str> {
    let words = line.strip_prefix("<!-- ")?.strip_prefix(kind)?.strip_prefix(' ')?;
    Some(words.split([':', ' ']).next().unwrap_or_default())
}

/// A part between its markers.
struct Marked<'t>(Part, &'t str);

impl fmt::Display for Marked<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(part, text) = self;
        let (name, command) = (part.name(), part.command());
        writeln!(f, "<!-- begin {name}: {command} -->\n\n{}\n\n<!-- end {name} -->", text.trim())
    }
}
