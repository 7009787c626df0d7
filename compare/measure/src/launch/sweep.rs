//! `compare cleanup`: terminates instances that killed runs left, and leaves runs under way alone.

use std::time::Duration;

use contract::{Failure, Filter, Instance, WaitPace};
use serde::Serialize;
use time::{OffsetDateTime, format_description::well_known::Iso8601};

use super::{
    Launch, LaunchOutcome, Launched, Ledger, LedgerState, Leftover, PROCESS_TAG_KEY, Process,
    RUN_TAG_KEY, RUN_TAG_PREFIX, TAG_KEY, TAG_VALUE, Termination,
    journal::{self, JournalError, StoredLedger},
    outcome::is_over,
    terminate::instances,
};
use crate::{notices::Notices, run::Sides, session::Session};

/// After this time, a launch without an instance launched nothing.
const NEVER_CAME: Duration = Duration::from_mins(10);
/// After this time, an instance that the service does not know is gone: EC2 shows a terminated one for
/// about an hour.
const GONE: Duration = Duration::from_hours(24);

/// Which of this program's instances to terminate.
#[derive(Debug, Clone)]
pub enum SweepScope {
    /// Those of runs that have ended, and older ones of runs that may be under way elsewhere.
    EndedRuns {
        /// Age from which a run elsewhere counts as ended.
        older_than: Duration,
    },
    /// Those of the run with this id, even if it is under way.
    Run(String),
    /// All, even those of runs under way.
    All,
}

/// The result of `cleanup`.
#[derive(Debug, Default, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SweepReport {
    /// URL of the endpoint.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^https?://[^/]+$")))]
    pub endpoint: String,
    /// The region.
    pub region: String,
    /// Ids of terminated instances.
    #[cfg_attr(feature = "schema", schemars(inner(regex(pattern = "^i-[0-9a-f]+$"))))]
    pub terminated: Vec<String>,
    /// Instances that were left alone.
    pub left_alone: Vec<LeftAlone>,
    /// What may still be running.
    pub left: Vec<NotEnded>,
    /// Notes for the user.
    pub notes: Vec<String>,
}

/// An instance that was left alone.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LeftAlone {
    /// Id of the instance; `None` for all launches in a run's ledger.
    pub instance_id: Option<String>,
    /// Id of the run that launched it, if its tag says so.
    pub run: Option<String>,
    /// The reason.
    pub why: String,
}

/// Something that may still be running.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct NotEnded {
    /// Id of the instance, if it is known.
    pub instance_id: Option<String>,
    /// Client token of the launch, if no instance is known.
    pub client_token: Option<String>,
    /// The reason.
    pub why: String,
}

/// Terminates the instances in `scope`: first those in ledgers on this machine, then those with this
/// program's tag.
///
/// # Errors
/// The service's failure to list instances, and what was done until then.
pub async fn sweep(
    session: &Session,
    sides: &Sides,
    scope: &SweepScope,
) -> Result<SweepReport, (Failure, Box<SweepReport>)> {
    let mut report = SweepReport {
        endpoint: session.info.endpoint.clone(),
        region: session.info.region.clone(),
        ..SweepReport::default()
    };
    let (pace, notices) = (session.target.wait_pace, session.notices);
    let ledgers = match journal::read_all() {
        Ok((ledgers, unreadable)) => {
            report.notes.extend(unreadable.iter().map(JournalError::to_string));
            ledgers
        }
        Err(error) => {
            report.notes.push(error.to_string());
            Vec::new()
        }
    };
    for stored in &ledgers {
        report.sweep_ledger(stored, sides, scope, pace, notices).await;
    }
    let tag = Filter { name: format!("tag:{TAG_KEY}"), values: vec![TAG_VALUE.to_owned()] };
    let tagged = match instances(sides, tag).await {
        Ok(tagged) => tagged,
        Err(failure) => return Err((failure, Box::new(report))),
    };
    let mut unwanted = Vec::new();
    for instance in tagged.into_iter().filter(Tagged::is_ours_and_up) {
        match spared(&instance, scope) {
            None => unwanted.push(instance),
            Some(why) => report.left_alone.push(LeftAlone {
                run: instance.run_id().map(str::to_owned),
                instance_id: Some(instance.id),
                why,
            }),
        }
    }
    let tagged = Ledger::from(LedgerState {
        launches: unwanted.iter().map(launch).collect(),
        ..LedgerState::default()
    });
    report.add(tagged.terminate_all(sides, pace, notices).await);
    Ok(report)
}

