//! All of EC2's refusals after authentication.
//!
//! A refusal without a fact has a comment on the source of its message: *seen* in a public report of
//! AWS's response, *imitated* from a third-party imitation of AWS, or the sandbox's *own*, where no
//! report was found.

use super::identifier;
use crate::facts::ec2 as facts;
use crate::refusal::Refusal;

// The call.

pub(super) fn invalid_action(action: &str) -> Refusal {
    Refusal::from_fact(facts::INVALID_ACTION).fill(&[action])
}

pub(super) fn dry_run_operation() -> Refusal {
    Refusal::from_fact(facts::DRY_RUN_OPERATION)
}

pub(super) fn unauthorized() -> Refusal {
    Refusal::from_fact(facts::UNAUTHORIZED)
}

pub(super) fn unauthorized_to_change(
    caller: &str,
    action: &str,
    resource: &str,
    request_id: &str,
) -> Refusal {
    let reason = format!("because no identity-based policy allows the {action} action");
    let blob = identifier::encoded_message(&format!("{caller} {action} {resource} {request_id}"));
    Refusal::from_fact(facts::UNAUTHORIZED_WITH_MESSAGE)
        .fill(&[caller, action, resource, &reason, &blob])
}

// Parameters.

pub(super) fn missing_parameter(name: &str) -> Refusal {
    Refusal::from_fact(facts::MISSING_PARAMETER).fill(&[name])
}

pub(super) fn unknown_parameter(name: &str) -> Refusal {
    Refusal::from_fact(facts::UNKNOWN_PARAMETER).fill(&[name])
}

pub(super) fn empty_value(name: &str) -> Refusal {
    invalid_value("", name, "The value cannot be empty")
}

/// The sentence is a fact; reasons other than that of `empty_value` are the sandbox's own.
pub(super) fn invalid_value(value: &str, name: &str, reason: &str) -> Refusal {
    Refusal::from_fact(facts::INVALID_VALUE).fill(&[value, name, reason])
}

/// Seen: aws/aws-sdk-ruby#2575.
pub(super) fn max_results_too_small(value: i64, smallest: i64) -> Refusal {
    invalid_parameter_value(format!(
        "Value ( {value} ) for parameter maxResults is invalid. Expecting a value greater than \
         {smallest}."
    ))
}

/// Seen: getmoto/moto#6282, which quotes AWS.
pub(super) fn ids_with_max_results(list: &str) -> Refusal {
    let message = format!("The parameter {list} cannot be used with the parameter maxResults");
    bad_request("InvalidParameterCombination", message)
}

/// Seen for `DescribeVpcs`: boto/boto3#2673.
pub(super) fn invalid_next_token(token: &str) -> Refusal {
    invalid_parameter_value(format!(
        "Value ( {token} ) for parameter NextToken is invalid. The token is invalid."
    ))
}

/// Seen: boto/boto3#1299.
pub(super) fn invalid_filter(name: &str) -> Refusal {
    invalid_parameter_value(format!("The filter '{name}' is invalid"))
}

/// Seen: ansible-collections/amazon.aws#2393.
pub(super) fn filter_value_too_long(limit: usize) -> Refusal {
    let message = format!("The maximum length for a filter value is {limit} characters");
    bad_request("FilterLimitExceeded", message)
}

/// Seen in the source of public clients of `DescribeInstances`.
pub(super) fn too_many_filter_values(limit: usize) -> Refusal {
    let message =
        format!("The maximum number of filter values specified on a single call is {limit}");
    bad_request("FilterLimitExceeded", message)
}

// Images.

pub(super) fn images_not_found(ids: &[&str]) -> Refusal {
    match ids {
        [id] => Refusal::from_fact(facts::IMAGE_NOT_FOUND).fill(&[id]),
        // Imitated, as the note of the same fact says.
        ids => bad_request(
            "InvalidAMIID.NotFound",
            format!("The image ids '[{}]' do not exist", ids.join(", ")),
        ),
    }
}

pub(super) fn malformed_image_id(id: &str) -> Refusal {
    Refusal::from_fact(facts::MALFORMED_IMAGE_ID).fill(&[id])
}

pub(super) fn not_authorized_for_image(id: &str) -> Refusal {
    Refusal::from_fact(facts::NOT_YOUR_IMAGE).fill(&[id])
}

/// Seen for `DescribeFpgaImages`, in the documentation of aws/aws-fpga.
pub(super) fn malformed_user_id(id: &str) -> Refusal {
    bad_request("InvalidUserID.Malformed", format!("User ID '{id}' is invalid"))
}

// Instances.

pub(super) fn instances_not_found(ids: &[&str]) -> Refusal {
    match ids {
        [id] => Refusal::from_fact(facts::INSTANCE_NOT_FOUND).fill(&[id]),
        // Seen: getmoto/moto#4903, as the note of the same fact says.
        ids => bad_request(
            "InvalidInstanceID.NotFound",
            format!("The instance IDs '{}' do not exist", ids.join(", ")),
        ),
    }
}

