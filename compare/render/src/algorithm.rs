//! The five steps of `SigV4`, and the code for each on both sides. AWS counts six steps, with the signing key
//! apart from the signature. Tests check every name against the sources.
//! Steps: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>

/// One step.
#[derive(Debug, Clone, Copy)]
pub struct Step {
    /// AWS's name for it.
    pub name: &'static str,
    /// Its result.
    pub what: &'static str,
    /// The code in raw.
    pub raw: &'static [Code],
    /// The code in the crate aws-sigv4, the SDK's signer.
    pub sdk: &'static [Code],
    /// What most often goes wrong.
    pub pitfalls: &'static str,
}

/// A function or type and its file: a path in this project, or one that begins with the name of a crate.
#[derive(Debug, Clone, Copy)]
pub struct Code {
    /// Its name in the source: `Type::function` or `function`.
    pub name: &'static str,
    /// Its file.
    pub file: &'static str,
}

/// Makes a [`Code`].
pub(super) const fn code(name: &'static str, file: &'static str) -> Code {
    Code { name, file }
}

/// In AWS's order.
pub const STEPS: [Step; 5] = [
    Step {
        name: "Canonical request",
        what: "method, path, query, headers, their names and the hash of the body, in a form on which both \
               ends agree",
        raw: &[
            code("CanonicalRequest::new", "raw/src/sigv4.rs"),
            code("write_canonical", "raw/src/sigv4/path.rs"),
            code("QueryBuffers::canonical", "raw/src/sigv4/query.rs"),
            code("Headers::write_canonical", "raw/src/sigv4/headers.rs"),
            code("HashedPayload::new", "raw/src/sigv4.rs"),
        ],
        sdk: &[code("CanonicalRequest::from", "aws-sigv4/src/http_request/canonical_request.rs")],
        pitfalls: "Most mismatches begin here: a path encoded twice for S3, or once for any other service; a space \
           written as + instead of %20; an unsorted query; ?acl signed without its =; a host without its \
           port. S3 answers with its own canonical request: compare it with yours, line by line.",
    },
    Step {
        name: "Hash of the canonical request",
        what: "its SHA-256, in lower-case hexadecimal",
        raw: &[
            code("CanonicalRequest::hash", "raw/src/sigv4.rs"),
            code("sha256", "raw/src/sigv4/sha256.rs"),
        ],
        sdk: &[code("sha256_hex_string", "aws-sigv4/src/sign/v4.rs")],
        pitfalls: "Two texts look the same but have different hashes: one has a line feed at its end, a header value \
           that was not trimmed, or a run of blanks that was not reduced to one.",
    },
    Step {
        name: "String to sign",
        what: "algorithm, time, credential scope and the hash from step 2",
        raw: &[
            code("StringToSign::new", "raw/src/sigv4.rs"),
            code("CredentialScope::new", "raw/src/sigv4.rs"),
        ],
        sdk: &[
            code("StringToSign::new_v4", "aws-sigv4/src/http_request/canonical_request.rs"),
            code("SigningScope", "aws-sigv4/src/http_request/canonical_request.rs"),
        ],
        pitfalls: "The scope names another region or service than the one that was called, or the clock is wrong. S3 \
           says which, and by how much; EC2 says only AuthFailure. A retry with the old time also fails.",
    },
    Step {
        name: "Signing key and signature",
        what: "four HMACs that limit the secret to one day, region and service, and a fifth over the string to \
               sign",
        raw: &[
            code("SigningKey::derive", "raw/src/sigv4.rs"),
            code("SigningKey::sign", "raw/src/sigv4.rs"),
            code("KeyCache::signing_key", "raw/src/sigv4/keys.rs"),
        ],
        sdk: &[
            code("generate_signing_key", "aws-sigv4/src/sign/v4.rs"),
            code("calculate_signature", "aws-sigv4/src/sign/v4.rs"),
        ],
        pitfalls: "The secret was pasted with a blank or a line feed, or it belongs to another access key. Then every \
           step that the service shows is the same as yours, and only the signature differs.",
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
        pitfalls: "The header's value repeats its name; a session token was added after signing and is not among the \
           signed headers; or a temporary key has no session token at all, and S3 calls the key unknown.",
    },
];

/// Function names in common tutorial scripts, and their counterparts here.
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
