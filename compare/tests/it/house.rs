//! The rules of the house: who may depend on whom, and that aws-sdk-ec2 is built once.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    path::PathBuf,
    process::Command,
    sync::LazyLock,
};

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, PackageId};

/// What cargo says of this workspace, for this machine alone: whatever else it would have to fetch
/// packages for.
static METADATA: LazyLock<Metadata> = LazyLock::new(|| {
    let words = ["--locked", "--offline", "--filter-platform", &host()];
    MetadataCommand::new()
        .manifest_path(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"))
        .other_options(words.map(str::to_owned))
        .exec()
        .expect("cargo describes the workspace")
});

const OURS: [&str; 9] =
    ["contract", "raw", "sdk", "sandbox", "workloads", "programs", "compare", "benches", "slim"];

fn host() -> String {
    let version = cargo(&["-vV"]);
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    host.expect("cargo knows its host").to_owned()
}

fn cargo(words: &[&str]) -> String {
    let output = Command::new(env!("CARGO"))
        .args(words)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}

fn id(name: &str) -> &'static PackageId {
    let found = METADATA.workspace_packages().into_iter().find(|package| package.name == name);
    &found.unwrap_or_else(|| panic!("{name} is no member of the workspace")).id
}

/// The names of all that `name` needs to be built, itself not among them.
fn reach(name: &str) -> BTreeSet<&'static str> {
    let resolve = METADATA.resolve.as_ref().expect("a resolved graph");
    let nodes: HashMap<_, _> = resolve.nodes.iter().map(|node| (&node.id, node)).collect();
    let names: HashMap<_, _> =
        METADATA.packages.iter().map(|package| (&package.id, package.name.as_str())).collect();
    let mut reached = BTreeSet::new();
    let mut open = vec![id(name)];
    while let Some(next) = open.pop() {
        for dependency in &nodes[next].deps {
            let builds = dependency
                .dep_kinds
                .iter()
                .any(|kind| matches!(kind.kind, DependencyKind::Normal | DependencyKind::Build));
            if builds && reached.insert(&dependency.pkg) {
                open.push(&dependency.pkg);
            }
        }
    }
    reached.into_iter().map(|id| names[id]).collect()
}

#[test]
fn the_members_of_the_house_are_those_that_the_rules_know() {
    let members: BTreeSet<_> =
        METADATA.workspace_packages().iter().map(|package| package.name.to_string()).collect();
    assert_eq!(members, OURS.map(str::to_owned).into());
}

#[test]
fn the_contract_stands_on_the_standard_library_alone() {
    assert_eq!(reach("contract"), BTreeSet::new());
}

#[test]
fn raw_reaches_nothing_of_the_sdks() {
    let reached = reach("raw");
    let sdks: Vec<_> = reached.iter().filter(|name| name.starts_with("aws-")).collect();
    assert_eq!(sdks, [&""; 0], "raw is by hand");
    for neighbour in ["sdk", "sandbox", "compare", "workloads", "benches"] {
        assert!(!reached.contains(neighbour), "raw reaches {neighbour}");
    }
    for part in ["contract", "hmac", "sha2", "reqwest", "quick-xml"] {
        assert!(reached.contains(part), "raw no longer reaches {part}");
    }
}

#[test]
fn the_sdks_side_reaches_nothing_of_raws() {
    let reached = reach("sdk");
    for neighbour in ["raw", "sandbox", "compare", "workloads", "benches"] {
        assert!(!reached.contains(neighbour), "sdk reaches {neighbour}");
    }
    for part in ["contract", "aws-sdk-s3", "aws-sdk-ec2", "aws-config", "aws-sigv4"] {
        assert!(reached.contains(part), "sdk no longer reaches {part}");
    }
}

#[test]
fn the_sandbox_shares_no_code_with_those_whom_it_judges() {
    let reached = reach("sandbox");
    for neighbour in OURS.into_iter().filter(|name| *name != "sandbox") {
        assert!(!reached.contains(neighbour), "sandbox reaches {neighbour}");
    }
    let sdks: Vec<_> = reached.iter().filter(|name| name.starts_with("aws-")).collect();
    assert_eq!(sdks, [&""; 0]);
}

