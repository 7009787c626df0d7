//! The scenarios: what both sides do, one row of a table each.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// Declares [`Scenario`] and, from the same rows, everything that is known of each scenario.
macro_rules! scenarios {
    ($($(#[$doc:meta])* $variant:ident: $name:literal, $service:ident, $expected:ident, $repeat:ident, $needs:expr;)*) => {
        /// Something that both sides do. Scenarios run in the order of this list.
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
        )]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        pub enum Scenario {
            $($(#[$doc])* #[serde(rename = $name)] $variant,)*
        }

        impl Scenario {
            /// Every scenario, in order.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            const fn row(self) -> Row {
                match self {
                    $(Self::$variant => Row {
                        name: $name,
                        service: Service::$service,
                        expected: Expected::$expected,
                        repeat: Repeat::$repeat,
                        needs: $needs,
                    },)*
                }
            }
        }
    };
}

scenarios! {
    /// Lists every bucket of the caller.
    S3ListBuckets: "s3-list-buckets", S3, Ok, Freely, &[];
    /// Lists one page of a bucket, with folders rolled up.
    S3ListObjects: "s3-list-objects", S3, Ok, Freely, &[Need::Bucket];
    /// Lists every key of a bucket, page by page.
    S3ListObjectsPaged: "s3-list-objects-paged", S3, Ok, Freely, &[Need::PageSize];
    /// Fetches an object through a URL that carries its own signature.
    S3PresignedGet: "s3-presigned-get", S3, Ok, Freely, &[Need::Bucket, Need::Key];
    /// Finds images by owner and name.
    Ec2DescribeImages: "ec2-describe-images", Ec2, Ok, Freely, &[];
    /// Finds the newest image that fits the instance type.
    Ec2LatestAmi: "ec2-latest-ami", Ec2, Ok, Freely, &[];
    /// Asks whether a launch would succeed.
    Ec2RunInstancesDryRun: "ec2-run-instances-dry-run", Ec2, Ok, Freely, &[Need::Image];
    /// Launches an instance.
    Ec2RunInstances: "ec2-run-instances", Ec2, Ok, Never, &[Need::Image];
    /// Polls until the launched instance runs.
    Ec2WaitRunning: "ec2-wait-running", Ec2, Ok, Never, &[Need::Instance];
    /// Tags the launched instance.
    Ec2CreateTags: "ec2-create-tags", Ec2, Ok, Never, &[Need::Instance];
    /// Describes the launched instance.
    Ec2DescribeInstances: "ec2-describe-instances", Ec2, Ok, Freely, &[Need::Instance];
    /// Terminates the launched instance.
    Ec2TerminateInstances: "ec2-terminate-instances", Ec2, Ok, Never, &[Need::Instance];
    /// Calls an IAM-protected route with a signature.
    ApiInvoke: "api-invoke", Api, Ok, Freely, &[];
    /// Calls the same route without a signature.
    ApiInvokeUnsigned: "api-invoke-unsigned", Api, Refused, Freely, &[];
}

struct Row {
    name: &'static str,
    service: Service,
    expected: Expected,
    repeat: Repeat,
    needs: &'static [Need],
}

/// The outcome that a scenario should have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Expected {
    /// The service answers.
    Ok,
    /// The service refuses.
    Refused,
}

/// The service that a scenario calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Service {
    /// Amazon S3.
    S3,
    /// Amazon EC2.
    Ec2,
    /// Amazon API Gateway.
    Api,
}

/// Whether a scenario may be repeated to measure its latency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repeat {
    /// It only reads.
    Freely,
    /// It launches, waits, tags or terminates something.
    Never,
}

/// What a scenario takes from an earlier one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Need {
    /// The name of a bucket, unless the caller names one.
    Bucket,
    /// The key of an object, unless the caller names one.
    Key,
    /// A page size that splits the listing into several pages.
    PageSize,
    /// The id of an image to launch.
    Image,
    /// A launched instance.
    Instance,
}

impl Need {
    /// The scenario that finds it; none if the caller named it.
    fn found_by(self, given: Given) -> Option<Scenario> {
        match self {
            Self::Bucket => (!given.bucket).then_some(Scenario::S3ListBuckets),
            Self::Key => (!given.key).then_some(Scenario::S3ListObjects),
            Self::PageSize => Some(Scenario::S3ListObjects),
            Self::Image => Some(Scenario::Ec2LatestAmi),
            Self::Instance => Some(Scenario::Ec2RunInstances),
        }
    }
}

