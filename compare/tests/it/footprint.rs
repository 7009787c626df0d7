//! `compare footprint`: what each side costs to own.

use std::{fs, process::Command};

use findings::footprint::Profile;
use measure::footprint::build::from_nothing;
use serde_json::Value;

use crate::{program::Program, schema::holds};

const MANIFEST: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.toml");

fn footprint<'w>(args: impl IntoIterator<Item = &'w str>) -> Program {
    Program::new(["footprint"].into_iter().chain(args)).with_cargo()
}

fn programs(found: &Value) -> [&Value; 4] {
    let programs: Vec<_> = found["programs"].as_array().expect("programs").iter().collect();
    programs.try_into().expect("four programs")
}

fn count(value: &Value) -> u64 {
    value.as_u64().expect("a count")
}

#[test]
fn the_sdks_programs_need_more_crates_and_lines() {
    let args = ["--manifest-path", MANIFEST, "--format", "json"];
    let found = footprint(args).json(0);
    holds("footprint", &found);
    let programs = programs(&found);
    let names = programs.map(|program| {
        let text = |field: &str| program[field].as_str().expect("a name").to_owned();
        format!("{} {}", text("task"), text("side"))
    });
    let expected =
        ["list-buckets raw", "list-buckets sdk", "all-scenarios raw", "all-scenarios sdk"];
    assert_eq!(names, expected);
    for [raw, sdk] in [[programs[0], programs[1]], [programs[2], programs[3]]] {
        assert!(count(&raw["crates"]) < count(&sdk["crates"]));
        assert!(count(&raw["lines_of_dependencies"]) < count(&sdk["lines_of_dependencies"]));
        assert_eq!(raw["building_c"], sdk["building_c"], "both have ring under their TLS");
    }
    let of_ours = |program: &Value| {
        let crates = program["lines_by_hand"].as_array().expect("crates").iter();
        crates.map(|one| one["name"].as_str().expect("a name").to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(of_ours(programs[0]), ["contract", "programs", "raw"]);
    assert_eq!(of_ours(programs[1]), ["programs"], "the SDK alone");
    assert_eq!(of_ours(programs[3]), ["contract", "programs", "sdk"]);
    // Only the second one needs the client for EC2.
    let lines = |program: &Value| count(&program["lines_of_dependencies"]);
    assert!(lines(programs[3]) > lines(programs[1]) + 500_000);
    assert_eq!(lines(programs[2]), lines(programs[0]), "raw needs the same crates for both");

    let again = footprint(args).json(0);
    assert_eq!(found["programs"], again["programs"]);
}

#[test]
fn outside_the_project_the_error_says_how_to_name_it() {
    footprint([]).run().expect_error(3, &["programs to measure", "--manifest-path"]);
    footprint(["--manifest-path", MANIFEST])
        .env("CARGO", "no-such-cargo")
        .env("RUSTC", "no-such-rustc")
        .run()
        .expect_error(3, &["no-such-rustc cannot run", "rustup"]);
}

#[test]
fn an_unknown_program_gets_the_nearest_name() {
    footprint(["--build", "list-bucket"]).run().expect_error(2, &["list-bucket", "list-buckets"]);
}

#[test]
fn a_build_is_measured_and_then_deleted() {
    let folder = tempfile::tempdir().expect("a folder");
    let manifest = folder.path().join("Cargo.toml");
    fs::write(&manifest, "[package]\nname = \"hello\"\nedition = \"2024\"\n[workspace]\n").unwrap();
    fs::create_dir(folder.path().join("src")).unwrap();
    let source = folder.path().join("src/main.rs");
    fs::write(&source, "fn main() { println!(\"hello\"); }\n").unwrap();
    let target = folder.path().join("build");
    let command = || {
        let mut command = Command::new(env!("CARGO"));
        command.args(["build", "--offline", "--manifest-path"]).arg(&manifest);
        command
    };
    let mut steps = Vec::new();
    let build =
        from_nothing(command(), "hello", Profile::Release, &target, |done| steps.push(done))
            .expect("it builds");
    assert_eq!(steps, [1]);
    assert!(build.seconds > 0.0);
    assert!(build.peak_memory_bytes > 10 << 20, "{build:?}");
    assert!((10_000..4 << 20).contains(&build.binary_bytes), "{build:?}");
    if cfg!(target_os = "linux") {
        let has_libc = |name: &String| name.starts_with("libc.so");
        assert!(build.shared_libraries.iter().any(has_libc), "{build:?}");
    }
    assert_eq!(fs::read_dir(&target).unwrap().count(), 0, "gigabytes would be left behind");

    fs::write(&source, "fn main() { no such thing }\n").unwrap();
    let error = from_nothing(command(), "hello", Profile::Dev, &target, |_| {}).unwrap_err();
    assert!(error.message.contains("hello (dev) failed"), "{}", error.message);
}
