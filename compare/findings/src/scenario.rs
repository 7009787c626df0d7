//! The list of scenarios: what they are called, what they need, and what should come of them.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// One thing that both sides do, in the order in which they do it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scenario {
    /// Every bucket of the caller.
    S3ListBuckets,
    /// One page of a bucket, folders rolled up.
    S3ListObjects,
    /// Every key of a bucket, page by page.
    S3ListObjectsPaged,
    /// An object through a URL that carries its own signature.
    S3PresignedGet,
    /// Images by owner and name.
    Ec2DescribeImages,
    /// The newest image that fits the instance type.
    Ec2LatestAmi,
    /// Whether a launch would succeed.
    Ec2RunInstancesDryRun,
    /// A launch.
    Ec2RunInstances,
    /// Polls until the launched instance runs.
    Ec2WaitRunning,
    /// Tags for the launched instance.
    Ec2CreateTags,
    /// What EC2 says of the launched instance.
    Ec2DescribeInstances,
    /// The end of the launched instance.
    Ec2TerminateInstances,
    /// An IAM-protected route, signed.
    ApiInvoke,
    /// The same route, unsigned.
    ApiInvokeUnsigned,
}

/// What a scenario should come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Expected {
    /// An answer.
    Ok,
    /// The service's no.
    Refused,
}

/// The service that a scenario calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Service {
    /// Amazon S3.
    S3,
    /// Amazon EC2.
    Ec2,
    /// Amazon API Gateway.
    Api,
}

/// Whether a scenario may be repeated for its latency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repeat {
    /// It only reads.
    Freely,
    /// It launches, waits, tags or ends something.
    Never,
}

use Scenario as S;

impl Scenario {
    /// All of them, in order.
    pub const ALL: [Self; 14] = [
        S::S3ListBuckets,
        S::S3ListObjects,
        S::S3ListObjectsPaged,
        S::S3PresignedGet,
        S::Ec2DescribeImages,
        S::Ec2LatestAmi,
        S::Ec2RunInstancesDryRun,
        S::Ec2RunInstances,
        S::Ec2WaitRunning,
        S::Ec2CreateTags,
        S::Ec2DescribeInstances,
        S::Ec2TerminateInstances,
        S::ApiInvoke,
        S::ApiInvokeUnsigned,
    ];

    /// The name on the command line and in JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            S::S3ListBuckets => "s3-list-buckets",
            S::S3ListObjects => "s3-list-objects",
            S::S3ListObjectsPaged => "s3-list-objects-paged",
            S::S3PresignedGet => "s3-presigned-get",
            S::Ec2DescribeImages => "ec2-describe-images",
            S::Ec2LatestAmi => "ec2-latest-ami",
            S::Ec2RunInstancesDryRun => "ec2-run-instances-dry-run",
            S::Ec2RunInstances => "ec2-run-instances",
            S::Ec2WaitRunning => "ec2-wait-running",
            S::Ec2CreateTags => "ec2-create-tags",
            S::Ec2DescribeInstances => "ec2-describe-instances",
            S::Ec2TerminateInstances => "ec2-terminate-instances",
            S::ApiInvoke => "api-invoke",
            S::ApiInvokeUnsigned => "api-invoke-unsigned",
        }
    }

    /// The service it calls, which is also a name for all scenarios of that service.
    #[must_use]
    pub fn service(self) -> Service {
        match self {
            S::S3ListBuckets | S::S3ListObjects | S::S3ListObjectsPaged | S::S3PresignedGet => {
                Service::S3
            }
            S::ApiInvoke | S::ApiInvokeUnsigned => Service::Api,
            _ => Service::Ec2,
        }
    }

    /// What should come of it.
    #[must_use]
    pub fn expected(self) -> Expected {
        match self {
            S::ApiInvokeUnsigned => Expected::Refused,
            _ => Expected::Ok,
        }
    }

    /// Whether it may be repeated for its latency.
    #[must_use]
    pub fn repeat(self) -> Repeat {
        match self {
            S::Ec2RunInstances
            | S::Ec2WaitRunning
            | S::Ec2CreateTags
            | S::Ec2TerminateInstances => Repeat::Never,
            _ => Repeat::Freely,
        }
    }

    /// Whether it works on an instance that was launched before.
    #[must_use]
    pub fn works_on_an_instance(self) -> bool {
        matches!(self, S::Ec2WaitRunning | S::Ec2CreateTags | S::Ec2TerminateInstances)
    }

    /// What must have run before it. `given` says what the caller named, which then need not be
    /// found.
    fn needs(self, given: Given) -> &'static [Self] {
        match self {
            S::S3ListObjectsPaged => &[S::S3ListObjects],
            S::S3PresignedGet if !given.key => &[S::S3ListObjects],
            S::S3ListObjects | S::S3PresignedGet if !given.bucket => &[S::S3ListBuckets],
            S::Ec2RunInstancesDryRun | S::Ec2RunInstances => &[S::Ec2LatestAmi],
            S::Ec2WaitRunning
            | S::Ec2CreateTags
            | S::Ec2DescribeInstances
            | S::Ec2TerminateInstances => &[S::Ec2RunInstances],
            _ => &[],
        }
    }
}

