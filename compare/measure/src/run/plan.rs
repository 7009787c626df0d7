//! Decides what each side calls in a scenario, given what earlier scenarios found.

use std::time::Duration;

use contract::{
    Answer, CreateTags, DescribeImages, DescribeInstances, DryRun, Filter, InvokeApi, ListObjects,
    Operation, Pages, PresignGet, RunInstances, Signing, Tag, TerminateInstances, WaitUntilRunning,
};
use findings::scenario::Scenario;

use super::{Choices, Launching, Pair};
use crate::{launch::RunIdentity, session::Session};

/// Expiry of a presigned URL, which is fetched at once.
const EXPIRES: Duration = Duration::from_mins(5);
/// The limit in the SDK's guide.
const WAIT_AT_MOST: Duration = Duration::from_mins(10);

/// What to do in a scenario.
pub(super) enum Plan {
    /// Call each side's operation.
    Call(Box<Pair<Operation>>),
    /// Nothing, for this reason. Not a failure.
    Skip(String),
    /// Nothing, because something it needs is missing. A failure.
    Blocked(String),
}

/// What scenarios found for later ones. Both sides work on the same resources: if they found different
/// ones, that difference is already reported.
#[derive(Debug, Default)]
pub(super) struct Discovered {
    bucket: Lookup<String>,
    key: Lookup<String>,
    page_size: Option<u32>,
    image_id: Option<String>,
    /// The instance that each side launched.
    pub(super) launched: Pair<Option<String>>,
    /// Distinguishes this run's launches from those of others.
    run_id: String,
    /// The tags of this run's launches.
    tags: Vec<Tag>,
}

/// The result of looking for a resource.
#[derive(Debug, Default)]
enum Lookup<T> {
    /// Nothing has looked yet, or the lookup failed.
    #[default]
    Unknown,
    NotFound,
    Found(T),
}

impl Discovered {
    pub(super) fn new(choices: &Choices, run: &RunIdentity) -> Self {
        let given = |value: &Option<String>| value.clone().map_or(Lookup::Unknown, Lookup::Found);
        Self {
            bucket: given(&choices.bucket),
            key: given(&choices.key),
            run_id: run.id.clone(),
            tags: run.tags(),
            ..Self::default()
        }
    }

    /// Keeps what later scenarios need of an answer.
    pub(super) fn learn(&mut self, choices: &Choices, answer: &Answer) {
        match answer {
            Answer::Buckets(buckets) if choices.bucket.is_none() => {
                self.bucket = found(buckets.first().map(|bucket| bucket.name.clone()));
            }
            Answer::Objects(listing) if self.page_size.is_none() => {
                let full = listing.truncated || listing.objects.len() >= 1000;
                self.page_size = Some(if full { 1000 } else { 2 });
                if choices.key.is_none() {
                    self.key = found(listing.objects.first().map(|object| object.key.clone()));
                }
            }
            Answer::LatestImage(Some(image)) => self.image_id = Some(image.id.clone()),
            Answer::Buckets(_)
            | Answer::Objects(_)
            | Answer::Presigned(_)
            | Answer::Images(_)
            | Answer::LatestImage(None)
            | Answer::WouldSucceed
            | Answer::Instances(_)
            | Answer::Tagged
            | Answer::StateChanges(_)
            | Answer::Api(_) => {}
        }
    }

    pub(super) fn plan(&self, scenario: Scenario, choices: &Choices, session: &Session) -> Plan {
        if let Some(reason) = session.lacks(scenario.service()) {
            return Plan::Skip(reason);
        }
        match scenario {
            Scenario::S3ListBuckets => both(Operation::ListBuckets),
            Scenario::S3ListObjects => self.list_objects(Pages::First, None),
            Scenario::S3ListObjectsPaged => self.list_objects(Pages::All, self.page_size),
            Scenario::S3PresignedGet => self.presign(),
            Scenario::Ec2DescribeImages => both(Operation::DescribeImages(images(choices, None))),
            Scenario::Ec2LatestAmi => {
                let architecture = architecture_of(&choices.instance_type);
                both(Operation::LatestImage(images(choices, Some(architecture))))
            }
            Scenario::Ec2RunInstancesDryRun => self.run_instances(DryRun::Yes, choices),
            Scenario::Ec2DescribeInstances => self.describe_instances(choices),

            Scenario::Ec2RunInstances
            | Scenario::Ec2WaitRunning
            | Scenario::Ec2CreateTags
            | Scenario::Ec2TerminateInstances
                if choices.launching == Launching::Withheld =>
            {
                Plan::Skip("nothing is launched on AWS without --allow-launch".to_owned())
            }
            Scenario::Ec2RunInstances => self.run_instances(DryRun::No, choices),
            Scenario::Ec2WaitRunning => self.on_launched(|id| {
                Operation::WaitUntilRunning(WaitUntilRunning {
                    instance_ids: vec![id],
                    at_most: WAIT_AT_MOST,
                })
            }),
            Scenario::Ec2CreateTags => self.on_launched(|id| {
                let tags = vec![Tag { key: "stage".to_owned(), value: "a&b,ü".to_owned() }];
                Operation::CreateTags(CreateTags { resources: vec![id], tags })
            }),
            Scenario::Ec2TerminateInstances => self.on_launched(|id| {
                Operation::TerminateInstances(TerminateInstances { instance_ids: vec![id] })
            }),
            Scenario::ApiInvoke => invoke(session, Signing::Signed),
            Scenario::ApiInvokeUnsigned => invoke(session, Signing::Unsigned),
        }
    }

