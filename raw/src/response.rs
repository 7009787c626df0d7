//! An HTTP response as it was received.

use std::fmt;

use http::HeaderMap;

/// The most bytes that are read of an error's body. The longest from AWS, S3's answer to a wrong
/// signature with a long session token, is far shorter.
pub const MAX_ERROR_BODY: usize = 1 << 20;

/// The most bytes that are read of a successful response's body; a longer one is an error. Without
/// this limit the server would decide how much memory a call takes.
pub const MAX_BODY: usize = 256 << 20;

/// An HTTP response.
#[derive(Clone)]
pub struct Response {
    /// Status and headers.
    pub head: Head,
    /// The body, or the part of it that [`Response::extent`] states.
    pub body: Vec<u8>,
    /// How much of the body was read.
    pub extent: Extent,
}

/// Omits the body, which may be long and may quote a session token.
impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("head", &self.head)
            .field("body", &format_args!("{} bytes", self.body.len()))
            .field("extent", &self.extent)
            .finish()
    }
}

/// How much of a body was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// All of it.
    Whole,
    /// At most [`MAX_ERROR_BODY`] bytes: the status is an error's, or the body is too long to be used.
    Beginning,
    /// What had arrived when the connection ended or the time was up.
    BrokenOff,
}

/// The status and the headers of a response.
#[derive(Debug, Clone)]
pub struct Head {
    /// HTTP status.
    pub status: u16,
    /// Names are in lower case.
    pub headers: HeaderMap,
}

impl Head {
    /// Whether the status is 2xx.
    #[must_use]
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The value of a header, if there is one and it is text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}
