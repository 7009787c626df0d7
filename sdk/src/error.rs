//! Converts the SDK's errors to `Failure`, and keeps the SDK's own texts.

use std::error::Error;

use aws_sdk_ec2::{
    error::{DisplayErrorContext, ProvideErrorMetadata, SdkError},
    waiters::instance_running::WaitUntilInstanceRunningError,
};
use aws_sdk_s3::operation::{RequestId, RequestIdExt};
use aws_smithy_runtime_api::client::{orchestrator::HttpResponse, waiters::error::WaiterError};
use contract::{Failure, Stage};

/// The failure of a call through a service client.
pub(crate) fn from_sdk<E>(error: SdkError<E, HttpResponse>) -> Failure
where
    E: ProvideErrorMetadata + Error + Send + Sync + 'static,
{
    Failure {
        stage: stage(&error),
        status: error.raw_response().map(|response| response.status().as_u16()),
        code: error.code().map(str::to_owned),
        message: error.message().map(str::to_owned),
        request_id: error.request_id().map(str::to_owned),
        host_id: error.extended_request_id().map(str::to_owned),
        // The typed accessors expose nothing else of the error document; the rest is only in the
        // undecoded body. The response headers can be read too.
        details: headers(&error),
        display: error.to_string(),
        debug: Failure::capped_text(format_args!("{error:?}")),
        context: Failure::capped_text(format_args!("{}", DisplayErrorContext(error))),
        advice: None,
    }
}

/// The failure for an error that does not come from a service.
pub(crate) fn from_error(stage: Stage, error: &(impl Error + ?Sized)) -> Failure {
    let mut failure = Failure::new(stage, error.to_string());
    failure.context = chain(error);
    failure.debug = Failure::capped_text(format_args!("{error:?}"));
    failure
}

/// An error of the HTTP client that sends without a service client.
pub(crate) fn from_reqwest(error: &reqwest::Error) -> Failure {
    let stage = match () {
        () if error.is_timeout() => Stage::Timeout,
        () if error.is_connect() || error.is_request() => Stage::Dispatch,
        () => Stage::Response,
    };
    from_error(stage, error)
}

/// The failure of the SDK's waiter.
pub(crate) fn from_waiter(error: WaitUntilInstanceRunningError) -> Failure {
    match error {
        // The waiter returns the operation's error by reference only.
        WaiterError::OperationFailed(failed) => {
            let error = failed.error();
            Failure {
                stage: stage(error),
                status: error.raw_response().map(|response| response.status().as_u16()),
                code: error.code().map(str::to_owned),
                message: error.message().map(str::to_owned),
                request_id: error.request_id().map(str::to_owned),
                details: headers(error),
                context: chain(error),
                debug: Failure::capped_text(format_args!("{error:?}")),
                ..Failure::new(Stage::Wait, error.to_string())
            }
        }
        other => from_error(Stage::Wait, &other),
    }
}

fn headers<E>(error: &SdkError<E, HttpResponse>) -> Vec<(String, String)> {
    let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
    error
        .raw_response()
        .map(|response| response.headers().iter().map(owned).collect())
        .unwrap_or_default()
}

/// The SDK reports an error document that it cannot read as a service error without a code. That is not
/// a refusal, but an unusable response.
fn stage<E: ProvideErrorMetadata>(error: &SdkError<E, HttpResponse>) -> Stage {
    match error {
        SdkError::ConstructionFailure(_) => Stage::Build,
        SdkError::TimeoutError(_) => Stage::Timeout,
        SdkError::DispatchFailure(failure) if failure.is_timeout() => Stage::Timeout,
        SdkError::DispatchFailure(_) => Stage::Dispatch,
        SdkError::ServiceError(_) if error.code().is_some() => Stage::Service,
        _ => Stage::Response,
    }
}

/// The error and its causes, separated by colons.
fn chain(error: &(impl Error + ?Sized)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}