impl SweepReport {
    async fn sweep_ledger(
        &mut self,
        stored: &StoredLedger,
        sides: &Sides,
        scope: &SweepScope,
        pace: WaitPace,
        notices: Notices,
    ) {
        let header = &stored.header;
        if (&header.endpoint, &header.region) != (&self.endpoint, &self.region) {
            self.notes.push(format!(
                "run {} launched instances at {} in {}: run `compare cleanup` with that target",
                header.run, header.endpoint, header.region
            ));
            return;
        }
        let spared = match scope {
            SweepScope::All => None,
            SweepScope::Run(run) => {
                (*run != header.run).then(|| "it belongs to another run".to_owned())
            }
            SweepScope::EndedRuns { older_than } => {
                spared_for_its_run(stored.is_running(), Some(stored.age()), *older_than)
            }
        };
        if let Some(why) = spared {
            self.left_alone.push(LeftAlone {
                instance_id: None,
                run: Some(header.run.clone()),
                why,
            });
            return;
        }
        let mut ended = stored.ledger.terminate_all(sides, pace, notices).await;
        let age = stored.age();
        ended.left.retain(|(left, why)| match left {
            Leftover::Launch(_) => age < NEVER_CAME,
            Leftover::Instance(_) => age < GONE || !why.contains("InvalidInstanceID.NotFound"),
        });
        if ended.left.is_empty() {
            stored.ledger.forget();
        }
        self.add(ended);
    }

    fn add(&mut self, ended: Termination) {
        for id in ended.ids {
            if !self.terminated.contains(&id) {
                self.terminated.push(id);
            }
        }
        self.left.extend(ended.left.into_iter().map(|(left, why)| match left {
            Leftover::Instance(id) => NotEnded { instance_id: Some(id), client_token: None, why },
            Leftover::Launch(token) => {
                NotEnded { instance_id: None, client_token: Some(token), why }
            }
        }));
    }
}

/// Reads the tags of an instance.
trait Tagged {
    fn tag(&self, key: &str) -> Option<&str>;
    fn run_id(&self) -> Option<&str>;
    fn is_ours_and_up(&self) -> bool;
}

impl Tagged for Instance {
    fn tag(&self, key: &str) -> Option<&str> {
        self.tags.iter().find(|tag| tag.key == key).map(|tag| tag.value.as_str())
    }

    fn run_id(&self) -> Option<&str> {
        self.tag(RUN_TAG_KEY)?.strip_prefix(RUN_TAG_PREFIX)
    }

    /// A server without support for filters answers with all instances.
    fn is_ours_and_up(&self) -> bool {
        self.tag(TAG_KEY) == Some(TAG_VALUE) && !is_over(self.state.as_deref())
    }
}

/// Why an instance is left alone; `None` to terminate it.
fn spared(instance: &Instance, scope: &SweepScope) -> Option<String> {
    match scope {
        SweepScope::All => None,
        SweepScope::Run(run) => {
            (instance.run_id() != Some(run)).then(|| "it belongs to another run".to_owned())
        }
        SweepScope::EndedRuns { older_than } => {
            let process = instance.tag(PROCESS_TAG_KEY).map(Process::from_text);
            let running = process.and_then(|process| process.is_running());
            spared_for_its_run(running, age(instance), *older_than)
        }
    }
}

fn spared_for_its_run(
    running: Option<bool>,
    age: Option<Duration>,
    older_than: Duration,
) -> Option<String> {
    match (running, age) {
        (Some(true), _) => Some("its run is under way".to_owned()),
        (Some(false), _) => None,
        (None, Some(age)) if age >= older_than => None,
        (None, Some(age)) => Some(format!(
            "its run is unknown here and may be under way: it was launched {} min ago; terminate it \
             with --older-than, --run or --all",
            age.as_secs() / 60
        )),
        (None, None) => Some(
            "its run is unknown here, and the service does not say when it was launched; terminate \
             it with --run or --all"
                .to_owned(),
        ),
    }
}

fn age(instance: &Instance) -> Option<Duration> {
    let launched = OffsetDateTime::parse(instance.launched.as_ref()?, &Iso8601::DEFAULT).ok()?;
    // A launch in the future, by a clock that is ahead, has age zero.
    Some((OffsetDateTime::now_utc() - launched).try_into().unwrap_or_default())
}

/// The launch of a known instance.
fn launch(instance: &Instance) -> Launch {
    Launch {
        client_token: instance.client_token.clone().unwrap_or_default(),
        outcome: LaunchOutcome::Launched,
        instances: vec![Launched { id: instance.id.clone(), ended: false }],
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::spared_for_its_run;

    const HOUR: Duration = Duration::from_hours(1);

    #[test]
    fn a_run_under_way_is_left_alone_at_any_age() {
        assert!(spared_for_its_run(Some(true), Some(HOUR * 9), HOUR).is_some());
    }

    #[test]
    fn instances_of_an_ended_run_are_terminated_at_any_age() {
        assert_eq!(spared_for_its_run(Some(false), Some(Duration::ZERO), HOUR), None);
    }

    #[test]
    fn the_age_decides_about_an_unknown_run() {
        assert_eq!(spared_for_its_run(None, Some(HOUR), HOUR), None);
        assert!(spared_for_its_run(None, Some(HOUR / 2), HOUR).unwrap().contains("30 min"));
        assert!(spared_for_its_run(None, None, HOUR).is_some());
    }
}
