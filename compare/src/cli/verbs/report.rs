use std::{
    collections::BTreeSet,
    fmt::Write as _,
    fs,
    io::{self, Write as _},
    path::Path,
    process::ExitCode,
};

use findings::{
    evidence::{self, Evidence, Section},
    explain::Explanation,
    machine::BuildKind,
};
use measure::{error::ExitError, machine::this_build, runtime::several_threads};
use render::{
    files::{self, OutOfStep, REPORT},
    writeup::{Profile, WriteUp},
};
use serde::Serialize;

use crate::{
    cli::{
        self,
        args::{Format, ReportArgs},
        progress::PartBar,
    },
    output::{print, print_json, warn},
};

/// What was done.
#[derive(Serialize)]
struct Done {
    /// The files that were written; none with `--check`.
    written: Vec<String>,
    /// The files that are not what the evidence renders to.
    out_of_step: Vec<OutOfStep>,
}

pub(in crate::cli) fn run(args: &ReportArgs) -> Result<ExitCode, ExitError> {
    let there = read(&args.out.join(REPORT))?;
    let profile = choose_profile(args, there.as_deref())?;
    // Faults that can be known now are not told after minutes of measuring.
    writeup(args, there.as_deref(), profile)?;
    if args.check {
        return check(args, profile);
    }
    if args.data.is_some() {
        write(args, &load(args)?, profile)?;
        return Ok(ExitCode::SUCCESS);
    }
    fs::create_dir_all(&args.out).map_err(|error| unwritten(&args.out, &error))?;
    let sections = sections(args);
    let evidence = measure(args, &sections)?;
    write(args, &evidence, profile)?;
    Ok(verdict(&evidence, &sections))
}

/// The write-up that is there, or the one to begin with.
fn writeup<'t>(
    args: &ReportArgs,
    there: Option<&'t str>,
    profile: Profile,
) -> Result<WriteUp<'t>, ExitError> {
    WriteUp::parse(there.unwrap_or_else(|| profile.template())).map_err(|bad| {
        let message = format!("{}: {bad}", args.out.join(REPORT).display());
        let stop = if args.check { ExitError::failed(message) } else { ExitError::usage(message) };
        stop.help("mend the marker, or move the file away to begin a new one")
    })
}

fn sections(args: &ReportArgs) -> BTreeSet<Section> {
    match args.only.as_slice() {
        [] => Section::USUAL.into(),
        only => only.iter().copied().collect(),
    }
}

/// What is wrong with what was measured just now. It is written all the same, to be looked at.
fn verdict(evidence: &Evidence, measured: &BTreeSet<Section>) -> ExitCode {
    let disproved = |one: &Explanation| one.proof.as_ref().is_some_and(|proof| !proof.holds);
    if !evidence.run.agree || evidence.explain.iter().any(disproved) {
        warn("the sides do not agree: `compare run` and `compare explain` say where");
        return ExitCode::FAILURE;
    }
    if measured.contains(&Section::Latency) && !evidence.latency.a_a.holds {
        warn(
            "raw differed from itself: this machine is too noisy today, and no time of this report is \
             to be trusted",
        );
        return ExitCode::from(3);
    }
    ExitCode::SUCCESS
}

