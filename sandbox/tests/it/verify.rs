//! `verify` beyond the official vectors.

mod canonical;
mod chunks;
mod claims;
mod coverage;
mod signed;

use std::fmt::Write as _;

use proptest::prelude::*;
use sandbox::verify::{Decision, Rules, StoredKey, Verification, verify};
use time::macros::datetime;
use time::{Duration, OffsetDateTime};

use self::signed::SignedRequest;

const KEY: StoredKey<'_> = StoredKey {
    access_key_id: "AKIDEXAMPLE",
    secret_access_key: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
    session_token: None,
};
const REGION: &str = "us-east-1";
const NOW: OffsetDateTime = datetime!(2015-08-30 12:36 UTC);

const INCOMPLETE: &str = "IncompleteSignature";
const MISMATCH: &str = "SignatureDoesNotMatch";

#[track_caller]
fn assert_accepted(verification: &Verification) {
    assert_eq!(verification.outcome, Decision::Accepted, "{verification:#?}");
}

#[track_caller]
fn assert_refused(verification: &Verification, code: &str, hint: &str) {
    match &verification.outcome {
        Decision::Refused { code: actual, message } if actual == code && message.contains(hint) => {
        }
        other => panic!("expected {code} with {hint:?}, got {other:?}"),
    }
}

#[test]
fn the_window_is_fifteen_minutes_or_five_for_execute_api() {
    for (service, minutes) in [("iam", 15), ("s3", 15), ("execute-api", 5)] {
        assert_eq!(Rules::of(service, "").window, Duration::minutes(minutes), "{service}");
    }
    let verify_at =
        |now| verify(&SignedRequest::of("iam").in_header(), &KEY, &Rules::of("iam", REGION), now);
    for (seconds, accepted) in [(-901, false), (-900, true), (900, true), (901, false)] {
        let verification = verify_at(NOW + Duration::seconds(seconds));
        assert_eq!(verification.outcome == Decision::Accepted, accepted, "{seconds}");
    }
    for now in [datetime!(9999-12-31 23:59:59 UTC), datetime!(0000-01-01 0:00 UTC)] {
        assert_refused(&verify_at(now), MISMATCH, "Signature ");
    }
}

proptest! {
    #[test]
    fn no_request_makes_it_panic(
        method in ".{0,8}",
        target in "(/|\\?|&|=|%|[+./a%2FfZ0-9]|\\PC){0,40}",
        name in "(host|x-amz-date|x-amz-content-sha256|authorization|.{0,8})",
        value in "(AWS4-HMAC-SHA256 |Credential=|SignedHeaders=|Signature=|[/,;= ]|\\PC){0,30}",
        date in "[0-9]{8}T[0-9]{6}Z",
        body in any::<Vec<u8>>(),
    ) {
        let signed = SignedRequest::of("iam");
        let mut received = signed.in_header();
        received.method = method;
        received.target = target;
        received.headers[1].1 = date;
        received.headers.push((name.clone(), value.clone()));
        received.body = body;
        let _ = signed.verify(&received);
        received.headers.remove(2); // the correct Authorization header
        let _ = signed.verify(&received);
        received.target.push_str("?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-SignedHeaders=host");
        let _ = write!(received.target, "&X-Amz-Credential={value}&X-Amz-Date={name}");
        let _ = signed.verify(&received);
    }
}
