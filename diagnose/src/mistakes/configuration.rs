//! Wrong credentials, region or clock: mistakes that a user can make with any client.

use std::time::Duration;

use contract::AccessKeyId;
use raw::encode;

use super::{EXECUTE_API, Mistake};
use crate::{draft::Configuration, sign::Tampering};

const TEN_MINUTES: Duration = Duration::from_mins(10);
const TEN_HOURS: Duration = Duration::from_hours(10);

const TRIM: &str = "Trim the secret key when you read it.";
const SET_THE_CLOCK: &str = "Set the clock. API Gateway accepts a difference of 5 minutes, S3 and \
                             EC2 accept 15.";

pub(super) const ALL: &[Mistake] = &[
    mistake(
        "secret-of-another-key",
        "The secret key does not belong to the access key.",
        "Copy both again from the same source.",
        |configuration| {
            // One wrong character is enough, and the length stays right.
            configuration.change_secret(|secret| {
                let last = if secret.ends_with('a') { 'b' } else { 'a' };
                let mut other = secret.to_owned();
                other.pop();
                other.push(last);
                other
            });
        },
    ),
    mistake(
        "secret-with-trailing-space",
        "The secret key ends in a space, as pasted text often does.",
        TRIM,
        |configuration| configuration.change_secret(|secret| format!("{secret} ")),
    ),
    mistake(
        "secret-with-leading-space",
        "The secret key starts with a space, as pasted text often does.",
        TRIM,
        |configuration| configuration.change_secret(|secret| format!(" {secret}")),
    ),
    mistake(
        "secret-with-trailing-newline",
        "The secret key ends in a line feed, as files do.",
        TRIM,
        |configuration| configuration.change_secret(|secret| format!("{secret}\n")),
    ),
    mistake(
        "secret-in-quotes",
        "The quotation marks around the secret key were read as part of it.",
        "Remove them when you read the secret key.",
        |configuration| configuration.change_secret(|secret| format!("\"{secret}\"")),
    ),
    mistake(
        "secret-percent-encoded",
        "The secret key is percent-encoded: it has %2F for / and %2B for +.",
        "Decode it, or keep it out of URLs.",
        |configuration| configuration.change_secret(encode::query),
    )
    .with_setup(|draft| draft.configuration.change_secret(|secret| format!("{secret}/+"))),
    mistake(
        "access-key-unknown",
        "There is no such access key: it was deleted, or belongs to another partition.",
        "Look up the key in IAM, in the partition of the endpoint.",
        |configuration| {
            // AWS's own example of an access key id, which belongs to nobody.
            configuration.credentials.access_key_id = AccessKeyId::new("AKIAIOSFODNN7EXAMPLE");
        },
    ),
    mistake(
        "token-missing",
        "The session token of a temporary access key is missing.",
        "Set AWS_SESSION_TOKEN too: every access key that starts with ASIA has one.",
        |configuration| configuration.set_token(None),
    ),
    mistake(
        "token-of-another-session",
        "The session token does not belong to the access key and the secret key.",
        "Copy all three values again from the same source.",
        |configuration| {
            configuration.set_token(Some("IQoJb3JpZ2luX2VjEOTHERSESSIONOTHERSESSION=="));
        },
    ),
    mistake(
        "region-wrong",
        "The credential scope names another region than the endpoint's.",
        "Sign for the region that you call.",
        |configuration| "ap-south-1".clone_into(&mut configuration.region),
    ),
    mistake(
        "clock-10-minutes-behind",
        "The clock is 10 minutes behind.",
        SET_THE_CLOCK,
        |configuration| configuration.now -= TEN_MINUTES,
    )
    .refused_by(EXECUTE_API),
    mistake(
        "clock-10-minutes-ahead",
        "The clock is 10 minutes ahead.",
        SET_THE_CLOCK,
        |configuration| configuration.now += TEN_MINUTES,
    )
    .refused_by(EXECUTE_API),
    mistake(
        "clock-10-hours-behind",
        "The clock is 10 hours behind: local time was used as UTC.",
        "Set the clock, and sign in UTC.",
        |configuration| configuration.now -= TEN_HOURS,
    ),
    mistake(
        "clock-10-hours-ahead",
        "The clock is 10 hours ahead: local time was used as UTC.",
        "Set the clock, and sign in UTC.",
        |configuration| configuration.now += TEN_HOURS,
    ),
];

const fn mistake(
    id: &'static str,
    what: &'static str,
    fix: &'static str,
    tamper: fn(&mut Configuration),
) -> Mistake {
    Mistake::new(id, what, fix, Tampering::Configuration(tamper))
}
