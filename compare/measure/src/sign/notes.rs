//! Judges a signed request: the verdict of the sandbox's verifier, and notes on what signers or services
//! read differently.

use findings::sign::{Judged, SignResult};
use raw::sigv4::{PathEncoding, PathNormalization, Rules, SignableRequest};
use serde_json::Value;

use super::{ResolvedJob, raw_side};
use crate::verify;

impl ResolvedJob<'_> {
    /// The verdict of the sandbox's verifier on `steps`, at the time of signing.
    ///
    /// S3's rules are known and override the job's options; other services' rules are what the options
    /// say. There is no verdict on the seed signature of a chunked upload, whose chunks follow later.
    pub(super) fn judge(&self, steps: &SignResult) -> Option<Judged> {
        let job = self.job;
        let is_chunked =
            job.given("x-amz-content-sha256").is_some_and(|given| given.starts_with("STREAMING-"));
        if is_chunked && self.body.is_empty() {
            return None;
        }
        let is_s3 = Rules::of(&self.service) == Rules::S3;
        let verdict = verify::VerifyJob {
            id: Value::Null,
            method: job.method.clone(),
            url: steps.url.clone(),
            headers: steps.headers.clone(),
            body_base64: job.body_base64.clone(),
            service: self.service.clone(),
            region: self.region.clone(),
            now: self.time.as_str().to_owned(),
            access_key_id: job.access_key_id.clone(),
            secret_access_key: job.secret_access_key.clone(),
            session_token: job.session_token.clone().filter(|token| !token.0.is_empty()),
            payload: job.payload.filter(|_| !is_s3),
            path: job.path.filter(|_| !is_s3),
            encode_path: job.encode_path.filter(|_| !is_s3),
        }
        .judge();
        Some(Judged { verdict: verdict.verdict, code: verdict.code, message: verdict.message })
    }

    /// What signers or services read differently in this request, and what to write instead.
    pub(super) fn notes(&self) -> Vec<String> {
        let Ok(request) = SignableRequest::new(&self.job.method, &self.job.url) else {
            return Vec::new();
        };
        let mut notes = self.notes_on_path(&request);
        if request.query.contains('+') {
            notes.push(
                "S3 and API Gateway read a + in the query as a space, so it is signed as %20; AWS's C runtime and botocore sign a plus: write %20 or %2B"
                    .to_owned(),
            );
        }
        if has_stray_percent(request.path) || has_stray_percent(request.query) {
            notes.push(
                "a % without two hexadecimal digits after it is taken literally here, but signers disagree: write %25"
                    .to_owned(),
            );
        }
        let tabs = self.given().into_iter().filter(|(_, value)| value.contains('\t'));
        notes.extend(tabs.map(|(name, _)| {
            format!(
                "S3 reads the tab in the value of {name} as white space, and so does raw; aws-sigv4 signs the tab: write a space"
            )
        }));
        notes
    }

    fn notes_on_path(&self, request: &SignableRequest<'_>) -> Vec<String> {
        let Some(canonical) = self.canonical_path() else { return Vec::new() };
        let path = if request.path.is_empty() { "/" } else { request.path };
        let mut notes = Vec::new();
        if self.rules.encode_path == PathEncoding::Once && path.contains('+') {
            notes.push(format!(
                "S3 reads a + in the path as a space, so raw signs {canonical}: write %2B for a plus"
            ));
        } else if self.rules.encode_path == PathEncoding::Once
            && self.rules.path == PathNormalization::AsIs
            && path != canonical
        {
            notes.push(format!(
                "S3 decodes the path and encodes it again, and raw signs the same; aws-sigv4 signs the path as given: write {canonical}"
            ));
        }
        let ends_in_dots = matches!(path.rsplit('/').next(), Some("." | ".."));
        if self.rules.path == PathNormalization::Normalized && ends_in_dots && canonical != "/" {
            notes.push(
                "the path ends in a dot segment: raw and aws-sigv4 keep its slash (RFC 3986), AWS's C runtime and botocore drop it: write the path without the dots"
                    .to_owned(),
            );
        }
        notes
    }

    /// The path that raw signs.
    fn canonical_path(&self) -> Option<String> {
        let steps = raw_side::sign(self).ok()?;
        steps.canonical_request.lines().nth(1).map(str::to_owned)
    }
}

/// A note on a request that would be refused.
pub(super) fn refusal_note(judged: &Judged, service: &str) -> Option<String> {
    let (code, message) = (judged.code.as_ref()?, judged.message.as_ref()?);
    Some(format!(
        "the sandbox's verifier refuses this request by the rules of {service}: {code}: {message}"
    ))
}

fn has_stray_percent(text: &str) -> bool {
    text.split('%').skip(1).any(|after| {
        let digits = after.bytes().take(2).filter(u8::is_ascii_hexdigit).count();
        digits < 2
    })
}
