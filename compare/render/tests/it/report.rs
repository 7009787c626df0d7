//! The write-up: what is generated, what is kept, and whether its text agrees with the evidence.

use std::{env, fs, path::Path};

use findings::{
    errors::Way,
    evidence::Evidence,
    footprint::Program as Measured,
    machine::BuildKind,
    paths::PhaseKind,
    side::Side,
    stats::{Estimate, Interval},
};
use render::{
    algorithm::{Code, STEPS, TUTORIALS},
    writeup::{Part, Profile, WriteUp},
};

use crate::evidence::evidence;

/// The root of the project.
const TOP: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

#[test]
fn the_full_report_has_every_part_and_the_coursework_a_thousand_words_of_its_own() {
    let parts = |profile: Profile| {
        let lines = profile.template().lines();
        lines.filter(|line| line.starts_with("<!-- begin ")).count()
    };
    assert_eq!(parts(Profile::Full), Part::ALL.len());
    let words = Profile::Coursework.template().split_whitespace().count();
    assert!((900..1100).contains(&words), "{words} words");
    for profile in [Profile::Full, Profile::Coursework] {
        let template = profile.template();
        let reflection = template.split("## Reflection").nth(1).expect("a place for the reader");
        for prompt in ["What went wrong", "learnt", "AI"] {
            assert!(reflection.contains(prompt), "{}: {prompt}", profile.name());
        }
    }
    assert!(parts(Profile::Decision) > 0);
}

fn refreshed(text: &str) -> String {
    WriteUp::parse(text).expect("whole markers").render(&evidence(), &[])
}

#[test]
fn rendering_again_changes_nothing() {
    for profile in Profile::ALL {
        let once = refreshed(profile.template());
        assert_eq!(refreshed(&once), once);
    }
}

#[test]
fn an_authors_line_endings_and_comments_are_kept() {
    let own = "<!-- begin my notes -->\n<!-- end my notes -->\r\nno end";
    let text = format!("{own}\n<!-- begin selfcheck: -->\r\n<!-- end selfcheck -->\r\n{own}");
    let once = refreshed(&text);
    assert!(once.starts_with(own) && once.ends_with(own), "{once}");
    assert!(once.contains("<!-- end selfcheck -->\r\n"));
    assert!(!once[own.len() + 1..once.len() - own.len()].replace("\r\n", "").contains('\n'));
    assert_eq!(refreshed(&once), once);
}

#[test]
fn an_incomplete_part_is_an_error() {
    for (text, line, said) in [
        ("a\n<!-- end card -->\n", 2, "ends the part `card`, which has no beginning"),
        (
            "<!-- begin card: -->\n<!-- begin steps: -->\n<!-- end steps -->\n",
            1,
            "has no `<!-- end card",
        ),
        ("  <!-- begin cart: -->\n<!-- end card -->\n", 1, "an unknown part `cart`"),
    ] {
        let bad = WriteUp::parse(text).expect_err("half a part");
        assert!(bad.line == line && bad.what.contains(said), "{bad}");
    }
}