/// It is built before everything else, to spare the user a long build.
#[test]
fn slim_builds_in_seconds() {
    let reached = reach("slim");
    let heavy: Vec<_> =
        reached.iter().filter(|name| name.starts_with("aws-") || OURS.contains(name)).collect();
    assert_eq!(heavy, [&""; 0]);
    assert!(reached.len() < 20, "{} crates", reached.len());
}

#[test]
fn nobody_below_reaches_compare_or_the_benches() {
    for name in ["contract", "raw", "sdk", "sandbox", "workloads"] {
        let reached = reach(name);
        assert!(!reached.contains("compare") && !reached.contains("benches"), "{name}");
    }
}

/// `cargo bench -p benches --no-default-features --bench signing` is to take a minute, not ten.
#[test]
fn the_signing_bench_builds_no_service_client() {
    let words = ["-p", "benches", "--no-default-features"];
    let built = features(&[&words[..], &["-e", "normal,build,dev"]].concat());
    let clients = built.keys().filter(|package| package.starts_with("aws-sdk-"));
    assert_eq!(clients.count(), 0);
    assert!(built.keys().any(|package| package.starts_with("workloads ")));
}

/// For each package of `cargo tree` with these words, the features it is built with: more than one
/// list, where it is built for the machine that builds as well.
fn features(words: &[&str]) -> BTreeMap<String, BTreeSet<String>> {
    let tree = ["tree", "--locked", "--offline", "--prefix", "none", "--format", "{p}|{f}"];
    let mut packages = BTreeMap::<_, BTreeSet<_>>::new();
    for line in cargo(&[&tree, words].concat()).lines() {
        let line = line.trim_end_matches(" (*)");
        if let Some((package, features)) = line.split_once('|') {
            packages.entry(package.to_owned()).or_default().insert(features.to_owned());
        }
    }
    packages
}

#[test]
fn tests_and_benches_build_the_service_clients_with_the_features_of_the_binary() {
    let binary = features(&["-p", "compare", "-e", "normal,build"]);
    // What a change of features would build again: EC2's client, S3's, and everything below them.
    let mut below = features(&["-p", "aws-sdk-ec2", "-e", "normal,build"]);
    assert!(below.len() > 50, "{} packages are below aws-sdk-ec2", below.len());
    below.extend(features(&["-p", "aws-sdk-s3", "-e", "normal,build"]));
    for tests in [&["--workspace"][..], &["-p", "compare"], &["-p", "sdk"], &["-p", "benches"]] {
        let tested = features(&[tests, &["-e", "normal,build,dev"]].concat());
        let mut otherwise = Vec::new();
        for package in below.keys().filter(|package| binary.contains_key(*package)) {
            let Some(with) = tested.get(package) else { continue };
            // One list more is another build, of a package that is then there twice.
            if !binary[package].is_subset(with) {
                otherwise.push(format!("{package}: {:?}, tests {with:?}", binary[package]));
            }
        }
        assert!(
            otherwise.is_empty(),
            "cargo with `{}` builds a service client again, up to five minutes: give the crate `sdk` the \
             features that the tests ask for\n{}",
            tests.join(" "),
            otherwise.join("\n")
        );
    }
}

/// A signature is for one host, and a presigned URL is as good as a key.
#[test]
fn no_http_client_follows_redirects_or_sends_a_referer() {
    let [careless, careful] = ["new()", "builder()"].map(|end| format!("reqwest::Client::{end}"));
    let mut clients = 0;
    for file in METADATA.workspace_packages().into_iter().flat_map(sources) {
        let text = std::fs::read_to_string(&file).expect("text");
        assert!(!text.contains(&careless), "{} makes a careless client", file.display());
        for client in text.split(&careful).skip(1) {
            let (settings, _) = client.split_once(".build()").expect("a client is built");
            let is_careful =
                settings.contains("Policy::none()") && settings.contains(".referer(false)");
            assert!(is_careful, "{}: {settings}", file.display());
            clients += 1;
        }
    }
    assert!(clients >= 5, "{clients} clients were found");
}

/// The Rust files of a member, its tests among them.
fn sources(package: &cargo_metadata::Package) -> Vec<PathBuf> {
    let mut open = vec![package.manifest_path.parent().expect("a folder").into()];
    let mut files = Vec::new();
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir::<PathBuf>(folder).expect("a folder").flatten() {
            let path = entry.path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path);
            }
        }
    }
    files
}
