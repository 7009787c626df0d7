//! What is said beside each step: what happens, who does it, and what goes wrong there.

use findings::scenario::Scenario;

use super::steps::Kind;
use crate::algorithm::{Code, STEPS, code};

/// What is said of a step.
pub(super) struct Words {
    /// What happens.
    pub(super) happens: &'static str,
    /// Who does it in raw.
    pub(super) raw: &'static [Code],
    /// Who does it in the SDK: of the first five steps in a file of aws-sigv4, else in a module.
    pub(super) sdk: &'static [Code],
    /// What goes wrong there most often.
    pub(super) pain: &'static str,
}

impl Kind {
    /// In full.
    pub(super) fn title(self, operation: Scenario) -> &'static str {
        let presigned = operation == Scenario::S3PresignedGet;
        match self {
            Self::CanonicalRequest => "Canonical request",
            Self::Hash => "Hash of the canonical request",
            Self::StringToSign => "String to sign",
            Self::Signature => "Signing key and signature",
            Self::Carrier if presigned => "The URL that carries the signature",
            Self::Carrier => "The header that carries the signature",
            Self::Request if presigned => "The request, for anybody to send",
            Self::Request => "The request on the wire",
            Self::Response => "The response",
            Self::Parsed if presigned => "What a plain client got for the URL",
            Self::Parsed => "What each side made of it",
        }
    }

    /// For the list of steps.
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

    /// What is said of it.
    pub(super) fn words(self, operation: Scenario) -> Words {
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

const CANONICAL_REQUEST: Words = Words {
    happens: "The request is written down in the one form in which caller and service must agree on \
              every byte: method, path, query, each signed header, an empty line, the names of these \
              headers, and the hash of the body.",
    raw: STEPS[0].raw,
    sdk: STEPS[0].sdk,
    pain: STEPS[0].pitfalls,
};

const HASH: Words = Words {
    happens: "SHA-256 of these bytes, in lower-case hexadecimal. From here on the request is known by \
              its hash alone, so one byte that differs makes another signature.",
    raw: STEPS[1].raw,
    sdk: STEPS[1].sdk,
    pain: STEPS[1].pitfalls,
};

const STRING_TO_SIGN: Words = Words {
    happens: "Four lines: the algorithm, the time, the scope for which the signature is good, and the \
              hash of step 2.",
    raw: STEPS[2].raw,
    sdk: STEPS[2].sdk,
    pain: STEPS[2].pitfalls,
};

const SIGNATURE: Words = Words {
    happens: "Four HMACs along the scope turn the secret key into one that is good for this day, \
              region and service alone. A fifth signs the string of step 3 with it. The keys are not \
              shown: each of them is a secret.",
    raw: STEPS[3].raw,
    sdk: STEPS[3].sdk,
    pain: STEPS[3].pitfalls,
};

const HEADER: Words = Words {
    happens: "The signature goes into the Authorization header, with what the service needs to \
              compute it again: access key id, scope, and the names of the signed headers.",
    raw: STEPS[4].raw,
    sdk: STEPS[4].sdk,
    pain: STEPS[4].pitfalls,
};

const URL: Words = Words {
    happens: "The signature goes into the query, as its last parameter and the only one that is not \
              signed. Whoever has the URL can use it until it expires.",
    raw: STEPS[4].raw,
    sdk: STEPS[4].sdk,
    pain: "Somebody encodes the URL once more, or sends a header that belongs to the signature with \
           another value. Where the key is temporary, the URL ends with the key, however long it was \
           meant to be good.",
};

const REQUEST: Words = Words {
    happens: "What is sent has to be what was signed. Headers that are not signed may still be added: \
              the HTTP client adds its own here.",
    raw: &[code("assemble", "raw/src/send/assemble.rs"), code("Sender::send", "raw/src/send.rs")],
    sdk: &[code("the connector over hyper, called by the orchestrator", "aws_smithy_http_client")],
    pain: "Something on the way changes what is signed: a proxy rewrites Accept-Encoding, a tunnel or \
           a VPC endpoint the host, or an HTTP library adds a Content-Type of its own.",
};

const REQUEST_OF_ANYBODY: Words = Words {
    happens: "Neither side sends anything. The URL is handed out, and any HTTP client can send it, \
              with no header but the host.",
    raw: &[code("presign", "raw/src/sigv4.rs")],
    sdk: &[code("PresignedRequest", "aws_sdk_s3::presigning")],
    pain: "The host that is called is not the host that was signed, because a proxy or an alias \
           stands between; or the client resolves dots in the path before it sends it.",
};

const RESPONSE: Words = Words {
    happens: "The service makes steps 1 to 4 by itself from what arrived, and answers only where it \
              comes to the same signature.",
    raw: &[code("Sender::send", "raw/src/send.rs")],
    sdk: &[code("invoke", "aws_smithy_runtime::client::orchestrator")],
    pain: "The body of a refusal is the best place to look, and the first that is thrown away: S3 puts \
           its canonical request and string to sign into it. For a bucket of another region it answers \
           301 without a Location; where to call stands in the body.",
};

const NO_RESPONSE: Words = Words {
    happens: "There is none for either side: a presigned URL is made without a call. What a plain \
              HTTP client got for it is the next step.",
    raw: &[code("presign", "raw/src/sigv4.rs")],
    sdk: &[code("PresignedRequest", "aws_sdk_s3::presigning")],
    pain: "That the URL could be made says nothing: a wrong secret or region comes out when it is used.",
};

const OBJECTS: Words = Words {
    happens: "The XML is read into values. The answer is the same on both sides where the table of \
              results says so; here it is too long to be shown.",
    raw: &[code("objects", "raw/src/parse/s3.rs")],
    sdk: &[code(
        "shape_list_objects_v2::de_list_objects_v2_http_response",
        "aws_sdk_s3::protocol_serde",
    )],
    pain: "On success little goes wrong. On a refusal {} of an SdkError is one fixed phrase, \
           “service error”; DisplayErrorContext has code and message, and only the \
           body has S3's canonical request.",
};

const DRY_RUN: Words = Words {
    happens: "A dry run that would have succeeded is a refusal by name: 412 and DryRunOperation. Both \
              sides make the answer “it would succeed” of it.",
    raw: &[code("ErrorResponse::read", "raw/src/parse/error_response.rs")],
    sdk: &[code("shape_run_instances::de_run_instances_http_error", "aws_sdk_ec2::protocol_serde")],
    pain: "EC2's model has no errors: whatever is refused is “unhandled” in the SDK, and \
           its {} is “service error” however different the reasons are.",
};

const PLAIN_CLIENT: Words = Words {
    happens: "A plain HTTP client, which knows nothing of AWS, fetched the URL of each side. What it \
              got is compared by its hash.",
    raw: &[code("Client::get", "reqwest")],
    sdk: &[code("Client::get", "reqwest")],
    pain: "Nobody reads the body of a refusal: 403 may be a URL that has expired, one that was \
           changed on the way, or one whose maker may not read the object.",
};

const ANSWER: Words = Words {
    happens: "The answer is read into values.",
    raw: &[code("parse", "raw/src/parse.rs")],
    sdk: &[code("of the service's crate", "protocol_serde")],
    ..OBJECTS
};

fn parsed(operation: Scenario) -> Words {
    match operation {
        Scenario::S3PresignedGet => PLAIN_CLIENT,
        Scenario::Ec2RunInstancesDryRun => DRY_RUN,
        Scenario::S3ListObjects => OBJECTS,
        _ => ANSWER,
    }
}