/// A report that is there keeps its text, which is that of some profile.
fn choose_profile(args: &ReportArgs, existing: Option<&str>) -> Result<Profile, ExitError> {
    match args.profile {
        Some(wanted) if existing.is_some() => {
            let place = args.out.join(REPORT);
            Err(ExitError::usage(format!(
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

fn load(args: &ReportArgs) -> Result<Evidence, ExitError> {
    let file = args.data.clone().unwrap_or_else(|| evidence::file(&args.out));
    let text = read(&file)?.ok_or_else(|| {
        ExitError::usage(format!("{} is not there", file.display()))
            .help("`cargo run --release -p compare -- report` makes it")
    })?;
    Evidence::read(&text).map_err(|error| {
        ExitError::usage(format!("{} holds no evidence of this version: {error}", file.display()))
            .help("`cargo run --release -p compare -- report` makes it anew")
    })
}

fn measure(args: &ReportArgs, wanted: &BTreeSet<Section>) -> Result<Evidence, ExitError> {
    let file = evidence::file(&args.out);
    // What a new folder does not have yet, the project's own report has.
    let saved = match read(&file)? {
        None => read(&evidence::file(Path::new(".")))?,
        saved => saved,
    };
    let saved = saved.as_deref().map(serde_json::from_str).transpose().map_err(|error| {
        ExitError::usage(format!("{} holds no evidence: {error}", file.display()))
            .help("move it away, and everything is measured anew")
    })?;
    if saved.is_none() && !args.only.is_empty() {
        return Err(ExitError::usage(format!(
            "{} is not there, to keep the rest from",
            file.display()
        ))
        .help("without --only everything is measured"));
    }
    if this_build() == BuildKind::Unoptimised {
        warn(
            "this build is not optimised, and its times say nothing: `cargo run --release -p compare -- \
             report` is the one to hand in",
        );
    }
    let runtime = several_threads()?;
    let interrupt = runtime.block_on(async { cli::interrupt() })?;
    let bar = PartBar::new();
    let saved = saved.unwrap_or_default();
    let begin = |part, index, total| bar.at(part, index, total);
    let gathered = measure::evidence::gather(wanted, saved, &runtime, &interrupt, &begin);
    bar.end();
    // What still computes after an interruption is not waited for.
    runtime.shutdown_background();
    // What is rendered is what the file will say, to the last digit: `--check` reads it there.
    Evidence::read(&gathered?.text()).map_err(|error| {
        ExitError::unavailable(format!("what was measured cannot be read again: {error}"))
    })
}

fn check(args: &ReportArgs, profile: Profile) -> Result<ExitCode, ExitError> {
    let evidence = load(args)?;
    let there = read(&args.out.join(REPORT))?;
    let mut out_of_step = Vec::new();
    for file in files::render(&evidence, &writeup(args, there.as_deref(), profile)?) {
        out_of_step.extend(file.differs_from(read(&args.out.join(&file.path))?.as_deref()));
    }
    let code = if out_of_step.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    Done { written: Vec::new(), out_of_step }.print(args)?;
    Ok(code)
}

/// The write-up is read again: somebody may have written in it meanwhile.
fn write(args: &ReportArgs, evidence: &Evidence, profile: Profile) -> Result<(), ExitError> {
    let data = evidence::file(&args.out);
    // Before anything is rendered, so that what was measured is not lost to a bad marker.
    put(&data, &render::escape::json(&evidence.text()))?;
    let mut written = vec![name(&data)];
    let there = read(&args.out.join(REPORT))?;
    for file in files::render(evidence, &writeup(args, there.as_deref(), profile)?) {
        let path = args.out.join(&file.path);
        put(&path, &file.text)?;
        written.push(name(&path));
    }
    Done { written, out_of_step: Vec::new() }.print(args)
}

/// Without the dot of the current folder.
fn name(path: &Path) -> String {
    path.strip_prefix(".").unwrap_or(path).display().to_string()
}

impl Done {
    fn print(&self, args: &ReportArgs) -> Result<(), ExitError> {
        match args.format {
            Format::Json => print_json(self),
            Format::Text | Format::Markdown => print(&self.in_words(args)),
        }
    }

    fn in_words(&self, args: &ReportArgs) -> String {
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
        let data = args.data.clone().unwrap_or_else(|| evidence::file(&args.out));
        match (self.written.is_empty(), self.out_of_step.is_empty()) {
            (false, _) => {}
            (true, true) => text.push_str("the report is what its evidence renders to\n"),
            (true, false) => {
                let (data, out) = (name(&data), args.out.display());
                let _ = writeln!(text, "try: compare report --data {data} --out {out}");
            }
        }
        text
    }
}

fn read(file: &Path) -> Result<Option<String>, ExitError> {
    match fs::read_to_string(file) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(ExitError::usage(format!("{} cannot be read: {error}", file.display()))),
    }
}

/// At once or not at all: what is there may be somebody's own text.
fn put(file: &Path, text: &str) -> Result<(), ExitError> {
    let unwritten = |error: io::Error| unwritten(file, &error);
    let folder = file.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(unwritten)?;
    let mut temporary = tempfile::Builder::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        // Temporary files are their owner's alone. This one is to be as any other: the umask decides.
        temporary.permissions(fs::Permissions::from_mode(0o666));
    }
    let mut new = temporary.tempfile_in(folder).map_err(unwritten)?;
    new.write_all(text.as_bytes()).map_err(unwritten)?;
    new.persist(file).map_err(|error| unwritten(error.error))?;
    Ok(())
}

fn unwritten(file: &Path, error: &io::Error) -> ExitError {
    ExitError::unavailable(format!("{} cannot be written: {error}", file.display()))
}
