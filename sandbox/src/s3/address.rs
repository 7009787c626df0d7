//! The bucket and key that a request addresses. The bucket is in the host name or in the path.

use std::borrow::Cow;

use crate::verify::{ReceivedRequest, decode_query};

/// The address in the host name and path.
pub(super) struct Address<'a> {
    pub(super) bucket: Option<Cow<'a, str>>,
    /// Not empty.
    pub(super) key: Option<Cow<'a, str>>,
    /// The region in the host name.
    pub(super) region: Option<&'a str>,
}

impl<'a> Address<'a> {
    pub(super) fn of(received: &'a ReceivedRequest) -> Self {
        let host = Host::of(received.header("host").unwrap_or_default());
        let path = received.path();
        let path = path.strip_prefix('/').unwrap_or(path);
        let (bucket, key) = match host.bucket {
            Some(bucket) => (bucket, path),
            None => path.split_once('/').unwrap_or((path, "")),
        };
        // The path is decoded like a query, including `+`: see `verify::decoding::decode_bytes`.
        let name = |text: &'a str| (!text.is_empty()).then(|| decode_query(text));
        Address { bucket: name(bucket), key: name(key), region: host.region }
    }

    /// The ARN of the resource.
    pub(super) fn arn(&self) -> String {
        match (&self.bucket, &self.key) {
            (None, _) => "arn:aws:s3:::*".to_owned(),
            (Some(bucket), None) => format!("arn:aws:s3:::{bucket}"),
            (Some(bucket), Some(key)) => format!("arn:aws:s3:::{bucket}/{key}"),
        }
    }
}

struct Host<'a> {
    bucket: Option<&'a str>,
    region: Option<&'a str>,
}

impl<'a> Host<'a> {
    /// Reads `BUCKET.s3.REGION.amazonaws.com`, `BUCKET.s3.localhost`, `BUCKET.localhost`, or any of
    /// these without the bucket. Any other name contains no bucket.
    fn of(host: &'a str) -> Self {
        let name = host.rsplit_once(':').map_or(host, |(name, _port)| name);
        if let Some(rest) = name.strip_suffix("localhost") {
            let bucket = rest.strip_suffix('.').unwrap_or(rest);
            let bucket = match bucket {
                "s3" => "",
                bucket => bucket.strip_suffix(".s3").unwrap_or(bucket),
            };
            return Host { bucket: (!bucket.is_empty()).then_some(bucket), region: None };
        }
        let Some(service) = name.strip_suffix(".amazonaws.com") else {
            return Host { bucket: None, region: None };
        };
        let (bucket, service) = match service.rfind(".s3") {
            Some(at) => (Some(&service[..at]), &service[at + 1..]),
            None => (None, service),
        };
        // s3-REGION is the older form.
        let region = service.strip_prefix("s3.").or_else(|| service.strip_prefix("s3-"));
        Host { bucket, region }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(host: &str, target: &str) -> [Option<String>; 3] {
        let received = ReceivedRequest {
            method: "GET".into(),
            target: target.into(),
            headers: vec![("Host".into(), host.into())],
            body: Vec::new(),
        };
        let address = Address::of(&received);
        [
            address.bucket.map(Cow::into_owned),
            address.key.map(Cow::into_owned),
            address.region.map(str::to_owned),
        ]
    }

    #[test]
    fn the_bucket_is_read_from_the_host_or_the_path() {
        for (host, target, bucket, key, region) in [
            ("127.0.0.1:8000", "/", None, None, None),
            ("127.0.0.1:8000", "/bucket?list-type=2", Some("bucket"), None, None),
            ("localhost:8000", "/bucket/", Some("bucket"), None, None),
            ("s3.localhost", "/bucket//a", Some("bucket"), Some("/a"), None),
            ("bucket.localhost:80", "/", Some("bucket"), None, None),
            ("my.bucket.s3.localhost:80", "/a%2Fb%20c", Some("my.bucket"), Some("a/b c"), None),
            (
                "bucket.s3.eu-west-1.amazonaws.com",
                "/k",
                Some("bucket"),
                Some("k"),
                Some("eu-west-1"),
            ),
            (
                "bucket.s3-eu-west-1.amazonaws.com",
                "/k",
                Some("bucket"),
                Some("k"),
                Some("eu-west-1"),
            ),
            ("bucket.s3.amazonaws.com", "//", Some("bucket"), Some("/"), None),
            ("s3.eu-west-1.amazonaws.com", "/b/../k", Some("b"), Some("../k"), Some("eu-west-1")),
        ] {
            let expected = [bucket, key, region].map(|part| part.map(str::to_owned));
            assert_eq!(address(host, target), expected, "{host} {target}");
        }
    }
}
