//! What a scenario asks each side to do, given what the earlier ones found.

use std::time::Duration;

use contract::{
    Answer, CreateTags, DescribeImages, DescribeInstances, DryRun, Filter, InvokeApi, ListObjects,
    Operation, Pages, PresignGet, RunInstances, Signing, Tag, TerminateInstances, WaitUntilRunning,
};
use findings::scenario::Scenario;

use super::{Choices, Launching, Pair};
use crate::{launch::RunIdentity, session::Session};

/// For how long a presigned URL is good: it is fetched at once.
const EXPIRES: Duration = Duration::from_mins(5);
/// The SDK's guide waits so long for an instance.
const WAIT_AT_MOST: Duration = Duration::from_mins(10);

/// What to do in a scenario.
pub(super) enum Plan {
    /// Call, each side its own.
    Call(Box<Pair<Operation>>),
    /// Nothing, and that is all right.
    Skip(String),
    /// Nothing, because what it needs did not come about.
    Blocked(String),
}

/// What the scenarios found for those after them. One choice serves both sides: a side that found
/// something else has shown its difference already.
#[derive(Debug, Default)]
pub(super) struct Discovered {
    bucket: Found<String>,
    key: Found<String>,
    page_size: Option<u32>,
    image_id: Found<String>,
    /// The instance that each side launched.
    pub(super) launched: Pair<Option<String>>,
    /// Distinguishes this run's launches from those of others.
    run_id: String,
    /// What those launches are tagged with.
    tags: Vec<Tag>,
}

/// What became of the search for something.
#[derive(Debug, Default)]
enum Found<T> {
    /// Nobody has looked, or the look failed.
    #[default]
    Unknown,
    /// There is none.
    Nothing,
    /// This.
    This(T),
}

impl Discovered {
    pub(super) fn new(choices: &Choices, run: &RunIdentity) -> Self {
        let given = |value: &Option<String>| value.clone().map_or(Found::Unknown, Found::This);
        Self {
            bucket: given(&choices.bucket),
            key: given(&choices.key),
            run_id: run.id.clone(),
            tags: run.tags(),
            ..Self::default()
        }
    }

    /// Takes from an answer what later scenarios need.
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
            Answer::LatestImage(Some(image)) => self.image_id = Found::This(image.id.clone()),
            _ => {}
        }
    }

    /// What `scenario` asks.
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
            _ if choices.launching == Launching::Withheld && launches(scenario) => {
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
            Found::This(bucket) => both(Operation::ListObjects(ListObjects {
                bucket: bucket.clone(),
                prefix: None,
                delimiter: None,
                page_size,
                pages,
            })),
            Found::Nothing => Plan::Skip("there is no bucket; name one with --bucket".to_owned()),
            Found::Unknown => {
                Plan::Blocked("it needs s3-list-buckets, which did not succeed".to_owned())
            }
        }
    }

    fn presign(&self) -> Plan {
        match (&self.bucket, &self.key) {
            (Found::This(bucket), Found::This(key)) => both(Operation::PresignGet(PresignGet {
                bucket: bucket.clone(),
                key: key.clone(),
                expires: EXPIRES,
            })),
            (_, Found::Nothing) | (Found::Nothing, _) => {
                Plan::Skip("there is no object; name one with --bucket and --key".to_owned())
            }
            _ => Plan::Blocked("it needs s3-list-objects, which did not succeed".to_owned()),
        }
    }

    fn run_instances(&self, dry_run: DryRun, choices: &Choices) -> Plan {
        let Found::This(image_id) = &self.image_id else {
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

    /// The launched instance, or whatever there is where nothing may be launched.
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

fn launches(scenario: Scenario) -> bool {
    scenario == Scenario::Ec2RunInstances || scenario.works_on_an_instance()
}

fn both(operation: Operation) -> Plan {
    Plan::Call(Box::new(Pair { raw: operation.clone(), sdk: operation }))
}

fn found<T>(value: Option<T>) -> Found<T> {
    value.map_or(Found::Nothing, Found::This)
}

fn invoke(session: &Session, signing: Signing) -> Plan {
    match &session.api_url {
        Some(url) => both(Operation::InvokeApi(InvokeApi { url: url.clone(), signing })),
        None => Plan::Skip("no route is named; --api-url names one".to_owned()),
    }
}

fn images(choices: &Choices, architecture: Option<&str>) -> DescribeImages {
    let filter =
        |name: &str, value: &str| Filter { name: name.to_owned(), values: vec![value.to_owned()] };
    let mut filters = vec![filter("name", &choices.ami_name), filter("state", "available")];
    filters.extend(architecture.map(|architecture| filter("architecture", architecture)));
    DescribeImages { owners: vec![choices.ami_owner.clone()], filters }
}

/// Graviton types have a `g` among the letters behind their generation, and `a1` came before that
/// rule. Source: <https://docs.aws.amazon.com/ec2/latest/instancetypes/instance-type-names.html>
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
    fn the_image_fits_the_instance_type() {
        for x86 in ["t3.micro", "m7i.large", "g5.xlarge", "c7a.large"] {
            assert_eq!(architecture_of(x86), "x86_64", "{x86}");
        }
        for arm in ["t4g.micro", "m7gd.large", "a1.medium", "g5g.xlarge"] {
            assert_eq!(architecture_of(arm), "arm64", "{arm}");
        }
    }
}
