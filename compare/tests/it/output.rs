//! What all verbs have in common: help, formats, colours, streams.

use std::process::{Command, Stdio};

use serde_json::Value;

use crate::{program::Program, sign_jsonl::job};

const ESCAPE: char = '\u{1b}';

/// The verbs that the help lists.
pub(crate) fn listed() -> Vec<String> {
    let help = Program::new(["--help"]).run().expect(0).stdout;
    assert!(help.contains("Example: compare"), "{help}");
    let (_, list) = help.split_once("Commands:\n").expect("a list of verbs");
    let lines = list.lines().take_while(|line| !line.is_empty());
    let lines = lines.filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    lines.map(|line| line.split_whitespace().next().expect("a name").to_owned()).collect()
}

#[test]
fn every_verb_has_help_with_an_example() {
    let verbs = listed();
    assert!(verbs.len() > 10, "{verbs:?}");
    for verb in verbs.iter().filter(|verb| *verb != "help") {
        let help = Program::new([verb, "--help"]).run().expect(0);
        let example = help.stdout.lines().find(|line| line.starts_with("Example: "));
        let is_shown = example.is_some_and(|line| line.contains("compare") && line.contains(verb));
        assert!(is_shown, "{verb} {example:?}: {}", help.stdout);
        assert_eq!(help.stderr, "");
    }
}

#[test]
fn the_help_of_a_verb_has_no_headings_of_other_verbs() {
    let help = Program::new(["verify", "--help"]).run().expect(0).stdout;
    let headings: Vec<_> = help.lines().filter(|line| line.ends_with(':')).collect();
    assert_eq!(headings, ["Options:", "          Possible values:"], "{help}");
}

#[test]
fn json_is_one_document_on_standard_output_and_nothing_is_on_standard_error() {
    for args in [&["run", "--only", "api"][..], &["--only", "s3-list-buckets"]] {
        let ended = Program::new(args.iter().chain(&["--format", "json"])).run().expect(0);
        assert!(ended.json().is_object());
        assert!(ended.stdout.ends_with("}\n"));
        assert_eq!(ended.stderr, "");
    }
}

