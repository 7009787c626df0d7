//! Progress on standard error, shown only if that is a terminal.

use std::time::Duration;

use clap::ValueEnum as _;
use findings::{evidence::Section, scenario::Scenario};
use indicatif::{ProgressBar, ProgressStyle};
use measure::run::Progress;

/// The time between two redraws of a bar that shows the time elapsed.
const SECOND: Duration = Duration::from_secs(1);

fn bar(template: &str) -> ProgressBar {
    let bar = ProgressBar::new(0);
    // The templates are constants. If one could not be parsed, the default style would do.
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar
}

/// The scenario that is being played.
pub(super) struct Spinner(ProgressBar);

impl Spinner {
    pub(super) fn new() -> Self {
        let bar = bar("{spinner:.cyan} {prefix:.dim} {msg}");
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

/// The rounds of a benchmark.
pub(super) struct RoundBar(ProgressBar);

impl RoundBar {
    pub(super) fn new() -> Self {
        Self(bar("{bar:40.cyan} {pos}/{len}"))
    }

    /// Shows that `done` of `total` rounds are done. After the last one, the bar disappears.
    pub(super) fn at(&self, done: u32, total: u32) {
        self.0.set_length(total.into());
        self.0.set_position(done.into());
        if done == total {
            self.0.finish_and_clear();
        }
    }
}

/// The sections of a report.
pub(super) struct SectionBar(ProgressBar);

impl SectionBar {
    pub(super) fn new() -> Self {
        let bar = bar("{bar:30.cyan} {pos}/{len} {msg} {elapsed:.dim}");
        bar.enable_steady_tick(SECOND);
        Self(bar)
    }

    /// Shows that `section` begins, the one at `index` of `total`.
    pub(super) fn at(&self, section: Section, index: usize, total: usize) {
        let name = section.to_possible_value().map(|value| value.get_name().to_owned());
        self.0.set_length(total as u64);
        self.0.set_position(index as u64);
        self.0.set_message(name.unwrap_or_default());
    }

    pub(super) fn end(&self) {
        self.0.finish_and_clear();
    }
}

/// A build and the crates that it has compiled.
pub(super) struct BuildBar(ProgressBar);

impl BuildBar {
    pub(super) fn new() -> Self {
        Self(bar("{msg} {bar:30.cyan} {pos}/{len} {elapsed:.dim}"))
    }

    /// Shows that `build` has compiled `done` of `total` crates.
    pub(super) fn at(&self, build: &str, done: u32, total: u32) {
        if done == 1 {
            // The elapsed time must go on while a large crate compiles.
            self.0.reset_elapsed();
            self.0.enable_steady_tick(SECOND);
        }
        self.0.set_message(build.to_owned());
        self.0.set_length(total.into());
        self.0.set_position(done.into());
    }

    pub(super) fn end(&self) {
        self.0.finish_and_clear();
    }
}
