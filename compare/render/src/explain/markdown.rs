//! For reports.

use std::fmt::Write as _;

use findings::explain::Explanation;

use super::{HEADER_HEADINGS, Row, Section, conclusion, header_rows, sections};
use crate::escape;

/// The whole explanation.
#[must_use]
pub fn markdown(explanation: &Explanation) -> String {
    let explanation = &escape::findings(explanation);
    let target = &explanation.target;
    let mut text = format!(
        "`{}`, raw and sdk, against {} ({}), region {}.\n",
        explanation.operation, target.endpoint, target.kind, target.region
    );
    write_sections(&mut text, &sections(explanation));
    write_headers(&mut text, explanation);
    text
}

fn write_sections(text: &mut String, sections: &[Section]) {
    for (number, section) in sections.iter().enumerate() {
        let _ = writeln!(text, "\n**{}. {}**\n\n| line | raw | sdk |", number + 1, section.title);
        text.push_str("| --- | --- | --- |\n");
        for Row { label, raw, sdk, .. } in &section.rows {
            let (label, raw, sdk) =
                (escape::markdown(label), code(raw.as_ref()), code(sdk.as_ref()));
            let _ = writeln!(text, "| {label} | {raw} | {sdk} |");
        }
    }
}

/// The conclusion and the table of headers.
pub(crate) fn write_headers(text: &mut String, explanation: &Explanation) {
    let _ = writeln!(text, "\n{}\n\n| {} |", conclusion(explanation), HEADER_HEADINGS.join(" | "));
    text.push_str("| --- | --- | --- | --- |\n");
    for [name, raw, sdk, why] in header_rows(explanation) {
        let _ = writeln!(text, "| `{name}` | {raw} | {sdk} | {why} |");
    }
}

/// Code for a cell of a table, in which a line feed becomes `<br>`.
fn code(value: Option<&String>) -> String {
    let Some(value) = value else { return "–".to_owned() };
    value.lines().map(escape::markdown_cell).collect::<Vec<_>>().join("<br>")
}
