//! A line on standard error that says what is going on, where that is a terminal.

use std::time::Duration;

use clap::ValueEnum as _;
use findings::{evidence::Section, scenario::Scenario};
use indicatif::{ProgressBar, ProgressStyle};
use measure::run::Progress;

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

/// So much of it is done.
pub(super) struct Bar(ProgressBar);

impl Bar {
    pub(super) fn new() -> Self {
        let bar = ProgressBar::new(0);
        if let Ok(style) = ProgressStyle::with_template("{bar:40.cyan} {pos}/{len}") {
            bar.set_style(style);
        }
        Self(bar)
    }

    /// `done` of `of`; when all is done, the bar goes away.
    pub(super) fn at(&self, done: u32, of: u32) {
        self.0.set_length(of.into());
        self.0.set_position(done.into());
        if done == of {
            self.0.finish_and_clear();
        }
    }
}

/// The parts of a report.
pub(super) struct PartBar(ProgressBar);

impl PartBar {
    pub(super) fn new() -> Self {
        let bar = ProgressBar::new(0);
        if let Ok(style) =
            ProgressStyle::with_template("{bar:30.cyan} {pos}/{len} {msg} {elapsed:.dim}")
        {
            bar.set_style(style);
        }
        bar.enable_steady_tick(Duration::from_secs(1));
        Self(bar)
    }

    /// `part` begins, as number `index` of `total`.
    pub(super) fn at(&self, part: Section, index: usize, total: usize) {
        let name =
            part.to_possible_value().map_or_else(String::new, |name| name.get_name().to_owned());
        self.0.set_length(total as u64);
        self.0.set_position(index as u64);
        self.0.set_message(name);
    }

    pub(super) fn end(&self) {
        self.0.finish_and_clear();
    }
}

/// A build, and how many of its crates are done.
pub(super) struct BuildBar(ProgressBar);

impl BuildBar {
    pub(super) fn new() -> Self {
        let bar = ProgressBar::new(0);
        if let Ok(style) =
            ProgressStyle::with_template("{msg} {bar:30.cyan} {pos}/{len} {elapsed:.dim}")
        {
            bar.set_style(style);
        }
        Self(bar)
    }

    pub(super) fn at(&self, what: &str, done: u32, of: u32) {
        if done == 1 {
            // Time goes by while a large crate compiles.
            self.0.reset_elapsed();
            self.0.enable_steady_tick(Duration::from_secs(1));
        }
        self.0.set_message(what.to_owned());
        self.0.set_length(of.into());
        self.0.set_position(done.into());
    }

    pub(super) fn end(&self) {
        self.0.finish_and_clear();
    }
}
