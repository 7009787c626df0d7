use std::{collections::BTreeSet, fmt::Write as _, fs, io, path::Path, process::ExitCode};

use serde::Serialize;

use super::{print_json, runtime};
use crate::{
    cli::{
        args::{Format, ReportArgs},
        progress::PartBar,
    },
    error::Stop,
    evidence::{self, Evidence, Part},
    findings::Machine,
    interrupt::Interrupt,
    report::{
        files::{self, File, OutOfStep, REPORT},
        writeup::Profile,
    },
};

/// What was done.
#[derive(Serialize)]
struct Done {
    /// The files that were written; none with `--check`.
    written: Vec<String>,
    /// The files that are not what the evidence renders to.
    out_of_step: Vec<OutOfStep>,
}

pub(in crate::cli) fn run(args: &ReportArgs) -> Result<ExitCode, Stop> {
    let existing = read(&args.out.join(REPORT))?;
    let profile = choose_profile(args, existing.as_deref())?;
    let evidence = if args.check || args.data.is_some() { load(args)? } else { measure(args)? };
    if !args.check {
        // Before anything is rendered, so that what took minutes to measure is not lost to a bad marker.
        put(&evidence::file(&args.out), &evidence.text())?;
    }
    let rendered = files::render(&evidence, existing.as_deref(), profile).map_err(|bad| {
        let message = format!("{}: {bad}", args.out.join(REPORT).display());
        let stop = if args.check { Stop::negative(message) } else { Stop::usage(message) };
        stop.help("mend the marker, or move the file away to begin a new one")
    })?;
    let done = if args.check { check(args, &rendered)? } else { write(args, &rendered)? };
    match args.format {
        Format::Json => print_json(&done),
        Format::Text | Format::Markdown => anstream::print!("{}", done.in_words()),
    }
    if !done.out_of_step.is_empty() {
        return Ok(ExitCode::FAILURE);
    }
    if evidence.latency.a_a.holds {
        return Ok(ExitCode::SUCCESS);
    }
    anstream::eprintln!(
        "raw differed from itself: this machine is too noisy today, and no time of this report is to \
         be trusted"
    );
    Ok(ExitCode::from(3))
}

/// A report that is there keeps its text, which is that of some profile.
fn choose_profile(args: &ReportArgs, existing: Option<&str>) -> Result<Profile, Stop> {
    match args.profile {
        Some(wanted) if existing.is_some() => {
            let place = args.out.join(REPORT);
            Err(Stop::usage(format!(
                "{} is there already, and its text is kept: --profile {} would begin another",
                place.display(),
                wanted.name()
            ))
            .help(
                "--out DIR puts it elsewhere; without --profile the report's figures are made anew",
            ))
        }
        wanted => Ok(wanted.unwrap_or(Profile::Full)),
    }
}

fn load(args: &ReportArgs) -> Result<Evidence, Stop> {
    let file = args.data.clone().unwrap_or_else(|| evidence::file(&args.out));
    let text = read(&file)?.ok_or_else(|| {
        Stop::usage(format!("{} is not there", file.display()))
            .help("`cargo run --release -p compare -- report` makes it")
    })?;
    Evidence::read(&text).map_err(|error| {
        Stop::usage(format!("{} holds no evidence of this version: {error}", file.display()))
            .help("`cargo run --release -p compare -- report` makes it anew")
    })
}

fn measure(args: &ReportArgs) -> Result<Evidence, Stop> {
    let wanted: BTreeSet<_> =
        if args.only.is_empty() { Part::USUAL.into() } else { args.only.iter().copied().collect() };
    let file = evidence::file(&args.out);
    let saved = evidence::saved(&file)?;
    if saved.is_none() && !args.only.is_empty() {
        return Err(Stop::usage(format!("{} is not there, to keep the rest from", file.display()))
            .help("without --only everything is measured"));
    }
    if !Machine::is_optimised() {
        anstream::eprintln!(
            "this build is not optimised, and its times say nothing: `cargo run --release -p compare -- \
             report` is the one to hand in"
        );
    }
    let runtime = runtime()?;
    let interrupt = runtime.block_on(async { Interrupt::listen() })?;
    let bar = PartBar::new();
    let saved = saved.unwrap_or_default();
    let begin = |part, index, total| bar.at(part, index, total);
    let gathered = evidence::gather(&wanted, saved, &runtime, &interrupt, &begin);
    bar.end();
    // What still computes after an interruption is not waited for.
    runtime.shutdown_background();
    // What is rendered is what the file will say, to the last digit: `--check` reads it there.
    Evidence::read(&gathered?.text()).map_err(|error| {
        Stop::impossible(format!("what was measured cannot be read again: {error}"))
    })
}

fn check(args: &ReportArgs, rendered: &[File]) -> Result<Done, Stop> {
    let mut out_of_step = Vec::new();
    for file in rendered {
        out_of_step.extend(file.differs_from(read(&args.out.join(&file.path))?.as_deref()));
    }
    Ok(Done { written: Vec::new(), out_of_step })
}

fn write(args: &ReportArgs, rendered: &[File]) -> Result<Done, Stop> {
    let mut written = vec![name(&evidence::file(&args.out))];
    for file in rendered {
        let path = args.out.join(&file.path);
        put(&path, &file.text)?;
        written.push(name(&path));
    }
    Ok(Done { written, out_of_step: Vec::new() })
}

/// Without the dot of the current folder.
fn name(path: &Path) -> String {
    path.strip_prefix(".").unwrap_or(path).display().to_string()
}

impl Done {
    fn in_words(&self) -> String {
        let mut text = String::new();
        for file in &self.written {
            let _ = writeln!(text, "wrote {file}");
        }
        for OutOfStep { file, line, found, expected } in &self.out_of_step {
            let Some(line) = line else {
                let _ = writeln!(text, "{file} is not there");
                continue;
            };
            let [found, expected] =
                [found, expected].map(|line| line.as_deref().unwrap_or("(the end of the file)"));
            let _ = writeln!(
                text,
                "{file}, line {line}:\n  stands there: {found}\n  the evidence: {expected}"
            );
        }
        text.push_str(match (self.written.is_empty(), self.out_of_step.is_empty()) {
            (false, _) => "",
            (true, true) => "the report is what its evidence renders to\n",
            (true, false) => {
                "try: compare report --data report/data.json, which renders it again\n"
            }
        });
        text
    }
}

fn read(file: &Path) -> Result<Option<String>, Stop> {
    match fs::read_to_string(file) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Stop::usage(format!("{} cannot be read: {error}", file.display()))),
    }
}

fn put(file: &Path, text: &str) -> Result<(), Stop> {
    let unwritten = |error: io::Error| {
        Stop::impossible(format!("{} cannot be written: {error}", file.display()))
    };
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder).map_err(unwritten)?;
    }
    fs::write(file, text).map_err(unwritten)
}