    fn list_objects(&self, pages: Pages, page_size: Option<u32>) -> Plan {
        match &self.bucket {
            Lookup::Found(bucket) => both(Operation::ListObjects(ListObjects {
                bucket: bucket.clone(),
                prefix: None,
                delimiter: None,
                page_size,
                pages,
            })),
            Lookup::NotFound => Plan::Skip("there is no bucket; name one with --bucket".to_owned()),
            Lookup::Unknown => {
                Plan::Blocked("it needs s3-list-buckets, which did not succeed".to_owned())
            }
        }
    }

    fn presign(&self) -> Plan {
        match (&self.bucket, &self.key) {
            (Lookup::Found(bucket), Lookup::Found(key)) => {
                both(Operation::PresignGet(PresignGet {
                    bucket: bucket.clone(),
                    key: key.clone(),
                    expires: EXPIRES,
                }))
            }
            (_, Lookup::NotFound) | (Lookup::NotFound, _) => {
                Plan::Skip("there is no object; name one with --bucket and --key".to_owned())
            }
            (Lookup::Unknown, _) | (_, Lookup::Unknown) => {
                Plan::Blocked("it needs s3-list-objects, which did not succeed".to_owned())
            }
        }
    }

    fn run_instances(&self, dry_run: DryRun, choices: &Choices) -> Plan {
        let Some(image_id) = &self.image_id else {
            return Plan::Blocked("it needs ec2-latest-ami, which found no image".to_owned());
        };
        let run = |side: &str| {
            Operation::RunInstances(RunInstances {
                image_id: image_id.clone(),
                instance_type: choices.instance_type.clone(),
                tags: self.tags.clone(),
                client_token: match dry_run {
                    DryRun::Yes => format!("compare-{}-{side}-dry", self.run_id),
                    DryRun::No => format!("compare-{}-{side}", self.run_id),
                },
                dry_run,
            })
        };
        Plan::Call(Box::new(Pair { raw: run("raw"), sdk: run("sdk") }))
    }

    /// The launched instances, or all instances if launching is not allowed.
    fn describe_instances(&self, choices: &Choices) -> Plan {
        let describe = |ids: Vec<String>| {
            Operation::DescribeInstances(DescribeInstances {
                instance_ids: ids,
                filters: Vec::new(),
            })
        };
        match choices.launching {
            Launching::Allowed => self.on_launched(|id| describe(vec![id])),
            Launching::Withheld => both(describe(Vec::new())),
        }
    }

    fn on_launched(&self, operation: impl Fn(String) -> Operation) -> Plan {
        match (&self.launched.raw, &self.launched.sdk) {
            (Some(raw), Some(sdk)) => Plan::Call(Box::new(Pair {
                raw: operation(raw.clone()),
                sdk: operation(sdk.clone()),
            })),
            _ => Plan::Blocked("it needs ec2-run-instances, which launched nothing".to_owned()),
        }
    }
}

fn both(operation: Operation) -> Plan {
    Plan::Call(Box::new(Pair { raw: operation.clone(), sdk: operation }))
}

fn found<T>(value: Option<T>) -> Lookup<T> {
    value.map_or(Lookup::NotFound, Lookup::Found)
}

fn invoke(session: &Session, signing: Signing) -> Plan {
    match &session.api_url {
        Some(url) => both(Operation::InvokeApi(InvokeApi { url: url.clone(), signing })),
        None => Plan::Skip("no API route is set; set one with --api-url".to_owned()),
    }
}

fn images(choices: &Choices, architecture: Option<&str>) -> DescribeImages {
    let filter =
        |name: &str, value: &str| Filter { name: name.to_owned(), values: vec![value.to_owned()] };
    let mut filters = vec![filter("name", &choices.ami_name), filter("state", "available")];
    filters.extend(architecture.map(|architecture| filter("architecture", architecture)));
    DescribeImages { owners: vec![choices.ami_owner.clone()], filters }
}

/// Graviton types have a `g` among the letters after their generation; `a1` is older than that rule.
/// Source: <https://docs.aws.amazon.com/ec2/latest/instancetypes/instance-type-names.html>
fn architecture_of(instance_type: &str) -> &'static str {
    let family = instance_type.split('.').next().unwrap_or_default();
    let options = family.trim_start_matches(|c: char| c.is_ascii_lowercase());
    let options = options.trim_start_matches(|c: char| c.is_ascii_digit());
    if family == "a1" || options.contains('g') { "arm64" } else { "x86_64" }
}

#[cfg(test)]
mod tests {
    use super::architecture_of;

    #[test]
    fn the_architecture_follows_the_instance_type() {
        for x86 in ["t3.micro", "m7i.large", "g5.xlarge", "c7a.large"] {
            assert_eq!(architecture_of(x86), "x86_64", "{x86}");
        }
        for arm in ["t4g.micro", "m7gd.large", "a1.medium", "g5g.xlarge"] {
            assert_eq!(architecture_of(arm), "arm64", "{arm}");
        }
    }
}
