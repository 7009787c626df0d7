use crate::Tag;

/// The result of a successful call, normalised so that both sides' answers can be compared: times are
/// ISO 8601 text in UTC with milliseconds, and `ETag`s include their quotes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// From `ListBuckets`.
    Buckets(Vec<Bucket>),
    /// From `ListObjects`.
    Objects(ObjectListing),
    /// From `PresignGet`.
    Presigned(PresignedUrl),
    /// From `DescribeImages`, sorted by id, because EC2 promises no order.
    Images(Vec<Image>),
    /// From `LatestImage`; `None` if nothing matched.
    LatestImage(Option<Box<Image>>),
    /// From a dry run: the launch would have succeeded.
    WouldSucceed,
    /// From `RunInstances`, `WaitUntilRunning` and `DescribeInstances`, sorted by id.
    Instances(Vec<Instance>),
    /// From `CreateTags`, which returns nothing else.
    Tagged,
    /// From `TerminateInstances`, sorted by id.
    StateChanges(Vec<StateChange>),
    /// From `InvokeApi`.
    Api(ApiResponse),
}

/// An S3 bucket in a listing.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Bucket {
    /// The bucket's name.
    pub name: String,
    /// Creation time.
    pub created: Option<String>,
    /// The bucket's region, if the service sends it.
    pub region: Option<String>,
}

/// One page of a bucket's objects, or all pages.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct ObjectListing {
    /// The objects, in the service's order.
    pub objects: Vec<Object>,
    /// The prefixes that stand for all keys up to a delimiter, in the service's order.
    pub common_prefixes: Vec<String>,
    /// Whether the service has more objects than these.
    pub truncated: bool,
}

/// An S3 object in a listing.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Object {
    /// The key, decoded.
    pub key: String,
    /// Size in bytes.
    pub size: Option<u64>,
    /// The `ETag`, with its quotes.
    pub etag: Option<String>,
    /// Time of the last write.
    pub last_modified: Option<String>,
    /// For example `STANDARD`.
    pub storage_class: Option<String>,
}

/// A URL that carries its own signature.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct PresignedUrl {
    /// Grants access to the object until it expires.
    pub url: String,
}

/// An AMI.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Image {
    /// `ami-…`
    pub id: String,
    /// For example `al2023-ami-2023.…`.
    pub name: Option<String>,
    /// The owner's description.
    pub description: Option<String>,
    /// The account that owns it.
    pub owner_id: Option<String>,
    /// For example `amazon`.
    pub owner_alias: Option<String>,
    /// Creation time.
    pub created: Option<String>,
    /// `x86_64` or `arm64`.
    pub architecture: Option<String>,
    /// For example `available`.
    pub state: Option<String>,
    /// `windows`, or absent.
    pub platform: Option<String>,
    /// Device name of the root volume, for example `/dev/xvda`.
    pub root_device_name: Option<String>,
    /// `ebs` or `instance-store`.
    pub root_device_type: Option<String>,
    /// `hvm` or `paravirtual`.
    pub virtualization_type: Option<String>,
}

/// An EC2 instance.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Instance {
    /// `i-…`
    pub id: String,
    /// The image that it was launched from.
    pub image_id: Option<String>,
    /// For example `t3.micro`.
    pub instance_type: Option<String>,
    /// `pending`, `running`, `shutting-down`, `terminated`, …
    pub state: Option<String>,
    /// Launch time.
    pub launched: Option<String>,
    /// The zone that it runs in, for example `us-east-1a`.
    pub availability_zone: Option<String>,
    /// Private IPv4 address.
    pub private_ip: Option<String>,
    /// The idempotency token of its launch.
    pub client_token: Option<String>,
    /// Sorted by key, because EC2 promises no order.
    #[cfg_attr(feature = "serde", serde(serialize_with = "as_map"))]
    pub tags: Vec<Tag>,
}

/// What `TerminateInstances` did to one instance.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct StateChange {
    /// `i-…`
    pub id: String,
    /// The state before the call.
    pub previous: Option<String>,
    /// The state after the call.
    pub current: Option<String>,
}

/// The response of an API Gateway route.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiResponse {
    /// HTTP status, 200 to 299.
    pub status: u16,
    /// The `content-type` header.
    pub content_type: Option<String>,
    /// The body, decoded as UTF-8 text.
    pub body: String,
}

impl Answer {
    /// Sorts what EC2 returns in no particular order: images, instances and state changes by id, tags by
    /// key.
    #[must_use]
    pub fn sorted(mut self) -> Self {
        match &mut self {
            Self::Images(images) => images.sort_by(|a, b| a.id.cmp(&b.id)),
            Self::Instances(instances) => {
                instances.sort_by(|a, b| a.id.cmp(&b.id));
                for instance in instances {
                    instance.tags.sort();
                }
            }
            Self::StateChanges(changes) => changes.sort_by(|a, b| a.id.cmp(&b.id)),
            Self::Buckets(_)
            | Self::Objects(_)
            | Self::Presigned(_)
            | Self::LatestImage(_)
            | Self::WouldSucceed
            | Self::Tagged
            | Self::Api(_) => {}
        }
        self
    }
}

/// The newest of `images`. Images with the same creation time are ordered by id, so that both sides
/// choose the same one. ISO 8601 text in UTC sorts by time.
#[must_use]
pub fn newest_image(images: Vec<Image>) -> Option<Box<Image>> {
    images.into_iter().max_by(|a, b| (&a.created, &a.id).cmp(&(&b.created, &b.id))).map(Box::new)
}

/// Serialises tags as a map from key to value.
#[cfg(feature = "serde")]
fn as_map<S: serde::Serializer>(tags: &[Tag], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(tags.iter().map(|tag| (&tag.key, &tag.value)))
}
