//! Draws the results of `compare bench selfcheck`.

use findings::selfcheck::Selfcheck;

use crate::document::{self, Block};

/// For a terminal.
#[must_use]
pub fn text(found: &Selfcheck) -> String {
    document::terminal(&[sentences(found)], super::WIDTH)
}

/// For reports.
#[must_use]
pub fn markdown(found: &Selfcheck) -> String {
    document::markdown(&[sentences(found)])
}

fn sentences(found: &Selfcheck) -> Block {
    let Selfcheck { machine, operation, pairs, injected_us, nothing, delay, holds } = found;
    Block::List(vec![
        format!(
            "raw against raw, {operation}, {pairs} pairs in each run, on {}",
            machine.in_words()
        ),
        format!(
            "without a delay: no difference found in {} of {} runs ({} needed, because 95 % intervals \
             miss 5 times in 100)",
            nothing.right, nothing.runs, nothing.needed
        ),
        format!(
            "with {injected_us:.0} µs added to one of them: the difference found in {} of {} runs ({} \
             needed)",
            delay.right, delay.runs, delay.needed
        ),
        if *holds {
            "the measurement can be trusted".to_owned()
        } else {
            "the measurement cannot be trusted on this machine today".to_owned()
        },
    ])
}
