//! `compare cleanup`: ends what runs that were killed left behind, and leaves runs under way alone.

use std::time::Duration;

use contract::{Failure, Filter, Instance, WaitPace};
use serde::Serialize;
use time::{OffsetDateTime, format_description::well_known::Iso8601};

use super::{
    EndReport, Launch, LaunchOutcome, Launched, Ledger, LedgerState, Leftover, PROCESS_TAG_KEY,
    Process, RUN_TAG_KEY, RUN_TAG_PREFIX, TAG_KEY, TAG_VALUE,
    end::instances,
    journal::{self, JournalError, StoredLedger},
    outcome::is_over,
};
use crate::{notices::Notices, run::Sides, session::Session};

/// A launch that nothing has been seen of for so long launched nothing.
const NEVER_CAME: Duration = Duration::from_mins(10);
/// An instance that the service does not know after so long is gone: one that has ended is shown for
/// about an hour.
const GONE: Duration = Duration::from_hours(24);

/// Which instances of ours to end.
#[derive(Debug, Clone)]
pub enum SweepScope {
    /// Those of runs that have ended, and those of runs of which nothing is known that are older than
    /// this.
    EndedRuns {
        /// No run is under way for so long.
        older_than: Duration,
    },
    /// Those of the run with this id, even if it is under way.
    Run(String),
    /// All of them, even those of runs under way.
    All,
}

/// What `cleanup` did.
#[derive(Debug, Default, Serialize)]
pub struct SweepReport {
    /// Where: URL of the endpoint.
    pub endpoint: String,
    /// And in which region.
    pub region: String,
    /// Ids of the instances that were ended.
    pub terminated: Vec<String>,
    /// What was not touched, and why.
    pub left_alone: Vec<LeftAlone>,
    /// What could not be ended, or is not accounted for, and why.
    pub left: Vec<NotEnded>,
    /// What else a reader should know.
    pub notes: Vec<String>,
}

/// Something of ours that was not touched.
#[derive(Debug, Serialize)]
pub struct LeftAlone {
    /// Of the instance; none where only the ledger of a run speaks of it.
    pub instance_id: Option<String>,
    /// Of the run that launched it, where it says so.
    pub run: Option<String>,
    /// Why it was not touched.
    pub why: String,
}

/// Something that may still run.
#[derive(Debug, Serialize)]
pub struct NotEnded {
    /// Of the instance, where it is known.
    pub instance_id: Option<String>,
    /// Of the launch, where nothing else is known.
    pub client_token: Option<String>,
    /// What went wrong.
    pub why: String,
}

/// Ends at `place` what is `whose`: first what ledgers on this machine know, then what carries our tag.
///
/// # Errors
/// What the service said where it would not list our instances; by then those that ledgers know have
/// been ended, and the second value says which.
pub async fn sweep(
    session: &Session,
    sides: &Sides,
    whose: &SweepScope,
) -> Result<SweepReport, (Failure, Box<SweepReport>)> {
    let mut swept = SweepReport {
        endpoint: session.info.endpoint.clone(),
        region: session.info.region.clone(),
        ..SweepReport::default()
    };
    let (waits, notices) = (session.target.wait_pace, session.notices);
    let ledgers = match journal::found() {
        Ok((ledgers, unreadable)) => {
            swept.notes.extend(unreadable.iter().map(JournalError::to_string));
            ledgers
        }
        Err(error) => {
            swept.notes.push(error.to_string());
            Vec::new()
        }
    };
    for found in &ledgers {
        swept.ledger(found, sides, whose, waits, notices).await;
    }
    let tag = Filter { name: format!("tag:{TAG_KEY}"), values: vec![TAG_VALUE.to_owned()] };
    let tagged = match instances(sides, tag).await {
        Ok(tagged) => tagged,
        Err(failure) => return Err((failure, Box::new(swept))),
    };
    let mut doomed = Vec::new();
    for instance in tagged.into_iter().filter(Tagged::is_ours_and_up) {
        match spared(&instance, whose) {
            None => doomed.push(instance),
            Some(why) => swept.left_alone.push(LeftAlone {
                run: instance.run_id().map(str::to_owned),
                instance_id: Some(instance.id),
                why,
            }),
        }
    }
    let tagged = Ledger::from(LedgerState {
        launches: doomed.iter().map(launch).collect(),
        ..LedgerState::default()
    });
    swept.add(tagged.end_all(sides, waits, notices).await);
    Ok(swept)
}

