use std::time::SystemTime;

/// Why a request cannot be signed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No request can be sent to the URL.
    #[error("the URL {url:?} {problem}; write it as https://host/path?query")]
    Url {
        /// The URL as given.
        url: String,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// The URL has a character that is never sent as it is: a space, a control character, a character
    /// outside ASCII, or the `#` of a fragment.
    #[error("the URL {url:?} has {character:?} in it, which must be percent-encoded: {escaped}")]
    UrlCharacter {
        /// The URL as given.
        url: String,
        /// The first such character.
        character: char,
        /// The URL with every such character percent-encoded.
        escaped: String,
    },
    /// The method is not a token (RFC 9110, 5.6.2).
    #[error("{method:?} is not an HTTP method; write GET, for example")]
    Method {
        /// The method as given.
        method: String,
    },
    /// The host is empty.
    #[error("the request has no host; give the service's, for example s3.us-east-1.amazonaws.com")]
    NoHost,
    /// The path does not begin with a slash.
    #[error("the path {path:?} does not begin with a slash; write it as /bucket/key")]
    RelativePath {
        /// The path as given.
        path: String,
    },
    /// The name of a header is not a token (RFC 9110, 5.1).
    #[error("{name:?} is not a header name; use letters, digits and hyphens")]
    HeaderName {
        /// The name as given.
        name: String,
    },
    /// The value of a header has a line break or another control character in it. The message leaves
    /// the value out: it may be a secret.
    #[error(
        "the value of the header {name} has the control character {character:?} in it; put the value on one line"
    )]
    HeaderValue {
        /// The header's name.
        name: String,
        /// The character.
        character: char,
    },
    /// The given `x-amz-content-sha256` has a value that the header cannot have.
    #[error(
        "the x-amz-content-sha256 {value:?} is neither a SHA-256 nor a constant such as UNSIGNED-PAYLOAD"
    )]
    ContentSha256 {
        /// The value as given.
        value: String,
    },
    /// A header that may have only one value is given twice.
    #[error("the header {name} is given twice; it may have only one value")]
    RepeatedHeader {
        /// The header's name.
        name: String,
    },
    /// The region is empty, or cannot be the name of one.
    #[error("{region:?} is not a region; give one, for example us-east-1")]
    Region {
        /// The region as given.
        region: String,
    },
    /// The service is empty, or cannot be the signing name of one.
    #[error("{service:?} is not the signing name of a service; give one, for example s3")]
    Service {
        /// The service as given.
        service: String,
    },
    /// The access key id is empty.
    #[error("the access key id is empty; give the one that the secret key belongs to")]
    NoAccessKeyId,
    /// The secret key is given as the access key id, and would be sent in clear text.
    #[error("the access key id and the secret key are swapped; nothing was sent; swap them back")]
    SwappedCredentials,
    /// The access key id or the session token has white space or another impossible character in it.
    #[error(
        "the {what} has {character:?} in it, which no {what} has; was it pasted with white space or cut off?"
    )]
    Credentials {
        /// `access key id` or `session token`.
        what: &'static str,
        /// The character.
        character: char,
    },
    /// The time has no timestamp: its year is not 1970 to 9999.
    #[error("the time {time:?} is not between 1970 and 9999; is the clock right?")]
    TimeOutOfRange {
        /// The time as given.
        time: SystemTime,
    },
    /// The text is not a timestamp.
    #[error("the time {text:?} is not a timestamp; write it as 20150830T123600Z, in UTC")]
    TimeFormat {
        /// The text as given.
        text: String,
    },
    /// A presigned URL would expire at once, or too late.
    #[error("a presigned URL cannot be valid for {seconds} s; AWS accepts 1 to 604800 (7 days)")]
    Expires {
        /// The seconds asked for.
        seconds: u64,
    },
    /// The query to presign has a part of a signature already.
    #[error("the query has {parameter} already; presign the URL without its old signature")]
    AlreadyPresigned {
        /// The parameter's name.
        parameter: &'static str,
    },
}
