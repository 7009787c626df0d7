//! The text beside each step: what happens, which code does it, and what commonly goes wrong.

use findings::scenario::Scenario;

use super::steps::Kind;
use crate::algorithm::{Code, STEPS, code};

/// The text beside a step.
pub(super) struct StepText {
    /// What happens.
    pub(super) happens: &'static str,
    /// The code that does it in raw.
    pub(super) raw: &'static [Code],
    /// The code that does it in the SDK: in a file of aws-sigv4 for the first five steps, else in a module.
    pub(super) sdk: &'static [Code],
    /// What most often goes wrong.
    pub(super) pitfalls: &'static str,
}

impl Kind {
    /// The full title.
    pub(super) fn title(self, operation: Scenario) -> &'static str {
        let presigned = operation == Scenario::S3PresignedGet;
        match self {
            Self::CanonicalRequest => "Canonical request",
            Self::Hash => "Hash of the canonical request",
            Self::StringToSign => "String to sign",
            Self::Signature => "Signing key and signature",
            Self::Carrier if presigned => "The URL that carries the signature",
            Self::Carrier => "The header that carries the signature",
            Self::Request if presigned => "The request that anybody can send",
            Self::Request => "The request on the wire",
            Self::Response => "The response",
            Self::Parsed if presigned => "What a plain HTTP client got for the URL",
            Self::Parsed => "What each side returned",
        }
    }

    /// A short name, for the list of steps.
    pub(super) fn name(self, operation: Scenario) -> &'static str {
        match self {
            Self::CanonicalRequest => "Canonical request",
            Self::Hash => "Its hash",
            Self::StringToSign => "String to sign",
            Self::Signature => "Signature",
            Self::Carrier if operation == Scenario::S3PresignedGet => "URL",
            Self::Carrier => "Header",
            Self::Request => "Request",
            Self::Response => "Response",
            Self::Parsed => "Parsed",
        }
    }

    /// The text beside it.
    pub(super) fn text(self, operation: Scenario) -> StepText {
        match self {
            Self::CanonicalRequest => CANONICAL_REQUEST,
            Self::Hash => HASH,
            Self::StringToSign => STRING_TO_SIGN,
            Self::Signature => SIGNATURE,
            Self::Carrier if operation == Scenario::S3PresignedGet => URL,
            Self::Carrier => HEADER,
            Self::Request if operation == Scenario::S3PresignedGet => REQUEST_OF_ANYBODY,
            Self::Request => REQUEST,
            Self::Response if operation == Scenario::S3PresignedGet => NO_RESPONSE,
            Self::Response => RESPONSE,
            Self::Parsed => parsed(operation),
        }
    }
}

const CANONICAL_REQUEST: StepText = StepText {
    happens: "The request is written in a canonical form, so that caller and service agree on every byte: \
              method, path, query, each signed header, an empty line, the names of these headers, and \
              the hash of the body.",
    raw: STEPS[0].raw,
    sdk: STEPS[0].sdk,
    pitfalls: STEPS[0].pitfalls,
};

const HASH: StepText = StepText {
    happens: "The SHA-256 of these bytes, in lower-case hexadecimal. From here on only this hash stands for \
              the request, so a single different byte changes the signature.",
    raw: STEPS[1].raw,
    sdk: STEPS[1].sdk,
    pitfalls: STEPS[1].pitfalls,
};

const STRING_TO_SIGN: StepText = StepText {
    happens: "Four lines: the algorithm, the time, the scope for which the signature is valid, and the hash \
              from step 2.",
    raw: STEPS[2].raw,
    sdk: STEPS[2].sdk,
    pitfalls: STEPS[2].pitfalls,
};

const SIGNATURE: StepText = StepText {
    happens: "Four HMACs over the parts of the scope turn the secret key into a key that is valid only for \
              this day, region and service. A fifth HMAC signs the string from step 3 with that key. \
              The keys are not shown, because each of them is a secret.",
    raw: STEPS[3].raw,
    sdk: STEPS[3].sdk,
    pitfalls: STEPS[3].pitfalls,
};

const HEADER: StepText = StepText {
    happens: "The signature is sent in the Authorization header, with what the service needs to compute it \
              again: the access key id, the scope and the names of the signed headers.",
    raw: STEPS[4].raw,
    sdk: STEPS[4].sdk,
    pitfalls: STEPS[4].pitfalls,
};

