//! `compare report`: what is generated, what is kept, and what is noticed.

use std::{env, fs, path::Path};

use clap::ValueEnum as _;
use render::writeup::Profile;
use serde_json::Value;

use crate::{program::Program, schema::holds};

/// The top of the project.
const TOP: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

fn report<'w>(words: impl IntoIterator<Item = &'w str>) -> Program {
    Program::new(["report"].into_iter().chain(words))
}

/// Every word of a folder that holds the report and nothing else.
struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    /// One with the whole report of the committed evidence.
    fn rendered() -> Self {
        let folder = Self::new();
        report(["--data", &format!("{TOP}/report/data.json"), "--out", folder.path()])
            .run()
            .expect(0);
        folder
    }

    fn path(&self) -> &str {
        self.0.path().to_str().expect("a path that is text")
    }

    fn read(&self) -> String {
        fs::read_to_string(self.0.path().join("REPORT.md")).expect("the report")
    }

    fn write(&self, text: &str) {
        fs::write(self.0.path().join("REPORT.md"), text).expect("the report");
    }
}

#[test]
fn the_committed_report_is_what_the_committed_evidence_renders_to() {
    let ended = report(["--check", "--out", TOP, "--format", "json"]).run().expect(0);
    let done = ended.json();
    holds("report", &done);
    assert_eq!(done["out_of_step"], Value::Array(Vec::new()));
}

#[test]
fn a_digit_edited_in_a_generated_part_is_noticed() {
    let folder = Folder::rendered();
    let text = folder.read();
    let (before, generated) = text.split_once("<!-- begin latency").expect("a generated part");
    let at = generated.find(" µs").expect("a time") - 1;
    let digit = if &generated[at..=at] == "1" { "2" } else { "1" };
    folder.write(&format!(
        "{before}<!-- begin latency{}{digit}{}",
        &generated[..at],
        &generated[at + 1..]
    ));

    let ended = report(["--check", "--out", folder.path()]).run().expect(1);
    assert!(ended.stdout.starts_with("REPORT.md, line "), "{}", ended.stdout);
    assert!(ended.stdout.contains("try: compare report --data"), "{}", ended.stdout);
    let done =
        report(["--check", "--out", folder.path(), "--format", "json"]).run().expect(1).json();
    holds("report", &done);
    assert_eq!(done["out_of_step"][0]["file"], "REPORT.md");
    assert_eq!(done["out_of_step"].as_array().map(Vec::len), Some(1));
}

#[test]
fn a_picture_or_a_page_that_was_changed_or_is_gone_is_noticed() {
    let folder = Folder::rendered();
    let page = folder.0.path().join("report.html");
    let text = fs::read_to_string(&page).expect("the page");
    fs::write(&page, text.replacen("SDK", "sdk", 1)).expect("the page");
    fs::remove_file(folder.0.path().join("report/latency.svg")).expect("a picture");
    let done =
        report(["--check", "--out", folder.path(), "--format", "json"]).run().expect(1).json();
    let files = done["out_of_step"].as_array().expect("a list").iter();
    let files: Vec<_> = files.map(|one| one["file"].as_str().expect("a name")).collect();
    assert_eq!(files, ["report.html", "report/latency.svg"]);
}

#[test]
fn what_a_reader_writes_outside_of_the_markers_stays() {
    let folder = Folder::rendered();
    let mine = "My own sentence, with 42 ms in it.";
    let text = folder.read().replace("## Reflection\n", &format!("## Reflection\n\n{mine}\n"));
    assert!(text.contains(mine));
    // One part is taken out, another is damaged: the first stays out, the second is made anew.
    let (before, rest) = text.split_once("<!-- begin startup").expect("a part");
    let (_, after) = rest.split_once("<!-- end startup -->\n").expect("its end");
    let text = format!("{before}{after}").replace("service's facts", "service's fictions");
    folder.write(&text);
    report(["--data", &format!("{TOP}/report/data.json"), "--out", folder.path()]).run().expect(0);
    let written = folder.read();
    assert!(written.contains(mine) && !written.contains("begin startup"));
    assert!(!written.contains("service's fictions"));
    report(["--check", "--out", folder.path()]).run().expect(0);
}

