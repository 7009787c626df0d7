use std::{
    collections::BTreeSet,
    fmt::Write as _,
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::Args;
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

use crate::{
    cli::{self, answers::ReportDone, args::Format, progress::SectionBar},
    output::{print, print_json, warn},
};

/// Write REPORT.md, its plots and report.html from measurements made now
#[derive(Debug, Args)]
#[command(after_help = "Example: cargo run --release -p compare -- report")]
pub(in crate::cli) struct ReportArgs {
    /// Measure nothing; exit 1 if the report is not what the saved evidence renders to
    #[arg(long)]
    check: bool,
    /// Measure these sections again and keep the rest [default: all but peers and selfcheck]
    #[arg(long, value_enum, value_name = "SECTION", value_delimiter = ',')]
    #[arg(conflicts_with = "check")]
    only: Vec<Section>,
    /// Folder of REPORT.md, report.html and the folder `report`
    #[arg(long, value_name = "DIR", default_value = ".")]
    out: PathBuf,
    /// Measure nothing; render this evidence [default for --check: report/data.json in DIR]
    #[arg(long, value_name = "FILE", conflicts_with = "only")]
    data: Option<PathBuf>,
    /// The text of a new REPORT.md; an existing one keeps its text [default: full]
    #[arg(long, value_enum)]
    profile: Option<Profile>,
    /// How to print what was written, or what is out of step
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

pub(super) fn run(args: &ReportArgs) -> Result<ExitCode, ExitError> {
    let existing = read(&args.out.join(REPORT))?;
    let profile = choose_profile(args, existing.as_deref())?;
    // A bad marker is reported now, not after minutes of measuring.
    writeup(args, existing.as_deref(), profile)?;
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

/// The existing write-up, or the template of `profile`.
fn writeup<'t>(
    args: &ReportArgs,
    existing: Option<&'t str>,
    profile: Profile,
) -> Result<WriteUp<'t>, ExitError> {
    WriteUp::parse(existing.unwrap_or_else(|| profile.template())).map_err(|bad| {
        let message = format!("{}: {bad}", args.out.join(REPORT).display());
        let error = if args.check { ExitError::failed(message) } else { ExitError::usage(message) };
        error.help("correct the marker, or move the file away to begin a new one")
    })
}

fn sections(args: &ReportArgs) -> BTreeSet<Section> {
    match args.only.as_slice() {
        [] => Section::USUAL.into(),
        only => only.iter().copied().collect(),
    }
}

/// The exit code for what was measured. The report is written whatever it is.
fn verdict(evidence: &Evidence, measured: &BTreeSet<Section>) -> ExitCode {
    let disproved = |one: &Explanation| one.proof.as_ref().is_some_and(|proof| !proof.holds);
    if !evidence.run.agree || evidence.explain.iter().any(disproved) {
        warn("the sides do not agree: `compare run` and `compare explain` show where");
        return ExitCode::FAILURE;
    }
    if measured.contains(&Section::Latency) && !evidence.latency.a_a.holds {
        warn(
            "raw differed from itself: this machine is too noisy now, and no time in this report can be \
             trusted",
        );
        return ExitCode::from(3);
    }
    ExitCode::SUCCESS
}

/// The profile of a new report. An existing one keeps its text, so `--profile` is then an error.
fn choose_profile(args: &ReportArgs, existing: Option<&str>) -> Result<Profile, ExitError> {
    match args.profile {
        Some(wanted) if existing.is_some() => Err(ExitError::usage(format!(
            "{} exists, and its text is kept: --profile {} is for a new report",
            args.out.join(REPORT).display(),
            wanted.name()
        ))
        .help("--out DIR for a new report, or leave out --profile to renew the figures only")),
        wanted => Ok(wanted.unwrap_or(Profile::Full)),
    }
}

fn load(args: &ReportArgs) -> Result<Evidence, ExitError> {
    let file = args.data.clone().unwrap_or_else(|| evidence::file(&args.out));
    let text = read(&file)?.ok_or_else(|| {
        ExitError::usage(format!("{} does not exist", file.display()))
            .help("`cargo run --release -p compare -- report` to write it")
    })?;
    Evidence::read(&text).map_err(|error| {
        ExitError::usage(format!("{} is not evidence of this version: {error}", file.display()))
            .help("`cargo run --release -p compare -- report` to measure again")
    })
}

fn measure(args: &ReportArgs, wanted: &BTreeSet<Section>) -> Result<Evidence, ExitError> {
    let file = evidence::file(&args.out);
    // A new folder starts from the project's own evidence.
    let saved = match read(&file)? {
        None => read(&evidence::file(Path::new(".")))?,
        saved => saved,
    };
    let saved = saved.as_deref().map(serde_json::from_str).transpose().map_err(|error| {
        ExitError::usage(format!("{} is not evidence: {error}", file.display()))
            .help("move it away, and everything will be measured again")
    })?;
    if saved.is_none() && !args.only.is_empty() {
        return Err(ExitError::usage(format!(
            "{} does not exist, so there is nothing to keep",
            file.display()
        ))
        .help("leave out --only, and everything will be measured"));
    }
    if this_build() == BuildKind::Unoptimised {
        warn(
            "this build is not optimised, so its times mean nothing: for a report to hand in, run `cargo \
             run --release -p compare -- report`",
        );
    }
    let runtime = several_threads()?;
    let interrupt = runtime.block_on(async { cli::interrupt() })?;
    let bar = SectionBar::new();
    let saved = saved.unwrap_or_default();
    let begin = |section, index, total| bar.at(section, index, total);
    let gathered = measure::evidence::gather(wanted, saved, &runtime, &interrupt, &begin);
    bar.end();
    // After an interruption, do not wait for what still computes.
    runtime.shutdown_background();
    // Render exactly the digits that the file will hold, because `--check` renders from the file.
    Evidence::read(&gathered?.text()).map_err(|error| {
        ExitError::unavailable(format!("what was measured cannot be read back: {error}"))
    })
}

fn check(args: &ReportArgs, profile: Profile) -> Result<ExitCode, ExitError> {
    let evidence = load(args)?;
    let existing = read(&args.out.join(REPORT))?;
    let mut out_of_step = Vec::new();
    for file in files::render(&evidence, &writeup(args, existing.as_deref(), profile)?) {
        out_of_step.extend(file.differs_from(read(&args.out.join(&file.path))?.as_deref()));
    }
    let code = if out_of_step.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    ReportDone { written: Vec::new(), out_of_step }.print(args)?;
    Ok(code)
}

/// Reads the write-up again, because somebody may have edited it during the measuring.
fn write(args: &ReportArgs, evidence: &Evidence, profile: Profile) -> Result<(), ExitError> {
    let data = evidence::file(&args.out);
    // First of all, so that a bad marker does not lose the measurements.
    put(&data, &render::escape::json(&evidence.text()))?;
    let mut written = vec![name(&data)];
    let existing = read(&args.out.join(REPORT))?;
    for file in files::render(evidence, &writeup(args, existing.as_deref(), profile)?) {
        let path = args.out.join(&file.path);
        put(&path, &file.text)?;
        written.push(name(&path));
    }
    ReportDone { written, out_of_step: Vec::new() }.print(args)
}

/// `path` without a leading `./`.
fn name(path: &Path) -> String {
    path.strip_prefix(".").unwrap_or(path).display().to_string()
}

impl ReportDone {
    fn print(&self, args: &ReportArgs) -> Result<(), ExitError> {
        match args.format {
            Format::Json => print_json(self),
            Format::Text | Format::Markdown => print(&self.text(args)),
        }
    }

    fn text(&self, args: &ReportArgs) -> String {
        let mut text = String::new();
        for file in &self.written {
            let _ = writeln!(text, "wrote {file}");
        }
        for OutOfStep { file, line, found, expected } in &self.out_of_step {
            let Some(line) = line else {
                let _ = writeln!(text, "{file} does not exist");
                continue;
            };
            let [found, expected] =
                [found, expected].map(|line| line.as_deref().unwrap_or("(the end of the file)"));
            let _ = writeln!(
                text,
                "{file}, line {line}:\n  the file:     {found}\n  the evidence: {expected}"
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

/// Replaces `file` atomically, because it may hold somebody's own text.
fn put(file: &Path, text: &str) -> Result<(), ExitError> {
    let unwritten = |error: io::Error| unwritten(file, &error);
    let folder = file.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(unwritten)?;
    let mut temporary = tempfile::Builder::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        // By default only the owner may read a temporary file. Here the umask decides, as usual.
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
