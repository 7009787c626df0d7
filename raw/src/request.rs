//! What to ask: an [`Operation`] becomes an HTTP request that is complete but for its signature.
//! Path, query and body are encoded here, once, and both signed and sent as they stand.

mod ec2;
mod execute_api;
mod s3;

use std::sync::Arc;

use contract::{Operation, Signing, Target};
use reqwest::Method;

use crate::encode::{self, Slash};
use crate::endpoint::{EndpointError, Origin, Origins, Service};
use crate::observe;
use crate::sigv4;

/// An HTTP request, and who is to sign it for what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// As it is signed and sent.
    pub method: Method,
    /// Whom to send it to.
    pub origin: Arc<Origin>,
    /// Percent-encoded, from its first slash.
    pub path: String,
    /// Percent-encoded, without the question mark; empty for none.
    pub query: String,
    /// Besides those that signing adds and HTTP itself needs; names in lower case.
    pub headers: Vec<(&'static str, &'static str)>,
    /// Empty for none.
    pub body: Vec<u8>,
    /// Of the credential scope.
    pub service: Service,
    /// Of the credential scope.
    pub region: String,
    /// Whether it is to be signed at all.
    pub signing: Signing,
}

/// Why an operation's input makes no request.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// The target or the URL names nobody whom one could ask.
    #[error(transparent)]
    Endpoint(#[from] EndpointError),
    /// A bucket that would turn the URL into one of something else.
    #[error("{bucket:?} cannot be the name of a bucket: {reason}")]
    Bucket {
        /// As given.
        bucket: String,
        /// Such as `it is empty`.
        reason: &'static str,
    },
    /// The URL of no key would be the bucket's.
    #[error("the key is empty; name the object whose URL is wanted")]
    EmptyKey,
    /// EC2 would take an empty list for all instances.
    #[error("no instance is named; name those that are meant")]
    NoInstances,
    /// The HTTP client cannot send the request as it would be signed.
    #[error("the HTTP client cannot send {url:?} as it is signed: {reason}")]
    Unsendable {
        /// The URL that would have been signed.
        url: String,
        /// What stands against it, or what would be sent instead.
        reason: String,
    },
    /// A header's value that HTTP has no way to carry.
    #[error("the header {name} cannot be sent: its value holds a control character")]
    Header {
        /// Its name; the value may be a secret.
        name: &'static str,
    },
}

impl Request {
    /// The request for `operation`, or for a later page of it where `page` is the token that the
    /// page before ended with.
    ///
    /// # Errors
    /// Where the input makes no request, or one for something else.
    pub fn new(
        operation: &Operation,
        target: &Target,
        page: Option<&str>,
    ) -> Result<Self, BuildError> {
        Self::at(operation, target, &Origins::of(target)?, page)
    }

    /// [`Request::new`] for a client, which knows who answers.
    pub(crate) fn at(
        operation: &Operation,
        target: &Target,
        origins: &Origins,
        page: Option<&str>,
    ) -> Result<Self, BuildError> {
        let _here = observe::enter(|| ());
        let s3 = || Ok::<_, EndpointError>(At { target, origin: origins.s3()? });
        let ec2 = || Ok::<_, EndpointError>(At { target, origin: origins.ec2()? });
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

    /// The URL as it is signed and sent.
    #[must_use]
    pub fn url(&self) -> String {
        let question_mark = if self.query.is_empty() { "" } else { "?" };
        format!("{}{question_mark}{}", self.place(), self.query)
    }

    /// Whether `url` is [`Request::url`], which it need not be written for.
    pub(crate) fn is_to(&self, url: &str) -> bool {
        let Origin { scheme, authority, .. } = &*self.origin;
        let before_query = [scheme.as_str(), "://", authority, &self.path];
        match before_query.iter().try_fold(url, |rest, part| rest.strip_prefix(part)) {
            Some(rest) if self.query.is_empty() => rest.is_empty(),
            Some(rest) => rest.strip_prefix('?') == Some(&self.query),
            None => false,
        }
    }

    /// The same, as the signer wants to see it.
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

    /// The URL without its query, which may hold what is nobody's business: for messages.
    #[must_use]
    pub fn place(&self) -> String {
        format!("{}://{}{}", self.origin.scheme.as_str(), self.origin.authority, self.path)
    }
}

/// A service at a target.
#[derive(Clone, Copy)]
struct At<'t> {
    target: &'t Target,
    /// Who answers for it there.
    origin: &'t Arc<Origin>,
}

/// Names and values as `name=value&…`: a query string, or the body of a form. AWS takes the same
/// encoding for both, and `%20` for a space in either.
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
