//! The crates of the lock file, as they were published.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
    sync::LazyLock,
};

use slim::{
    install::{Slim, Written},
    project::{Project, Subject},
    prune::{PruneError, Pruned, Wanted, prune},
};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace")
}

/// Each crate with its published source, whether or not a copy is in use, and what is left of it.
static CRATES: LazyLock<Vec<(Subject, Pruned)>> = LazyLock::new(|| {
    subjects().into_iter().map(|subject| (subject.clone(), pruned(&subject))).collect()
});

fn krate(name: &str) -> &'static (Subject, Pruned) {
    CRATES.iter().find(|(subject, _)| subject.name == name).expect("it is wanted")
}

fn subjects() -> Vec<Subject> {
    let mut subjects =
        Project::open(root()).expect("cargo metadata").subjects().expect("what is wanted");
    for subject in &mut subjects {
        if subject.root.starts_with(root()) {
            let registry = published(&subject.name, &subject.version);
            subject.root = registry;
        }
    }
    subjects
}

/// Cargo names a copy that is in use as the source; outside of the workspace it is not in use.
fn published(name: &str, version: &str) -> PathBuf {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--locked", "--manifest-path"])
        .arg(root().join("Cargo.toml"))
        .current_dir(env::temp_dir())
        .output()
        .expect("cargo runs");
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let packages = metadata["packages"].as_array().expect("packages");
    let package =
        packages.iter().find(|package| package["name"] == name && package["version"] == version);
    let manifest = package.expect("the package")["manifest_path"].as_str().expect("a path");
    Path::new(manifest).parent().expect("a folder").to_owned()
}

fn pruned(subject: &Subject) -> Pruned {
    prune(&subject.root, &subject.wanted)
        .unwrap_or_else(|error| panic!("{}: {error}", subject.name))
}

#[test]
fn what_is_kept_is_the_published_source_without_some_of_its_lines() {
    let mut shortened = 0;
    for (subject, pruned) in &*CRATES {
        for (path, kept) in &pruned.files {
            let published = fs::read(subject.root.join(path)).expect("a published file");
            if *kept == published {
                continue;
            }
            shortened += 1;
            let (kept, published) =
                (String::from_utf8_lossy(kept), String::from_utf8_lossy(&published));
            let mut rest = published.lines();
            for line in kept.lines() {
                assert!(rest.any(|published| published == line), "{}: {line}", path.display());
            }
            let name = path.with_extension("").display().to_string();
            assert!(
                [
                    "client",
                    "error_meta",
                    "lens",
                    "operation",
                    "protocol_serde",
                    "serde_util",
                    "types",
                    "waiters",
                    "builders",
                    "error",
                    "matchers"
                ]
                .iter()
                .any(|list| name.ends_with(list)),
                "{name} is no list"
            );
        }
    }
    assert!(shortened > 10, "{shortened} files were shortened");
}

#[test]
fn an_operation_brings_its_types_and_no_other_operation() {
    let (ec2, pruned) = krate("aws-sdk-ec2");
    assert_eq!(pruned.operations.after, ec2.wanted.operations.len());
    assert!(pruned.lines.after * 10 < pruned.lines.before, "{:?}", pruned.lines);
    let has = |path: &str| pruned.files.contains_key(Path::new(path));
    assert!(has("src/types/_instance.rs"));
    assert!(has("src/operation/describe_instances/paginator.rs"));
    assert!(has("src/waiters/instance_running.rs"));
    assert!(!has("src/types/_vpn_gateway.rs"));
    assert!(!has("src/waiters/vpc_exists.rs"));
}

#[test]
fn what_the_crate_calls_by_itself_is_kept() {
    let (_, pruned) = krate("aws-sdk-s3");
    // S3 Express opens a session before the call that was asked for.
    assert!(pruned.files.contains_key(Path::new("src/operation/create_session.rs")));
}

#[test]
fn an_unknown_operation_or_waiter_is_named() {
    let (subject, _) = krate("aws-sdk-ec2");
    for (wanted, words) in [
        (
            Wanted { operations: vec!["run_instance".into()], waiters: vec![] },
            "no operation `run_instance`",
        ),
        (
            Wanted { operations: vec![], waiters: vec!["instance_runs".into()] },
            "no waiter `instance_runs`",
        ),
    ] {
        let error = prune(&subject.root, &wanted).expect_err("it is not there");
        assert!(matches!(error, PruneError::Unknown { .. }), "{error:?}");
        assert!(error.to_string().contains(words), "{error}");
    }
}

#[test]
fn a_copy_is_written_once_mended_where_it_is_broken_and_removed() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::create_dir_all(folder.path().join("target/slim/unfinished/src"))
        .expect("what a killed run leaves");
    let slim = Slim::of(folder.path());
    let (subject, pruned) = krate("aws-sdk-s3");
    assert_eq!(slim.write(subject, pruned).expect("written"), Written::New);
    assert_eq!(slim.write(subject, pruned).expect("written"), Written::Unchanged);

    let copy = folder.path().join(format!("target/slim/{}-{}", subject.name, subject.version));
    fs::remove_file(copy.join("src/lens.rs")).expect("there was one");
    assert_eq!(slim.write(subject, pruned).expect("written"), Written::New);
    assert!(copy.join("src/lens.rs").exists());

    slim.switch_on(std::slice::from_ref(subject)).expect("switched on");
    let config = folder.path().join("target/slim/config.toml");
    assert!(fs::read_to_string(&config).expect("it is there").contains("paths = ["));
    slim.switch_off().expect("switched off");
    assert!(!config.exists());
    slim.remove().expect("removed");
    slim.remove().expect("nothing to remove");
    assert!(!copy.exists());
}

#[test]
fn a_target_folder_that_cannot_be_written_is_one_clear_line() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("target"), "a file").expect("written");
    let (subject, pruned) = krate("aws-sdk-s3");
    let error = Slim::of(folder.path()).write(subject, pruned).expect_err("no folder");
    assert!(
        error.to_string().contains("cannot be written; cargo builds the whole crates"),
        "{error}"
    );
}