impl SweepReport {
    async fn ledger(
        &mut self,
        found: &StoredLedger,
        sides: &Sides,
        whose: &SweepScope,
        pace: WaitPace,
        notices: Notices,
    ) {
        let header = &found.header;
        if (&header.endpoint, &header.region) != (&self.endpoint, &self.region) {
            self.notes.push(format!(
                "run {} launched at {} in {}: `compare cleanup` with that target ends what it left",
                header.run, header.endpoint, header.region
            ));
            return;
        }
        let spared = match whose {
            SweepScope::All => None,
            SweepScope::Run(run) => (*run != header.run).then(|| "it is of another run".to_owned()),
            SweepScope::EndedRuns { older_than } => {
                spared_for_its_run(found.is_running(), Some(found.age()), *older_than)
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
        let mut ended = found.ledger.end_all(sides, pace, notices).await;
        let age = found.age();
        ended.left.retain(|(left, why)| match left {
            Leftover::Launch(_) => age < NEVER_CAME,
            Leftover::Instance(_) => age < GONE || !why.contains("InvalidInstanceID.NotFound"),
        });
        if ended.left.is_empty() {
            found.ledger.forget();
        }
        self.add(ended);
    }

    fn add(&mut self, ended: EndReport) {
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

/// What the tags of an instance say.
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

    /// A server that does not know the filter answers with everybody's instances.
    fn is_ours_and_up(&self) -> bool {
        self.tag(TAG_KEY) == Some(TAG_VALUE) && !is_over(self.state.as_deref())
    }
}

/// Why an instance is not touched; `None` where it is to be ended.
fn spared(instance: &Instance, whose: &SweepScope) -> Option<String> {
    match whose {
        SweepScope::All => None,
        SweepScope::Run(run) => {
            (instance.run_id() != Some(run)).then(|| "it is of another run".to_owned())
        }
        SweepScope::EndedRuns { older_than } => {
            let process = instance.tag(PROCESS_TAG_KEY).map(Process::written);
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
            "its run is not known here, and may be under way: it was launched {} min ago; \
             --older-than, --run or --all ends it",
            age.as_secs() / 60
        )),
        (None, None) => Some(
            "its run is not known here, and the service does not say when it was launched; --run \
             or --all ends it"
                .to_owned(),
        ),
    }
}

fn age(instance: &Instance) -> Option<Duration> {
    let launched = OffsetDateTime::parse(instance.launched.as_ref()?, &Iso8601::DEFAULT).ok()?;
    // One of the future was launched now, by a clock that is ahead.
    Some((OffsetDateTime::now_utc() - launched).try_into().unwrap_or_default())
}

/// As a launch that is known.
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
    fn a_run_under_way_is_left_alone_however_old_it_is() {
        assert!(spared_for_its_run(Some(true), Some(HOUR * 9), HOUR).is_some());
    }

    #[test]
    fn what_an_ended_run_left_is_ended_however_young_it_is() {
        assert_eq!(spared_for_its_run(Some(false), Some(Duration::ZERO), HOUR), None);
    }

    #[test]
    fn of_an_unknown_run_the_age_decides() {
        assert_eq!(spared_for_its_run(None, Some(HOUR), HOUR), None);
        assert!(spared_for_its_run(None, Some(HOUR / 2), HOUR).unwrap().contains("30 min"));
        assert!(spared_for_its_run(None, None, HOUR).is_some());
    }
}
