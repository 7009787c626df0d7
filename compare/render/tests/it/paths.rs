//! What runs between a call and its answer, as a reader sees it.

use std::borrow::Cow;

use findings::{
    machine::{BuildKind, Machine},
    paths::{
        CallCost, CodePath, CrateShare, Group, GroupShare, HOOKS, Heap, Instructions, Interceptor,
        Paths, PhaseKind, Trace, TracedPhase,
    },
    run::{Outcome, TargetInfo},
    scenario::Scenario,
};

#[test]
fn snapshots_for_terminal_and_markdown() {
    let paths = example();
    insta::assert_snapshot!("paths_80", render::paths::text(&paths, 80));
    insta::assert_snapshot!("paths_markdown", render::paths::markdown(&paths));
}

#[test]
fn no_line_is_wider_than_the_terminal() {
    for width in [80, 160] {
        let text = render::paths::text(&example(), width);
        let visible = |line: &str| {
            let codes = ["\u{1b}[1m", "\u{1b}[2m", "\u{1b}[0m"];
            codes.iter().fold(line.to_owned(), |line, code| line.replace(code, "")).chars().count()
        };
        let widest = text.lines().max_by_key(|line| visible(line)).expect("lines");
        assert!(visible(widest) <= width, "{width}: {widest}");
    }
}

/// Two pages of a listing, with invented numbers.
fn example() -> Paths {
    let phase = |kind, name: &'static str, depth| TracedPhase { kind, name: name.into(), depth };
    let raw = [
        phase(PhaseKind::Function, "raw::client::Client::attempt", 0),
        phase(PhaseKind::Function, "raw::sigv4::sign", 1),
        phase(PhaseKind::Function, "raw::sigv4::CanonicalRequest::new", 2),
        phase(PhaseKind::Function, "raw::send::Sender::send", 1),
        phase(PhaseKind::Function, "raw::parse::parse", 1),
    ];
    let sdk = [
        phase(PhaseKind::Span, "S3.ListObjectsV2", 0),
        phase(PhaseKind::Hook, "read_before_execution", 1),
        phase(PhaseKind::Span, "try_attempt", 1),
        phase(PhaseKind::Hook, "read_before_transmit", 2),
    ];
    let at = |hooks: &[&'static str]| hooks.iter().copied().map(Cow::from).collect::<Vec<_>>();
    let interceptors = vec![
        Interceptor { name: "UserAgentInterceptor".into(), hooks: at(&["read_before_transmit"]) },
        Interceptor { name: "MetricsInterceptor".into(), hooks: at(&["read_before_transmit"]) },
        Interceptor { name: "Everywhere".into(), hooks: at(&["any"; HOOKS]) },
    ];
    let cost = |allocations, shares: &[(&str, Group, u64)]| CallCost {
        heap: Heap { allocations, bytes: allocations * 100 },
        instructions: Some(Instructions {
            total: shares.iter().map(|share| share.2).sum(),
            functions: shares.len() * 10,
            groups: shares
                .iter()
                .map(|&(_, group, instructions)| GroupShare { group, instructions, functions: 10 })
                .collect(),
            crates: shares
                .iter()
                .map(|&(name, group, instructions)| CrateShare {
                    name: name.to_owned(),
                    group,
                    instructions,
                    functions: 10,
                })
                .collect(),
        }),
    };
    let (hashing, http) = (("sha2", Group::Hashing, 20_000), ("hyper", Group::Http, 60_000));
    let path = |trace, cost| CodePath { trace, outcome: Outcome::Ok, requests: 2, cost };
    Paths {
        target: TargetInfo {
            kind: "sandbox".into(),
            endpoint: "http://127.0.0.1:9000".to_owned(),
            region: "us-east-1".to_owned(),
            credentials_from: "made for this run by the sandbox".to_owned(),
            notes: Vec::new(),
        },
        machine: Machine {
            build: BuildKind::Optimised,
            platform: "linux x86_64".to_owned(),
            processor: None,
            processors: 2,
            date: "2026-01-01".to_owned(),
        },
        operation: Scenario::S3ListObjectsPaged,
        service: Scenario::S3ListObjectsPaged.service(),
        agree: true,
        differences: Vec::new(),
        raw: path(
            Trace { phases: [raw.clone(), raw].concat(), ..Trace::default() },
            cost(110, &[http, hashing, ("raw", Group::Raw, 15_000)]),
        ),
        sdk: path(
            Trace {
                phases: [sdk.clone(), sdk].concat(),
                interceptors,
                retry_classifiers: vec!["AWS Error Code".into()],
                plugins: vec!["ServiceRuntimePlugin".to_owned()],
            },
            cost(400, &[("aws_smithy_runtime", Group::Sdk, 900_000), http, hashing]),
        ),
        bare: Some(cost(50, &[http])),
    }
}
