//! For a terminal, with colours. The caller strips them if they are not wanted.

use std::fmt::Write as _;

use findings::errors::{CaseResult, CaseSide, ErrorResults, WireAnswer};

use super::{
    super::wrapped_to, Detail, HOW_COUNTED, HOW_TO_READ, answered, by_cause, ending, kept,
    kept_heading, names, remarkable, row, summary,
};
use crate::escape;

/// The width from which a case and its counts fit one line.
const ROW: usize = 75;
/// The width of the table of kept facts.
const KEPT: usize = 79;
const BROKEN: &str = "(line breaks between elements were added)";
/// Lines that are shown of a body or of a dump.
const MOST_LINES: usize = 24;
const BOLD: &str = "\u{1b}[1m";
const DIM: &str = "\u{1b}[2m";
const RED: &str = "\u{1b}[31m";
const PLAIN: &str = "\u{1b}[0m";

/// The whole catalogue, in lines of at most `width` characters; `width` is at least 60.
#[must_use]
pub fn text(errors: &ErrorResults, detail: Detail, width: usize) -> String {
    let errors = &escape::findings(errors);
    match detail {
        Detail::Row => overview(errors, width),
        Detail::Full => errors.cases.iter().map(|case| in_full(case, width)).collect(),
    }
}

fn overview(errors: &ErrorResults, width: usize) -> String {
    let mut text = format!("\n{}\n", wrapped(width, "", HOW_TO_READ));
    for (heading, cases) in by_cause(errors) {
        let columns = columns(["raw {}", "sdk {}", "sdk context", "attempts"]);
        let heading = headed(heading, width);
        let _ = writeln!(text, "\n{BOLD}{heading}{PLAIN}{DIM}{columns}{PLAIN}");
        for case in cases {
            text.push_str(&lines(case, width));
        }
    }
    if let Some(heading) = kept_heading(errors) {
        let names = width.min(KEPT) - 26;
        let _ = writeln!(text, "\n{BOLD}{}{PLAIN}", wrapped(width, "", &heading));
        let _ =
            writeln!(text, "{DIM}  {:<names$}{:>10} {:>13}{PLAIN}", "printed with", "raw", "sdk");
        for [way, raw, sdk] in kept(errors) {
            let _ = writeln!(text, "  {way:<names$}{raw:>10} {sdk:>13}");
        }
        let _ = writeln!(text, "{}", wrapped(width, "  ", HOW_COUNTED));
    }
    for (what, which) in remarkable(errors) {
        let _ = writeln!(text, "\n{BOLD}{what}{PLAIN}\n{}", wrapped(width, "  ", &which));
    }
    for case in &errors.cases {
        if let Some(problem) = &case.problem {
            let _ = writeln!(text, "\n{}", wrapped(width, &format!("{}: ", case.id), problem));
        }
    }
    let _ = writeln!(text, "\n{}", wrapped(width, "", &summary(errors)));
    let _ = writeln!(text, "\nNext: compare errors {}      one case in full", example(errors));
    text
}

/// A case: its counts, and below them the service's answer, or what both sides print if none came.
fn lines(case: &CaseResult, width: usize) -> String {
    let row = row(case);
    let columns = columns([&row.raw, &row.sdk, &row.context, &row.attempts]);
    let is_wrong = case.sdk.silently_wrong || case.raw.silently_wrong;
    let colour = if is_wrong { RED } else { DIM };
    let (id, answered) = (row.id, row.answered);
    let mut text = format!("{}{columns}\n{DIM}  {answered}{PLAIN}", headed(id, width));
    if let Some(remark) = row.remark {
        let fits = answered.chars().count() + remark.chars().count() + 4 <= width;
        let separator = if fits { "" } else { "\n" };
        let _ = write!(text, "{separator}{colour}  {remark}{PLAIN}");
    }
    text.push('\n');
    for (who, printed) in row.printed.into_iter().flatten() {
        let _ = writeln!(text, "{DIM}{}{PLAIN}", wrapped(width, &format!("  {who}: "), printed));
    }
    text
}

