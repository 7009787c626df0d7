//! What the caller signs wrongly, or with credentials that have expired.

use contract::{AccessKeyId, InvokeApi, Operation, PresignGet, Signing};
use findings::errors::Cause;
use raw::endpoint::Service::{self, Ec2, ExecuteApi, S3};

use super::{Basis, Case, Duration, Play, Presigned};

const S3_MISMATCH: &str = "SignatureDoesNotMatch (SigV4, header or presigned)";
const S3_UNKNOWN_KEY: &str = "InvalidAccessKeyId (unknown access key)";
const S3_SKEW: &str = "RequestTimeTooSkewed (clock skew > 15 min)";
const EC2_FAILURE: &str = "AuthFailure: unknown key, wrong secret, bad signature (SigV4)";
const EC2_SCOPE: &str = "credential scoped to the wrong region or service";
const EC2_MALFORMED: &str = "IncompleteSignature: malformed Authorization (documented only)";
const API_MISMATCH: &str = "InvalidSignatureException, long form";
const API_UNKNOWN: &str = "UnrecognizedClientException (unknown access key, or bad session token)";
const API_UNSIGNED: &str =
    "MissingAuthenticationToken: no Authorization on an IAM method, unknown path or method";

pub(super) const ALL: &[Case] = &[
    // S3: the credentials.
    mistake("s3-signature-does-not-match", S3, "secret-of-another-key", S3_MISMATCH),
    mistake("s3-secret-with-trailing-space", S3, "secret-with-trailing-space", S3_MISMATCH),
    mistake("s3-secret-with-trailing-newline", S3, "secret-with-trailing-newline", S3_MISMATCH),
    mistake("s3-temporary-key-with-wrong-secret", S3, "secret-of-another-key", S3_MISMATCH)
        .by("temporary"),
    mistake("s3-unknown-access-key", S3, "access-key-unknown", S3_UNKNOWN_KEY),
    mistake(
        "s3-temporary-key-without-token",
        S3,
        "token-missing",
        "temporary key (ASIA...) used without its session token",
    )
    .by("temporary"),
    mistake(
        "s3-token-not-signed",
        S3,
        "token-not-signed",
        "session token header sent but not in SignedHeaders",
    )
    .by("temporary"),
    mistake("s3-invalid-token", S3, "token-of-another-session", "InvalidToken (bad session token)")
        .by("temporary"),
    expired("s3-expired-token", S3, "ExpiredToken (expired session token)"),
    // No header can carry a line break, so nothing is sent.
    Case::new(
        "s3-access-key-id-with-line-break",
        S3,
        Cause::Mistake,
        "The access key id ends in a line break, as lines of files do.",
        Basis::Played { status: None, source: "smithy-lang/smithy-rs#4565, rusoto/rusoto#1589" },
        Play::Credentials(|credentials| {
            let id = format!("{}\n", credentials.access_key_id.as_str());
            credentials.access_key_id = AccessKeyId::new(id);
        }),
    ),
    // S3: the scope and the clock.
    mistake("s3-request-time-too-skewed", S3, "clock-10-hours-behind", S3_SKEW),
    mistake("s3-request-time-in-the-future", S3, "clock-10-hours-ahead", S3_SKEW),
    mistake("s3-wrong-region", S3, "region-wrong", "AuthorizationHeaderMalformed, wrong region"),
    mistake("s3-wrong-service", S3, "service-wrong", "AuthorizationHeaderMalformed, wrong service"),
    mistake(
        "s3-scope-of-yesterday",
        S3,
        "scope-of-yesterday",
        "AuthorizationHeaderMalformed, credential date differs from x-amz-date",
    ),
    // S3: the request.
    mistake("s3-query-not-sorted", S3, "query-not-sorted", S3_MISMATCH),
    mistake("s3-space-as-plus", S3, "space-as-plus", S3_MISMATCH),
    mistake("s3-path-encoded-twice", S3, "path-encoded-twice", S3_MISMATCH),
    mistake("s3-path-normalized", S3, "path-normalized", S3_MISMATCH),
    mistake("s3-host-with-wrong-port", S3, "host-with-wrong-port", S3_MISMATCH),
    mistake(
        "s3-header-not-signed",
        S3,
        "header-not-signed",
        "AccessDenied, x-amz-* header sent but not signed",
    ),
    mistake(
        "s3-content-sha256-missing",
        S3,
        "content-sha256-missing",
        "missing x-amz-content-sha256 (SigV4 header auth)",
    ),
    mistake(
        "s3-content-sha256-of-another-body",
        S3,
        "body-of-another-request",
        "XAmzContentSHA256Mismatch (body hash differs from header)",
    ),
    mistake(
        "s3-content-sha256-invalid",
        S3,
        "content-sha256-invalid",
        "x-amz-content-sha256 not a valid value",
    ),
    // S3: the signature and the header that carries it.
    mistake("s3-signature-in-capitals", S3, "signature-in-capitals", S3_MISMATCH),
    mistake("s3-no-signature", S3, "signature-missing", "no auth (anonymous) / denied, old style"),
    mistake("s3-signature-version-2", S3, "signature-version-2", "SigV2 refused"),
    mistake(
        "s3-authorization-incomplete",
        S3,
        "authorization-without-signature",
        "AuthorizationHeaderMalformed, components missing",
    ),
    mistake(
        "s3-credential-without-key",
        S3,
        "credential-without-key",
        "AuthorizationHeaderMalformed, empty access key",
    ),
    mistake(
        "s3-credential-malformed",
        S3,
        "credential-without-terminator",
        "AuthorizationHeaderMalformed, bad Credential form",
    ),
    Case::new(
        "s3-presigned-url-expired",
        S3,
        Cause::Mistake,
        "A presigned URL is used after it has expired.",
        Basis::Fact("presigned URL expired (SigV4)"),
        Play::Presigned(Presigned::Late),
    )
    .calling(|_| presigned_get("greeting.txt")),
    Case::new(
        "s3-presigned-url-incomplete",
        S3,
        Cause::Mistake,
        "The signature of a presigned URL was cut off.",
        Basis::Fact("presigned URL, query parameters missing (SigV4)"),
        Play::Presigned(Presigned::WithoutSignature),
    )
    .calling(|_| presigned_get("greeting.txt")),
    // EC2, which answers nearly all of them with AuthFailure.
    mistake("ec2-wrong-secret", Ec2, "secret-of-another-key", EC2_FAILURE),
    mistake("ec2-secret-with-trailing-newline", Ec2, "secret-with-trailing-newline", EC2_FAILURE),
    mistake("ec2-unknown-access-key", Ec2, "access-key-unknown", EC2_FAILURE),
    mistake("ec2-temporary-key-without-token", Ec2, "token-missing", EC2_FAILURE).by("temporary"),
    mistake("ec2-invalid-token", Ec2, "token-of-another-session", EC2_FAILURE).by("temporary"),
    expired("ec2-expired-token", Ec2, "expired session token"),
    mistake("ec2-clock-behind", Ec2, "clock-10-hours-behind", "clock skew").with_date(),
    mistake("ec2-clock-ahead", Ec2, "clock-10-hours-ahead", "clock skew").with_date(),
    mistake("ec2-wrong-region", Ec2, "region-wrong", EC2_SCOPE),
    mistake("ec2-wrong-service", Ec2, "service-wrong", EC2_SCOPE),
    mistake("ec2-body-changed-after-signing", Ec2, "body-of-another-request", EC2_FAILURE),
    mistake("ec2-header-changed-on-the-way", Ec2, "header-changed-on-the-way", EC2_FAILURE),
    mistake("ec2-no-signature", Ec2, "signature-missing", "unsigned request"),
    mistake("ec2-malformed-authorization", Ec2, "authorization-of-another-scheme", EC2_MALFORMED),
    // API Gateway.
    mistake("api-wrong-secret", ExecuteApi, "secret-of-another-key", API_MISMATCH),
    mistake("api-path-encoded-once", ExecuteApi, "path-encoded-once", API_MISMATCH),
    mistake("api-unknown-access-key", ExecuteApi, "access-key-unknown", API_UNKNOWN),
    mistake("api-temporary-key-without-token", ExecuteApi, "token-missing", API_UNKNOWN)
        .by("temporary"),
    expired("api-expired-token", ExecuteApi, "ExpiredTokenException"),
    mistake(
        "api-clock-behind",
        ExecuteApi,
        "clock-10-minutes-behind",
        "clock behind (signature expired)",
    )
    .with_date(),
    mistake(
        "api-clock-ahead",
        ExecuteApi,
        "clock-10-minutes-ahead",
        "clock ahead (signature not yet current)",
    )
    .with_date(),
    mistake("api-wrong-region", ExecuteApi, "region-wrong", "credential scoped to another region"),
    mistake(
        "api-wrong-service",
        ExecuteApi,
        "service-wrong",
        "credential scoped to another service",
    ),
    Case::new(
        "api-no-signature",
        ExecuteApi,
        Cause::Mistake,
        "The request is not signed.",
        Basis::Fact(API_UNSIGNED),
        Play::Call,
    )
    .calling(|input| {
        let url = input.api_url.clone();
        Operation::InvokeApi(InvokeApi { url, signing: Signing::Unsigned })
    }),
    mistake(
        "api-authorization-of-another-scheme",
        ExecuteApi,
        "authorization-of-another-scheme",
        "IncompleteSignatureException, Authorization not key=value (newer)",
    ),
    mistake(
        "api-authorization-in-one-word",
        ExecuteApi,
        "authorization-in-one-word",
        "IncompleteSignatureException, parts missing",
    ),
];

const fn mistake(
    id: &'static str,
    service: Service,
    mistake: &'static str,
    fact: &'static str,
) -> Case {
    // The table of mistakes has the sentence.
    Case::new(id, service, Cause::Mistake, "", Basis::Fact(fact), Play::Mistake(mistake))
}

const fn expired(id: &'static str, service: Service, fact: &'static str) -> Case {
    let what = "The session token has expired.";
    Case::new(id, service, Cause::Mistake, what, Basis::Fact(fact), Play::Call).by("expired")
}

pub(super) fn presigned_get(key: &str) -> Operation {
    Operation::PresignGet(PresignGet {
        bucket: "notes".to_owned(),
        key: key.to_owned(),
        expires: Duration::from_secs(1),
    })
}
