use crate::Tag;

/// What a call yields when it succeeds, normalised so that two answers can be compared: times are
/// ISO 8601 text in UTC with milliseconds, `ETag`s carry their quotes, absent is `None`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// Of `ListBuckets`.
    Buckets(Vec<Bucket>),
    /// Of `ListObjects`.
    Objects(ObjectListing),
    /// Of `PresignGet`.
    Presigned(PresignedUrl),
    /// Of `DescribeImages`, ordered by id: EC2 promises no order.
    Images(Vec<Image>),
    /// Of `LatestImage`; `None` where nothing matched.
    LatestImage(Option<Box<Image>>),
    /// Of a dry run that EC2 would have carried out.
    WouldSucceed,
    /// Of `RunInstances`, `WaitUntilRunning` and `DescribeInstances`.
    Instances(Vec<Instance>),
    /// Of `CreateTags`, which answers only that it was done.
    Tagged,
    /// Of `TerminateInstances`.
    StateChanges(Vec<StateChange>),
    /// Of `InvokeApi`.
    Api(ApiResponse),
}

/// An S3 bucket as listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bucket {
    /// Its name.
    pub name: String,
    /// When it was made.
    pub created: Option<String>,
    /// Where it lives, where the service says so.
    pub region: Option<String>,
}

/// One page of keys, or all of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectListing {
    /// In the service's order, across pages.
    pub objects: Vec<Object>,
    /// What the delimiter rolled up, in the service's order.
    pub common_prefixes: Vec<String>,
    /// Whether the service has more than was asked for.
    pub truncated: bool,
}

/// An S3 object as listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    /// Its key, decoded.
    pub key: String,
    /// Bytes.
    pub size: Option<u64>,
    /// With its quotes.
    pub etag: Option<String>,
    /// When it was written.
    pub last_modified: Option<String>,
    /// For example `STANDARD`.
    pub storage_class: Option<String>,
}

/// A URL that carries its own signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PresignedUrl {
    /// Whoever has it may fetch the object until it expires.
    pub url: String,
}

/// An AMI.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Image {
    /// `ami-…`
    pub id: String,
    /// For example `al2023-ami-2023.…`.
    pub name: Option<String>,
    /// What its maker says of it.
    pub description: Option<String>,
    /// The account that owns it.
    pub owner_id: Option<String>,
    /// `amazon` and the like.
    pub owner_alias: Option<String>,
    /// When it was made.
    pub created: Option<String>,
    /// `x86_64` or `arm64`.
    pub architecture: Option<String>,
    /// `available` and the like.
    pub state: Option<String>,
    /// `windows`, or absent.
    pub platform: Option<String>,
    /// Device name of the root volume.
    pub root_device_name: Option<String>,
    /// `ebs` or `instance-store`.
    pub root_device_type: Option<String>,
    /// `hvm` or `paravirtual`.
    pub virtualization_type: Option<String>,
}

/// An EC2 instance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instance {
    /// `i-…`
    pub id: String,
    /// The image it was made from.
    pub image_id: Option<String>,
    /// For example `t3.micro`.
    pub instance_type: Option<String>,
    /// `pending`, `running`, `shutting-down`, `terminated`, …
    pub state: Option<String>,
    /// When it was launched.
    pub launched: Option<String>,
    /// Where it is placed.
    pub availability_zone: Option<String>,
    /// Its address inside the network.
    pub private_ip: Option<String>,
    /// The token it was launched with.
    pub client_token: Option<String>,
    /// Ordered by key: EC2 promises no order.
    pub tags: Vec<Tag>,
}

/// What `TerminateInstances` says of one instance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StateChange {
    /// `i-…`
    pub id: String,
    /// The state before the call.
    pub previous: Option<String>,
    /// The state now.
    pub current: Option<String>,
}

/// What a route of API Gateway answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiResponse {
    /// HTTP status; every one below 400 is an answer.
    pub status: u16,
    /// The `content-type` header.
    pub content_type: Option<String>,
    /// The body, as text.
    pub body: String,
}

impl Answer {
    /// Puts what EC2 returns in no promised order into one: images and instances by id, tags by key.
    #[must_use]
    pub fn in_order(mut self) -> Self {
        match &mut self {
            Self::Images(images) => images.sort_by(|a, b| a.id.cmp(&b.id)),
            Self::Instances(instances) => {
                instances.sort_by(|a, b| a.id.cmp(&b.id));
                for instance in instances {
                    instance.tags.sort();
                }
            }
            Self::StateChanges(changes) => changes.sort_by(|a, b| a.id.cmp(&b.id)),
            _ => {}
        }
        self
    }
}

/// The newest of `images`: by creation date, then by id, so that two images of one second have one
/// order on both sides. ISO 8601 text in UTC sorts as time does.
#[must_use]
pub fn newest_image(images: Vec<Image>) -> Option<Box<Image>> {
    images.into_iter().max_by(|a, b| (&a.created, &a.id).cmp(&(&b.created, &b.id))).map(Box::new)
}
