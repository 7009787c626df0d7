use std::fmt::{self, Write as _};

/// Why a call yielded no [`Answer`](crate::Answer): the facts in one form for both sides, and beside
/// them the side's own words. Flattening those would erase what the comparison is there to find.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// How far the call came.
    pub stage: Stage,
    /// HTTP status, where there was an answer.
    pub status: Option<u16>,
    /// The service's code, for example `SignatureDoesNotMatch`.
    pub code: Option<String>,
    /// The service's sentence.
    pub message: Option<String>,
    /// What AWS support asks for.
    pub request_id: Option<String>,
    /// S3's second id (`x-amz-id-2`, `HostId`).
    pub host_id: Option<String>,
    /// Every further fact that the service sent and this side kept, by the service's own names:
    /// S3's `CanonicalRequest` and `StringToSign`, the region it expected, and so on.
    pub details: Vec<(String, String)>,
    /// What a user sees who prints this side's error with `{}`.
    pub display: String,
    /// What a user sees who follows this side's own advice for printing an error: the chain of
    /// causes for raw, `DisplayErrorContext` for the SDK.
    pub context: String,
    /// What a user sees who prints this side's error with `{:?}`.
    pub debug: String,
    /// What to do next, where this side has a word on that.
    pub advice: Option<String>,
}

/// How far a call came before it failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Stage {
    /// The request could not be made from its input.
    Build,
    /// It could not be signed.
    Sign,
    /// No connection, no TLS session, or the connection ended before an answer.
    Dispatch,
    /// The time was up.
    Timeout,
    /// An answer began and could not be read to its end, or not be understood.
    Response,
    /// The service answered, and refused, with a code of its own. A refusal without one (a proxy's
    /// page, an empty body) is no usable answer: [`Stage::Response`].
    Service,
    /// What was waited for did not come about.
    Wait,
    /// The client panicked. How far the call came is not known.
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
    /// A failure in the words `display`, before the service said anything.
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

    /// Formatted text, or the beginning of one that is longer than 64 KiB. Errors may quote the body
    /// of an answer, and that may have any length.
    #[must_use]
    pub fn capped_text(arguments: fmt::Arguments<'_>) -> String {
        let mut beginning = Beginning(String::new());
        // The one error there is: no more room.
        let _ = beginning.write_fmt(arguments);
        beginning.0
    }

    /// Whether the service said no, as against no usable answer.
    #[must_use]
    pub fn is_refusal(&self) -> bool {
        self.stage == Stage::Service
    }
}

/// As much of a text as there is room for.
struct Beginning(String);

impl fmt::Write for Beginning {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        const ROOM: usize = 64 * 1024;
        let room = ROOM - self.0.len();
        let fits = text.floor_char_boundary(room);
        self.0.push_str(&text[..fits]);
        if fits == text.len() { Ok(()) } else { Err(fmt::Error) }
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
    fn a_text_without_end_is_cut() {
        let long = "é".repeat(100_000);
        let text = Failure::capped_text(format_args!("({long})"));
        assert_eq!(text.len(), 64 * 1024 - 1);
        assert!(text.starts_with("(éé"));
        assert_eq!(Failure::capped_text(format_args!("{:?}", Some(1))), "Some(1)");
    }
}
