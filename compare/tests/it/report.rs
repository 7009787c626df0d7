//! `compare report`: it generates the report, keeps the reader's text, and notices changes.

use std::{env, fs, path::Path};

use clap::ValueEnum as _;
use render::writeup::Profile;
use serde_json::{Value, json};

use crate::{program::Program, schema::holds};

/// The committed evidence. That the committed report is rendered from it is for `report --check` to say.
const DATA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../report/data.json");

fn report<'a>(args: impl IntoIterator<Item = &'a str>) -> Program {
    Program::new(["report"].into_iter().chain(args))
}

/// A folder for a report.
struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    /// A folder with the report of the committed evidence.
    fn rendered() -> Self {
        let folder = Self::new();
        folder.render();
        folder
    }

    fn render(&self) {
        report(["--data", DATA, "--out", self.path()]).run().expect(0);
    }

    /// The result of `report --check`. Fails unless it ends with `code`.
    fn check(&self, code: i32) -> Value {
        let done = report(["--check", "--out", self.path(), "--format", "json"]).json(code);
        holds("report", &done);
        done["out_of_step"].clone()
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
fn check_notices_a_digit_edited_in_a_generated_part() {
    let folder = Folder::rendered();
    assert_eq!(folder.check(0), json!([]));
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
    let out_of_step = folder.check(1);
    assert_eq!(out_of_step[0]["file"], "REPORT.md");
    assert_eq!(out_of_step.as_array().map(Vec::len), Some(1));
}

#[test]
fn check_notices_a_changed_page_and_a_missing_picture() {
    let folder = Folder::rendered();
    let page = folder.0.path().join("report.html");
    let text = fs::read_to_string(&page).expect("the page");
    fs::write(&page, text.replacen("SDK", "sdk", 1)).expect("the page");
    fs::remove_file(folder.0.path().join("report/latency.svg")).expect("a picture");
    let out_of_step = folder.check(1);
    let files = out_of_step.as_array().expect("a list").iter();
    let files: Vec<_> = files.map(|one| one["file"].as_str().expect("a name")).collect();
    assert_eq!(files, ["report.html", "report/latency.svg"]);
}

#[test]
fn text_outside_the_markers_is_kept() {
    let folder = Folder::rendered();
    let mine = "My own sentence, with 42 ms in it.";
    let text = folder.read().replace("## Reflection\n", &format!("## Reflection\n\n{mine}\n"));
    assert!(text.contains(mine));
    // A part that was removed stays removed. A part that was edited is rendered again.
    let (before, rest) = text.split_once("<!-- begin startup").expect("a part");
    let (_, after) = rest.split_once("<!-- end startup -->\n").expect("its end");
    let text = format!("{before}{after}").replace("service's facts", "service's fictions");
    folder.write(&text);
    folder.render();
    let written = folder.read();
    assert!(written.contains(mine) && !written.contains("begin startup"));
    assert!(!written.contains("service's fictions"));
    folder.check(0);
}

#[test]
fn a_broken_marker_is_named_with_its_line_and_nothing_is_changed() {
    let folder = Folder::rendered();
    let whole = folder.read();
    for (broken, why) in [
        (
            whole.replace("<!-- end card -->\n", ""),
            "begins the part `card`, which has no `<!-- end card -->`",
        ),
        (whole.replace("<!-- begin card:", "<!-- begin cart:"), "begins an unknown part `cart`"),
        ("# Somebody's own report\n".to_owned(), "without a generated part"),
    ] {
        folder.write(&broken);
        for (args, code) in [(["--check"].as_slice(), 1), (&["--data", DATA], 2)] {
            let args = args.iter().copied().chain(["--out", folder.path()]);
            let ended = report(args).run().expect(code);
            ended.warns("REPORT.md: line ");
            ended.warns(why);
        }
        assert_eq!(folder.read(), broken);
    }
}

#[test]
fn evidence_that_is_missing_or_of_another_version_is_an_error() {
    let folder = Folder::new();
    for args in [["--check"].as_slice(), &["--only", "errors"], &["--data", "nowhere.json"]] {
        let args = args.iter().copied().chain(["--out", folder.path()]);
        report(args).run().expect_error(2, &["does not exist"]);
    }
    fs::create_dir(folder.0.path().join("report")).expect("a folder");
    fs::write(folder.0.path().join("report/data.json"), "{}").expect("a file");
    let check = report(["--check", "--out", folder.path()]).run();
    check.expect_error(2, &["is not evidence of this version"]);
}

#[test]
fn only_the_named_sections_are_measured_again() {
    let folder = Folder::rendered();
    let data = folder.0.path().join("report/data.json");
    let before = saved(&data);
    report(["--only", "run", "--out", folder.path()]).in_project().run().expect(0);
    let after = saved(&data);
    assert_ne!(after["run"]["target"]["endpoint"], before["run"]["target"]["endpoint"]);
    for field in ["made_by", "errors", "latency", "signing", "peers", "selfcheck", "footprint"] {
        assert_eq!(after[field], before[field], "{field}");
    }
    folder.check(0);
}

#[test]
fn a_section_that_cannot_be_kept_is_an_error_before_anything_is_measured() {
    let folder = Folder::rendered();
    let data = folder.0.path().join("report/data.json");
    let mut evidence = saved(&data);
    evidence["peers"] = json!({ "of": "another version" });
    fs::write(&data, evidence.to_string()).expect("a file");
    let measured = report(["--only", "run", "--out", folder.path()]).in_project().run();
    measured.expect(2).warns("the saved `peers` comes from an incompatible version");
    assert_eq!(saved(&data), evidence);
}

fn saved(file: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(file).expect("evidence")).expect("JSON")
}

#[test]
fn a_profile_is_for_a_new_report_and_never_replaces_one() {
    for profile in Profile::value_variants() {
        let folder = Folder::new();
        let args = ["--data", DATA, "--out", folder.path(), "--profile", profile.name()];
        report(args).run().expect(0);
        assert!(folder.read().lines().next().is_some_and(|line| line.starts_with("# ")));
        let before = folder.read();
        report(args).run().expect_error(2, &["its text is kept"]);
        assert_eq!(folder.read(), before);
    }
}
