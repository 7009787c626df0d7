//! A line on standard error that says what is going on, where that is a terminal.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use crate::{run::Progress, scenario::Scenario};

pub(super) struct Spinner(ProgressBar);

impl Spinner {
    pub(super) fn new() -> Self {
        let bar = ProgressBar::new_spinner();
        // The template is a constant: where it would not parse, the default style serves.
        if let Ok(style) = ProgressStyle::with_template("{spinner:.cyan} {prefix:.dim} {msg}") {
            bar.set_style(style);
        }
        bar.enable_steady_tick(Duration::from_millis(80));
        Self(bar)
    }
}

impl Progress for Spinner {
    fn begin(&self, scenario: Scenario, index: usize, total: usize) {
        self.0.set_prefix(format!("{}/{total}", index + 1));
        self.0.set_message(scenario.name());
    }

    fn end(&self) {
        self.0.finish_and_clear();
    }
}
