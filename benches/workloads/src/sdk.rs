use crate::workload::{EXPIRES, REGION, time};
use crate::{Arm, Location, Proof, Workload};
use aws_credential_types::Credentials as SdkCredentials;
use aws_sigv4::http_request::{
    PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SignatureLocation,
    SigningInstructions, SigningParams, SigningSettings, UriPathNormalizationMode, sign,
};
use aws_sigv4::sign::v4;
use contract::{Credentials, SessionToken};
use std::hint::black_box;
use std::time::Duration;

/// The SDK's signer, `aws-sigv4`, used as its documentation shows: it returns instructions, and signing
/// ends when they are applied to an `http::Request`. It derives the key for every signature.
pub(crate) struct Sdk<'w> {
    workload: &'w Workload,
    credentials: SdkCredentials,
}

impl<'w> Sdk<'w> {
    pub(crate) fn new(workload: &'w Workload, credentials: &Credentials) -> Self {
        let token = credentials.session_token.as_ref().map(SessionToken::expose);
        let credentials = SdkCredentials::new(
            credentials.access_key_id.as_str(),
            credentials.secret_key.expose(),
            token.map(str::to_owned),
            None,
            "workloads",
        );
        Self { workload, credentials }
    }

    /// Signs `times` times and passes each result to `sink`.
    fn sign(&self, times: u64, mut sink: impl FnMut(SigningInstructions)) {
        let identity = self.credentials.clone().into();
        let params: SigningParams<'_> = v4::SigningParams::builder()
            .identity(&identity)
            .region(REGION)
            .name(self.workload.service)
            .time(black_box(time()))
            .settings(self.settings())
            .build()
            .expect("every parameter is set")
            .into();
        for _ in 0..times {
            let workload = black_box(self.workload);
            let body = match workload.location {
                Location::Header => SignableBody::Bytes(&workload.body),
                Location::Query => SignableBody::UnsignedPayload,
            };
            let headers = workload.headers.iter().copied();
            let request = SignableRequest::new(workload.method, workload.url, headers, body);
            let signed = sign(request.expect("a constant URL"), black_box(&params));
            sink(signed.expect("a workload can be signed").into_parts().0);
        }
    }

    fn settings(&self) -> SigningSettings {
        let mut settings = SigningSettings::default();
        if self.workload.service == "s3" {
            settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
            settings.percent_encoding_mode = PercentEncodingMode::Single;
            settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
        }
        if self.workload.location == Location::Query {
            settings.signature_location = SignatureLocation::QueryParams;
            settings.expires_in = Some(Duration::from_secs(EXPIRES));
        }
        settings
    }

    fn apply(&self, instructions: SigningInstructions) -> http::Request<()> {
        let request = http::Request::builder().method(self.workload.method).uri(self.workload.url);
        let headers = self.workload.headers.iter();
        let request = headers.fold(request, |request, (name, value)| request.header(*name, *value));
        let mut request = request.body(()).expect("a constant request");
        instructions.apply_to_request_http1x(&mut request);
        request
    }
}

impl Arm for Sdk<'_> {
    fn name(&self) -> &'static str {
        "aws-sigv4"
    }

    fn prove(&mut self) -> Proof {
        let mut proof = None;
        self.sign(1, |instructions| {
            let request = self.apply(instructions);
            proof = Some(match self.workload.location {
                Location::Query => Proof::Url(request.uri().to_string()),
                Location::Header => {
                    let text = |value: &http::HeaderValue| value.to_str().expect("text").to_owned();
                    let pairs = request.headers().iter();
                    Proof::Headers(
                        pairs.map(|(name, value)| (name.to_string(), text(value))).collect(),
                    )
                }
            });
        });
        proof.expect("signed once")
    }

    fn run(&mut self, times: u64) {
        self.sign(times, |instructions| {
            black_box(self.apply(instructions));
        });
    }
}