/// What the caller named to work on.
#[derive(Debug, Clone, Copy, Default)]
pub struct Given {
    /// `--bucket`
    pub bucket: bool,
    /// `--key`
    pub key: bool,
}

/// What to run, in order: everything, or what `only` names with all that it needs.
///
/// # Errors
/// A name that there is not, with the nearest that there is.
pub fn select(only: &[String], given: Given) -> Result<Vec<Scenario>, UnknownScenario> {
    let mut chosen = Vec::new();
    for name in only {
        let named: Vec<_> = Scenario::ALL
            .into_iter()
            .filter(|scenario| name == scenario.service().name())
            .collect();
        if named.is_empty() {
            let services = [Service::S3, Service::Ec2, Service::Api].map(Service::name);
            let all = Scenario::ALL.into_iter().map(Scenario::name).chain(services);
            chosen.push(name.parse().map_err(|_| UnknownScenario::among(all, name))?);
        }
        chosen.extend(named);
    }
    if only.is_empty() {
        chosen.extend(Scenario::ALL);
    }
    let mut index = 0;
    while let Some(scenario) = chosen.get(index) {
        chosen.extend(scenario.needs(given));
        index += 1;
    }
    chosen.sort_unstable();
    chosen.dedup();
    Ok(chosen)
}

/// A name that is no scenario's and no service's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no scenario `{name}`; did you mean `{nearest}`?")]
pub struct UnknownScenario {
    /// What was asked for.
    pub name: String,
    /// The nearest name that there is.
    pub nearest: &'static str,
}

impl FromStr for Scenario {
    type Err = UnknownScenario;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let names = Self::ALL.into_iter().map(Self::name);
        let known = Self::ALL.into_iter().find(|scenario| scenario.name() == name);
        known.ok_or_else(|| UnknownScenario::among(names, name))
    }
}

impl UnknownScenario {
    /// `name`, which is none of `names`. Names begin with the service and go on with the operation,
    /// so what begins alike is nearer than what is as long.
    fn among(names: impl Iterator<Item = &'static str>, name: &str) -> Self {
        let likeness = |candidate: &&str| strsim::jaro_winkler(candidate, name);
        let nearest = names.max_by(|one, other| likeness(one).total_cmp(&likeness(other)));
        Self { name: name.to_owned(), nearest: nearest.unwrap_or_default() }
    }
}

impl Service {
    /// The name in JSON, and for `--only`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::S3 => "s3",
            Self::Ec2 => "ec2",
            Self::Api => "api",
        }
    }
}

impl fmt::Display for Scenario {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl<'de> Deserialize<'de> for Scenario {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        name.parse().map_err(D::Error::custom)
    }
}

impl Serialize for Scenario {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::{Given, Scenario, UnknownScenario, select};

    fn names(only: &[&str], given: Given) -> Vec<&'static str> {
        let only: Vec<_> = only.iter().map(|&name| name.to_owned()).collect();
        select(&only, given).unwrap().into_iter().map(Scenario::name).collect()
    }

    #[test]
    fn nothing_named_is_everything_in_order() {
        assert_eq!(names(&[], Given::default()).len(), 14);
    }

    #[test]
    fn what_a_scenario_needs_runs_first() {
        assert_eq!(
            names(&["ec2-create-tags"], Given::default()),
            ["ec2-latest-ami", "ec2-run-instances", "ec2-create-tags"]
        );
        assert_eq!(
            names(&["s3-presigned-get"], Given::default()),
            ["s3-list-buckets", "s3-list-objects", "s3-presigned-get"]
        );
        assert_eq!(
            names(&["s3-presigned-get"], Given { bucket: true, key: true }),
            ["s3-presigned-get"]
        );
    }

    #[test]
    fn a_service_names_its_scenarios() {
        assert_eq!(names(&["api"], Given::default()), ["api-invoke", "api-invoke-unsigned"]);
    }

    #[test]
    fn an_unknown_name_gets_the_nearest() {
        let error = select(&["s3-list-bucket".to_owned()], Given::default()).unwrap_err();
        assert_eq!(
            error,
            UnknownScenario { name: "s3-list-bucket".into(), nearest: "s3-list-buckets" }
        );
    }
}
