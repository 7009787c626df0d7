//! The rules by which a service checks signatures.

use std::time::Duration;

/// The part of AWS that reads the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FrontEnd {
    /// S3 and related services. `x-amz-content-sha256` says how the payload is signed, the payload of
    /// a presigned URL is unsigned, and a missing signed header counts as empty.
    S3,
    /// All other services. The body is always hashed, every signed header must be present, and an
    /// Authorization header is split at white space as well as at commas.
    General,
}

/// Whether the signature covers the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PayloadSigning {
    /// The signature covers the body's SHA-256.
    Signed,
    /// The body is not signed: `UNSIGNED-PAYLOAD`, as in presigned S3 URLs.
    Unsigned,
}

/// Whether the path is normalised before it is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PathNormalization {
    /// `.`, `..` and repeated slashes are removed (RFC 3986, section 6.2.2.3), for all services but
    /// S3.
    Normalized,
    /// The path stays as it is, for S3, because an object key may contain all of these.
    AsIs,
}

/// How many times the path is percent-encoded in the canonical request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PathEncoding {
    /// The path is decoded and then encoded, for S3.
    Once,
    /// The path is encoded as it arrived, one more time than on the wire, for all services but S3.
    Twice,
}

/// Whether the session token must be signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenSigning {
    /// It must be signed, for S3.
    Required,
    /// It may be added after signing, as some services require ("Add the signature to the request" in
    /// the IAM User Guide) and as in the official test suite (`post-sts-header-after`).
    Optional,
}

/// The rules of one service.
#[derive(Clone, Copy, Debug)]
pub struct Rules<'a> {
    /// The service that the credential scope must name.
    pub service: &'a str,
    /// The region that the credential scope must name.
    pub region: &'a str,
    /// The part of AWS that reads the request.
    pub front_end: FrontEnd,
    /// How the payload is signed if the request does not say; `None` for the service's default. To
    /// the general front end requests never say it, although some of its operations have an unsigned
    /// payload (Smithy's trait `aws.auth#unsignedPayload`); set this for those.
    pub payload: Option<PayloadSigning>,
    /// Whether the path is normalised.
    pub path: PathNormalization,
    /// How many times the path is encoded.
    pub encode_path: PathEncoding,
    /// Whether the session token must be signed.
    pub token: TokenSigning,
    /// The largest difference between the request's time and the server's, in either direction.
    pub window: Duration,
}

impl<'a> Rules<'a> {
    /// The rules that AWS documents for `service`: S3's rules for its four signing names, otherwise
    /// the general ones.
    ///
    /// The endpoint rules of `s3` use four signing names, all without double encoding of the path
    /// (aws/aws-sdk-js#3827, aws/aws-sdk-php#2459). The window is 15 minutes, or 5 for `execute-api`.
    #[must_use]
    pub fn of(service: &'a str, region: &'a str) -> Self {
        let minutes = if service == "execute-api" { 5 } else { 15 };
        let general = Rules {
            service,
            region,
            front_end: FrontEnd::General,
            payload: None,
            path: PathNormalization::Normalized,
            encode_path: PathEncoding::Twice,
            token: TokenSigning::Optional,
            window: Duration::from_secs(60 * minutes),
        };
        match service {
            "s3" | "s3express" | "s3-object-lambda" | "s3-outposts" => Rules {
                front_end: FrontEnd::S3,
                path: PathNormalization::AsIs,
                encode_path: PathEncoding::Once,
                token: TokenSigning::Required,
                ..general
            },
            // It has unsigned payloads (VPC Lattice User Guide, "SIGv4 authenticated requests";
            // curl#11042).
            "vpc-lattice-svcs" => Rules { payload: Some(PayloadSigning::Unsigned), ..general },
            _ => general,
        }
    }
}
