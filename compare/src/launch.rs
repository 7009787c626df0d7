//! What was launched, and that it ends: whatever happens between a launch and its end.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use contract::{
    Answer, Client, DescribeInstances, Failure, Filter, Instance, Operation, Tag,
    TerminateInstances,
};

use crate::guard;

/// The tag by which `compare cleanup` knows what is ours.
pub const TAG_KEY: &str = "launched-by";
/// Its value, without a space: moto, which reads it as `+` when it checks a signature, would refuse the launch.
pub const TAG_VALUE: &str = "compare-raw-and-sdk";

/// The launches of one run. A launch is written down before it is asked for, by its client token,
/// because a call that fails half-way may have launched all the same.
#[derive(Debug, Clone, Default)]
pub struct Ledger(Arc<Mutex<Vec<Launch>>>);

#[derive(Debug, Clone)]
struct Launch {
    client_token: String,
    instance_id: Option<String>,
}

impl Ledger {
    /// A launch is about to be asked for.
    pub fn begin(&self, client_token: &str) {
        self.open().push(Launch { client_token: client_token.to_owned(), instance_id: None });
    }

    /// It yielded this instance.
    pub fn launched(&self, client_token: &str, instance_id: &str) {
        for launch in self.open().iter_mut().filter(|launch| launch.client_token == client_token) {
            launch.instance_id = Some(instance_id.to_owned());
        }
    }

    /// The service refused it: there is nothing to end.
    pub fn refused(&self, client_token: &str) {
        self.open().retain(|launch| launch.client_token != client_token);
    }

    /// The instance has been ended.
    pub fn ended(&self, instance_id: &str) {
        self.open().retain(|launch| launch.instance_id.as_deref() != Some(instance_id));
    }

    /// Ends all that is still written down, and says what that was.
    ///
    /// # Errors
    /// What the service said where it would not.
    pub async fn end_all(&self, client: &impl Client) -> Result<Vec<String>, Failure> {
        let left = self.open().clone();
        let mut ids: Vec<String> =
            left.iter().filter_map(|launch| launch.instance_id.clone()).collect();
        let unknown: Vec<_> = left
            .iter()
            .filter(|launch| launch.instance_id.is_none())
            .map(|launch| launch.client_token.clone())
            .collect();
        if !unknown.is_empty() {
            ids.extend(alive(client, "client-token", unknown).await?);
        }
        terminate(client, &ids).await?;
        for id in &ids {
            self.ended(id);
        }
        Ok(ids)
    }

    fn open(&self) -> MutexGuard<'_, Vec<Launch>> {
        // A panic elsewhere must not keep instances alive.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Ends every instance that carries our tag, and says which those were.
///
/// # Errors
/// What the service said.
pub async fn clean_up(client: &impl Client) -> Result<Vec<String>, Failure> {
    let ids = alive(client, &format!("tag:{TAG_KEY}"), vec![TAG_VALUE.to_owned()]).await?;
    terminate(client, &ids).await?;
    Ok(ids)
}

/// The tags of everything launched by the run `name`.
#[must_use]
pub fn tags(name: &str) -> Vec<Tag> {
    let tag = |key: &str, value: &str| Tag { key: key.to_owned(), value: value.to_owned() };
    vec![tag("Name", name), tag(TAG_KEY, TAG_VALUE)]
}

async fn alive(
    client: &impl Client,
    filter: &str,
    values: Vec<String>,
) -> Result<Vec<String>, Failure> {
    let states = ["pending", "running", "stopping", "stopped"].map(str::to_owned).to_vec();
    let filters = vec![
        Filter { name: filter.to_owned(), values },
        Filter { name: "instance-state-name".to_owned(), values: states },
    ];
    let describe = DescribeInstances { instance_ids: Vec::new(), filters };
    match guard::call(client, &Operation::DescribeInstances(describe)).await.result? {
        Answer::Instances(instances) => Ok(ids(instances)),
        _ => Ok(Vec::new()),
    }
}

fn ids(instances: Vec<Instance>) -> Vec<String> {
    instances.into_iter().map(|instance| instance.id).collect()
}

async fn terminate(client: &impl Client, ids: &[String]) -> Result<(), Failure> {
    if ids.is_empty() {
        return Ok(());
    }
    let terminate = TerminateInstances { instance_ids: ids.to_vec() };
    guard::call(client, &Operation::TerminateInstances(terminate)).await.result.map(drop)
}
