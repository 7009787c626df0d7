//! Prunes the published crates of the versions in `Cargo.lock`.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
    sync::LazyLock,
};

use slim::{
    install::{SlimFolder, WriteOutcome},
    project::{Project, SdkCrate},
    prune::{PruneError, Pruned, Selection, prune},
};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace")
}

/// Each crate with its published source, even if the pruned copy is in use, and the result of pruning it.
static CRATES: LazyLock<Vec<(SdkCrate, Pruned)>> =
    LazyLock::new(|| crates().into_iter().map(|krate| (krate.clone(), pruned(&krate))).collect());

fn krate(name: &str) -> &'static (SdkCrate, Pruned) {
    CRATES.iter().find(|(krate, _)| krate.name == name).expect("sdk/Cargo.toml names it")
}

fn crates() -> Vec<SdkCrate> {
    let mut crates =
        Project::open(root()).expect("cargo metadata").crates().expect("[package.metadata.slim]");
    for krate in &mut crates {
        if krate.root.starts_with(root()) {
            krate.root = published(&krate.name, &krate.version);
        }
    }
    crates
}

/// The folder of a published source. Where the override applies, cargo reports the copy instead, so
/// this asks from a folder outside the workspace.
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

fn pruned(krate: &SdkCrate) -> Pruned {
    prune(&krate.root, &krate.selection).unwrap_or_else(|error| panic!("{}: {error}", krate.name))
}

#[test]
fn a_kept_file_is_the_published_one_without_some_of_its_lines() {
    let mut shortened = 0;
    for (krate, pruned) in &*CRATES {
        for (path, kept) in &pruned.files {
            let published = fs::read(krate.root.join(path)).expect("a published file");
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
                "{name} is not a list"
            );
        }
    }
    assert!(shortened > 10, "{shortened} files were shortened");
}

#[test]
fn an_operation_keeps_its_types_and_no_other_operation() {
    let (ec2, pruned) = krate("aws-sdk-ec2");
    assert_eq!(pruned.operations.after, ec2.selection.operations.len());
    assert!(pruned.lines.after * 10 < pruned.lines.before, "{:?}", pruned.lines);
    let has = |path: &str| pruned.files.contains_key(Path::new(path));
    assert!(has("src/types/_instance.rs"));
    assert!(has("src/operation/describe_instances/paginator.rs"));
    assert!(has("src/waiters/instance_running.rs"));
    assert!(!has("src/types/_vpn_gateway.rs"));
    assert!(!has("src/waiters/vpc_exists.rs"));
}

#[test]
fn an_operation_that_the_crate_itself_calls_is_kept() {
    let (_, pruned) = krate("aws-sdk-s3");
    // S3 Express opens a session before the requested call.
    assert!(pruned.files.contains_key(Path::new("src/operation/create_session.rs")));
}

#[test]
fn an_unknown_operation_or_waiter_is_named() {
    let (krate, _) = krate("aws-sdk-ec2");
    for (selection, message) in [
        (
            Selection { operations: vec!["run_instance".into()], waiters: vec![] },
            "no operation `run_instance`",
        ),
        (
            Selection { operations: vec![], waiters: vec!["instance_runs".into()] },
            "no waiter `instance_runs`",
        ),
    ] {
        let error = prune(&krate.root, &selection).expect_err("it does not exist");
        assert!(matches!(error, PruneError::Unknown { .. }), "{error:?}");
        assert!(error.to_string().contains(message), "{error}");
    }
}

#[test]
fn a_copy_is_written_once_repaired_and_removed() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::create_dir_all(folder.path().join("target/slim/unfinished/src"))
        .expect("what a killed run leaves");
    let slim = SlimFolder::of(folder.path());
    let (krate, pruned) = krate("aws-sdk-s3");
    assert_eq!(slim.write(krate, pruned).expect("written"), WriteOutcome::New);
    assert_eq!(slim.write(krate, pruned).expect("written"), WriteOutcome::Unchanged);

    let copy = folder.path().join(format!("target/slim/{}-{}", krate.name, krate.version));
    fs::remove_file(copy.join("src/lens.rs")).expect("there was one");
    assert_eq!(slim.write(krate, pruned).expect("written"), WriteOutcome::New);
    assert!(copy.join("src/lens.rs").exists());

    slim.switch_on(std::slice::from_ref(krate)).expect("switched on");
    let config = folder.path().join("target/slim/config.toml");
    assert!(fs::read_to_string(&config).expect("it is there").contains("paths = ["));
    slim.switch_off().expect("switched off");
    assert!(!config.exists());
    slim.remove().expect("removed");
    slim.remove().expect("nothing to remove");
    assert!(!copy.exists());
}

#[test]
fn a_target_folder_that_cannot_be_written_is_an_error() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("target"), "a file").expect("written");
    let (krate, pruned) = krate("aws-sdk-s3");
    let error = SlimFolder::of(folder.path()).write(krate, pruned).expect_err("no folder");
    assert!(
        error.to_string().contains("cannot be written or removed; cargo builds the whole crates"),
        "{error}"
    );
}
