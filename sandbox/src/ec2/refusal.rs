//! Every refusal of EC2, once.
//!
//! Those made by `played` have the status, code and words of a row of the facts. Of the others it
//! is said where their words come from: *seen* in a public report of AWS's answer, *imitated* from
//! a third-party imitation of AWS, or *ours*, where no report was found.

use super::{Ec2Error, identifier};
use crate::facts;

// The call as such.

pub(super) fn invalid_action(action: &str) -> Ec2Error {
    played("InvalidAction", &[action])
}

pub(super) fn dry_run_operation() -> Ec2Error {
    played("DryRunOperation", &[])
}

pub(super) fn unauthorized() -> Ec2Error {
    played("UnauthorizedOperation, short form", &[])
}

pub(super) fn unauthorized_to_change(
    caller: &str,
    action: &str,
    resource: &str,
    request_id: &str,
) -> Ec2Error {
    let reason = format!("because no identity-based policy allows the {action} action");
    let blob = identifier::encoded_message(&format!("{caller} {action} {resource} {request_id}"));
    played(
        "UnauthorizedOperation, with the encoded message",
        &[caller, action, resource, &reason, &blob],
    )
}

// Parameters.

pub(super) fn missing_parameter(name: &str) -> Ec2Error {
    played("MissingParameter", &[name])
}

pub(super) fn unknown_parameter(name: &str) -> Ec2Error {
    played("UnknownParameter", &[name])
}

pub(super) fn empty_value(name: &str) -> Ec2Error {
    invalid_value("", name, "The value cannot be empty")
}

/// The sentence is played, the reasons other than that of `empty_value` are ours.
pub(super) fn invalid_value(value: &str, name: &str, reason: &str) -> Ec2Error {
    played("InvalidParameterValue, empty", &[value, name, reason])
}

/// Seen: aws/aws-sdk-ruby#2575.
pub(super) fn max_results_too_small(value: i64, smallest: i64) -> Ec2Error {
    invalid_parameter_value(format!(
        "Value ( {value} ) for parameter maxResults is invalid. Expecting a value greater than \
         {smallest}."
    ))
}

/// Seen: getmoto/moto#6282, which quotes AWS.
pub(super) fn ids_with_max_results(list: &str) -> Ec2Error {
    let message = format!("The parameter {list} cannot be used with the parameter maxResults");
    refusal("InvalidParameterCombination", message)
}

/// Seen for `DescribeVpcs`: boto/boto3#2673.
pub(super) fn invalid_next_token(token: &str) -> Ec2Error {
    invalid_parameter_value(format!(
        "Value ( {token} ) for parameter NextToken is invalid. The token is invalid."
    ))
}

/// Seen: boto/boto3#1299.
pub(super) fn invalid_filter(name: &str) -> Ec2Error {
    invalid_parameter_value(format!("The filter '{name}' is invalid"))
}

/// Seen: ansible-collections/amazon.aws#2393.
pub(super) fn filter_value_too_long(limit: usize) -> Ec2Error {
    let message = format!("The maximum length for a filter value is {limit} characters");
    refusal("FilterLimitExceeded", message)
}

/// Seen: quoted in the source of public clients of `DescribeInstances`.
pub(super) fn too_many_filter_values(limit: usize) -> Ec2Error {
    let message =
        format!("The maximum number of filter values specified on a single call is {limit}");
    refusal("FilterLimitExceeded", message)
}

// Images.

pub(super) fn images_not_found(ids: &[&str]) -> Ec2Error {
    match ids {
        [id] => played("InvalidAMIID.NotFound", &[id]),
        // Imitated; the note of the same fact has it.
        ids => refusal(
            "InvalidAMIID.NotFound",
            format!("The image ids '[{}]' do not exist", ids.join(", ")),
        ),
    }
}

pub(super) fn malformed_image_id(id: &str) -> Ec2Error {
    played("InvalidAMIID.Malformed", &[id])
}

pub(super) fn not_authorized_for_image(id: &str) -> Ec2Error {
    played("AuthFailure, not your image", &[id])
}

