use std::time::Duration;

/// The operations that both clients perform, with their inputs.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
pub enum Operation {
    /// S3 `ListBuckets`.
    ListBuckets,
    /// S3 `ListObjectsV2`.
    ListObjects(ListObjects),
    /// S3 `GetObject`, as a presigned URL. Nothing is sent.
    PresignGet(PresignGet),
    /// EC2 `DescribeImages`.
    DescribeImages(DescribeImages),
    /// EC2 `DescribeImages`, reduced to the [newest](crate::newest_image) image.
    LatestImage(DescribeImages),
    /// EC2 `RunInstances`.
    RunInstances(RunInstances),
    /// EC2 `DescribeInstances`, polled until every instance is running.
    WaitUntilRunning(WaitUntilRunning),
    /// EC2 `CreateTags`.
    CreateTags(CreateTags),
    /// EC2 `DescribeInstances`.
    DescribeInstances(DescribeInstances),
    /// EC2 `TerminateInstances`.
    TerminateInstances(TerminateInstances),
    /// GET of an API Gateway route (service `execute-api`).
    InvokeApi(InvokeApi),
}

/// Input of [`Operation::ListObjects`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct ListObjects {
    /// The bucket's name.
    pub bucket: String,
    /// List only keys with this prefix.
    pub prefix: Option<String>,
    /// Group keys that share the text from the prefix up to this delimiter into one common prefix.
    pub delimiter: Option<String>,
    /// Keys per page, at most 1,000. The service's default is 1,000.
    pub page_size: Option<u32>,
    /// How many pages to request.
    pub pages: Pages,
}

/// Which pages of a listing to request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "lowercase"))]
pub enum Pages {
    /// Only the first.
    First,
    /// All, by following continuation tokens.
    All,
}

/// Input of [`Operation::PresignGet`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct PresignGet {
    /// The bucket's name.
    pub bucket: String,
    /// The object's key, unencoded.
    pub key: String,
    /// How long the URL is valid: whole seconds, at most a week.
    pub expires: Duration,
}

/// Input of [`Operation::DescribeImages`] and [`Operation::LatestImage`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct DescribeImages {
    /// Account ids, or the aliases `self`, `amazon`, `aws-marketplace`; empty for any owner.
    pub owners: Vec<String>,
    /// An image must match all of these.
    pub filters: Vec<Filter>,
}

/// A filter of an EC2 listing. The values are alternatives; `*` and `?` are wildcards.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Filter {
    /// The name in EC2's API reference, for example `name` or `architecture`.
    pub name: String,
    /// At least one.
    pub values: Vec<String>,
}

/// Input of [`Operation::RunInstances`]: one instance.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct RunInstances {
    /// `ami-…`
    pub image_id: String,
    /// For example `t3.micro`.
    pub instance_type: String,
    /// Tags for the new instance.
    pub tags: Vec<Tag>,
    /// Idempotency token: a second call with it launches nothing.
    pub client_token: String,
    /// Whether to launch the instance, or only to check whether it could be launched.
    pub dry_run: DryRun,
}

/// Whether an EC2 call is a dry run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "lowercase"))]
pub enum DryRun {
    /// Check only whether the call would succeed. EC2 then answers with the error `DryRunOperation`,
    /// which both clients report as success.
    Yes,
    /// Carry out the call.
    No,
}

/// A tag of an EC2 resource.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Tag {
    /// At most 128 characters.
    pub key: String,
    /// At most 256 characters.
    pub value: String,
}

/// Input of [`Operation::WaitUntilRunning`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct WaitUntilRunning {
    /// The instances to wait for.
    pub instance_ids: Vec<String>,
    /// When to give up. [`WaitPace`](crate::WaitPace) scales it.
    pub at_most: Duration,
}

/// Input of [`Operation::CreateTags`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct CreateTags {
    /// Ids of the resources to tag.
    pub resources: Vec<String>,
    /// Tags to set. The value of an existing key is replaced.
    pub tags: Vec<Tag>,
}

/// Input of [`Operation::DescribeInstances`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct DescribeInstances {
    /// The instances to describe; empty for all.
    pub instance_ids: Vec<String>,
    /// An instance must match all of these.
    pub filters: Vec<Filter>,
}

/// Input of [`Operation::TerminateInstances`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct TerminateInstances {
    /// The instances to terminate.
    pub instance_ids: Vec<String>,
}

/// Input of [`Operation::InvokeApi`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct InvokeApi {
    /// The full URL of the route, including the stage.
    pub url: String,
    /// Whether to sign the call.
    pub signing: Signing,
}

/// Whether a call carries a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "lowercase"))]
pub enum Signing {
    /// With `SigV4`, in the `Authorization` header.
    Signed,
    /// Without a signature; a route with IAM authorisation refuses it.
    Unsigned,
}

impl Operation {
    /// AWS's name of the operation.
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
    /// The region in the route's host name, `API_ID.execute-api.REGION.amazonaws.com`. `None` for a
    /// custom domain or another server: sign these for the target's region.
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
    fn the_region_of_a_route_comes_from_its_host_name() {
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
