use std::env;

use contract::{Addressing, CallLimits, Clock, Credentials, Endpoint, Target, Timeouts, WaitPace};

/// Target and credentials from the environment variables `AWS_ENDPOINT_URL`, `AWS_REGION`,
/// `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`.
///
/// # Errors
/// If one of them is not set.
pub fn target_from_env() -> Result<(Target, Credentials), env::VarError> {
    let target = Target {
        region: env::var("AWS_REGION")?,
        endpoint: Endpoint::Url(env::var("AWS_ENDPOINT_URL")?),
        addressing: Addressing::Path,
        clock: Clock::System,
        timeouts: Timeouts::default(),
        limits: CallLimits::default(),
        proxy: None,
        ca_bundle: None,
        wait_pace: WaitPace::AsOnAws,
    };
    let credentials =
        Credentials::new(env::var("AWS_ACCESS_KEY_ID")?, env::var("AWS_SECRET_ACCESS_KEY")?);
    Ok((target, credentials))
}