#[test]
fn the_version_is_that_of_the_crate() {
    let ended = Program::new(["--version"]).run().expect(0);
    assert_eq!(ended.stdout, format!("compare {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn text_names_the_target_every_scenario_and_what_to_try_next() {
    let text = Program::new(["--only", "s3,api"]).run().expect(0).stdout;
    for part in [
        "(sandbox), us-east-1",
        "made for this run by the sandbox",
        "waits are 200 times shorter",
        "s3-list-objects-paged",
        "✓ same refusal",
        "indicative",
        "6 of 6 scenarios played, all with the same result on both sides",
        "Next: compare",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
}

#[test]
fn markdown_has_a_table_row_for_each_scenario() {
    let text = Program::new(["--only", "s3", "--format", "markdown"]).run().expect(0).stdout;
    let rows = text.lines().filter(|line| line.starts_with("| `s3-")).count();
    assert_eq!(rows, 4, "{text}");
    assert!(!text.contains(ESCAPE));
}

fn table(args: &[&str], environment: &[(&str, &str)]) -> String {
    let program = Program::new(["--only", "s3-list-buckets"].iter().chain(args));
    let with = |program: Program, &(name, value): &(&str, &str)| program.env(name, value);
    environment.iter().fold(program, with).run().expect(0).stdout
}

#[test]
fn colours_follow_the_option_then_the_variables_then_the_terminal() {
    assert!(!table(&[], &[]).contains(ESCAPE), "standard output is not a terminal here");
    assert!(table(&[], &[("CLICOLOR_FORCE", "1")]).contains(ESCAPE));
    assert!(!table(&[], &[("NO_COLOR", "1")]).contains(ESCAPE));
    assert!(table(&["--color", "always"], &[]).contains(ESCAPE));
    assert!(table(&["--color", "always"], &[("NO_COLOR", "1")]).contains(ESCAPE));
    assert!(!table(&["--color", "never"], &[("CLICOLOR_FORCE", "1")]).contains(ESCAPE));
}

#[test]
fn json_has_no_colours_even_where_they_are_forced() {
    let args = ["--only", "s3-list-buckets", "--format", "json", "--color", "always"];
    let ended = Program::new(args).run().expect(0);
    assert!(!ended.stdout.contains(ESCAPE));
    assert!(ended.json().is_object());
}

#[test]
fn errors_are_coloured_by_the_same_rules() {
    let error = |args: &[&str]| {
        Program::new(["--only", "nothing"].iter().chain(args)).run().expect(2).stderr
    };
    assert!(!error(&[]).contains(ESCAPE));
    assert!(error(&["--color", "always"]).contains(ESCAPE));
}

#[test]
fn completions_know_every_verb_in_every_shell() {
    let verbs = listed();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = Program::new(["completions", shell]).run().expect(0).stdout;
        for verb in &verbs {
            assert!(script.contains(verb), "{shell}: {verb}");
        }
    }
}

#[test]
fn a_reader_that_stops_early_causes_no_panic() {
    for args in [&["run", "--format", "json", "--only", "s3"][..], &["sign", "--jsonl"]] {
        let input = format!("{}\n", job(1)).repeat(2000);
        let mut running = Program::new(args).input(input).start();
        drop(running.child().stdout.take());
        // As with `| head`. The exit code does not matter.
        running.wait();
    }
}

/// Runs the binary in a shell that redirects its output. Returns the exit code and the output that was not
/// redirected.
fn redirected(args: &[&str], redirection: &str) -> (i32, String) {
    let line = format!("exec \"$0\" \"$@\" {redirection}");
    let folder = tempfile::tempdir().expect("a folder");
    let output = Command::new("sh")
        .args(["-c", &line, env!("CARGO_BIN_EXE_compare")])
        .args(args)
        .env_clear()
        .env("HOME", folder.path())
        .current_dir(folder.path())
        .stdin(Stdio::null())
        .output()
        .expect("there is a shell");
    let text = [output.stdout, output.stderr].concat();
    (output.status.code().expect("no signal ended it"), String::from_utf8(text).expect("text"))
}

const SIGNING: [&str; 2] = ["sign", "https://iam.amazonaws.com/"];

#[test]
fn a_full_disk_is_reported_in_one_line_with_exit_3() {
    for args in [
        &["--only", "s3-list-buckets"][..],
        &["--only", "s3-list-buckets", "--format", "json"],
        &["--only", "s3-list-buckets", "--format", "markdown"],
        &["explain", "s3-list-buckets"],
        &["errors", "s3-no-such-bucket"],
        &["completions", "bash"],
        &["sandbox"],
        &["--help"],
        &["--version"],
    ] {
        let (code, output) = redirected(args, "> /dev/full");
        assert_eq!(code, 3, "{args:?}: {output}");
        assert_eq!(output.lines().count(), 1, "{args:?}: {output}");
        assert!(
            output.starts_with("error: standard output cannot be written: "),
            "{args:?}: {output}"
        );
    }
}

#[test]
fn a_failure_to_write_standard_error_does_not_change_the_exit_code() {
    for closed in ["2> /dev/full", "2>&-"] {
        for (args, code) in [
            (&["--only", "nothing"][..], 2),
            (&["--nonsense"], 2),
            (&SIGNING, 3),
            (&["--only", "s3-list-buckets"], 0),
        ] {
            assert_eq!(redirected(args, closed).0, code, "{args:?} {closed}");
        }
    }
}

#[cfg(unix)]
#[test]
fn the_umask_decides_who_may_read_the_report() {
    use std::os::unix::fs::PermissionsExt as _;
    let data = concat!(env!("CARGO_MANIFEST_DIR"), "/../report/data.json");
    for (umask, mode) in [("077", 0o600), ("022", 0o644), ("002", 0o664)] {
        let folder = tempfile::tempdir().expect("a folder");
        let out = folder.path().to_str().expect("a path that is text");
        let line = format!("umask {umask}; exec \"$0\" report --data {data} --out {out}");
        let ended = Command::new("sh").args(["-c", &line, env!("CARGO_BIN_EXE_compare")]).output();
        assert!(ended.expect("there is a shell").status.success());
        for file in ["REPORT.md", "report.html", "report/data.json"] {
            let written = folder.path().join(file).metadata().expect("it was written");
            assert_eq!(written.permissions().mode() & 0o777, mode, "{file} under umask {umask}");
        }
    }
}

#[test]
fn a_closed_standard_output_is_not_an_error() {
    for args in [
        &["--only", "s3-list-buckets"][..],
        &["explain", "s3-list-buckets"],
        &["completions", "bash"],
        &["--help"],
    ] {
        let (code, output) = redirected(args, ">&-");
        assert_eq!((code, &*output), (0, ""), "{args:?}");
        let mut running = Program::new(args).start();
        drop(running.child().stdout.take());
        let ended = running.wait().expect(0);
        assert_eq!(ended.stderr, "", "{args:?}");
    }
}

#[test]
fn the_sandbox_reports_a_port_that_is_taken() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("its number").port().to_string();
    let ended = Program::new(["sandbox", "--port", &port]).run();
    ended.expect_error(3, &[&port, "--port 0"]);
}

#[test]
fn fields_are_in_the_documented_order() {
    let args = ["--only", "s3-list-buckets", "--format", "json"];
    let run = Program::new(args).json(0);
    let fields = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    let side = ["outcome", "reason", "answer", "failure", "requests", "latency_us"];
    assert_eq!(fields(&run["scenarios"][0]["sdk"]), side);
    let scenario = ["name", "service", "expected", "same", "differences", "raw", "sdk"];
    assert_eq!(fields(&run["scenarios"][0]), scenario);
}
