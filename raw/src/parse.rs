//! Reads a response: to an [`Answer`], or to what the service says instead.

mod ec2;
mod error_response;
mod facts;
mod s3;
mod xml;

pub use error_response::ErrorResponse;
pub use xml::{XmlError, XmlErrorKind};

use contract::{Answer, ApiResponse, DryRun, Operation, RunInstances};

use crate::observe;
use crate::redact::Secrets;
use crate::response::{Head, Response};

/// One page of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// What this page contains.
    pub answer: Answer,
    /// The token that requests the next page, if there is one.
    pub next: Option<String>,
}

/// Why a response is not the answer.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum ParseError {
    /// The service refused the request.
    #[error(transparent)]
    Refused(Box<ErrorResponse>),
    /// The status is a success, and the body is not a complete document of the expected kind.
    #[error("the answer ({}) cannot be used: {error}{}", response.status, response.html_quote())]
    Unusable {
        /// What is wrong with the body.
        error: XmlError,
        /// Status, ids, headers and the beginning of the body.
        response: Box<ErrorResponse>,
    },
    /// EC2 carried out a request that it should only have checked.
    #[error("the dry run was carried out: {} launched", instances.join(", "))]
    DryRunExecuted {
        /// The instances that now run and cost money.
        instances: Vec<String>,
    },
}

impl ParseError {
    fn refused(response: &Response) -> Self {
        Self::Refused(Box::new(ErrorResponse::read(response)))
    }

    fn unusable(error: XmlError, response: &Response) -> Self {
        Self::Unusable { error, response: Box::new(ErrorResponse::without_document(response)) }
    }

    /// The facts of the response.
    pub(crate) fn response(&self) -> Option<&ErrorResponse> {
        match self {
            Self::Refused(response) | Self::Unusable { response, .. } => Some(response),
            Self::DryRunExecuted { .. } => None,
        }
    }

    /// Removes `secrets` from every text that the server chose.
    pub(crate) fn redact(&mut self, secrets: &Secrets) {
        match self {
            Self::Refused(response) => response.redact(secrets),
            Self::Unusable { error, response } => {
                error.redact(secrets);
                response.redact(secrets);
            }
            Self::DryRunExecuted { .. } => {}
        }
    }
}

/// Reads the response to `operation`.
///
/// # Errors
/// If the service refused, or the body is not a complete document of the kind that answers this
/// operation.
///
/// # Panics
/// On [`Operation::PresignGet`], which sends nothing.
pub fn parse(operation: &Operation, response: &Response) -> Result<Page, ParseError> {
    let _here = observe::enter(|| ());
    match operation {
        Operation::PresignGet(_) => unreachable!("a presigned URL is not sent by this client"),
        Operation::ListBuckets => document(response, s3::buckets),
        Operation::ListObjects(_) => document(response, s3::objects),
        Operation::DescribeImages(_) | Operation::LatestImage(_) => document(response, ec2::images),
        Operation::RunInstances(RunInstances { dry_run: DryRun::Yes, .. }) => dry_run(response),
        Operation::RunInstances(_) => document(response, ec2::launched),
        Operation::WaitUntilRunning(_) | Operation::DescribeInstances(_) => {
            document(response, ec2::instances)
        }
        Operation::CreateTags(_) => document(response, ec2::tagged),
        Operation::TerminateInstances(_) => document(response, ec2::state_changes),
        Operation::InvokeApi(_) => api_response(response),
    }
}

/// Returns the response to any request, unless it is an error.
pub(crate) fn accepted(response: Response) -> Result<Response, ParseError> {
    if !response.head.is_success() || error_response::is_error_document(&response.body) {
        return Err(ParseError::refused(&response));
    }
    Ok(response)
}

/// Reads an XML document with `read`. A body that is not the expected document may be an error
/// document in spite of its status: S3 may notice an error only after it has sent its 200.
fn document(
    response: &Response,
    read: fn(&[u8]) -> Result<Page, XmlError>,
) -> Result<Page, ParseError> {
    if response.head.status != 200 {
        return Err(ParseError::refused(response));
    }
    read(&response.body).map_err(|error| {
        if error_response::is_error_document(&response.body) {
            ParseError::refused(response)
        } else {
            ParseError::unusable(error, response)
        }
    })
}

/// EC2 answers a dry run that would succeed with status 412 and the error `DryRunOperation`.
fn dry_run(response: &Response) -> Result<Page, ParseError> {
    match document(response, ec2::launched) {
        Err(ParseError::Refused(error)) if error.code.as_deref() == Some("DryRunOperation") => {
            Ok(Page { answer: Answer::WouldSucceed, next: None })
        }
        Ok(Page { answer: Answer::Instances(instances), .. }) => Err(ParseError::DryRunExecuted {
            instances: instances.into_iter().map(|instance| instance.id).collect(),
        }),
        other => other,
    }
}

/// Reads the response of a route behind API Gateway: any text, unless it is an error.
fn api_response(response: &Response) -> Result<Page, ParseError> {
    let head = &response.head;
    // A proxy in between may change an error's status.
    if !head.is_success() || head.header("x-amzn-errortype").is_some() {
        return Err(ParseError::refused(response));
    }
    // Replacement characters would make it another answer than the route gave.
    let body = std::str::from_utf8(&response.body)
        .map_err(|error| ParseError::unusable(XmlError::not_utf8(error), response))?;
    if let Some(error) = incomplete_json(head, body) {
        return Err(ParseError::unusable(error, response));
    }
    let answer = Answer::Api(ApiResponse {
        status: head.status,
        content_type: head.header("content-type").map(str::to_owned),
        body: body.to_owned(),
    });
    Ok(Page { answer, next: None })
}

/// The error of a JSON document that was cut. Other text with JSON's content type is common and
/// accepted: API Gateway uses that type by default.
fn incomplete_json(head: &Head, body: &str) -> Option<XmlError> {
    let is_json = head.header("content-type")?.starts_with("application/json");
    if !is_json || !body.trim_start().starts_with(['{', '[']) {
        return None;
    }
    let error = serde_json::from_str::<serde_json::Value>(body).err()?;
    error.is_eof().then(|| XmlError::ends_early(body.len()))
}