/// The name before the counts. On a narrow terminal the counts go on a line of their own.
fn headed(name: &str, width: usize) -> String {
    if width < ROW { format!("{name}\n") } else { format!("{name:<36}") }
}

fn columns([raw, sdk, context, attempts]: [&str; 4]) -> String {
    format!("{raw:>8}{sdk:>8}{context:>13}{attempts:>10}")
}

fn example(errors: &ErrorResults) -> &str {
    errors.cases.first().map_or("CASE", |case| &case.id)
}

fn in_full(case: &CaseResult, width: usize) -> String {
    let mut text = format!("\n{BOLD}{}{PLAIN}\n{}\n", case.id, wrapped(width, "", &case.what));
    if let Some(problem) = &case.problem {
        let _ = writeln!(text, "{RED}{}{PLAIN}", wrapped(width, "could not be played: ", problem));
    }
    let source = format!("{} ({})", case.source, case.verified_by);
    let _ = writeln!(text, "{DIM}{}{PLAIN}", wrapped(width, "source: ", &source));
    if case.wire.status.is_some() {
        let _ = writeln!(text, "\n{BOLD}The service answered{PLAIN} {}", answered(case));
        text.push_str(&on_the_wire(&case.wire, width));
        let _ = writeln!(text, "\n{BOLD}Facts in it{PLAIN}");
    } else {
        let _ = writeln!(text, "\n{BOLD}There was no answer{PLAIN}");
    }
    for fact in &case.facts {
        let mut lines = fact.value.lines();
        let first = lines.next().unwrap_or_default();
        let _ = writeln!(text, "{}", cut_to(width, &format!("  {:<28}{first}", fact.name)));
        for line in lines {
            let _ = writeln!(text, "{}", cut_to(width, &format!("{:<30}{line}", "")));
        }
    }
    text.push_str(&side("raw", &case.raw, width));
    text.push_str(&side("sdk", &case.sdk, width));
    text
}

fn on_the_wire(wire: &WireAnswer, width: usize) -> String {
    let mut text = String::new();
    for (name, value) in &wire.headers {
        let _ = writeln!(text, "{}", folded(width, "  ", &format!("{name}: {value}")));
    }
    if let Some(body) = wire.body.as_deref().filter(|body| !body.is_empty()) {
        // AWS sends a document as one line.
        let broken = body.replace("><", ">\n<");
        let _ = writeln!(text, "\n{}", folded(width, "  ", &broken));
        for remark in [(broken != body).then(|| BROKEN.to_owned()), sent(wire)] {
            let _ = remark.map(|remark| writeln!(text, "  {DIM}{remark}{PLAIN}"));
        }
    }
    text
}

/// The length of the body, if it is not shown in full or was not sent in full.
fn sent(wire: &WireAnswer) -> Option<String> {
    let length = wire.length?;
    let promised = wire.header("content-length").and_then(|promised| promised.parse::<u64>().ok());
    match promised.filter(|promised| *promised > length) {
        Some(promised) => Some(format!("… {length} of {promised} bytes were sent")),
        None => wire.cut.then(|| format!("… {length} bytes in total")),
    }
}

