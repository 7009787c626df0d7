//! Every answer of the program against its schema in `compare/schema/`.

use std::{
    collections::BTreeSet,
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
};

use jsonschema::Draft;
use sandbox::Sandbox;
use serde_json::{Value, json};

use crate::{
    program::Program,
    run::agreed,
    server::{Message, Side, forward, serve},
    sign_jsonl::{job, unsigned},
};

/// Fails unless `answer` is as `compare/schema/NAME.schema.json` says.
#[track_caller]
pub(crate) fn holds(name: &str, answer: &Value) {
    let schema = schema(name);
    let validator = jsonschema::draft202012::new(&schema).expect("the schema can be compiled");
    let errors: Vec<_> = validator
        .iter_errors(answer)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{name}: {errors:#?}");
}

fn schema(name: &str) -> Value {
    let text = std::fs::read_to_string(file(name));
    serde_json::from_str(&text.expect("the schema is there")).expect("the schema is JSON")
}

fn file(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema");
    folder.join(format!("{name}.schema.json"))
}

/// Writes the files instead, if this environment variable is set.
const UPDATE: &str = "UPDATE_SCHEMAS";

#[test]
fn the_schemas_are_those_of_the_types() {
    let update = std::env::var_os(UPDATE).is_some();
    let mut stale = Vec::new();
    for (name, schema) in compare::schema::all() {
        let derived = serde_json::to_string_pretty(&schema).expect("a schema is JSON") + "\n";
        if update {
            std::fs::write(file(name), &derived).expect("the schema can be written");
        }
        if std::fs::read_to_string(file(name)).ok().as_ref() != Some(&derived) {
            stale.push(name);
        }
    }
    assert!(
        stale.is_empty(),
        "in compare/schema, {} are not what the types say: run this test with {UPDATE}=1 to write \
         them, and look at the difference",
        stale.join(", ")
    );
}

#[test]
fn every_schema_is_derived_from_a_type() {
    let derived = compare::schema::all().into_iter().map(|(name, _)| file(name));
    let folder = file("run").parent().expect("a folder").to_owned();
    let files = std::fs::read_dir(folder).expect("the folder can be read");
    let files: BTreeSet<_> = files.map(|entry| entry.expect("an entry").path()).collect();
    assert_eq!(files, derived.collect());
}

#[test]
fn the_schemas_are_of_draft_2020_12_and_refuse_what_lacks_a_field() {
    for (name, _) in compare::schema::all() {
        let schema = schema(name);
        assert_eq!(Draft::default().detect(&schema), Draft::Draft202012, "{name}");
        jsonschema::meta::validate(&schema).expect("the schema is one");
        assert!(!jsonschema::is_valid(&schema, &json!({})), "{name} takes an empty document");
    }
}

#[test]
fn the_schema_of_run_is_strict_about_fields_and_words() {
    let schema = schema("run");
    let takes = |alter: &dyn Fn(&mut Value)| {
        let mut answer = agreed().clone();
        alter(&mut answer);
        jsonschema::is_valid(&schema, &answer)
    };
    assert!(takes(&|_| {}));
    assert!(takes(&|answer| answer["more"] = json!(1)), "further fields are free");
    for field in ["kind", "endpoint", "region", "credentials_from"] {
        assert!(!takes(&|answer| remove(&mut answer["target"], field)), "{field}");
    }
    for field in ["name", "service", "expected", "same", "differences", "raw", "sdk"] {
        assert!(!takes(&|answer| remove(&mut answer["scenarios"][0], field)), "{field}");
    }
    for field in ["outcome", "reason", "answer", "failure", "requests", "latency_us"] {
        assert!(!takes(&|answer| remove(&mut answer["scenarios"][0]["sdk"], field)), "{field}");
    }
    assert!(!takes(&|answer| answer["target"]["kind"] = json!("moto")));
    assert!(!takes(&|answer| answer["scenarios"][0]["raw"]["outcome"] = json!("fine")));
    assert!(!takes(&|answer| answer["scenarios"][0]["raw"]["answer"] = json!({})));
    assert!(!takes(&|answer| answer["scenarios"][0]["same"] = json!(false)));
}

fn remove(value: &mut Value, field: &str) {
    value.as_object_mut().expect("an object").remove(field).expect("the field is there");
}

#[test]
fn run_holds_its_schema_where_everything_agrees_and_one_thing_is_refused() {
    holds("run", agreed());
}

#[test]
fn run_holds_its_schema_where_sides_differ_and_scenarios_are_skipped() {
    let sandbox = Sandbox::start(sandbox::Options::default()).unwrap();
    let endpoint = sandbox.endpoint().to_owned();
    let proxy = serve(move |request| {
        Some(match request.side() {
            Side::Raw => Message::answer("200 OK", "text/html", "<html>hello</html>"),
            Side::Sdk => forward(&endpoint, &request),
        })
    });
    let words = ["--format", "json", "--only", "s3,api"];
    let ended = Program::at(&sandbox, "admin", words).env("AWS_ENDPOINT_URL", &proxy).run();
    let answer = ended.expect(1).json();
    holds("run", &answer);
    assert_eq!(answer["agree"], false);
    assert_eq!(answer["scenarios"][0]["raw"]["outcome"], "failed");
    assert_eq!(answer["scenarios"][0]["differences"][0]["path"], "/outcome");
    let api = answer["scenarios"].as_array().unwrap().last().unwrap();
    assert_eq!(api["raw"]["outcome"], "skipped");
}

#[test]
fn run_holds_its_schema_where_both_sides_are_refused() {
    let sandbox = Sandbox::start(sandbox::Options::default()).unwrap();
    let words = ["run", "--format", "json", "--only", "s3"];
    let answer = Program::at(&sandbox, "expired", words).run().expect(1).json();
    holds("run", &answer);
    assert_eq!(answer["scenarios"][0]["raw"]["outcome"], "refused");
}

#[test]
fn sign_holds_its_schema_on_either_side_and_in_either_location() {
    for words in [&["--side", "both"][..], &["--side", "sdk"], &["--presign"]] {
        let mut all = vec!["sign", "https://iam.amazonaws.com/?a=b", "--format", "json"];
        all.extend(words);
        let program = Program::new(all)
            .env("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
            .secret_env("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
        holds("sign", &program.run().expect(0).json());
    }
}

#[test]
fn every_line_of_sign_and_verify_holds_its_schema() {
    let with_others = |line: &Value| format!("{line}\n{{\"id\": 2}}\nnothing\n");
    let input = with_others(&job(1));
    let ended = Program::new(["sign", "--jsonl"]).input(input).run().expect(0);
    assert_eq!(ended.json_lines().len(), 3);
    ended.json_lines().iter().for_each(|line| holds("sign-line", line));

    let input = with_others(&unsigned(&job(1)));
    let ended = Program::new(["verify", "--jsonl"]).input(input).run().expect(0);
    assert_eq!(ended.json_lines().len(), 3);
    ended.json_lines().iter().for_each(|line| holds("verify-line", line));
}

#[test]
fn sandbox_prints_its_line_when_it_is_ready_and_serves_until_it_is_stopped() {
    let mut running = Program::new(["sandbox", "--format", "text"]).start();
    let stdout = running.child().stdout.take().expect("standard output is piped");
    let mut lines = BufReader::new(stdout).lines();
    let line = lines.next().expect("a line").expect("of text");
    let ready: Value = serde_json::from_str(&line).expect("the line is JSON");
    holds("sandbox", &ready);

    let admin = &ready["identities"][0];
    assert_eq!(admin["name"], "admin");
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    Program::new(["--only", "s3-list-buckets", "--region", &text(&ready["region"])])
        .env("AWS_ENDPOINT_URL", &text(&ready["endpoint"]))
        .env("AWS_ACCESS_KEY_ID", &text(&admin["access_key_id"]))
        .secret_env("AWS_SECRET_ACCESS_KEY", &text(&admin["secret_access_key"]))
        .run()
        .expect(0);

    running.signal("TERM");
    assert_eq!(running.wait().code, 143);
    assert!(lines.next().is_none(), "one line and no more");
}

#[test]
fn cleanup_holds_its_schema_where_there_is_nothing_to_end() {
    let sandbox = Sandbox::start(sandbox::Options::default()).unwrap();
    let answer = Program::at(&sandbox, "admin", ["cleanup", "--format", "json"]).run();
    let answer = answer.expect(0).json();
    holds("cleanup", &answer);
    for nothing in ["terminated", "left_alone", "left", "notes"] {
        assert_eq!(answer[nothing], json!([]), "{nothing}");
    }
}

/// Without optimisation the times say nothing; the fields and what is counted hold all the same.
#[test]
fn bench_signing_holds_its_schema_and_raw_allocates_nothing() {
    let answer =
        Program::new(["bench", "signing", "--quick", "--format", "json"]).run().expect(0).json();
    holds("bench-signing", &answer);
    let workloads = answer["workloads"].as_array().expect("workloads");
    assert_eq!(workloads[0]["compressions"], 17);
    for arms in workloads.iter().map(|workload| workload["arms"].as_array().expect("arms")) {
        let named = |name: &str| arms.iter().find(|arm| arm["name"] == name).expect("the arm");
        assert_eq!(named("raw")["allocations"], 0);
        assert_eq!(named("floor")["over_floor"], 1.0);
        for name in ["raw-new-key", "aws-sigv4", "floor-new-key"] {
            named(name);
        }
    }
}
