//! Error responses, by their code.

use std::time::Duration;

use super::clock::{self, Skew};
use super::{other_server, signature};
use crate::error_kind::ErrorContext;
use crate::parse::ErrorResponse;

/// The clock skew that API Gateway allows. A smaller skew causes no error.
const ALLOWED_SKEW: Duration = Duration::from_mins(5);

/// The advice for an error response.
pub(super) fn advice(response: &ErrorResponse, context: &ErrorContext<'_>) -> Option<String> {
    let Some(code) = response.code.as_deref() else { return Some(other_server::advice(response)) };
    let skew = Skew::shown_by(response, context.signed_at);
    let advice = match code {
        // API Gateway has one code for everything that is wrong with a signature. The message tells.
        "InvalidSignatureException" if response.request_time().is_some() => clock::set(skew),
        "InvalidSignatureException" if says(response, "correct service") => {
            "Sign for the endpoint's service, execute-api: the credential scope names another"
                .to_owned()
        }
        "InvalidSignatureException" if says(response, "valid region") => format!(
            "Sign for the region of the endpoint; this call was signed for {}",
            context.region
        ),
        "SignatureDoesNotMatch" | "InvalidSignatureException" => {
            signature::mismatch(response, context)
        }
        "AuthFailure" if response.status == 401 => signature::ec2_auth_failure(skew, context),
        "RequestTimeTooSkewed" => clock::set(skew),
        "RequestExpired" if skew.is_some_and(|skew| skew.exceeds(ALLOWED_SKEW)) => clock::set(skew),
        "InvalidAccessKeyId" | "UnrecognizedClientException" | "InvalidClientTokenId" => {
            signature::unknown_key(context)
        }
        "PermanentRedirect" | "TemporaryRedirect" | "IllegalLocationConstraintException" => {
            region(response).or_else(|| signature::credential_advice(context))?
        }
        "AuthorizationHeaderMalformed" | "AuthorizationQueryParametersError" => region(response)
            .or_else(|| signature::credential_advice(context))
            .unwrap_or_else(|| signature::malformed(response).to_owned()),
        "AccessDenied" | "AccessDeniedException" => access_denied(response),
        "InvalidAMIID.NotFound" | "InvalidAMIID.Unavailable" => {
            format!("Image ids belong to one region; look for this one in {}", context.region)
        }
        "InvalidInstanceID.NotFound" => format!(
            "Instance ids belong to one region and account; look for this one in {}. An instance that \
             was launched a moment ago may not be known yet",
            context.region
        ),
        "SlowDown" | "RequestLimitExceeded" | "TooManyRequestsException" | "Throttling" => {
            match response.retry_after() {
                Some(pause) => format!("Too many calls at once; ask again in {pause:?}"),
                None => "Too many calls at once; wait, then ask less often or with retries".into(),
            }
        }
        "InternalError" | "InternalServerErrorException" | "ServiceUnavailable" | "Unavailable" => {
            let launch = match context.operation {
                "RunInstances" => ", with the same client token, so that nothing is launched twice",
                _ => "",
            };
            format!("The service failed: try again{launch}")
        }
        _ => return by_code(code, response).map(str::to_owned),
    };
    Some(advice)
}