#[test]
fn a_broken_marker_is_named_with_its_line_and_the_text_stays() {
    let folder = Folder::rendered();
    let whole = folder.read();
    for (broken, said) in [
        (
            whole.replace("<!-- end card -->\n", ""),
            "begins the part `card`, which has no `<!-- end card -->`",
        ),
        (whole.replace("<!-- begin card:", "<!-- begin cart:"), "begins an unknown part `cart`"),
        ("# Somebody's own report\n".to_owned(), "without a generated part"),
    ] {
        folder.write(&broken);
        let data = format!("{TOP}/report/data.json");
        for (words, code) in [(["--check"].as_slice(), 1), (&["--data", &data], 2)] {
            let words = words.iter().copied().chain(["--out", folder.path()]);
            let ended = report(words).run().expect(code);
            assert!(ended.stderr.contains("REPORT.md: line "), "{}", ended.stderr);
            assert!(ended.stderr.contains(said), "{}", ended.stderr);
        }
        assert_eq!(folder.read(), broken);
    }
}

#[test]
fn evidence_that_is_missing_or_of_another_kind_is_refused() {
    let folder = Folder::new();
    for words in [["--check"].as_slice(), &["--only", "errors"], &["--data", "nowhere.json"]] {
        let ended = report(words.iter().copied().chain(["--out", folder.path()])).run().expect(2);
        assert!(ended.stderr.contains("is not there"), "{}", ended.stderr);
    }
    fs::create_dir(folder.0.path().join("report")).expect("a folder");
    fs::write(folder.0.path().join("report/data.json"), "{}").expect("a file");
    let ended = report(["--check", "--out", folder.path()]).run().expect(2);
    assert!(ended.stderr.contains("holds no evidence of this version"), "{}", ended.stderr);
}

#[test]
fn what_is_named_is_measured_and_the_rest_is_kept() {
    let folder = Folder::rendered();
    let data = folder.0.path().join("report/data.json");
    let before = saved(&data);
    report(["--only", "run", "--out", folder.path()]).in_project().run().expect(0);
    let after = saved(&data);
    assert_ne!(after["run"]["target"]["endpoint"], before["run"]["target"]["endpoint"]);
    for field in ["made_by", "errors", "latency", "signing", "peers", "selfcheck", "footprint"] {
        assert_eq!(after[field], before[field], "{field}");
    }
    report(["--check", "--out", folder.path()]).run().expect(0);
}

#[test]
fn what_cannot_be_kept_is_told_before_anything_is_measured() {
    let folder = Folder::rendered();
    let data = folder.0.path().join("report/data.json");
    let mut evidence = saved(&data);
    evidence["peers"] = serde_json::json!({ "of": "another version" });
    fs::write(&data, evidence.to_string()).expect("a file");
    let ended = report(["--only", "run", "--out", folder.path()]).in_project().run().expect(2);
    assert!(
        ended.stderr.contains("the saved `peers` comes from an incompatible version"),
        "{}",
        ended.stderr
    );
    assert_eq!(saved(&data), evidence);
}

fn saved(file: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(file).expect("evidence")).expect("JSON")
}

#[test]
fn a_profile_begins_a_report_and_never_replaces_one() {
    let data = format!("{TOP}/report/data.json");
    for profile in Profile::value_variants() {
        let folder = Folder::new();
        let words = ["--data", &data, "--out", folder.path(), "--profile", profile.name()];
        report(words).run().expect(0);
        assert!(folder.read().lines().next().is_some_and(|line| line.starts_with("# ")));
        let before = folder.read();
        let ended = report(words).run().expect(2);
        assert!(ended.stderr.contains("its text is kept"), "{}", ended.stderr);
        assert_eq!(folder.read(), before);
    }
}
