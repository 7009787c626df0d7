//! For people, in 80 columns, with colours; whoever prints it strips them where they are not wanted.

use std::fmt::Write as _;

use super::{
    Detail, HOW_COUNTED, HOW_TO_READ, answered, by_cause, ending, kept, kept_heading, names,
    remarkable, row, summary,
};
use crate::errors::{Finding, Findings, Side, wire::Wire};

const WIDTH: usize = 80;
/// Of a body, or of a dump of one.
const MOST_LINES: usize = 24;

const BOLD: &str = "\u{1b}[1m";
const DIM: &str = "\u{1b}[2m";
const RED: &str = "\u{1b}[31m";
const PLAIN: &str = "\u{1b}[0m";

/// All of it.
#[must_use]
pub fn text(findings: &Findings, detail: Detail) -> String {
    match detail {
        Detail::Row => overview(findings),
        Detail::Full => findings.cases.iter().map(in_full).collect(),
    }
}

fn overview(findings: &Findings) -> String {
    let mut text = format!("\n{}\n", wrapped("", HOW_TO_READ));
    for (heading, cases) in by_cause(findings) {
        let columns = columns(["raw {}", "sdk {}", "sdk context", "attempts"]);
        let _ = writeln!(text, "\n{BOLD}{heading:<36}{PLAIN}{DIM}{columns}{PLAIN}");
        for case in cases {
            text.push_str(&two_lines(case));
        }
    }
    if let Some(heading) = kept_heading(findings) {
        let _ =
            writeln!(text, "\n{BOLD}{heading:<55}{PLAIN}{DIM}{:>10} {:>13}{PLAIN}", "raw", "sdk");
        for [way, raw, sdk] in kept(findings) {
            let _ = writeln!(text, "  {way:<53}{raw:>10} {sdk:>13}");
        }
        let _ = writeln!(text, "{}", wrapped("  ", HOW_COUNTED));
    }
    for (what, which) in remarkable(findings) {
        let _ = writeln!(text, "\n{BOLD}{what}{PLAIN}\n{}", wrapped("  ", &which));
    }
    for case in &findings.cases {
        if let Some(problem) = &case.problem {
            let _ = writeln!(text, "\n{}", wrapped(&format!("{}: ", case.id), problem));
        }
    }
    let _ = writeln!(text, "\n{}", wrapped("", &summary(findings)));
    let _ = writeln!(text, "\nNext: compare errors {}      one case in full", example(findings));
    text
}

/// The figures, and below them what the service said.
fn two_lines(case: &Finding) -> String {
    let row = row(case);
    let columns = columns([&row.raw, &row.sdk, &row.context, &row.attempts]);
    let is_wrong = case.sdk.silently_wrong || case.raw.silently_wrong;
    let colour = if is_wrong { RED } else { DIM };
    let remark = row.remark.map(|remark| format!("{colour}  {remark}{PLAIN}"));
    let (id, answered) = (row.id, row.answered);
    format!("{id:<36}{columns}\n{DIM}  {answered}{PLAIN}{}\n", remark.unwrap_or_default())
}

fn columns([raw, sdk, context, attempts]: [&str; 4]) -> String {
    format!("{raw:>8}{sdk:>8}{context:>13}{attempts:>10}")
}

fn example(findings: &Findings) -> &str {
    findings.cases.first().map_or("CASE", |case| case.id)
}

fn in_full(case: &Finding) -> String {
    let mut text = format!("\n{BOLD}{}{PLAIN}\n{}\n", case.id, wrapped("", case.what));
    if let Some(problem) = &case.problem {
        let _ = writeln!(text, "{RED}{}{PLAIN}", wrapped("could not be played: ", problem));
    }
    let source = format!("{} ({})", case.source, case.verified_by);
    let _ = writeln!(text, "{DIM}{}{PLAIN}", wrapped("source: ", &source));
    let _ = writeln!(text, "\n{BOLD}The service answered{PLAIN} {}", answered(&case.wire));
    text.push_str(&on_the_wire(&case.wire));
    let _ = writeln!(text, "\n{BOLD}Facts in it{PLAIN}");
    for fact in &case.facts {
        let mut lines = fact.value.lines();
        let first = lines.next().unwrap_or_default();
        let _ = writeln!(text, "{}", cut_to_width(&format!("  {:<28}{first}", fact.name)));
        for line in lines {
            let _ = writeln!(text, "{}", cut_to_width(&format!("{:<30}{line}", "")));
        }
    }
    text.push_str(&side("raw", &case.raw));
    text.push_str(&side("sdk", &case.sdk));
    text
}

