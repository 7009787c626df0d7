//! `SdkError` → `Failure`, with the SDK's own words beside the facts.

use std::error::Error;

use aws_sdk_ec2::{
    error::{DisplayErrorContext, ProvideErrorMetadata, SdkError},
    waiters::instance_running::WaitUntilInstanceRunningError,
};
use aws_sdk_s3::operation::{RequestId, RequestIdExt};
use aws_smithy_runtime_api::client::{orchestrator::HttpResponse, waiters::error::WaiterError};
use contract::{Failure, Stage};

/// What an SDK call failed with.
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
        // Typed accessors hold no more of the document than the above; the rest of it is in the
        // undecoded body alone. Headers are there for whoever asks for them.
        details: headers(&error),
        display: error.to_string(),
        debug: Failure::capped_text(format_args!("{error:?}")),
        context: Failure::capped_text(format_args!("{}", DisplayErrorContext(error))),
        advice: None,
    }
}

/// An error that no service had a part in.
pub(crate) fn from_error(stage: Stage, error: &(impl Error + ?Sized)) -> Failure {
    let mut failure = Failure::new(stage, error.to_string());
    failure.context = chain(error);
    failure.debug = Failure::capped_text(format_args!("{error:?}"));
    failure
}

/// What the SDK's waiter failed with.
pub(crate) fn from_waiter(error: WaitUntilInstanceRunningError) -> Failure {
    match error {
        // The waiter hands out the operation's error by reference only.
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

/// A service that answers with a document that the SDK cannot read yields a service error without a
/// code: that is no refusal but no usable answer.
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
