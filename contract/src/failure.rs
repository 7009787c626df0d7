use std::fmt::{self, Write as _};

/// Why a call returned no [`Answer`](crate::Answer). The facts have the same form for both sides. The
/// side's own texts are kept too, because the project compares them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// How far the call got.
    pub stage: Stage,
    /// HTTP status, if a response arrived.
    pub status: Option<u16>,
    /// The service's error code, for example `SignatureDoesNotMatch`.
    pub code: Option<String>,
    /// The service's error message.
    pub message: Option<String>,
    /// The request id, which AWS support asks for.
    pub request_id: Option<String>,
    /// S3's second request id (`x-amz-id-2`, `HostId`).
    pub host_id: Option<String>,
    /// Other facts that the service sent and this side kept, by the service's names, for example S3's
    /// `CanonicalRequest` and `StringToSign`.
    pub details: Vec<(String, String)>,
    /// This side's error, formatted with `{}`.
    pub display: String,
    /// This side's error, formatted as its documentation recommends: with the chain of causes for raw,
    /// with `DisplayErrorContext` for the SDK.
    pub context: String,
    /// This side's error, formatted with `{:?}`.
    pub debug: String,
    /// What to do next, if this side gives advice.
    pub advice: Option<String>,
}

/// How far a call got before it failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Stage {
    /// The request could not be built from its input.
    Build,
    /// The request could not be signed.
    Sign,
    /// No connection or TLS session was made, or it ended before a response began.
    Dispatch,
    /// A time-out passed.
    Timeout,
    /// A response began, but could not be read to its end, or not be understood.
    Response,
    /// The service refused the request with an error code. An error response without a code, such as a
    /// proxy's page or an empty body, counts as [`Stage::Response`].
    Service,
    /// A wait ended before its condition was met.
    Wait,
    /// The client panicked. How far the call got is unknown.
    Panic,
}

impl Stage {
    /// The name in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Build => "build",
            Self::Sign => "sign",
            Self::Dispatch => "dispatch",
            Self::Timeout => "timeout",
            Self::Response => "response",
            Self::Service => "service",
            Self::Wait => "wait",
            Self::Panic => "panic",
        }
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Failure {
    /// A failure with only a stage and a text, without a response of the service.
    pub fn new(stage: Stage, display: impl Into<String>) -> Self {
        let display = display.into();
        Self {
            stage,
            status: None,
            code: None,
            message: None,
            request_id: None,
            host_id: None,
            details: Vec::new(),
            context: display.clone(),
            debug: display.clone(),
            display,
            advice: None,
        }
    }

    /// Formats `arguments`, cut off at 64 KiB: an error may quote the body of a response, which has no
    /// length limit.
    #[must_use]
    pub fn capped_text(arguments: fmt::Arguments<'_>) -> String {
        let mut text = CappedText(String::new());
        // The only error is that the limit is reached.
        let _ = text.write_fmt(arguments);
        text.0
    }

    /// Whether the service refused the request, as opposed to sending no usable response.
    #[must_use]
    pub fn is_refusal(&self) -> bool {
        self.stage == Stage::Service
    }
}

/// A text of at most 64 KiB; writing past the limit is an error.
struct CappedText(String);

impl fmt::Write for CappedText {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        const LIMIT: usize = 64 * 1024;
        let end = text.floor_char_boundary(LIMIT - self.0.len());
        self.0.push_str(&text[..end]);
        if end == text.len() { Ok(()) } else { Err(fmt::Error) }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.display)
    }
}

#[cfg(test)]
mod tests {
    use super::Failure;

    #[test]
    fn a_long_text_is_cut_at_a_character_boundary() {
        let long = "é".repeat(100_000);
        let text = Failure::capped_text(format_args!("({long})"));
        assert_eq!(text.len(), 64 * 1024 - 1);
        assert!(text.starts_with("(éé"));
        assert_eq!(Failure::capped_text(format_args!("{:?}", Some(1))), "Some(1)");
    }
}