pub(super) fn malformed_instance_id(id: &str) -> Refusal {
    Refusal::from_fact(facts::MALFORMED_INSTANCE_ID).fill(&[id])
}

pub(super) fn invalid_instance_type(value: &str) -> Refusal {
    Refusal::from_fact(facts::INVALID_INSTANCE_TYPE).fill(&[value])
}

/// Seen: aws/eks-anywhere-build-tooling#2158, skypilot-org/skypilot#6315; elsewhere with several
/// architectures of the type, joined by a comma.
pub(super) fn architecture_mismatch(instance_type: &str, image: &str) -> Refusal {
    invalid_parameter_value(format!(
        "The architecture '{instance_type}' of the specified instance type does not match the \
         architecture '{image}' of the specified AMI. Specify an instance type and an AMI that \
         have matching architectures, and try again. You can use 'describe-instance-types' or \
         'describe-images' to discover the architecture of the instance type or AMI."
    ))
}

/// Seen: chef/chef-provisioning#388.
pub(super) fn hvm_not_supported() -> Refusal {
    let message = "Non-Windows instances with a virtualization type of 'hvm' are currently not \
                   supported for this instance type.";
    bad_request("InvalidParameterCombination", message)
}

/// Seen for the maximum: jenkinsci/ec2-plugin#252; imitated for the minimum.
pub(super) fn count_not_positive(which: &str) -> Refusal {
    invalid_parameter_value(format!("{which} instance count must be greater than zero"))
}

/// Own.
pub(super) fn minimum_above_maximum(minimum: i64, maximum: i64) -> Refusal {
    invalid_parameter_value(format!(
        "Minimum instance count ({minimum}) must not be greater than maximum instance count \
         ({maximum})"
    ))
}

/// Seen in public logs of `RunInstances`.
pub(super) fn invalid_availability_zone(zone: &str) -> Refusal {
    invalid_parameter_value(format!("Invalid availability zone: [{zone}]"))
}

pub(super) fn vcpu_limit_exceeded(limit: u32) -> Refusal {
    Refusal::from_fact(facts::VCPU_LIMIT_EXCEEDED).fill(&[&limit.to_string()])
}

pub(super) fn unsupported() -> Refusal {
    Refusal::from_fact(facts::UNSUPPORTED)
}

pub(super) fn idempotent_parameter_mismatch() -> Refusal {
    Refusal::from_fact(facts::IDEMPOTENT_PARAMETER_MISMATCH)
}

pub(super) fn idempotent_instance_terminated() -> Refusal {
    Refusal::from_fact(facts::IDEMPOTENT_INSTANCE_TERMINATED)
}

// Tags.

pub(super) fn tag_limit_exceeded() -> Refusal {
    Refusal::from_fact(facts::TAG_LIMIT_EXCEEDED)
}

/// Seen for the value: iriusrisk/GoCD-EC2-Elastic-Agent-Plugin#24; imitated for the key.
pub(super) fn tag_too_long(which: &str, limit: usize) -> Refusal {
    invalid_parameter_value(format!("Tag {which} exceeds the maximum length of {limit} characters"))
}

/// Seen: jcjorel/ec2-spot-converter#13.
pub(super) fn reserved_tag_key() -> Refusal {
    invalid_parameter_value("Tag keys starting with 'aws:' are reserved for internal use")
}

/// Seen: aws/aws-cli#3283.
pub(super) fn empty_tag_key() -> Refusal {
    invalid_parameter_value(
        "Value ( '' ) for parameter Tag key is invalid. Tag key cannot be null or empty.",
    )
}

/// Seen: scylladb/scylla-cluster-tests#1532.
pub(super) fn duplicate_tag_key(key: &str) -> Refusal {
    invalid_parameter_value(format!("Duplicate tag key '{key}' specified."))
}

/// Seen: aws/aws-cli#2865.
pub(super) fn not_taggable(resource_type: &str) -> Refusal {
    invalid_parameter_value(format!(
        "'{resource_type}' is not a valid taggable resource type for this operation."
    ))
}

/// Seen: kubernetes/cloud-provider-aws#1387.
pub(super) fn invalid_id(id: &str) -> Refusal {
    bad_request("InvalidID", format!("The ID '{id}' is not valid"))
}

/// Imitated.
pub(super) fn volume_not_found(id: &str) -> Refusal {
    bad_request("InvalidVolume.NotFound", format!("The volume '{id}' does not exist."))
}

fn invalid_parameter_value(message: impl Into<String>) -> Refusal {
    bad_request("InvalidParameterValue", message)
}

fn bad_request(code: &str, message: impl Into<String>) -> Refusal {
    Refusal::without_fact(400, code, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unauthorized_change_names_caller_action_and_resource() {
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
