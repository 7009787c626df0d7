use std::time::SystemTime;

/// Why a request cannot be signed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The URL is not one that a request can be sent to.
    #[error("the URL {url:?} {problem}; write it as https://host/path?query")]
    Url {
        /// The URL as given.
        url: String,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// The URL holds a character that never goes over the wire as it is: a blank, a control character,
    /// one beyond ASCII, or the `#` of a fragment.
    #[error("the URL {url:?} holds {character:?}, which has to be percent-encoded: {escaped}")]
    UrlCharacter {
        /// The URL as given.
        url: String,
        /// The first such character.
        character: char,
        /// The URL with all of them percent-encoded.
        escaped: String,
    },
    /// The method is no token (RFC 9110, 5.6.2).
    #[error("the method {method:?} is no HTTP method; write for example GET")]
    Method {
        /// The method as given.
        method: String,
    },
    /// There is no host to send the request to.
    #[error("the request has no host; name the service's, for example s3.us-east-1.amazonaws.com")]
    NoHost,
    /// The path does not begin with a slash.
    #[error(
        "the path {path:?} does not begin with a slash; paths are absolute, for example /bucket/key"
    )]
    RelativePath {
        /// The path as given.
        path: String,
    },
    /// The name of a header is no token (RFC 9110, 5.1).
    #[error("{name:?} is no header name; letters, digits and hyphens are")]
    HeaderName {
        /// The name as given.
        name: String,
    },
    /// The value of a header holds a line break or another control character. The value is left out
    /// of the text: it may be a secret.
    #[error(
        "the value of the header {name} holds the control character {character:?}; put the value on one line"
    )]
    HeaderValue {
        /// The header's name.
        name: String,
        /// The character.
        character: char,
    },
    /// The header `x-amz-content-sha256` is given and says nothing of the payload.
    #[error(
        "the x-amz-content-sha256 {value:?} is neither a SHA-256 nor a word for the payload such as UNSIGNED-PAYLOAD"
    )]
    ContentSha256 {
        /// The value as given.
        value: String,
    },
    /// A header that has one value is given twice.
    #[error("the header {name} is given twice; it can have one value only")]
    RepeatedHeader {
        /// The header's name.
        name: String,
    },
    /// The region is empty or could be no region.
    #[error("the region {region:?} is no region; name one, for example us-east-1")]
    Region {
        /// The region as given.
        region: String,
    },
    /// The service is empty or could be no service.
    #[error("the service {service:?} is no signing name; name one, for example s3")]
    Service {
        /// The service as given.
        service: String,
    },
    /// There is nobody to sign for: the access key id is empty.
    #[error("the access key id is empty; give the one that the secret key belongs to")]
    NoAccessKeyId,
    /// The secret stands where the access key id belongs, and would go out in clear text.
    #[error(
        "the access key id and the secret have changed places, and the secret is sent to nobody; change them back"
    )]
    SwappedCredentials,
    /// The access key id or the session token holds white space or another character that none has.
    #[error(
        "the {what} holds {character:?}, which none does; was it pasted with white space or cut?"
    )]
    Credentials {
        /// Which of them.
        what: &'static str,
        /// The character.
        character: char,
    },
    /// A moment that cannot be written with four digits for the year.
    #[error("the time {time:?} is not between 1970 and 9999; is the clock right?")]
    TimeOutOfRange {
        /// The moment.
        time: SystemTime,
    },
    /// A text that names no moment.
    #[error("the time {text:?} is no moment; write it as 20150830T123600Z, in UTC")]
    TimeFormat {
        /// The text as given.
        text: String,
    },
    /// A presigned URL for no time, or for too long.
    #[error("a presigned URL cannot be good for {seconds} s; AWS accepts 1 to 604800 (7 days)")]
    Expires {
        /// The seconds asked for.
        seconds: u64,
    },
    /// The query to be presigned carries a part of a signature already.
    #[error("the query holds {parameter} already; presign the URL without its old signature")]
    AlreadyPresigned {
        /// The parameter's name.
        parameter: &'static str,
    },
}
