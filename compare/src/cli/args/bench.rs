use std::{path::PathBuf, time::Duration};

use clap::{Args, ValueEnum};

use super::{Format, seconds};

#[derive(Debug, Args)]
pub(in crate::cli) struct BenchArgs {
    /// What to measure
    #[arg(value_enum, default_value_t = Subject::Signing)]
    pub(in crate::cli) subject: Subject,
    /// A few seconds instead of half a minute, good to about 5 %
    #[arg(long)]
    pub(in crate::cli) quick: bool,
    /// How to print the results
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(in crate::cli) format: Format,
    #[command(flatten)]
    pub(in crate::cli) latency: LatencyArgs,
}

/// What is measured of a call
#[derive(Debug, Args)]
#[command(next_help_heading = "Of bench latency")]
pub(in crate::cli) struct LatencyArgs {
    /// Only these operations: names of scenarios that only read [default: five of them]
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    pub(in crate::cli) only: Vec<String>,
    /// Rounds of each operation, at most [default: 5000, with --quick 500]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(in crate::cli) pairs: Option<u32>,
    /// Time for each operation, at most [default: 8, with --quick 1]
    #[arg(long, value_name = "N", value_parser = seconds)]
    pub(in crate::cli) seconds: Option<Duration>,
    /// Calls under way at once
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=256))]
    pub(in crate::cli) concurrency: u16,
    /// How long the endpoint holds every answer back, as a network would: 0ms, 1ms, 30ms
    #[arg(long, value_name = "TIME", default_value = "0ms", value_parser = milliseconds)]
    pub(in crate::cli) rtt: Duration,
    /// Keep every sample in this file
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) save: Option<PathBuf>,
    /// Measure nothing, show what was saved; given twice, compare the two
    #[arg(long, value_name = "FILE", conflicts_with_all = ["save", "pairs", "seconds"])]
    pub(in crate::cli) load: Vec<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum Subject {
    /// A signature, from the unsigned request to the finished header or URL
    Signing,
    /// A call, from its input to the parsed answer
    Latency,
    /// An answer's bytes, to what the user gets of them
    Parse,
    /// A process that makes one call and ends
    Startup,
    /// The instrument itself: raw against raw, and a delay that was put there
    Selfcheck,
    /// All of these, one after the other
    All,
}

fn milliseconds(text: &str) -> Result<Duration, String> {
    let number = text.strip_suffix("ms").and_then(|number| number.parse().ok());
    number
        .map(Duration::from_millis)
        .ok_or_else(|| "not a number of milliseconds, as in 30ms".to_owned())
}