/// The advice for codes that need nothing else than the response.
fn by_code(code: &str, response: &ErrorResponse) -> Option<&'static str> {
    Some(match code {
        "RequestExpired" => {
            "Renew the temporary credentials: EC2 gives this answer for an expired session token"
        }
        "ExpiredToken" | "ExpiredTokenException" => {
            "The session token has expired; get new temporary credentials"
        }
        "InvalidToken" => {
            "The session token does not belong to this key pair, or was cut or quoted on its way; take \
             all three values from one source again"
        }
        "MissingAuthenticationToken" | "MissingAuthenticationTokenException" => {
            "Either the call was not signed, or there is no such route: API Gateway gives the same \
             answer for a wrong path, stage or method"
        }
        "MissingParameter" if says(response, "AWSAccessKeyId") => {
            "The call was not signed: EC2 then expects the parameters of an older signature version"
        }
        "IncompleteSignature" | "IncompleteSignatureException" => {
            "The Authorization header is not AWS4-HMAC-SHA256 with Credential, SignedHeaders and \
             Signature: something else set it, or cut it"
        }
        "UnauthorizedOperation" if response.encoded_message().is_some() => {
            "The signature is good; the identity's policies do not allow this. `aws sts \
             decode-authorization-message` decodes the encoded message, which is complete in the details"
        }
        "UnauthorizedOperation" => {
            "The signature is good; the identity's policies do not allow this"
        }
        "AuthFailure" => "The signature is good; the image or resource belongs to another account",
        "InvalidRequest" if says(response, "AWS4-HMAC-SHA256") => {
            "The call was signed with Signature Version 2, which is no longer accepted: use version 4"
        }
        "InvalidRequest" if says(response, "x-amz-content-sha256") => {
            "Send x-amz-content-sha256, the hash of the body, and sign it: S3 requires it"
        }
        "XAmzContentSHA256Mismatch" => {
            "The body that arrived is not the one that was hashed: something changed it after \
             signing, or the header belongs to another body"
        }
        "NoSuchBucket" => "Check the bucket's name; ListBuckets lists the caller's own",
        "NoSuchKey" => "Check the key, its case and its slashes; ListObjectsV2 lists the keys",
        "DryRunOperation" => "Nothing was done; without DryRun the call would have succeeded",
        "VcpuLimitExceeded" | "InstanceLimitExceeded" => {
            "Use a smaller type or terminate instances; Service Quotas can raise the account's quota"
        }
        "InsufficientInstanceCapacity" => {
            "AWS has no free capacity of this type there: try another zone or type, or later"
        }
        "InvalidAMIID.Malformed" | "InvalidInstanceID.Malformed" => {
            "This is not an id: an id is `ami-` or `i-`, then 8 or 17 hexadecimal digits. A name has to \
             be looked up first"
        }
        "InvalidParameterValue" => "Check the value that the message names; nothing was done",
        "TagLimitExceeded" => "A resource can have 50 tags: remove some first",
        "InvalidBucketName" => {
            "A bucket's name has 3 to 63 lower-case letters, digits, dots and hyphens"
        }
        "InvalidArgument" if says(response, "x-amz-content-sha256") => {
            "x-amz-content-sha256 is the hash of the body in hexadecimal, or UNSIGNED-PAYLOAD"
        }
        "InvalidArgument" => "Check the argument that the message names",
        "IdempotentParameterMismatch" | "IdempotentInstanceTerminated" => {
            "This client token was used before; use a new one for a new launch"
        }
        _ => return None,
    })
}

fn access_denied(response: &ErrorResponse) -> String {
    let advice = match (response.headers_not_signed(), response.message.as_deref()) {
        (Some(headers), _) => {
            return format!("Sign {headers} too, or stop whatever adds it from doing so");
        }
        (None, Some("Request has expired")) => {
            "The presigned URL has expired: make a new one, valid for longer if necessary"
        }
        (None, Some(message)) if message.contains("x-amz-date") => {
            "Send x-amz-date, and sign it: a signature without a time is not accepted"
        }
        (None, Some("Access Denied")) => {
            "The call was not signed, or the policies of the signer do not allow it"
        }
        _ => "The signature is good; the identity's policies do not allow this",
    };
    advice.to_owned()
}

/// The region or host that S3 names as the right one.
fn region(response: &ErrorResponse) -> Option<String> {
    match (response.expected_region(), response.endpoint()) {
        (Some(region), _) => {
            Some(format!("Use the region {region}: sign for it and call its host"))
        }
        (None, Some(endpoint)) => Some(format!("The bucket answers at {endpoint}; use its region")),
        (None, None) => None,
    }
}

/// Whether the service's message contains `text`.
pub(super) fn says(response: &ErrorResponse, text: &str) -> bool {
    response.message.as_deref().is_some_and(|message| message.contains(text))
}
