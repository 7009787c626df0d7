//! Which crate may depend on which, which may print, and that aws-sdk-ec2 is built only once.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    path::PathBuf,
    process::Command,
    sync::LazyLock,
};

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, PackageId};

/// Cargo's metadata of this workspace, for this platform only: for others, cargo would fetch packages.
static METADATA: LazyLock<Metadata> = LazyLock::new(|| {
    let args = ["--locked", "--offline", "--filter-platform", &host()];
    MetadataCommand::new()
        .manifest_path(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"))
        .other_options(args.map(str::to_owned))
        .exec()
        .expect("cargo describes the workspace")
});

/// Every crate of the workspace, and those of ours that it may depend on.
const ARROWS: [(&str, &[&str]); 13] = [
    ("contract", &[]),
    ("raw", &["contract"]),
    ("sdk", &["contract"]),
    ("sandbox", &[]),
    ("diagnose", &["contract", "raw", "sandbox"]),
    ("findings", &["contract"]),
    ("render", &["findings"]),
    ("measure", &["contract", "diagnose", "findings", "raw", "sandbox", "sdk", "workloads"]),
    (
        "compare",
        &[
            "contract",
            "diagnose",
            "findings",
            "measure",
            "programs",
            "raw",
            "render",
            "sandbox",
            "workloads",
        ],
    ),
    ("workloads", &["contract", "raw"]),
    ("programs", &["contract", "raw", "sdk"]),
    ("benches", &["workloads"]),
    ("slim", &[]),
];

/// The crates that must build without the SDK.
const WITHOUT_THE_SDK: [&str; 7] =
    ["contract", "raw", "sandbox", "diagnose", "findings", "render", "slim"];

fn host() -> String {
    let version = cargo(&["-vV"]);
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    host.expect("cargo knows its host").to_owned()
}

fn cargo(args: &[&str]) -> String {
    let output = Command::new(env!("CARGO"))
        .args(args)
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

/// The names of all packages that `name` needs to build, without itself.
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
fn every_member_depends_on_those_that_its_arrows_point_to() {
    let members: BTreeSet<_> =
        METADATA.workspace_packages().iter().map(|package| package.name.to_string()).collect();
    assert_eq!(members, ARROWS.map(|(name, _)| name.to_owned()).into());
    for (name, allowed) in ARROWS {
        let package = METADATA[id(name)].dependencies.iter();
        let direct = package
            .filter(|needed| needed.kind != DependencyKind::Development)
            .map(|needed| needed.name.as_str())
            .filter(|needed| members.contains(*needed));
        for needed in direct {
            assert!(allowed.contains(&needed), "{name} depends on {needed}");
        }
    }
}

#[test]
fn only_crates_that_call_the_sdk_depend_on_it() {
    for name in WITHOUT_THE_SDK {
        let reached = reach(name);
        let sdks: Vec<_> = reached.iter().filter(|name| name.starts_with("aws-")).collect();
        assert_eq!(sdks, [&""; 0], "{name}");
    }
    for part in ["hmac", "sha2", "reqwest", "quick-xml"] {
        assert!(reach("raw").contains(part), "raw no longer needs {part}");
    }
    for part in ["aws-sdk-s3", "aws-sdk-ec2", "aws-config", "aws-sigv4"] {
        assert!(reach("sdk").contains(part), "sdk no longer needs {part}");
    }
    // Without its feature `serde`, which the clients do not turn on.
    for client in ["raw", "sdk"] {
        let contract = features(&["-p", client, "-e", "normal,build"]);
        let contract = contract.iter().find(|(package, _)| package.starts_with("contract "));
        assert_eq!(contract.expect("it is below").1, &BTreeSet::from([String::new()]), "{client}");
    }
    // It is built first of all, to spare the user a long build, so it must build quickly.
    assert!(reach("slim").len() < 20, "{:?}", reach("slim"));
}

/// Output of a library could not be masked, escaped or turned off.
#[test]
fn only_the_command_line_prints_and_exits() {
    const PRINTS: [&str; 8] = [
        "println!",
        "eprintln!",
        "print!(",
        "dbg!",
        "io::stdout",
        "io::stderr",
        "process::exit",
        "ExitCode",
    ];
    let libraries =
        ["contract", "raw", "sdk", "sandbox", "diagnose", "findings", "render", "measure"];
    let mut files = 0;
    for name in libraries {
        let folder = METADATA[id(name)].manifest_path.parent().expect("a folder").join("src");
        let is_library = |file: &PathBuf| !file.ends_with("src/main.rs");
        for file in rust_files(folder.into()).into_iter().filter(is_library) {
            // Tests may print.
            let text = std::fs::read_to_string(&file).expect("text");
            let (code, _) = text.split_once("#[cfg(test)]").unwrap_or((&text, ""));
            for line in code.lines().filter(|line| !line.trim_start().starts_with("//")) {
                let printing = PRINTS.iter().find(|word| line.contains(**word));
                assert_eq!(printing, None, "{}: {line}", file.display());
            }
            files += 1;
        }
    }
    assert!(files > 150, "{files} files were read");
}

/// `cargo bench -p benches` takes a minute, not ten.
#[test]
fn the_signing_bench_builds_no_service_client() {
    let built = features(&["-p", "benches", "-e", "normal,build,dev"]);
    let clients = built.keys().filter(|package| package.starts_with("aws-sdk-"));
    assert_eq!(clients.count(), 0);
    assert!(built.keys().any(|package| package.starts_with("workloads ")));
}

/// The feature lists of each package in `cargo tree` with these arguments. A package has two lists if it is
/// also built for the build machine with other features.
fn features(args: &[&str]) -> BTreeMap<String, BTreeSet<String>> {
    let tree = ["tree", "--locked", "--offline", "--prefix", "none", "--format", "{p}|{f}"];
    let mut packages = BTreeMap::<_, BTreeSet<_>>::new();
    for line in cargo(&[&tree, args].concat()).lines() {
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
    // A change of features would rebuild the clients for EC2 and S3, and everything below them.
    let mut below = features(&["-p", "aws-sdk-ec2", "-e", "normal,build"]);
    assert!(below.len() > 50, "{} packages are below aws-sdk-ec2", below.len());
    below.extend(features(&["-p", "aws-sdk-s3", "-e", "normal,build"]));
    for tests in [&["--workspace"][..], &["-p", "compare"], &["-p", "sdk"]] {
        let tested = features(&[tests, &["-e", "normal,build,dev"]].concat());
        let mut otherwise = Vec::new();
        for package in below.keys().filter(|package| binary.contains_key(*package)) {
            let Some(with) = tested.get(package) else { continue };
            // An additional list is an additional build, which leaves the binary's as it is.
            if !binary[package].is_subset(with) {
                otherwise.push(format!("{package}: {:?}, tests {with:?}", binary[package]));
            }
        }
        assert!(
            otherwise.is_empty(),
            "cargo with `{}` builds a service client again, which takes up to five minutes: give the crate \
             `sdk` the features that the tests need\n{}",
            tests.join(" "),
            otherwise.join("\n")
        );
    }
}

/// A signed request must not go to another host, and whoever has a presigned URL can use it.
#[test]
fn no_http_client_follows_redirects_or_sends_a_referer() {
    let [careless, careful] = ["new()", "builder()"].map(|end| format!("reqwest::Client::{end}"));
    let mut clients = 0;
    for file in METADATA.workspace_packages().into_iter().flat_map(sources) {
        let text = std::fs::read_to_string(&file).expect("text");
        assert!(!text.contains(&careless), "{} makes a careless client", file.display());
        for client in text.split(&careful).skip(1) {
            let settings = client.split("\n}").next().expect("the rest of a function");
            let is_careful =
                settings.contains("Policy::none()") && settings.contains(".referer(false)");
            assert!(is_careful, "{}: {settings}", file.display());
            clients += 1;
        }
    }
    assert!(clients >= 4, "{clients} clients were found");
}

/// The Rust files of a member, with its tests.
fn sources(package: &cargo_metadata::Package) -> Vec<PathBuf> {
    rust_files(package.manifest_path.parent().expect("a folder").into())
}

fn rust_files(folder: PathBuf) -> Vec<PathBuf> {
    let mut open = vec![folder];
    let mut files = Vec::new();
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
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
