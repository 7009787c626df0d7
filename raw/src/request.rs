//! Builds an [`Operation`]'s HTTP request, complete except for the signature. Path, query and body are
//! encoded here once, and signed and sent as they are.

mod ec2;
mod execute_api;
mod s3;

use std::sync::Arc;

use contract::{Operation, Signing, Target};
use http::Method;

use crate::encode::{self, Slash};
use crate::endpoint::{EndpointError, Origin, Origins, Service};
use crate::observe;
use crate::sigv4;

/// An HTTP request before it is signed, and its scope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The HTTP method.
    pub method: Method,
    /// Scheme, host and port.
    pub origin: Arc<Origin>,
    /// The path, percent-encoded, with its first slash.
    pub path: String,
    /// The query, percent-encoded, without the question mark. Empty if there is none.
    pub query: String,
    /// The headers, with lower-case names, except those that signing and the HTTP client add.
    pub headers: Vec<(&'static str, &'static str)>,
    /// The body. Empty if there is none.
    pub body: Vec<u8>,
    /// The service of the credential scope.
    pub service: Service,
    /// The region of the credential scope.
    pub region: String,
    /// Whether the request is signed.
    pub signing: Signing,
}

/// Why no request can be built or sent for an operation.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// The request has no origin to go to.
    #[error(transparent)]
    Endpoint(#[from] EndpointError),
    /// With this bucket the URL would be that of something else.
    #[error("{bucket:?} cannot be the name of a bucket: {reason}")]
    Bucket {
        /// The bucket as given.
        bucket: String,
        /// A sentence such as `it is empty`.
        reason: &'static str,
    },
    /// The key is empty: the URL would be that of the bucket.
    #[error("the key is empty; give the key of an object")]
    EmptyKey,
    /// The list of instances is empty: EC2 would take that for all instances.
    #[error("no instance is named; give the ids of the instances")]
    NoInstances,
    /// The HTTP client cannot send the request as it would be signed.
    #[error("the HTTP client cannot send {url:?} as it is signed: {reason}")]
    Unsendable {
        /// The URL that would have been signed.
        url: String,
        /// Why not, or what would be sent instead.
        reason: String,
    },
    /// HTTP cannot carry the value of a header.
    #[error("the header {name} cannot be sent: its value has a control character in it")]
    Header {
        /// The header's name. The value may be a secret.
        name: &'static str,
    },
}

impl Request {
    /// Builds the request for `operation`, or for the next page if `page` is the token that the previous
    /// page ended with.
    ///
    /// # Errors
    /// The input makes no request, or one for something else.
    pub fn new(
        operation: &Operation,
        target: &Target,
        page: Option<&str>,
    ) -> Result<Self, BuildError> {
        Self::at(operation, target, &Origins::of(target)?, page)
    }

    /// [`Request::new`] for a client that has resolved the target's origins.
    pub(crate) fn at(
        operation: &Operation,
        target: &Target,
        origins: &Origins,
        page: Option<&str>,
    ) -> Result<Self, BuildError> {
        let _here = observe::enter(|| ());
        let s3 = || Ok::<_, EndpointError>(ServiceTarget { target, origin: origins.s3()? });
        let ec2 = || Ok::<_, EndpointError>(ServiceTarget { target, origin: origins.ec2()? });
        Ok(match operation {
            Operation::ListBuckets => s3::list_buckets(s3()?, page),
            Operation::ListObjects(input) => s3::list_objects(s3()?, input, page)?,
            Operation::PresignGet(input) => s3::get_object(s3()?, &input.bucket, &input.key)?,
            Operation::DescribeImages(input) | Operation::LatestImage(input) => {
                ec2::describe_images(ec2()?, input, page)
            }
            Operation::RunInstances(input) => ec2::run_instances(ec2()?, input),
            Operation::WaitUntilRunning(input) => {
                ec2::describe_named_instances(ec2()?, &input.instance_ids, page)?
            }
            Operation::CreateTags(input) => ec2::create_tags(ec2()?, input),
            Operation::DescribeInstances(input) => ec2::describe_instances(ec2()?, input, page),
            Operation::TerminateInstances(input) => {
                ec2::terminate_instances(ec2()?, &input.instance_ids)?
            }
            Operation::InvokeApi(input) => execute_api::invoke(target, input)?,
        })
    }

    /// The whole URL, as it is signed and sent.
    #[must_use]
    pub fn url(&self) -> String {
        let question_mark = if self.query.is_empty() { "" } else { "?" };
        format!("{}{question_mark}{}", self.url_without_query(), self.query)
    }

    /// Whether `url` equals [`Request::url`]. Does not allocate.
    pub(crate) fn is_to(&self, url: &str) -> bool {
        let Origin { scheme, authority, .. } = &*self.origin;
        let before_query = [scheme.as_str(), "://", authority, &self.path];
        match before_query.iter().try_fold(url, |rest, part| rest.strip_prefix(part)) {
            Some(rest) if self.query.is_empty() => rest.is_empty(),
            Some(rest) => rest.strip_prefix('?') == Some(&self.query),
            None => false,
        }
    }

    /// The request in the form that the signer takes.
    pub(crate) fn as_signed(&self) -> sigv4::SignableRequest<'_> {
        sigv4::SignableRequest {
            method: self.method.as_str(),
            scheme: self.origin.scheme,
            host: &self.origin.authority,
            path: &self.path,
            query: &self.query,
            headers: &self.headers,
            body: &self.body,
        }
    }

    /// The URL without its query, for messages: the query may contain secrets.
    #[must_use]
    pub fn url_without_query(&self) -> String {
        format!("{}://{}{}", self.origin.scheme.as_str(), self.origin.authority, self.path)
    }
}

/// A target, and the origin of one of its services.
#[derive(Clone, Copy)]
struct ServiceTarget<'t> {
    target: &'t Target,
    origin: &'t Arc<Origin>,
}

/// Names and values as `name=value&…`: a query, or the body of a form. AWS accepts the same encoding
/// for both, with `%20` for a space.
#[derive(Default)]
struct Parameters(String);

impl Parameters {
    fn add(&mut self, name: &str, value: &str) {
        if !self.0.is_empty() {
            self.0.push('&');
        }
        encode::push(&mut self.0, name, Slash::Encoded);
        self.0.push('=');
        encode::push(&mut self.0, value, Slash::Encoded);
    }

    fn add_if_given(&mut self, name: &str, value: Option<&str>) {
        if let Some(value) = value {
            self.add(name, value);
        }
    }
}