/// A figure of raw must not stand in the SDK's column.
#[test]
fn each_side_has_its_column() {
    let mut evidence = evidence();
    let estimate = |value| Estimate { value, interval: Interval { low: value, high: value } };
    let operation = &mut evidence.latency.operations[0];
    for (arm, value) in operation.arms.iter_mut().zip([111.0, 222.0, 333.0]) {
        arm.median_us = estimate(value);
    }
    operation.sdk_beside_raw.ratio = estimate(4.44);
    operation.sdk_beside_raw.difference_us = estimate(555.0);
    operation.raw_beside_bare.ratio = estimate(6.66);
    let row = |part: Part| {
        let text = part.render(&evidence, &[]);
        let row = text.lines().find(|line| line.contains("`s3-list-buckets` |")).expect("a row");
        row.split('|')
            .map(|cell| cell.split('(').next().unwrap_or_default().trim().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(row(Part::Card)[2..5], ["111 µs", "222 µs", "4.44 ×"]);
    let latency = row(Part::Latency);
    assert_eq!(latency[2..8], ["111 µs", "222 µs", "333 µs", "555 µs", "4.44 ×", "6.66 ×"]);
}

/// The cells of the card's row with this beginning, without their intervals.
fn card_row(evidence: &Evidence, beginning: &str) -> Vec<String> {
    let text = Part::Card.render(evidence, &[]);
    let row = text.lines().find(|line| line.starts_with(&format!("| {beginning}")));
    let cells = row.unwrap_or_else(|| panic!("no row {beginning}: {text}")).split(" | ").skip(1);
    cells.map(|cell| cell.split('(').next().unwrap_or_default().trim().to_owned()).collect()
}

/// The SDK's default client reads certificates, which a call over `http:` does not need.
#[test]
fn the_card_compares_processes_with_and_without_certificates() {
    let mut evidence = evidence();
    let estimate = |value| Estimate { value, interval: Interval { low: value, high: value } };
    for arm in &mut evidence.startup.arms {
        let value = match &*arm.name {
            "raw" => 1e3,
            "sdk without tls" => 2e3,
            _ => 5e3,
        };
        (arm.wall_us, arm.over_raw.wall) = (estimate(value), estimate(value / 1e3));
    }
    let row = card_row(&evidence, "a process that makes one call over `http:`, start to end");
    assert_eq!(row[..2], ["1.00 ms", "2.00 ms"]);
    let row = card_row(&evidence, "the same with the SDK's default client, which reads cert");
    assert_eq!(row[..2], ["1.00 ms", "5.00 ms"]);
}

#[test]
fn the_card_has_a_row_in_which_both_sides_derive_the_key() {
    let mut evidence = evidence();
    for arm in &mut evidence.signing.workloads[0].arms {
        arm.ns = match &*arm.name {
            "raw" => 100.0,
            "raw-new-key" => 200.0,
            _ => 500.0,
        };
    }
    let title = evidence.signing.workloads[0].title.clone();
    let row = card_row(&evidence, &format!("a signature, {title}, key derived by both"));
    assert_eq!([&row[0], &row[1], &row[2]], ["200 ns", "500 ns", "2.50 × |"]);
}

/// `DisplayErrorContext` ends in a copy of `{:?}`.
#[test]
fn display_error_context_in_full_counts_its_copy_of_debug() {
    let mut evidence = evidence();
    let counted = |evidence: &Evidence| {
        let row = card_row(evidence, "facts kept by its causes, DisplayErrorContext in full");
        row[1].split(' ').next().and_then(|kept| kept.parse::<usize>().ok()).expect("a count")
    };
    let with_copy = counted(&evidence);
    for case in &mut evidence.errors.cases {
        case.sdk.debug_left_out = false;
    }
    let without_copy = evidence.errors.kept(Side::Sdk, Way::ErrorContext).expect("counted");
    assert_eq!(counted(&evidence), without_copy.kept);
    assert!(with_copy > counted(&evidence));
}

#[test]
fn a_count_in_the_card_has_its_total() {
    let evidence = evidence();
    let cases = &evidence.errors.cases;
    let possible = cases.iter().filter(|case| case.sdk.possible).count();
    let row = card_row(&evidence, "cases with a wrong answer and no error");
    assert!(row[0].ends_with(&format!(" of {}", cases.len())), "{row:?}");
    assert!(row[1].ends_with(&format!(" of {possible}")), "{row:?}");
    let row = card_row(&evidence, "mistakes with keys, clock and signature");
    assert!(row[1].contains(" of ") && row[1].contains(" corrected by the SDK"), "{row:?}");
}

#[test]
fn a_stand_in_for_an_sdk_client_is_named_in_its_row() {
    let evidence = evidence();
    for part in [Part::Card, Part::Latency] {
        let text = part.render(&evidence, &[]);
        let rows: Vec<_> = text.lines().filter(|line| line.contains("`api-invoke`")).collect();
        assert!(!rows.is_empty(), "{}", part.name());
        assert!(rows.iter().all(|row| row.contains("aws-sigv4")), "{rows:?}");
    }
}

#[test]
fn each_bias_is_named_where_its_figures_are() {
    let evidence = evidence();
    for (part, said) in [
        (
            Part::Card,
            "The same people wrote raw's messages, the catalogue of cases and the rule for counting",
        ),
        (Part::Card, "all of raw and of the vocabulary counts"),
        (Part::Errors, "one design decision, which this table counts again for every fact"),
        (Part::Latency, "no lower bound for the SDK"),
        (Part::Latency, "their sum is not the median of the whole call"),
        (Part::Startup, "strips its binaries, so those are smaller"),
        (Part::Footprint, "no matter how much of it the program needs"),
    ] {
        let text = part.render(&evidence, &[]);
        assert!(text.contains(said), "{}: {said}", part.name());
    }
}

/// Claims that the report's text makes without a figure.
#[test]
fn the_evidence_supports_the_claims_of_the_text() {
    let evidence = evidence();
    assert_eq!(evidence.made_by.machine.build, BuildKind::Optimised);
    for operation in &evidence.latency.operations {
        assert!(operation.sdk_beside_raw.ratio.interval.low > 1.0, "{}", operation.name);
    }
    for pair in evidence.footprint.programs.chunks(2) {
        let builds = |program: &Measured| [program.dev.clone(), program.release.clone()];
        for (raw, sdk) in builds(&pair[0]).into_iter().zip(builds(&pair[1])) {
            let (raw, sdk) = (raw.expect("a build"), sdk.expect("a build"));
            assert!(raw.seconds < sdk.seconds && raw.binary_bytes < sdk.binary_bytes);
        }
    }
    let hooks = evidence.paths[0].sdk.trace.phases.iter();
    let hooks = hooks.filter(|phase| phase.kind == PhaseKind::Hook);
    assert_eq!(hooks.count(), 19, "the text says nineteen");
    let raw = |way| evidence.errors.kept(Side::Raw, way).expect("counted").kept;
    let sdk = |way| evidence.errors.kept(Side::Sdk, way).expect("counted").kept;
    assert!(raw(Way::Display) > sdk(Way::ErrorContext));
    assert!(sdk(Way::Display) == 0 && sdk(Way::Api) > sdk(Way::ErrorContext));
    assert!(evidence.latency.a_a.holds && evidence.selfcheck.expect("a check").holds);
    for workload in evidence.peers.expect("peers").workloads {
        let floor = workload.arms.iter().find(|arm| arm.name == "floor").expect("a floor").ns;
        for arm in workload.arms {
            assert!((arm.ns / floor - arm.over_floor).abs() < 1e-9, "{}", arm.name);
        }
    }
}

/// What the text of the report claims of raw. How much raw adds to its HTTP client depends on the hour: the
/// report says it, and no test does.
#[test]
fn raw_parses_faster_and_runs_less_code_than_the_sdk() {
    let evidence = evidence();
    let mut documents = evidence.parse.documents.iter();
    let images = documents.find(|document| document.entries == 10_000).expect("measured");
    assert!(images.sdk_over_raw.interval.low >= 2.0, "{:?}", images.sdk_over_raw);
    for one in &evidence.paths {
        let own = |side: &findings::paths::CodePath| one.own_instructions(side).expect("counted");
        assert!(own(&one.raw) < own(&one.sdk), "{}", one.operation);
    }
}

/// The report names the function for each step.
#[test]
fn the_functions_that_the_steps_name_exist() {
    let theirs = signer();
    for step in STEPS {
        for code in step.raw {
            assert_is_in(code, Path::new(TOP));
        }
        for code in step.sdk {
            let file = code.file.strip_prefix("aws-sigv4/").expect("a file of the signer");
            assert_is_in(&Code { file, ..*code }, Path::new(&theirs));
        }
    }
    for (_, code) in TUTORIALS {
        assert_is_in(&code, Path::new(TOP));
    }
}

#[track_caller]
fn assert_is_in(code: &Code, folder: &Path) {
    let file = folder.join(code.file);
    let text = fs::read_to_string(&file).unwrap_or_else(|_| panic!("{} is there", code.file));
    let is_there = match code.name.split_once("::") {
        // In an `impl` of the type, whatever its lifetimes.
        Some((of, function)) => text.split("\nimpl").skip(1).any(|block| {
            let (head, body) = block.split_once('{').unwrap_or_default();
            let body = body.split("\n}").next().unwrap_or_default();
            head.contains(of)
                && ["(", "<"].iter().any(|after| body.contains(&format!("fn {function}{after}")))
        }),
        None => {
            ["fn ", "struct "].iter().any(|kind| text.contains(&format!("{kind}{}", code.name)))
        }
    };
    assert!(is_there, "{} has no {}", code.file, code.name);
}

/// The folder of the crate aws-sigv4.
fn signer() -> String {
    let metadata = cargo_metadata::MetadataCommand::new()
        .manifest_path(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"))
        .other_options(["--locked", "--offline"].map(str::to_owned))
        .exec()
        .expect("cargo describes the workspace");
    let mut packages = metadata.packages.into_iter();
    let package = packages.find(|package| package.name == "aws-sigv4").expect("a dependency");
    package.manifest_path.parent().expect("a folder").to_string()
}
