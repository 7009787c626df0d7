//! Renders the evidence to the files of the report, and compares files on disk with them.

use std::path::{Path, PathBuf};

use findings::evidence::Evidence;
use serde::Serialize;

use super::{html, plot, writeup::WriteUp};
use crate::escape;

/// A file of the report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Relative to the report's folder.
    pub path: PathBuf,
    /// Its contents.
    pub text: String,
}

/// The file name of the write-up.
pub const REPORT: &str = "REPORT.md";

/// Renders every file. The author's own text in `writeup` is kept.
#[must_use]
pub fn render(evidence: &Evidence, writeup: &WriteUp<'_>) -> Vec<File> {
    let evidence = &escape::findings(evidence);
    let plots = plot::all(evidence);
    let mut files = vec![
        File { path: REPORT.into(), text: writeup.render(evidence, &plots) },
        File { path: "report.html".into(), text: html::page(evidence, &plots) },
    ];
    files.extend(plots.into_iter().map(|plot| File {
        path: Path::new("report").join(plot.name).with_extension("svg"),
        text: plot.svg,
    }));
    files
}

/// A file that differs from what the evidence renders to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct OutOfStep {
    /// The file.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub file: String,
    /// The first line that differs, counted from 1; none if the file is missing.
    #[cfg_attr(feature = "schema", schemars(range(min = 1)))]
    pub line: Option<usize>,
    /// The line in the file.
    pub found: Option<String>,
    /// The line as it is rendered.
    pub expected: Option<String>,
}

impl File {
    /// The first difference of `found`, the file's text on disk; none if they are equal.
    #[must_use]
    pub fn differs_from(&self, found: Option<&str>) -> Option<OutOfStep> {
        let file = self.path.display().to_string();
        let Some(found) = found else {
            return Some(OutOfStep { file, line: None, found: None, expected: None });
        };
        if found == self.text {
            return None;
        }
        // Lines with their ends, which can differ, too.
        let (mut theirs, mut ours) = (found.split_inclusive('\n'), self.text.split_inclusive('\n'));
        let (mut line, mut differing) = (1, (theirs.next(), ours.next()));
        while differing.0 == differing.1 {
            differing = (theirs.next(), ours.next());
            line += 1;
        }
        let [found, expected] = [differing.0, differing.1].map(|line| line.map(short));
        Some(OutOfStep { file, line: Some(line), found, expected })
    }
}

/// Cuts a line: those of report.html are long.
fn short(line: &str) -> String {
    const WIDTH: usize = 160;
    match line.char_indices().nth(WIDTH) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.strip_suffix('\n').unwrap_or(line).replace('\r', "\\r"),
    }
}