fn side(name: &str, side: &CaseSide, width: usize) -> String {
    let mut text = format!("\n{BOLD}{name}{PLAIN}: {}\n", ending(side));
    if let Some(note) = &side.note {
        let _ = writeln!(text, "{}", wrapped(width, "  note       ", note));
    }
    if side.display.is_empty() {
        return text;
    }
    let _ = writeln!(text, "{}", wrapped(width, "  {}         ", &side.display));
    if side.error_context != side.display {
        let _ = writeln!(text, "{}", wrapped(width, "  in full    ", &side.error_context));
        if side.debug_left_out {
            let _ =
                writeln!(text, "{DIM}             (and a copy of {{:?}}, left out here){PLAIN}");
        }
    }
    let unsaid = |advice: &&String| !side.display.contains(advice.as_str());
    if let Some(advice) = side.advice.as_ref().filter(unsaid) {
        let _ = writeln!(text, "{}", wrapped(width, "  advice     ", advice));
    }
    for (label, found) in [
        ("  {} keeps   ", names(&side.kept_by.display)),
        ("  full keeps ", names(&side.kept_by.error_context)),
        ("  accessors  ", names(&side.kept_by.api)),
        ("  {:?} has   ", names(&side.kept_by.debug)),
        ("  only {:?}  ", names(side.only_in_debug())),
        ("  lost       ", names(side.found_nowhere())),
    ] {
        let _ = writeln!(text, "{DIM}{}{PLAIN}", wrapped(width, label, &found));
    }
    text
}

/// Wraps `text` to lines of at most `width` columns. The first follows `label`, and the others are
/// indented as far. Words longer than a line are broken.
fn wrapped(width: usize, label: &str, text: &str) -> String {
    let room = width - label.chars().count();
    let words = text.split_whitespace().flat_map(|word| pieces(word, room));
    let text = wrapped_to(width, label, &words.collect::<Vec<_>>().join(" "));
    cut_after_most_lines(label, text.lines().map(str::to_owned).collect())
}

/// The lines of `text`, each behind `label`; lines that are too long are broken.
fn folded(width: usize, label: &str, text: &str) -> String {
    let room = width - label.chars().count();
    let pieces = text.lines().flat_map(|line| pieces(line, room));
    cut_after_most_lines(label, pieces.map(|piece| format!("{label}{piece}")).collect())
}

fn cut_after_most_lines(label: &str, mut lines: Vec<String>) -> String {
    if lines.len() > MOST_LINES {
        lines.truncate(MOST_LINES);
        lines.push(format!(
            "{:indent$}… (the rest: --format json)",
            "",
            indent = label.chars().count()
        ));
    }
    lines.join("\n")
}

/// `text` in pieces of at most `length` characters; an empty text is one piece.
fn pieces(text: &str, length: usize) -> Vec<String> {
    let characters: Vec<char> = text.chars().collect();
    if characters.is_empty() {
        return vec![String::new()];
    }
    characters.chunks(length).map(|piece| piece.iter().collect()).collect()
}

fn cut_to(width: usize, line: &str) -> String {
    if line.chars().count() <= width {
        return line.to_owned();
    }
    line.chars().take(width - 1).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::{WireAnswer, folded, on_the_wire, wrapped};

    #[test]
    fn no_line_is_longer_than_the_terminal() {
        let word = "x".repeat(200);
        for width in [60, 80, 160] {
            let texts =
                [wrapped(width, "label ", &format!("a {word} b c")), folded(width, "  ", &word)];
            for text in texts {
                assert!(text.lines().all(|line| line.chars().count() <= width), "{text}");
                assert_eq!(text.matches('x').count(), 200);
            }
        }
        assert_eq!(wrapped(80, "- ", "a b"), "- a b");
        assert_eq!(wrapped(80, "- ", &"word ".repeat(20)).lines().count(), 2);
    }

    #[test]
    fn a_body_that_is_cut_or_incomplete_is_marked() {
        let wire = |cut, length, promised: &str| WireAnswer {
            status: Some(500),
            headers: vec![("content-length".to_owned(), promised.to_owned())],
            body: Some("a body".to_owned()),
            cut,
            length: Some(length),
            sha256: None,
        };
        // Masking a secret changes the length of what is shown, so the length proves nothing.
        assert!(!on_the_wire(&wire(false, 9, "9"), 80).contains('…'));
        assert!(on_the_wire(&wire(true, 9, "9"), 80).contains("… 9 bytes in total"));
        assert!(on_the_wire(&wire(true, 9, "12"), 80).contains("… 9 of 12 bytes were sent"));
    }
}
