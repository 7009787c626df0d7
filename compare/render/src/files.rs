//! Evidence → every file of the report, and whether those that are there are the same.

use std::path::{Path, PathBuf};

use findings::evidence::Evidence;
use serde::Serialize;

use super::{html, plot, writeup::WriteUp};
use crate::escape;

/// A file of the report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Below the report's folder.
    pub path: PathBuf,
    /// What is in it.
    pub text: String,
}

/// The name of the write-up.
pub const REPORT: &str = "REPORT.md";

/// All of them. Of `writeup` the author's own text is kept.
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

/// A file that is not what the evidence renders to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OutOfStep {
    /// Which.
    pub file: String,
    /// The first line that differs, counted from 1; none where the file is not there.
    pub line: Option<usize>,
    /// What stands there.
    pub found: Option<String>,
    /// What the evidence renders to.
    pub expected: Option<String>,
}

impl File {
    /// Where `found`, which is there in its place, differs.
    #[must_use]
    pub fn differs_from(&self, found: Option<&str>) -> Option<OutOfStep> {
        let file = self.path.display().to_string();
        let Some(found) = found else {
            return Some(OutOfStep { file, line: None, found: None, expected: None });
        };
        if found == self.text {
            return None;
        }
        // With their ends, in which they may differ too.
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

/// The lines of a page are long.
fn short(line: &str) -> String {
    const WIDTH: usize = 160;
    match line.char_indices().nth(WIDTH) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.strip_suffix('\n').unwrap_or(line).replace('\r', "\\r"),
    }
}
