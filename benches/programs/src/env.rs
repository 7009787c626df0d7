use std::env;

use contract::{Addressing, CallLimits, Clock, Credentials, Endpoint, Target, Timeouts, WaitPace};

/// Who calls whom, by the environment: `AWS_ENDPOINT_URL`, `AWS_REGION`, `AWS_ACCESS_KEY_ID` and
/// `AWS_SECRET_ACCESS_KEY`.
///
/// # Errors
/// Where one of them is not set.
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
    let keys = Credentials::new(env::var("AWS_ACCESS_KEY_ID")?, env::var("AWS_SECRET_ACCESS_KEY")?);
    Ok((target, keys))
}
