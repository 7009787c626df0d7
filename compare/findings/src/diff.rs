//! Compares two answers field by field.

use serde_json::Value;
use similar::{Algorithm, capture_diff_slices};

use crate::{
    run::{Difference, Outcome, SideResult},
    scenario::Scenario,
};

/// The fields that are expected to differ, and why. All other fields are compared.
///
/// A path is a JSON Pointer in which `*` matches any one step.
const EXPECTED: &[(&str, &[Scenario], &str)] = &[
    (
        "/url",
        &[Scenario::S3PresignedGet],
        "each side signs its own URL; the objects that they fetch are compared",
    ),
    ("/instances/*/id", LAUNCHED, "each side launches its own instance"),
    ("/instances/*/launched", LAUNCHED, "each side launches at another time"),
    ("/instances/*/private_ip", LAUNCHED, "EC2 gives every instance its own address"),
    ("/instances/*/availability_zone", LAUNCHED, "EC2 places an instance where it has capacity"),
    ("/instances/*/client_token", LAUNCHED, "the token distinguishes the two launches"),
    ("/resources/*", &[Scenario::Ec2CreateTags], "each side tags the instance that it launched"),
    (
        "/state_changes/*/id",
        &[Scenario::Ec2TerminateInstances],
        "each side terminates the instance that it launched",
    ),
];

const LAUNCHED: &[Scenario] =
    &[Scenario::Ec2RunInstances, Scenario::Ec2WaitRunning, Scenario::Ec2DescribeInstances];

/// Fields that identify the elements of a list. Without them, one missing element would make every
/// element after it differ.
const IDENTITIES: &[&str] = &["name", "key", "id"];

/// Every difference between the two sides of `scenario`. Request ids and the wording of errors are not
/// compared.
#[must_use]
pub fn sides(scenario: Scenario, raw: &SideResult, sdk: &SideResult) -> Vec<Difference> {
    if raw.outcome != sdk.outcome {
        return vec![difference("/outcome", outcome(raw.outcome), outcome(sdk.outcome))];
    }
    let mut differences = Vec::new();
    if let (Some(raw), Some(sdk)) = (&raw.answer, &sdk.answer) {
        values("", raw, sdk, &mut differences);
        differences.retain(|difference| !is_expected(scenario, &difference.path));
    }
    if let (Some(raw), Some(sdk)) = (&raw.failure, &sdk.failure) {
        if raw.status != sdk.status {
            differences.push(difference("/failure/status", raw.status, sdk.status));
        }
        if raw.code != sdk.code {
            differences.push(difference("/failure/code", raw.code.clone(), sdk.code.clone()));
        }
    }
    differences
}

fn is_expected(scenario: Scenario, path: &str) -> bool {
    EXPECTED.iter().any(|(pattern, scenarios, _reason)| {
        scenarios.contains(&scenario)
            && pattern.split('/').count() == path.split('/').count()
            && pattern
                .split('/')
                .zip(path.split('/'))
                .all(|(want, have)| want == "*" || want == have)
    })
}

fn values(path: &str, raw: &Value, sdk: &Value, differences: &mut Vec<Difference>) {
    match (raw, sdk) {
        (Value::Object(a), Value::Object(b)) => {
            for (name, raw) in a {
                let path = format!("{path}/{}", escape(name));
                values(&path, raw, b.get(name).unwrap_or(&Value::Null), differences);
            }
            for (name, sdk) in b.iter().filter(|(name, _)| !a.contains_key(*name)) {
                differences.push(difference(
                    format!("{path}/{}", escape(name)),
                    Value::Null,
                    sdk.clone(),
                ));
            }
        }
        (Value::Array(a), Value::Array(b)) => lists(path, a, b, differences),
        _ if raw == sdk => {}
        _ => differences.push(difference(path, raw.clone(), sdk.clone())),
    }
}