/// Seen for `DescribeFpgaImages`, in the documentation of aws/aws-fpga.
pub(super) fn malformed_user_id(id: &str) -> Ec2Error {
    refusal("InvalidUserID.Malformed", format!("User ID '{id}' is invalid"))
}

// Instances.

pub(super) fn instances_not_found(ids: &[&str]) -> Ec2Error {
    match ids {
        [id] => played("InvalidInstanceID.NotFound", &[id]),
        // Seen: getmoto/moto#4903, which the note of the same fact names.
        ids => refusal(
            "InvalidInstanceID.NotFound",
            format!("The instance IDs '{}' do not exist", ids.join(", ")),
        ),
    }
}

pub(super) fn malformed_instance_id(id: &str) -> Ec2Error {
    played("InvalidInstanceID.Malformed", &[id])
}

pub(super) fn invalid_instance_type(value: &str) -> Ec2Error {
    played("InvalidParameterValue, instance type", &[value])
}

/// Seen: aws/eks-anywhere-build-tooling#2158, skypilot-org/skypilot#6315; elsewhere with the
/// several architectures of one type joined by a comma.
pub(super) fn architecture_mismatch(instance_type: &str, image: &str) -> Ec2Error {
    invalid_parameter_value(format!(
        "The architecture '{instance_type}' of the specified instance type does not match the \
         architecture '{image}' of the specified AMI. Specify an instance type and an AMI that \
         have matching architectures, and try again. You can use 'describe-instance-types' or \
         'describe-images' to discover the architecture of the instance type or AMI."
    ))
}

/// Seen: chef/chef-provisioning#388.
pub(super) fn hvm_not_supported() -> Ec2Error {
    let message = "Non-Windows instances with a virtualization type of 'hvm' are currently not \
                   supported for this instance type.";
    refusal("InvalidParameterCombination", message)
}

/// Seen for the maximum: jenkinsci/ec2-plugin#252; imitated for the minimum.
pub(super) fn count_not_positive(which: &str) -> Ec2Error {
    invalid_parameter_value(format!("{which} instance count must be greater than zero"))
}

/// Ours.
pub(super) fn minimum_above_maximum(minimum: i64, maximum: i64) -> Ec2Error {
    invalid_parameter_value(format!(
        "Minimum instance count ({minimum}) must not be greater than maximum instance count \
         ({maximum})"
    ))
}

/// Seen in public logs of `RunInstances`.
pub(super) fn invalid_availability_zone(zone: &str) -> Ec2Error {
    invalid_parameter_value(format!("Invalid availability zone: [{zone}]"))
}

pub(super) fn vcpu_limit_exceeded(limit: u32) -> Ec2Error {
    played("VcpuLimitExceeded", &[&limit.to_string()])
}

pub(super) fn unsupported() -> Ec2Error {
    played("Unsupported (RunInstances configuration)", &[])
}

pub(super) fn idempotent_parameter_mismatch() -> Ec2Error {
    played("IdempotentParameterMismatch", &[])
}

pub(super) fn idempotent_instance_terminated() -> Ec2Error {
    played("IdempotentInstanceTerminated", &[])
}

// Tags.

pub(super) fn tag_limit_exceeded() -> Ec2Error {
    played("TagLimitExceeded", &[])
}

/// Seen for the value: iriusrisk/GoCD-EC2-Elastic-Agent-Plugin#24; imitated for the key.
pub(super) fn tag_too_long(which: &str, limit: usize) -> Ec2Error {
    invalid_parameter_value(format!("Tag {which} exceeds the maximum length of {limit} characters"))
}

/// Seen: jcjorel/ec2-spot-converter#13.
pub(super) fn reserved_tag_key() -> Ec2Error {
    invalid_parameter_value("Tag keys starting with 'aws:' are reserved for internal use")
}

/// Seen: aws/aws-cli#3283.
pub(super) fn empty_tag_key() -> Ec2Error {
    invalid_parameter_value(
        "Value ( '' ) for parameter Tag key is invalid. Tag key cannot be null or empty.",
    )
}

