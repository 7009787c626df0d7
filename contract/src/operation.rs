use std::time::Duration;

/// Everything that both clients can do, as plain data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Operation {
    /// S3 `ListBuckets`.
    ListBuckets,
    /// S3 `ListObjectsV2`.
    ListObjects(ListObjects),
    /// S3 `GetObject` as a presigned URL; nothing is sent.
    PresignGet(PresignGet),
    /// EC2 `DescribeImages`.
    DescribeImages(DescribeImages),
    /// EC2 `DescribeImages`, of which the newest is kept (see [`newest_image`](crate::newest_image)).
    LatestImage(DescribeImages),
    /// EC2 `RunInstances`.
    RunInstances(RunInstances),
    /// EC2 `DescribeInstances`, asked again until every instance runs.
    WaitUntilRunning(WaitUntilRunning),
    /// EC2 `CreateTags`.
    CreateTags(CreateTags),
    /// EC2 `DescribeInstances`.
    DescribeInstances(DescribeInstances),
    /// EC2 `TerminateInstances`.
    TerminateInstances(TerminateInstances),
    /// GET of a route of API Gateway (service `execute-api`).
    InvokeApi(InvokeApi),
}

/// Input of [`Operation::ListObjects`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListObjects {
    /// The bucket's name.
    pub bucket: String,
    /// Only keys that begin so.
    pub prefix: Option<String>,
    /// Keys that share what lies between the prefix and this are rolled into one common prefix.
    pub delimiter: Option<String>,
    /// Keys a page, at most 1,000; the service's own choice (1,000) where absent.
    pub page_size: Option<u32>,
    /// How many pages to ask for.
    pub pages: Pages,
}

/// How far to follow continuation tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pages {
    /// One request, whatever it leaves out.
    First,
    /// Until the service says that there is no more.
    All,
}

/// Input of [`Operation::PresignGet`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PresignGet {
    /// The bucket's name.
    pub bucket: String,
    /// The object's key, unencoded.
    pub key: String,
    /// For how long the URL is good; whole seconds, at most a week.
    pub expires: Duration,
}

/// Input of [`Operation::DescribeImages`] and [`Operation::LatestImage`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DescribeImages {
    /// Account ids or the aliases `self`, `amazon`, `aws-marketplace`; empty for any owner.
    pub owners: Vec<String>,
    /// All of them must match.
    pub filters: Vec<Filter>,
}

/// One `Filter.N` of EC2: the values are alternatives, with `*` and `?` as wildcards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    /// As in EC2's reference, for example `name` or `architecture`.
    pub name: String,
    /// At least one.
    pub values: Vec<String>,
}

/// Input of [`Operation::RunInstances`]: one instance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunInstances {
    /// `ami-…`
    pub image_id: String,
    /// For example `t3.micro`.
    pub instance_type: String,
    /// Put on the instance as it is made.
    pub tags: Vec<Tag>,
    /// Makes the call idempotent: the same token launches nothing twice.
    pub client_token: String,
    /// Whether to launch at all.
    pub dry_run: DryRun,
}

/// Whether an EC2 call is carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DryRun {
    /// Only ask whether it would succeed: EC2 then answers with the error `DryRunOperation`,
    /// which both clients report as success.
    Yes,
    /// Carry it out.
    No,
}

/// A tag of an EC2 resource.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tag {
    /// At most 128 characters.
    pub key: String,
    /// At most 256 characters.
    pub value: String,
}

/// Input of [`Operation::WaitUntilRunning`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitUntilRunning {
    /// The instances to wait for.
    pub instance_ids: Vec<String>,
    /// When to give up, in the time of the service: see [`WaitPace`](crate::WaitPace).
    pub at_most: Duration,
}

/// Input of [`Operation::CreateTags`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreateTags {
    /// Ids of the resources that get the tags.
    pub resources: Vec<String>,
    /// A key that is there already gets the new value.
    pub tags: Vec<Tag>,
}

/// Input of [`Operation::DescribeInstances`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DescribeInstances {
    /// Empty for all.
    pub instance_ids: Vec<String>,
    /// All of them must match.
    pub filters: Vec<Filter>,
}

/// Input of [`Operation::TerminateInstances`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TerminateInstances {
    /// The instances to end.
    pub instance_ids: Vec<String>,
}

/// Input of [`Operation::InvokeApi`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvokeApi {
    /// The route's whole URL, stage included.
    pub url: String,
    /// Whether to sign the call.
    pub signing: Signing,
}

/// Whether a call carries a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signing {
    /// `SigV4`, in the `Authorization` header.
    Signed,
    /// None: what an IAM-protected route is there to refuse.
    Unsigned,
}

impl Operation {
    /// AWS's own name of the operation.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::ListBuckets => "ListBuckets",
            Self::ListObjects(_) => "ListObjectsV2",
            Self::PresignGet(_) => "GetObject",
            Self::DescribeImages(_) | Self::LatestImage(_) => "DescribeImages",
            Self::RunInstances(_) => "RunInstances",
            Self::WaitUntilRunning(_) | Self::DescribeInstances(_) => "DescribeInstances",
            Self::CreateTags(_) => "CreateTags",
            Self::TerminateInstances(_) => "TerminateInstances",
            Self::InvokeApi(_) => "Invoke",
        }
    }
}

impl InvokeApi {
    /// The region in the route's host name, `API_ID.execute-api.REGION.amazonaws.com`; `None` for a
    /// custom domain or another server, where the target's region is the one to sign for.
    #[must_use]
    pub fn region(&self) -> Option<&str> {
        let (_scheme, rest) = self.url.split_once("://")?;
        let host = rest.split(['/', '?', ':']).next()?;
        let (_api_id, rest) = host.split_once(".execute-api.")?;
        let (region, _domain) = rest.split_once('.')?;
        (region.contains('-') && region.ends_with(|c: char| c.is_ascii_digit())).then_some(region)
    }
}

#[cfg(test)]
mod tests {
    use super::{InvokeApi, Signing};

    #[test]
    fn the_region_of_a_route_is_that_of_its_host() {
        let region = |url: &str| {
            let input = InvokeApi { url: url.to_owned(), signing: Signing::Signed };
            input.region().map(str::to_owned)
        };
        assert_eq!(
            region("https://a1.execute-api.eu-west-1.amazonaws.com/prod/x").as_deref(),
            Some("eu-west-1")
        );
        assert_eq!(
            region("https://a1.execute-api.cn-north-1.amazonaws.com.cn/p").as_deref(),
            Some("cn-north-1")
        );
        assert_eq!(region("https://api.example.com/prod/x"), None);
        assert_eq!(region("http://127.0.0.1:4566/_execute-api/a1/prod"), None);
    }
}
