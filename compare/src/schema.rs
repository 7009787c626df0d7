//! The JSON schemas of the answers, derived from their types. The tests compare them with the files in
//! `compare/schema/`.

use findings::{
    errors::ErrorResults, explain::Explanation, footprint::Footprint, latency::Latency,
    parse::Parsing, paths::Paths, run::RunResult, selfcheck::Selfcheck, signing::Signing,
    startup::Startup,
};
use measure::{launch::sweep::SweepReport, sign::SignAnswer, verify::VerifyAnswer};
use schemars::{JsonSchema, Schema, generate::SchemaSettings};

use crate::cli::answers::{BenchAll, ReportDone, SandboxReady, SignSides};

/// Every schema, with the name of its file without `.schema.json`.
#[must_use]
pub fn all() -> Vec<(&'static str, Schema)> {
    vec![
        ("run", of::<RunResult>("compare run --format json")),
        ("explain", of::<Explanation>("compare explain --format json")),
        ("paths", of::<Paths>("compare paths --format json")),
        ("footprint", of::<Footprint>("compare footprint --format json")),
        ("errors", of::<ErrorResults>("compare errors --format json")),
        ("sign", of::<SignSides>("compare sign --format json")),
        ("sign-line", of::<SignAnswer>("one line of compare sign --jsonl")),
        ("verify-line", of::<VerifyAnswer>("one line of compare verify --jsonl")),
        ("bench-all", of::<BenchAll>("compare bench all --format json")),
        ("bench-latency", of::<Latency>("compare bench latency --format json")),
        ("bench-parse", of::<Parsing>("compare bench parse --format json")),
        ("bench-selfcheck", of::<Selfcheck>("compare bench selfcheck --format json")),
        ("bench-signing", of::<Signing>("compare bench signing --format json")),
        ("bench-startup", of::<Startup>("compare bench startup --format json")),
        ("sandbox", of::<SandboxReady>("the line that compare sandbox prints when it is ready")),
        ("cleanup", of::<SweepReport>("compare cleanup --format json")),
        ("report", of::<ReportDone>("compare report --format json")),
    ]
}

/// The schema of what `T` serialises to.
fn of<T: JsonSchema>(title: &str) -> Schema {
    let settings = SchemaSettings::draft2020_12().for_serialize();
    let mut schema = settings.into_generator().into_root_schema_for::<T>();
    schema.insert("title".to_owned(), title.into());
    schema
}
