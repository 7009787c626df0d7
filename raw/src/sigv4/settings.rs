//! The parameters of a signature, and the rules by which AWS's services differ.

use super::{Error, Timestamp};
use contract::Credentials;

/// Who signs, for what, when, and by which rules.
#[derive(Debug, Clone, Copy)]
pub struct Params<'a> {
    /// The key pair, and the session token if there is one.
    pub credentials: &'a Credentials,
    /// The endpoint's region, for example `us-east-1`.
    pub region: &'a str,
    /// The service's signing name, for example `s3`, `ec2` or `execute-api`.
    pub service: &'a str,
    /// The time of signing. Services accept it for 5 to 15 minutes.
    pub time: Timestamp,
    /// The service's rules for canonical requests.
    pub rules: Rules,
}

/// How a service canonicalises requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rules {
    /// Whether dot segments and doubled slashes are resolved.
    pub path: PathNormalization,
    /// How often the path is encoded.
    pub encode_path: PathEncoding,
    /// Whether the signature covers the body.
    pub payload: Payload,
    /// Whether the payload's hash is sent as a header.
    pub content_sha256: ContentSha256,
    /// Whether the signature covers the session token.
    pub session_token: TokenSigning,
}

/// Whether `.`, `..` and `//` in the path are resolved before it is signed (RFC 3986, 5.2.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PathNormalization {
    /// Every service but S3.
    Normalized,
    /// S3, where `a//b` and `a/../b` are names of objects.
    AsIs,
}

/// How often the signed path is encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PathEncoding {
    /// S3: the path is decoded, and encoded once. A path that is well encoded on the wire is signed as
    /// it is.
    Once,
    /// Every other service: the path on the wire is encoded again, so `%20` is signed as `%2520`.
    Twice,
}

/// Whether the signature covers the body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Payload {
    /// The SHA-256 of the body is signed. Every service accepts this, and most accept nothing else.
    Signed,
    /// `UNSIGNED-PAYLOAD` is signed instead: for S3 over TLS when the body is not known yet, as in every
    /// presigned S3 URL.
    Unsigned,
}

/// Whether the payload's hash is also sent, as `x-amz-content-sha256`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContentSha256 {
    /// S3 and `OpenSearch` Serverless require it. No effect on a presigned request, which has no headers
    /// of its own.
    Sent,
    /// Nearly every other service.
    Absent,
}

/// Whether the session token is part of what is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenSigning {
    /// Nearly every service.
    Signed,
    /// A few services, such as AWS `IoT`'s MQTT over WebSocket, want the token added after signing.
    AddedAfterwards,
}

impl Rules {
    /// AWS's general rules.
    pub const GENERAL: Self = Self {
        path: PathNormalization::Normalized,
        encode_path: PathEncoding::Twice,
        payload: Payload::Signed,
        content_sha256: ContentSha256::Absent,
        session_token: TokenSigning::Signed,
    };

    /// S3's rules, for a request that is sent with its headers.
    pub const S3: Self = Self {
        path: PathNormalization::AsIs,
        encode_path: PathEncoding::Once,
        payload: Payload::Signed,
        content_sha256: ContentSha256::Sent,
        session_token: TokenSigning::Signed,
    };

    /// S3's rules for a presigned URL, which is signed before the body is known.
    pub const S3_PRESIGNED: Self = Self { payload: Payload::Unsigned, ..Self::S3 };

    /// The rules of the service with this signing name, for [`sign`](super::sign).
    ///
    /// Sources: S3 and its relatives, the endpoint rules of their SDKs (`disableDoubleEncoding`);
    /// `OpenSearch` Serverless, aws/aws-sdk-php#3145; VPC Lattice, its user guide ("VPC Lattice does not
    /// support payload signing").
    #[must_use]
    pub fn of(service: &str) -> Self {
        match service {
            "s3" | "s3express" | "s3-object-lambda" | "s3-outposts" => Self::S3,
            "aoss" => Self { content_sha256: ContentSha256::Sent, ..Self::GENERAL },
            "vpc-lattice-svcs" => Self {
                payload: Payload::Unsigned,
                content_sha256: ContentSha256::Sent,
                ..Self::GENERAL
            },
            _ => Self::GENERAL,
        }
    }

    /// The rules of the service with this signing name, for [`presign`](super::presign).
    ///
    /// Source for AWS `IoT`'s MQTT over WebSocket: aws/aws-sdk-js#1456.
    #[must_use]
    pub fn of_presigned(service: &str) -> Self {
        match service {
            "iotdevicegateway" => {
                Self { session_token: TokenSigning::AddedAfterwards, ..Self::GENERAL }
            }
            _ if Self::of(service) == Self::S3 => Self::S3_PRESIGNED,
            _ => Self::of(service),
        }
    }
}

/// How long a presigned URL is valid: 1 second to 7 days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Expires(u64);

impl Expires {
    /// A week, the longest that AWS accepts.
    pub const MAX: Self = Self(7 * 24 * 60 * 60);

    /// Takes whole seconds.
    ///
    /// # Errors
    /// AWS would refuse the URL: zero seconds, or more than a week.
    pub fn seconds(seconds: u64) -> Result<Self, Error> {
        if (1..=Self::MAX.0).contains(&seconds) {
            Ok(Self(seconds))
        } else {
            Err(Error::Expires { seconds })
        }
    }

    /// The number of seconds in decimal.
    pub(super) fn digits(self) -> impl Iterator<Item = u8> {
        let powers = [100_000, 10_000, 1_000, 100, 10, 1];
        let needed = powers.into_iter().filter(move |power| self.0 >= *power);
        needed.map(move |power| b'0' + (self.0 / power % 10) as u8)
    }
}
