//! The five steps of `SigV4` (AWS counts six, with the signing key apart from the signature), and the code that takes each on either side. Tests hold every name against
//! the sources.
//! Steps: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>

/// One step.
#[derive(Debug, Clone, Copy)]
pub struct Step {
    /// Its name in AWS's words.
    pub name: &'static str,
    /// What comes of it.
    pub what: &'static str,
    /// In this project.
    pub raw: &'static [Code],
    /// In the crate aws-sigv4, which the SDK signs with.
    pub sdk: &'static [Code],
    /// What goes wrong there most often.
    pub pitfalls: &'static str,
}

/// A function or type, and the file that has it: below the project, or below the crate that it names first.
#[derive(Debug, Clone, Copy)]
pub struct Code {
    /// As it is called in the source: `Type::function`, `function`.
    pub name: &'static str,
    /// Where it is.
    pub file: &'static str,
}

/// A piece of code, for a list of them.
pub(super) const fn code(name: &'static str, file: &'static str) -> Code {
    Code { name, file }
}

/// In AWS's order.
pub const STEPS: [Step; 5] = [
    Step {
        name: "Canonical request",
        what: "method, path, query, headers, their names, and the hash of the body, each in the one \
               form in which both ends write it",
        raw: &[
            code("CanonicalRequest::new", "raw/src/sigv4.rs"),
            code("write_canonical", "raw/src/sigv4/path.rs"),
            code("QueryBuffers::canonical", "raw/src/sigv4/query.rs"),
            code("Headers::write_canonical", "raw/src/sigv4/headers.rs"),
            code("HashedPayload::new", "raw/src/sigv4.rs"),
        ],
        sdk: &[code("CanonicalRequest::from", "aws-sigv4/src/http_request/canonical_request.rs")],
        pitfalls: "Most mismatches that users report begin here: a path encoded twice for S3, or once for \
           any other service; a space written as + instead of %20; a query that is not sorted; \
           ?acl signed without its =; a host without its port. S3 answers with the canonical request \
           that it made: compare it with your own, line by line.",
    },
    Step {
        name: "Hash of the canonical request",
        what: "its SHA-256, in lower-case hexadecimal",
        raw: &[
            code("CanonicalRequest::hash", "raw/src/sigv4.rs"),
            code("sha256", "raw/src/sigv4/sha256.rs"),
        ],
        sdk: &[code("sha256_hex_string", "aws-sigv4/src/sign/v4.rs")],
        pitfalls: "Two texts look alike and hash differently: a line feed at the end, a header value that \
           was not trimmed, or blanks inside of it that were not made one.",
    },
    Step {
        name: "String to sign",
        what: "algorithm, time, credential scope, and that hash",
        raw: &[
            code("StringToSign::new", "raw/src/sigv4.rs"),
            code("CredentialScope::new", "raw/src/sigv4.rs"),
        ],
        sdk: &[
            code("StringToSign::new_v4", "aws-sigv4/src/http_request/canonical_request.rs"),
            code("SigningScope", "aws-sigv4/src/http_request/canonical_request.rs"),
        ],
        pitfalls: "The scope names a region or a service that is not the one that was called, or the clock is \
           off. S3 says which, and by how much; EC2 says no more than AuthFailure. A retry that keeps \
           the old time fails as well.",
    },
    Step {
        name: "Signing key and signature",
        what: "four HMACs that narrow the secret down to one day, region and service, and a fifth of the \
               string to sign",
        raw: &[
            code("SigningKey::derive", "raw/src/sigv4.rs"),
            code("SigningKey::sign", "raw/src/sigv4.rs"),
            code("KeyCache::signing_key", "raw/src/sigv4/keys.rs"),
        ],
        sdk: &[
            code("generate_signing_key", "aws-sigv4/src/sign/v4.rs"),
            code("calculate_signature", "aws-sigv4/src/sign/v4.rs"),
        ],
        pitfalls: "The secret was pasted with a blank or a line feed, or belongs to another access key. Then \
           all that the service shows of its own steps is the same as yours, and the signature is not.",
    },
    Step {
        name: "Authorization",
        what: "credential, names of the signed headers and signature, in a header or in the URL",
        raw: &[
            code("Authorization::new", "raw/src/sigv4.rs"),
            code("PresignedUrl::new", "raw/src/sigv4.rs"),
        ],
        sdk: &[
            code("build_authorization_header", "aws-sigv4/src/http_request/sign.rs"),
            code(
                "SigningInstructions::apply_to_request_http1x",
                "aws-sigv4/src/http_request/sign.rs",
            ),
        ],
        pitfalls: "The header's name once more inside its value; a session token that was added after \
           signing and so is not among the signed headers; or none at all with a temporary key, which \
           S3 then calls an unknown one.",
    },
];

/// What the functions are called in the scripts that most people begin with, and their counterparts here.
pub const TUTORIALS: [(&str, Code); 11] = [
    ("sign(key, msg)", code("hmac_sha256", "raw/src/sigv4.rs")),
    ("get_signature_key", code("SigningKey::derive", "raw/src/sigv4.rs")),
    ("amz_date, datestamp", code("Timestamp::new", "raw/src/sigv4/timestamp.rs")),
    ("canonical_uri", code("write_canonical", "raw/src/sigv4/path.rs")),
    ("canonical_querystring", code("QueryBuffers::canonical", "raw/src/sigv4/query.rs")),
    (
        "canonical_headers, signed_headers",
        code("HeaderBuffers::collect", "raw/src/sigv4/headers.rs"),
    ),
    ("payload_hash", code("HashedPayload::new", "raw/src/sigv4.rs")),
    ("canonical_request", code("CanonicalRequest::new", "raw/src/sigv4.rs")),
    ("credential_scope", code("CredentialScope::new", "raw/src/sigv4.rs")),
    ("string_to_sign", code("StringToSign::new", "raw/src/sigv4.rs")),
    ("authorization_header", code("Authorization::new", "raw/src/sigv4.rs")),
];
