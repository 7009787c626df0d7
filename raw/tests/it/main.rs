//! The client from outside, in one binary: what it requests, how it reads answers, and how it behaves
//! with good and bad servers.

mod advice;
mod answers;
mod documents;
mod error_responses;
mod faults;
mod limits;
mod listings;
mod module_order;
mod observed;
mod paging;
mod requests;
mod retries;
mod script;
mod sending;
#[path = "../../../contract/tests/suite/operations.rs"]
mod suite;
mod waiting;
mod xml;

use std::time::{Duration, SystemTime};

use contract::{
    Addressing, CallLimits, Client as _, Clock, Credentials, Endpoint, Failure, Operation, Reply,
    Target, Timeouts, WaitPace,
};
use raw::Client;
use raw::parse::Page;
use raw::response::{Extent, Head, Response};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};

/// 2026-01-01T00:00:00Z
fn now() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_hours(24 * 20_454)
}

/// The client for the suite.
fn connect(target: Target, credentials: Credentials) -> Client {
    Client::new(target, credentials).expect("a client")
}

/// A target with a fixed region, clock and pace.
fn target(endpoint: Endpoint, addressing: Addressing) -> Target {
    Target {
        region: "eu-west-1".to_owned(),
        endpoint,
        addressing,
        clock: Clock::Fixed(now()),
        timeouts: Timeouts::default(),
        limits: CallLimits::default(),
        proxy: None,
        ca_bundle: None,
        wait_pace: WaitPace::DividedBy(1000),
    }
}

/// A response to be parsed.
fn response(status: u16, headers: &[(&'static str, &'static str)], body: &str) -> Response {
    let headers = headers
        .iter()
        .map(|&(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)));
    Response {
        head: Head { status, headers: headers.collect::<HeaderMap>() },
        body: body.as_bytes().to_vec(),
        extent: Extent::Whole,
    }
}

/// Parses `body` as a response with status 200.
fn parse(operation: &Operation, body: &str) -> Result<Page, raw::parse::ParseError> {
    raw::parse::parse(operation, &response(200, &[], body))
}

fn credentials() -> Credentials {
    Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
}

/// [`target`] at a URL, with buckets in the path.
fn local(endpoint: &str) -> Target {
    target(Endpoint::Url(endpoint.to_owned()), Addressing::Path)
}

/// Calls `endpoint` with a client of its own.
async fn call(endpoint: &str, operation: &Operation) -> Reply {
    Client::new(local(endpoint), credentials()).unwrap().call(operation).await
}

async fn failure(endpoint: &str, operation: &Operation) -> Failure {
    call(endpoint, operation).await.result.expect_err("no answer")
}

fn detail<'a>(failure: &'a Failure, name: &str) -> Option<&'a str> {
    failure.details.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
}