impl Scenario {
    /// The name on the command line and in JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// The service it calls. The service's name selects all of its scenarios.
    #[must_use]
    pub fn service(self) -> Service {
        self.row().service
    }

    /// The outcome it should have.
    #[must_use]
    pub fn expected(self) -> Expected {
        self.row().expected
    }

    /// Whether it may be repeated to measure its latency.
    #[must_use]
    pub fn repeat(self) -> Repeat {
        self.row().repeat
    }
}

/// What the caller named, so that no scenario has to find it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Given {
    /// `--bucket`
    pub bucket: bool,
    /// `--key`
    pub key: bool,
}

/// The scenarios to run, in order: all of them, or those that `only` names and what they need.
///
/// # Errors
/// If `only` has an unknown name. The error suggests the nearest one.
pub fn select(only: &[String], given: Given) -> Result<Vec<Scenario>, UnknownScenario> {
    let mut chosen: Vec<Scenario> = Vec::new();
    for name in only {
        let all = Scenario::ALL.iter();
        let named: Vec<_> = all.filter(|scenario| name == scenario.service().name()).collect();
        if named.is_empty() {
            let services = [Service::S3, Service::Ec2, Service::Api].map(Service::name);
            let all = Scenario::ALL.iter().map(|scenario| scenario.name()).chain(services);
            chosen.push(name.parse().map_err(|_| UnknownScenario::among(all, name))?);
        }
        chosen.extend(named);
    }
    if only.is_empty() {
        chosen.extend(Scenario::ALL);
    }
    let mut index = 0;
    while let Some(scenario) = chosen.get(index) {
        chosen.extend(scenario.row().needs.iter().filter_map(|need| need.found_by(given)));
        index += 1;
    }
    chosen.sort_unstable();
    chosen.dedup();
    Ok(chosen)
}

/// The name of neither a scenario nor a service.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no scenario `{name}`; did you mean `{nearest}`?")]
pub struct UnknownScenario {
    /// The name that was given.
    pub name: String,
    /// The nearest known name.
    pub nearest: &'static str,
}

impl FromStr for Scenario {
    type Err = UnknownScenario;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let known = Self::ALL.iter().copied().find(|scenario| scenario.name() == name);
        let names = Self::ALL.iter().map(|scenario| scenario.name());
        known.ok_or_else(|| UnknownScenario::among(names, name))
    }
}

impl UnknownScenario {
    /// Jaro–Winkler similarity favours a common beginning, and names begin with the service.
    fn among(names: impl Iterator<Item = &'static str>, name: &str) -> Self {
        let likeness = |candidate: &&str| strsim::jaro_winkler(candidate, name);
        let nearest = names.max_by(|one, other| likeness(one).total_cmp(&likeness(other)));
        Self { name: name.to_owned(), nearest: nearest.unwrap_or_default() }
    }
}

impl Service {
    /// The name in JSON and for `--only`.
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

#[cfg(test)]
mod tests {
    use super::{Given, Scenario, UnknownScenario, select};

    fn names(only: &[&str], given: Given) -> Vec<&'static str> {
        let only: Vec<_> = only.iter().map(|&name| name.to_owned()).collect();
        select(&only, given).unwrap().into_iter().map(Scenario::name).collect()
    }

    #[test]
    fn without_names_every_scenario_runs() {
        assert_eq!(names(&[], Given::default()).len(), 14);
    }

    #[test]
    fn a_scenario_runs_after_those_it_needs() {
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
    fn the_name_of_a_service_selects_its_scenarios() {
        assert_eq!(names(&["api"], Given::default()), ["api-invoke", "api-invoke-unsigned"]);
    }

    #[test]
    fn an_unknown_name_is_an_error_that_suggests_the_nearest() {
        let error = select(&["s3-list-bucket".to_owned()], Given::default()).unwrap_err();
        assert_eq!(
            error,
            UnknownScenario { name: "s3-list-bucket".into(), nearest: "s3-list-buckets" }
        );
    }
}