fn on_the_wire(wire: &Wire) -> String {
    let mut text = String::new();
    for (name, value) in &wire.headers {
        let _ = writeln!(text, "{}", folded("  ", &format!("{name}: {value}")));
    }
    if let Some(body) = wire.body.as_deref().filter(|body| !body.is_empty()) {
        // Between elements, where a line is too long: AWS's documents are one line.
        let _ = writeln!(text, "\n{}", folded("  ", &body.replace("><", ">\n<")));
        let length = wire.length.unwrap_or_default();
        if length > body.len() as u64 {
            let _ = writeln!(text, "  … {length} bytes in all");
        }
    }
    text
}

fn side(name: &str, side: &Side) -> String {
    let mut text = format!("\n{BOLD}{name}{PLAIN}: {}\n", ending(side));
    if let Some(note) = &side.note {
        let _ = writeln!(text, "{}", wrapped("  note       ", note));
    }
    if side.display.is_empty() {
        return text;
    }
    let _ = writeln!(text, "{}", wrapped("  {}         ", &side.display));
    if side.error_context != side.display {
        let _ = writeln!(text, "{}", wrapped("  in full    ", &side.error_context));
    }
    let unsaid = |advice: &&String| !side.display.contains(advice.as_str());
    if let Some(advice) = side.advice.as_ref().filter(unsaid) {
        let _ = writeln!(text, "{}", wrapped("  advice     ", advice));
    }
    for (label, kept) in [
        ("  {} keeps   ", &side.kept_by.display),
        ("  full keeps ", &side.kept_by.error_context),
        ("  accessors  ", &side.kept_by.api),
        ("  {:?} has   ", &side.kept_by.debug),
        ("  lost       ", &side.lost),
    ] {
        let _ = writeln!(text, "{DIM}{}{PLAIN}", wrapped(label, &names(kept)));
    }
    text
}

/// In lines of 80 columns at most: the first behind `label`, the others below its first letter.
/// Words that are longer than a line are broken.
fn wrapped(label: &str, text: &str) -> String {
    let room = WIDTH - label.chars().count();
    let mut lines = vec![String::new()];
    for word in text.split_whitespace().flat_map(|word| pieces(word, room)) {
        let line = lines.last_mut().expect("there is always one");
        let length = line.chars().count();
        if length == 0 {
            line.push_str(&word);
        } else if length + 1 + word.chars().count() <= room {
            line.push(' ');
            line.push_str(&word);
        } else {
            lines.push(word);
        }
    }
    set_below(label, lines)
}

/// The lines of `text` as they are, but those that are too long broken.
fn folded(label: &str, text: &str) -> String {
    let room = WIDTH - label.chars().count();
    let lines = text.lines().flat_map(|line| pieces(line, room)).collect();
    set_below(label, lines)
}

fn set_below(label: &str, mut lines: Vec<String>) -> String {
    if lines.len() > MOST_LINES {
        lines.truncate(MOST_LINES);
        lines.push("… (the rest: --format json)".to_owned());
    }
    let indent = format!("\n{}", " ".repeat(label.chars().count()));
    format!("{label}{}", lines.join(&indent))
}

/// `text` in pieces of at most `length` characters; one, if it is empty.
fn pieces(text: &str, length: usize) -> Vec<String> {
    let characters: Vec<char> = text.chars().collect();
    if characters.is_empty() {
        return vec![String::new()];
    }
    characters.chunks(length).map(|piece| piece.iter().collect()).collect()
}

fn cut_to_width(line: &str) -> String {
    if line.chars().count() <= WIDTH {
        return line.to_owned();
    }
    line.chars().take(WIDTH - 1).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::{folded, wrapped};

    #[test]
    fn no_line_is_longer_than_the_terminal() {
        let word = "x".repeat(200);
        for text in [wrapped("label ", &format!("a {word} b c")), folded("  ", &word)] {
            assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
            assert_eq!(text.matches('x').count(), 200);
        }
        assert_eq!(wrapped("- ", "a b"), "- a b");
        assert_eq!(wrapped("- ", &"word ".repeat(20)).lines().count(), 2);
    }
}