const URL: StepText = StepText {
    happens: "The signature is sent in the query, as the last parameter and the only one that is not signed. \
              Anybody who has the URL can use it until it expires.",
    raw: STEPS[4].raw,
    sdk: STEPS[4].sdk,
    pitfalls: "Something encodes the URL again, or a signed header is sent with another value. With a \
           temporary key, the URL expires when the key does, even if its own time is longer.",
};

const REQUEST: StepText = StepText {
    happens: "The request that is sent has to be the one that was signed. Unsigned headers may still be \
              added: the HTTP client adds its own here.",
    raw: &[code("assemble", "raw/src/send/assemble.rs"), code("Sender::send", "raw/src/send.rs")],
    sdk: &[code("the connector over hyper, called by the orchestrator", "aws_smithy_http_client")],
    pitfalls: "Something on the way changes what was signed: a proxy rewrites Accept-Encoding, a tunnel or a \
           VPC endpoint changes the host, or an HTTP library adds its own Content-Type.",
};

const REQUEST_OF_ANYBODY: StepText = StepText {
    happens: "Neither side sends anything. Any HTTP client that gets the URL can send it, with no other header \
              than the host.",
    raw: &[code("presign", "raw/src/sigv4.rs")],
    sdk: &[code("PresignedRequest", "aws_sdk_s3::presigning")],
    pitfalls: "The client calls another host than the one that was signed, through a proxy or an alias; or it \
           resolves dots in the path before it sends the request.",
};

const RESPONSE: StepText = StepText {
    happens: "The service computes steps 1 to 4 from the request that arrived, and answers only if it gets the \
              same signature.",
    raw: &[code("Sender::send", "raw/src/send.rs")],
    sdk: &[code("invoke", "aws_smithy_runtime::client::orchestrator")],
    pitfalls: "The body of a refusal is the best place to look, but many clients discard it: S3 puts its own \
           canonical request and string to sign there. For a bucket in another region S3 answers 301 \
           without a Location; the body names the right endpoint.",
};

const NO_RESPONSE: StepText = StepText {
    happens: "Neither side gets a response, because a presigned URL is made without a call. The next step shows \
              what a plain HTTP client got for it.",
    raw: &[code("presign", "raw/src/sigv4.rs")],
    sdk: &[code("PresignedRequest", "aws_sdk_s3::presigning")],
    pitfalls: "Making a URL always succeeds. A wrong secret or region only shows when the URL is used.",
};

const OBJECTS: StepText = StepText {
    happens: "The XML is parsed into values. The answer is too long to show here; the table of results says \
              whether it is the same on both sides.",
    raw: &[code("objects", "raw/src/parse/s3.rs")],
    sdk: &[code(
        "shape_list_objects_v2::de_list_objects_v2_http_response",
        "aws_sdk_s3::protocol_serde",
    )],
    pitfalls: "Little goes wrong after a success. After a refusal, the {} of an SdkError is a fixed phrase, \
           “service error”. DisplayErrorContext has the code and the message, and only the body has S3's \
           canonical request.",
};

const DRY_RUN: StepText = StepText {
    happens: "EC2 answers a dry run that would succeed with an error: 412 and DryRunOperation. Both sides turn it \
              into the answer “it would succeed”.",
    raw: &[code("ErrorResponse::read", "raw/src/parse/error_response.rs")],
    sdk: &[code("shape_run_instances::de_run_instances_http_error", "aws_sdk_ec2::protocol_serde")],
    pitfalls: "EC2's model defines no errors, so every refusal is “unhandled” in the SDK and its {} is “service \
           error”, whatever the reason.",
};

const PLAIN_CLIENT: StepText = StepText {
    happens: "A plain HTTP client, which knows nothing about AWS, fetched the URL of each side. The objects are \
              compared by their hashes.",
    raw: &[code("Client::get", "reqwest")],
    sdk: &[code("Client::get", "reqwest")],
    pitfalls: "Read the body of a refusal: a 403 can mean that the URL has expired, that it was changed on the way, \
           or that its maker may not read the object.",
};

const ANSWER: StepText = StepText {
    happens: "The answer is parsed into values.",
    raw: &[code("parse", "raw/src/parse.rs")],
    sdk: &[code("of the service's crate", "protocol_serde")],
    ..OBJECTS
};

fn parsed(operation: Scenario) -> StepText {
    match operation {
        Scenario::S3PresignedGet => PLAIN_CLIENT,
        Scenario::Ec2RunInstancesDryRun => DRY_RUN,
        Scenario::S3ListObjects => OBJECTS,
        _ => ANSWER,
    }
}
