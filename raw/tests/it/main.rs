//! The client from outside, in one binary: what it asks, how it reads answers, and how it fares
//! against servers that behave and servers that do not.

mod advice;
mod answers;
mod faults;
mod limits;
mod listings;
mod module_order;
mod observed;
mod refusals;
mod requests;
mod sandbox;
mod script;
mod wire;

use std::time::{Duration, SystemTime};

use contract::{
    Addressing, CallLimits, Clock, Credentials, Endpoint, Operation, Target, Timeouts, WaitPace,
};
use raw::parse::Page;
use raw::response::{Extent, Head, Response};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};

/// 2026-01-01T00:00:00Z
fn now() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_hours(24 * 20_454)
}

/// A target whose every condition is known.
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

/// An answer as it might have come.
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

/// `body` as the 200 to `operation`.
fn parse(operation: &Operation, body: &str) -> Result<Page, raw::parse::ParseError> {
    raw::parse::parse(operation, &response(200, &[], body))
}

fn credentials() -> Credentials {
    Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
}
