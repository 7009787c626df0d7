//! From the answer's bytes to an [`Answer`], or to what the service said instead.

mod ec2;
mod error_response;
mod facts;
mod s3;
mod xml;

pub use error_response::ErrorResponse;
pub(crate) use error_response::read as read_refusal;
pub use xml::{XmlError, XmlErrorKind};

use contract::{Answer, ApiResponse, DryRun, Operation, RunInstances};

use crate::error::ErrorKind;
use crate::observe;
use crate::send::{Head, Response};

/// One answer, which may be a part of a longer one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// What this answer holds.
    pub answer: Answer,
    /// The token that asks for what comes after it, where there is more.
    pub next: Option<String>,
}

/// Reads the answer to `operation`.
///
/// # Errors
/// Where the service refused, or its answer is not a whole document of the kind that this operation
/// is answered with.
///
/// # Panics
/// On [`Operation::PresignGet`], which sends nothing and so is not answered.
pub fn parse(operation: &Operation, response: &Response) -> Result<Page, ErrorKind> {
    let _here = observe::enter(|| ());
    match operation {
        Operation::PresignGet(_) => unreachable!("a presigned URL is for others to fetch"),
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
        Operation::InvokeApi(_) => invoked(response),
    }
}

/// The answer to whatever it was, unless it refuses.
pub(crate) fn accepted(response: Response) -> Result<Response, ErrorKind> {
    if !response.head.is_success() || error_response::is_error_document(&response.body) {
        return Err(ErrorKind::Refused(Box::new(error_response::read(&response))));
    }
    Ok(response)
}

/// An answer in XML, which `read` reads, or a refusal: S3 may notice an error only after it has sent
/// its 200, so what is not the document that was asked for may still be one that refuses.
fn document(
    response: &Response,
    read: fn(&[u8]) -> Result<Page, XmlError>,
) -> Result<Page, ErrorKind> {
    if response.head.status != 200 {
        return Err(ErrorKind::Refused(Box::new(error_response::read(response))));
    }
    read(&response.body).map_err(|fault| {
        if error_response::is_error_document(&response.body) {
            ErrorKind::Refused(Box::new(error_response::read(response)))
        } else {
            unusable(fault, response)
        }
    })
}

fn unusable(fault: XmlError, response: &Response) -> ErrorKind {
    ErrorKind::Answer { fault, said: Box::new(ErrorResponse::unread(response)) }
}

/// EC2 answers a dry run that would succeed with an error of its own, and 412.
fn dry_run(response: &Response) -> Result<Page, ErrorKind> {
    match document(response, ec2::launched) {
        Err(ErrorKind::Refused(refusal)) if refusal.code.as_deref() == Some("DryRunOperation") => {
            Ok(Page { answer: Answer::WouldSucceed, next: None })
        }
        Ok(Page { answer: Answer::Instances(instances), .. }) => Err(ErrorKind::Launched {
            instances: instances.into_iter().map(|instance| instance.id).collect(),
        }),
        other => other,
    }
}

/// Whatever a route answers is its answer, in any form of text, unless its status says that it is
/// none.
fn invoked(response: &Response) -> Result<Page, ErrorKind> {
    let head = &response.head;
    // With a proxy in between, an error may come with any status.
    if !head.is_success() || head.header("x-amzn-errortype").is_some() {
        return Err(ErrorKind::Refused(Box::new(error_response::read(response))));
    }
    // With replacement characters in it, it would be another answer than the route gave.
    let body = std::str::from_utf8(&response.body)
        .map_err(|error| unusable(XmlError::not_utf8(error), response))?;
    if let Some(fault) = unfinished_json(head, body) {
        return Err(unusable(fault, response));
    }
    let answer = Answer::Api(ApiResponse {
        status: head.status,
        content_type: head.header("content-type").map(str::to_owned),
        body: body.to_owned(),
    });
    Ok(Page { answer, next: None })
}

/// What is called JSON, begins as JSON and does not end was cut. Other text under that name is usual:
/// API Gateway calls everything JSON that a route does not name.
fn unfinished_json(head: &Head, body: &str) -> Option<XmlError> {
    let is_json = head.header("content-type")?.starts_with("application/json");
    if !is_json || !body.trim_start().starts_with(['{', '[']) {
        return None;
    }
    let error = serde_json::from_str::<serde_json::Value>(body).err()?;
    error.is_eof().then(|| XmlError::ends_early(body.len()))
}
