//! Errors about signatures and credentials.

use std::time::Duration;

use super::canonical;
use super::clock::Skew;
use super::credentials::aws_credential_warnings;
use super::refused::says;
use crate::error_kind::ErrorContext;
use crate::observe::Steps;
use crate::parse::ErrorResponse;
use crate::redact::Secrets;

/// The clock skew that S3 and EC2 allow.
const ALLOWED_SKEW: Duration = Duration::from_mins(15);

/// The advice for a signature that does not match.
pub(super) fn mismatch(response: &ErrorResponse, context: &ErrorContext<'_>) -> String {
    let secrets = Secrets::of(context.credentials);
    let signed = context.signed.as_ref().map(|signed| redacted(signed, &secrets));
    let difference = signed.and_then(|signed| canonical::compare(&signed, response));
    credential_prefix(context)
        + &difference.unwrap_or_else(|| {
            "Compare what was signed with what was sent, line by line; if they are the same, the \
             secret key is wrong"
                .to_owned()
        })
}

/// `signed` with the same redactions as the response, so that the two can be compared.
fn redacted(signed: &Steps, secrets: &Secrets) -> Steps {
    let mut signed = signed.clone();
    secrets.redact(&mut signed.canonical_request);
    signed
}

/// The advice for EC2's `AuthFailure`. EC2 has one message for everything that is wrong with a
/// signature, so this lists the causes that can be ruled out and those that are left.
pub(super) fn ec2_auth_failure(skew: Option<Skew>, context: &ErrorContext<'_>) -> String {
    const SAME: &str = "EC2 gives this answer for everything that is wrong with a signature. ";
    if let Some(skew) = skew.filter(|skew| skew.exceeds(ALLOWED_SKEW)) {
        return format!("{SAME}Here it is the clock: {skew}, and EC2 allows 15 min. Set it");
    }
    let warnings = credential_prefix(context);
    let mut ruled_out: Vec<String> = Vec::new();
    if let Some(skew) = skew {
        ruled_out
            .push(format!("the clock ({} s off, by the answer's Date)", skew.length().as_secs()));
    }
    let mut left = vec![
        "the access key is inactive, deleted or of another partition",
        "the secret belongs to another key",
    ];
    if warnings.is_empty() {
        ruled_out.push("the form of access key and secret".to_owned());
        if context.credentials.session_token.is_some() {
            left.push("the session token belongs to another key or was cut");
        } else {
            ruled_out.push("a missing session token".to_owned());
        }
    }
    let region = context.region;
    let signed_for =
        format!("the call was signed for {region}, and the endpoint is in another region");
    // The names of AWS's hosts contain their region.
    if context.url.as_ref().is_some_and(|url| url.contains(region)) {
        ruled_out.push(format!("the region ({region}, as in the host's name)"));
    } else {
        left.push(&signed_for);
    }
    left.push("the call was signed for another service");
    left.push("something in between changed a signed header or the body");
    let ruled_out = if ruled_out.is_empty() {
        String::new()
    } else {
        format!("Ruled out here: {}. ", ruled_out.join(", "))
    };
    format!("{SAME}{warnings}{ruled_out}Left: {}", left.join("; "))
}

/// The advice for an access key that the service does not know.
pub(super) fn unknown_key(context: &ErrorContext<'_>) -> String {
    let usual = match context.credentials.session_token {
        Some(_) => {
            "The access key was deleted or is of another partition, or the session token belongs to \
             another key"
        }
        None => "The access key does not exist in this partition, was deleted, or is inactive",
    };
    credential_prefix(context) + usual
}

/// The advice for an `Authorization` header or a presigned URL that S3 cannot read. Its message says
/// which part it is.
pub(super) fn malformed(response: &ErrorResponse) -> &'static str {
    if says(response, "incorrect service") {
        "Sign for s3: the credential scope names another service"
    } else if says(response, "Invalid credential date") || says(response, "incorrect date") {
        "The date in the credential scope differs from that in x-amz-date: derive a new signing key \
         when the date changes in UTC"
    } else if says(response, "non-empty Access Key") {
        "The credential has no access key: is AWS_ACCESS_KEY_ID empty?"
    } else if says(response, "Query-string") || says(response, "X-Amz-") {
        "A parameter of the presigned URL is missing or was changed: was the URL cut, or its & \
         interpreted by a shell?"
    } else {
        "The Authorization header does not have the form AWS4-HMAC-SHA256 \
         Credential=KEY/DATE/REGION/s3/aws4_request, SignedHeaders=…, Signature=…"
    }
}

/// A sentence about what looks wrong with the credentials, if anything does.
pub(super) fn credential_advice(context: &ErrorContext<'_>) -> Option<String> {
    let warnings = aws_credential_warnings(context.credentials);
    (!warnings.is_empty())
        .then(|| format!("Look at the credentials first: {}", warnings.join("; ")))
}

/// [`credential_advice`] to put before other advice; empty if there is none.
fn credential_prefix(context: &ErrorContext<'_>) -> String {
    credential_advice(context).map(|sentence| sentence + ". ").unwrap_or_default()
}
