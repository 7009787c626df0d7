//! What a service demands of a signature.

use std::time::Duration;

use super::Location;

/// Which part of AWS reads the request: S3 reads several things in its own way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FrontEnd {
    /// S3 and its kin. `x-amz-content-sha256` says how the payload was signed, a presigned URL
    /// leaves it unsigned, and a signed header that did not arrive counts as empty.
    S3,
    /// All the others. The body is hashed whatever a header says, every signed header has to be
    /// there, and an Authorization header is cut at white space as well as at commas.
    General,
}

/// Whether the body is part of the signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PayloadSigning {
    /// The body's SHA-256 is part of the signature.
    Signed,
    /// The body is not signed: `UNSIGNED-PAYLOAD`, as in URLs that are presigned for S3.
    Unsigned,
}

/// Whether the path is simplified before it is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PathNormalization {
    /// `.`, `..` and repeated slashes are removed (RFC 3986, section 6.2.2.3): all but S3.
    Normalized,
    /// The path is taken as it is, for an object key may hold all of these: S3.
    AsIs,
}

/// How often the path is percent-encoded in the canonical request, counted from the plain name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PathEncoding {
    /// Decoded, then encoded: S3.
    Once,
    /// Encoded as it arrived, that is, once more than on the wire: all but S3.
    Twice,
}

/// Whether the session token has to be among what is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenSigning {
    /// It has to: S3.
    Required,
    /// It may also be added after signing, as some services want it ("Add the signature to the
    /// request" in the IAM User Guide) and the official test suite shows it
    /// (`post-sts-header-after`).
    Optional,
}

/// The rules of the service that judges.
#[derive(Clone, Copy, Debug)]
pub struct Rules<'a> {
    /// The service that the credential scope must name.
    pub service: &'a str,
    /// The region that the credential scope must name.
    pub region: &'a str,
    /// Which part of AWS reads the request.
    pub front_end: FrontEnd,
    /// What is assumed where the request does not say how its payload was signed; none for the
    /// service's own rule. To the general front end a request never says it: some of its
    /// operations leave the payload unsigned (Smithy's trait `aws.auth#unsignedPayload`), and
    /// here is where a caller says that one of them is meant.
    pub payload: Option<PayloadSigning>,
    /// Whether the path is simplified.
    pub path: PathNormalization,
    /// How often the path is encoded.
    pub encode_path: PathEncoding,
    /// Whether the session token must be signed.
    pub token: TokenSigning,
    /// How far the request's time may be from the server's, either way.
    pub window: Duration,
}

impl<'a> Rules<'a> {
    /// The rules that AWS documents for `service`: S3's own when it is one of S3's, else the
    /// general ones.
    ///
    /// The endpoint rules of `s3` send requests to four signing names, all with the double
    /// encoding of the path disabled (aws/aws-sdk-js#3827, aws/aws-sdk-php#2459). The window is 15
    /// minutes, and 5 for `execute-api`.
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
            // It signs no payloads (VPC Lattice User Guide, "SIGv4 authenticated requests"; curl#11042).
            "vpc-lattice-svcs" => Rules { payload: Some(PayloadSigning::Unsigned), ..general },
            _ => general,
        }
    }

    /// Whether the payload is signed where the request does not say.
    pub(super) fn payload_of(&self, location: Location) -> PayloadSigning {
        self.payload.unwrap_or(match (self.front_end, location) {
            (FrontEnd::S3, Location::Query) => PayloadSigning::Unsigned,
            (FrontEnd::S3, Location::Header) | (FrontEnd::General, _) => PayloadSigning::Signed,
        })
    }
}
