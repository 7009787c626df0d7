//! Whether the instrument says what is so → text.

use findings::selfcheck::Selfcheck;

use crate::wrapped_to;

/// For people.
#[must_use]
pub fn text(found: &Selfcheck) -> String {
    let lines = sentences(found).map(|line| wrapped_to(100, "", &line));
    format!("{}\n", lines.join("\n"))
}

/// For reports.
#[must_use]
pub fn markdown(found: &Selfcheck) -> String {
    format!("{}\n", sentences(found).map(|line| format!("- {line}")).join("\n"))
}

fn sentences(found: &Selfcheck) -> [String; 4] {
    let Selfcheck { operation, pairs, injected_us, nothing, delay, .. } = found;
    [
        format!(
            "raw against raw, {operation}, {pairs} pairs a run, on {}",
            found.machine.in_words()
        ),
        format!(
            "nothing between them: no difference seen in {} of {} runs ({} needed; intervals at 95 % \
             miss 5 in 100)",
            nothing.right, nothing.runs, nothing.needed
        ),
        format!(
            "{injected_us:.0} µs put into one of them: seen in {} of {} runs ({} needed)",
            delay.right, delay.runs, delay.needed
        ),
        if found.holds {
            "the instrument holds".to_owned()
        } else {
            "the instrument does not hold on this machine today".to_owned()
        },
    ]
}