fn lists(path: &str, raw: &[Value], sdk: &[Value], differences: &mut Vec<Difference>) {
    // Single elements are compared whatever their identity: each side has its own instance.
    if raw.len() == 1 && sdk.len() == 1 {
        return values(&format!("{path}/0"), &raw[0], &sdk[0], differences);
    }
    let identities = |list: &[Value]| list.iter().map(identity).collect::<Vec<_>>();
    for op in capture_diff_slices(Algorithm::Myers, &identities(raw), &identities(sdk)) {
        let (old, new) = (op.old_range(), op.new_range());
        let paired = old.len().min(new.len());
        for offset in 0..paired {
            let (at, other) = (old.start + offset, new.start + offset);
            values(&format!("{path}/{at}"), &raw[at], &sdk[other], differences);
        }
        for (at, value) in raw.iter().enumerate().take(old.end).skip(old.start + paired) {
            differences.push(difference(format!("{path}/{at}"), value.clone(), Value::Null));
        }
        for (at, value) in sdk.iter().enumerate().take(new.end).skip(new.start + paired) {
            differences.push(difference(format!("{path}/{at}"), Value::Null, value.clone()));
        }
    }
}

fn identity(element: &Value) -> String {
    IDENTITIES
        .iter()
        .find_map(|field| element.get(field).and_then(Value::as_str))
        .map_or_else(|| element.to_string(), str::to_owned)
}

fn difference(path: impl Into<String>, raw: impl Into<Value>, sdk: impl Into<Value>) -> Difference {
    Difference { path: path.into(), raw: raw.into(), sdk: sdk.into() }
}

fn outcome(outcome: Outcome) -> Value {
    serde_json::to_value(outcome).unwrap_or(Value::Null)
}

/// RFC 6901 §3.
fn escape(step: &str) -> String {
    step.replace('~', "~0").replace('/', "~1")
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{is_expected, values};
    use crate::scenario::Scenario;

    fn paths(raw: &Value, sdk: &Value) -> Vec<(String, Value, Value)> {
        let mut found = Vec::new();
        values("", raw, sdk, &mut found);
        found
            .into_iter()
            .map(|difference| (difference.path, difference.raw, difference.sdk))
            .collect()
    }

    #[test]
    fn equal_answers_have_no_difference() {
        let answer = json!({"buckets": [{"name": "a", "created": null}]});
        assert!(paths(&answer, &answer).is_empty());
    }

    #[test]
    fn a_missing_element_is_one_difference_whatever_its_position() {
        let all = json!({"objects": [{"key": "a"}, {"key": "b"}, {"key": "c"}, {"key": "d"}]});
        let less = json!({"objects": [{"key": "a"}, {"key": "c"}, {"key": "d"}]});
        assert_eq!(paths(&all, &less), [("/objects/1".into(), json!({"key": "b"}), Value::Null)]);
        assert_eq!(paths(&less, &all), [("/objects/1".into(), Value::Null, json!({"key": "b"}))]);
    }

    #[test]
    fn a_changed_field_is_named_by_its_pointer() {
        let raw = json!({"objects": [{"key": "a", "size": 1}, {"key": "b", "size": 2}]});
        let sdk = json!({"objects": [{"key": "a", "size": 1}, {"key": "b", "size": 3}]});
        assert_eq!(paths(&raw, &sdk), [("/objects/1/size".into(), json!(2), json!(3))]);
    }

    #[test]
    fn a_field_that_one_side_lacks_is_null() {
        assert_eq!(
            paths(&json!({"tags": {"a/b": "x"}}), &json!({"tags": {"c": "y"}})),
            [
                ("/tags/a~1b".into(), json!("x"), Value::Null),
                ("/tags/c".into(), Value::Null, json!("y")),
            ]
        );
    }

    #[test]
    fn only_the_named_paths_of_the_named_scenarios_may_differ() {
        assert!(is_expected(Scenario::Ec2RunInstances, "/instances/0/id"));
        assert!(!is_expected(Scenario::Ec2RunInstances, "/instances/0/state"));
        assert!(!is_expected(Scenario::Ec2DescribeImages, "/images/0/id"));
        assert!(!is_expected(Scenario::S3ListObjects, "/url"));
    }
}
