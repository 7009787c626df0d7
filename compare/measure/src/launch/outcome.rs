//! What the reply to a launch proves.

use contract::{Answer, DryRun, Failure, Reply, Stage};

/// What is known of a launch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LaunchOutcome {
    /// It may have launched an instance: search by client token.
    Unknown,
    /// It certainly launched nothing.
    NotLaunched,
    /// Its instances are known.
    Launched,
}

/// Whether an instance in `state` is terminated or about to be.
pub(super) fn is_over(state: Option<&str>) -> bool {
    matches!(state, Some("shutting-down" | "terminated"))
}

/// What `reply` proves, and the ids of the instances in it.
///
/// Every launch counts until the reply disproves it, even a dry run, because a server may not support
/// that. A 5xx, a time-out or an unreadable response proves nothing: the instance may have been launched
/// before. Nor does the refusal of a *retry*, which may refer to the attempt before it
/// (`IdempotentParameterMismatch`). Only a 4xx for a single attempt proves that nothing was launched.
pub(super) fn of(dry_run: DryRun, reply: &Reply) -> (LaunchOutcome, Vec<String>) {
    match &reply.result {
        Ok(Answer::Instances(instances)) if !instances.is_empty() => {
            let ids = instances.iter().map(|instance| instance.id.clone()).collect();
            (LaunchOutcome::Launched, ids)
        }
        // The server supports dry runs, so it launched nothing.
        Ok(Answer::WouldSucceed) => (LaunchOutcome::NotLaunched, Vec::new()),
        Ok(_) => (LaunchOutcome::Unknown, Vec::new()),
        Err(failure) => {
            let ids = launched_by_dry_run(failure);
            if dry_run == DryRun::Yes && !ids.is_empty() {
                (LaunchOutcome::Launched, ids)
            } else if was_never_sent(reply, failure) || proves_refusal(reply, failure) {
                (LaunchOutcome::NotLaunched, Vec::new())
            } else {
                (LaunchOutcome::Unknown, Vec::new())
            }
        }
    }
}

/// The ids of instances that a dry run launched. Both sides report each as a detail `InstanceId`.
fn launched_by_dry_run(failure: &Failure) -> Vec<String> {
    let ids = failure.details.iter().filter(|(name, _)| name == "InstanceId");
    ids.map(|(_, id)| id.clone()).collect()
}

/// Not true of a panic: its 0 requests only mean that nothing was counted.
fn was_never_sent(reply: &Reply, failure: &Failure) -> bool {
    reply.requests == 0 && matches!(failure.stage, Stage::Build | Stage::Sign)
}

/// A 408 proves nothing: a proxy sends it after waiting too long for the service.
fn proves_refusal(reply: &Reply, failure: &Failure) -> bool {
    reply.requests == 1
        && failure.stage == Stage::Service
        && failure.status.is_some_and(|status| (400..500).contains(&status) && status != 408)
}

#[cfg(test)]
mod tests {
    use contract::{DryRun, Failure, Reply, Stage};

    use super::{LaunchOutcome, of};

    fn refused(status: u16, requests: u32) -> LaunchOutcome {
        let failure = Failure { status: Some(status), ..Failure::new(Stage::Service, "no") };
        of(DryRun::No, &Reply { result: Err(failure), requests }).0
    }

    #[test]
    fn only_a_4xx_to_a_single_attempt_proves_that_nothing_was_launched() {
        assert_eq!(refused(400, 1), LaunchOutcome::NotLaunched);
        assert_eq!(refused(403, 1), LaunchOutcome::NotLaunched);
        assert_eq!(refused(400, 2), LaunchOutcome::Unknown);
        assert_eq!(refused(408, 1), LaunchOutcome::Unknown);
        assert_eq!(refused(500, 1), LaunchOutcome::Unknown);
        assert_eq!(refused(503, 3), LaunchOutcome::Unknown);
        assert_eq!(refused(200, 1), LaunchOutcome::Unknown);
    }

    #[test]
    fn an_unreadable_response_proves_nothing() {
        let failure = Failure { status: Some(400), ..Failure::new(Stage::Response, "what?") };
        let reply = Reply { result: Err(failure), requests: 1 };
        assert_eq!(of(DryRun::No, &reply).0, LaunchOutcome::Unknown);
    }

    #[test]
    fn a_panic_proves_nothing() {
        let reply = Reply { result: Err(Failure::new(Stage::Panic, "oh")), requests: 0 };
        assert_eq!(of(DryRun::No, &reply).0, LaunchOutcome::Unknown);
    }

    #[test]
    fn a_request_that_was_not_sent_launched_nothing() {
        let reply = Reply { result: Err(Failure::new(Stage::Sign, "no key")), requests: 0 };
        assert_eq!(of(DryRun::No, &reply).0, LaunchOutcome::NotLaunched);
    }
}
