use contract::Credentials;
use raw::sigv4::{Expires, Rules, SignableRequest};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A request for every signer to sign, as it will be sent.
#[derive(Debug)]
pub struct Workload {
    /// `W1` to `W5`.
    pub name: &'static str,
    /// A title for people.
    pub title: &'static str,
    /// The HTTP method.
    pub method: &'static str,
    /// The whole URL, encoded, for signers that parse one.
    pub url: &'static str,
    /// The same request in parts, for signers that take those.
    pub(crate) parts: SignableRequest<'static>,
    /// Given headers, without the host.
    pub headers: &'static [(&'static str, &'static str)],
    /// The body. Empty if there is none.
    pub body: Vec<u8>,
    /// The signing name of the service.
    pub service: &'static str,
    /// Where the signature goes.
    pub location: Location,
}

/// Where the signature goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Location {
    /// The `Authorization` header.
    Header,
    /// The URL, which is valid for [`EXPIRES`].
    Query,
}

/// The region of every workload.
pub const REGION: &str = "us-east-1";

/// The access key id of every workload.
pub const ACCESS_KEY_ID: &str = "AKIAIOSFODNN7EXAMPLE";

/// The secret key of every workload, as long as those of AWS.
pub const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

/// The length of the session token. A longer token means more to hash and hardly anything else, so it
/// makes every ratio to the floor look better.
pub const TOKEN_LENGTH: usize = 512;

/// How long presigned URLs are valid, in seconds.
pub const EXPIRES: u64 = 900;

const LIST_OBJECTS: &str = "https://example-bucket.s3.us-east-1.amazonaws.com/\
    ?continuation-token=1%2FyRZa9Q%2B7vH3mXkT%3D%3D&delimiter=%2F&encoding-type=url&list-type=2\
    &prefix=photos%2F2026%2Fsommer%20am%20meer%2F\
    &start-after=photos%2F2026%2Fsommer%20am%20meer%2Fd%C3%BCne%20%26%20welle.jpg";

const RUN_INSTANCES: &str = "Action=RunInstances&Version=2016-11-15&ImageId=ami-0abcdef1234567890\
    &InstanceType=t3.micro&MinCount=1&MaxCount=1&KeyName=examplekey\
    &SecurityGroupId.1=sg-903004f8&SubnetId=subnet-6e7f829e\
    &ClientToken=ct-0123456789abcdef&DryRun=true&EbsOptimized=true\
    &Monitoring.Enabled=false&TagSpecification.1.ResourceType=instance\
    &TagSpecification.1.Tag.1.Key=Name&TagSpecification.1.Tag.1.Value=web%201\
    &TagSpecification.1.Tag.2.Key=Owner&TagSpecification.1.Tag.2.Value=a%40b.io\
    &MetadataOptions.HttpTokens=required&DisableApiTermination=false";

/// The five workloads.
///
/// # Panics
/// Never: their URLs are constants.
#[must_use]
pub fn all() -> [Workload; 5] {
    let s3 = |name, title, url, location| Workload {
        name,
        title,
        method: "GET",
        url,
        parts: SignableRequest::new("GET", url).expect("a constant URL"),
        headers: &[],
        body: Vec::new(),
        service: "s3",
        location,
    };
    let list_buckets = "https://s3.us-east-1.amazonaws.com/";
    let run_instances = "https://ec2.us-east-1.amazonaws.com/";
    let get_object = "https://example-bucket.s3.us-east-1.amazonaws.com/photos/2026/welle.jpg";
    [
        s3("W1", "S3 ListBuckets", list_buckets, Location::Header),
        s3("W2", "S3 ListObjectsV2, six parameters to encode", LIST_OBJECTS, Location::Header),
        Workload {
            name: "W3",
            title: "EC2 RunInstances, a form of 20 parameters",
            method: "POST",
            url: run_instances,
            parts: SignableRequest::new("POST", run_instances).expect("a constant URL"),
            headers: &[("content-type", "application/x-www-form-urlencoded; charset=utf-8")],
            body: RUN_INSTANCES.into(),
            service: "ec2",
            location: Location::Header,
        },
        Workload {
            body: vec![b'x'; 64 * 1024],
            ..s3("W4", "W1 with a body of 64 KiB", list_buckets, Location::Header)
        },
        s3("W5", "S3 GetObject, presigned", get_object, Location::Query),
    ]
}

/// The credentials of every workload: a key pair with a session token of [`TOKEN_LENGTH`] characters.
#[must_use]
pub fn credentials() -> Credentials {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    // A token is Base64; Knuth's MMIX generator chooses the characters.
    let walk = std::iter::successors(Some(1_u64), |last| {
        Some(last.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407))
    });
    let digit = |state: u64| char::from(ALPHABET[(state >> 58) as usize]);
    let token: String = walk.map(digit).take(TOKEN_LENGTH).collect();
    Credentials::new(ACCESS_KEY_ID, SECRET).with_session_token(token)
}

/// The time of signing for signers that take one: 2026-11-22T12:34:56Z.
#[must_use]
pub fn time() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_795_350_896)
}

impl Workload {
    /// The request for raw's signer.
    pub(crate) fn request(&self) -> SignableRequest<'_> {
        SignableRequest { headers: self.headers, body: &self.body, ..self.parts }
    }

    /// The signing rules of its service and location.
    pub(crate) fn rules(&self) -> Rules {
        match self.location {
            Location::Header => Rules::of(self.service),
            Location::Query => Rules::of_presigned(self.service),
        }
    }
}

/// [`EXPIRES`] for raw's signer.
pub(crate) fn expires() -> Expires {
    Expires::seconds(EXPIRES).expect("a constant below a week")
}