/// Seen: scylladb/scylla-cluster-tests#1532.
pub(super) fn duplicate_tag_key(key: &str) -> Ec2Error {
    invalid_parameter_value(format!("Duplicate tag key '{key}' specified."))
}

/// Seen: aws/aws-cli#2865.
pub(super) fn not_taggable(resource_type: &str) -> Ec2Error {
    invalid_parameter_value(format!(
        "'{resource_type}' is not a valid taggable resource type for this operation."
    ))
}

/// Seen: kubernetes/cloud-provider-aws#1387.
pub(super) fn invalid_id(id: &str) -> Ec2Error {
    refusal("InvalidID", format!("The ID '{id}' is not valid"))
}

/// Imitated.
pub(super) fn volume_not_found(id: &str) -> Ec2Error {
    refusal("InvalidVolume.NotFound", format!("The volume '{id}' does not exist."))
}

fn invalid_parameter_value(message: impl Into<String>) -> Ec2Error {
    refusal("InvalidParameterValue", message)
}

/// A refusal of the caller's request.
fn refusal(code: &str, message: impl Into<String>) -> Ec2Error {
    Ec2Error { status: 400, code: code.to_owned(), message: message.into() }
}

/// The refusal of that case of the facts, `values` taking the places of its `{…}` in their order.
fn played(case: &str, values: &[&str]) -> Ec2Error {
    let played = facts::find("ec2", case).and_then(|fact| {
        let message = fill(fact.message.as_deref()?, values);
        Some(Ec2Error { status: fact.status?, code: fact.code.clone()?, message })
    });
    // The test below asks for every case.
    played.unwrap_or_else(|| panic!("the facts have no refusal for EC2's case \"{case}\""))
}

/// In one pass, so that a value which itself holds braces stays as it is.
fn fill(pattern: &str, values: &[&str]) -> String {
    let mut values = values.iter();
    let mut pieces = pattern.split('{');
    let mut message = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let (_, rest) = piece.split_once('}').unwrap_or(("", piece));
        message.push_str(values.next().unwrap_or(&""));
        message.push_str(rest);
    }
    message
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_case_that_is_played_is_in_the_facts_with_as_many_places_as_values() {
        let played = [
            (invalid_action("<1>"), 1),
            (dry_run_operation(), 0),
            (unauthorized(), 0),
            (unauthorized_to_change("<1>", "<2>", "<3>", ""), 4),
            (missing_parameter("<1>"), 1),
            (unknown_parameter("<1>"), 1),
            (invalid_value("<1>", "<2>", "<3>"), 3),
            (images_not_found(&["<1>"]), 1),
            (malformed_image_id("<1>"), 1),
            (not_authorized_for_image("<1>"), 1),
            (instances_not_found(&["<1>"]), 1),
            (malformed_instance_id("<1>"), 1),
            (invalid_instance_type("<1>"), 1),
            (vcpu_limit_exceeded(7), 0),
            (unsupported(), 0),
            (idempotent_parameter_mismatch(), 0),
            (idempotent_instance_terminated(), 0),
            (tag_limit_exceeded(), 0),
        ];
        for (error, values) in played {
            assert_eq!(error.message.matches('<').count(), values, "{error}");
            assert!(!error.message.contains(['{', '}']), "{error}");
        }
    }

    #[test]
    fn values_are_not_read_as_patterns() {
        assert_eq!(fill("{a} and {b}.", &["{b}", "x"]), "{b} and x.");
    }

    #[test]
    fn a_refused_change_says_who_may_not_do_what_to_what() {
        let error = unauthorized_to_change("USER", "ec2:RunInstances", "ARN", "id");
        let (sentence, blob) = error.message.rsplit_once(' ').unwrap();
        assert_eq!(error.status, 403);
        assert_eq!(
            sentence,
            "You are not authorized to perform this operation. User: USER is not authorized to \
             perform: ec2:RunInstances on resource: ARN because no identity-based policy allows \
             the ec2:RunInstances action. Encoded authorization failure message:"
        );
        assert!(
            blob.len() > 300
                && !blob.contains(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_')
        );
    }
}
