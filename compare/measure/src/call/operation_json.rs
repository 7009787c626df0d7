//! An operation as text, for the command line of another process: its name alone where it has no
//! input, as in `list-buckets`, else JSON. The contract knows no JSON, so its form is written here.

use std::time::Duration;

use contract::{
    CreateTags, DescribeImages, DescribeInstances, DryRun, Filter, InvokeApi, ListObjects,
    Operation, Pages, PresignGet, RunInstances, Signing, Tag, TerminateInstances, WaitUntilRunning,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::ExitError;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Form {
    ListBuckets,
    ListObjects {
        bucket: String,
        prefix: Option<String>,
        delimiter: Option<String>,
        page_size: Option<u32>,
        every_page: bool,
    },
    PresignGet {
        bucket: String,
        key: String,
        expires_in_seconds: u64,
    },
    DescribeImages(Images),
    LatestImage(Images),
    RunInstances {
        image_id: String,
        instance_type: String,
        tags: Vec<(String, String)>,
        client_token: String,
        dry_run: bool,
    },
    WaitUntilRunning {
        instance_ids: Vec<String>,
        at_most_seconds: u64,
    },
    CreateTags {
        resources: Vec<String>,
        tags: Vec<(String, String)>,
    },
    DescribeInstances {
        instance_ids: Vec<String>,
        filters: Filters,
    },
    TerminateInstances {
        instance_ids: Vec<String>,
    },
    InvokeApi {
        url: String,
        signed: bool,
    },
}

#[derive(Serialize, Deserialize)]
struct Images {
    owners: Vec<String>,
    filters: Filters,
}

type Filters = Vec<(String, Vec<String>)>;

/// `operation` as [`parse`] reads it.
#[must_use]
pub fn text(operation: &Operation) -> String {
    match serde_json::to_value(Form::from(operation.clone())) {
        Ok(Value::String(name)) => name,
        Ok(value) => value.to_string(),
        Err(error) => unreachable!("plain data always serialises: {error}"),
    }
}

/// The operation that `text` names.
///
/// # Errors
/// Exit 2 where it names none, or lacks what that operation needs.
pub fn parse(text: &str) -> Result<Operation, ExitError> {
    let value = if text.starts_with('{') {
        serde_json::from_str(text)
    } else {
        Ok(Value::String(text.to_owned()))
    };
    let form: Result<Form, _> = value.and_then(serde_json::from_value);
    form.map(Operation::from)
        .map_err(|error| ExitError::usage(format!("`{text}` is no operation: {error}")))
}

impl From<Operation> for Form {
    fn from(operation: Operation) -> Self {
        match operation {
            Operation::ListBuckets => Self::ListBuckets,
            Operation::ListObjects(input) => Self::ListObjects {
                bucket: input.bucket,
                prefix: input.prefix,
                delimiter: input.delimiter,
                page_size: input.page_size,
                every_page: input.pages == Pages::All,
            },
            Operation::PresignGet(input) => Self::PresignGet {
                bucket: input.bucket,
                key: input.key,
                expires_in_seconds: input.expires.as_secs(),
            },
            Operation::DescribeImages(input) => Self::DescribeImages(input.into()),
            Operation::LatestImage(input) => Self::LatestImage(input.into()),
            Operation::RunInstances(input) => Self::RunInstances {
                image_id: input.image_id,
                instance_type: input.instance_type,
                tags: pairs(input.tags),
                client_token: input.client_token,
                dry_run: input.dry_run == DryRun::Yes,
            },
            Operation::WaitUntilRunning(input) => Self::WaitUntilRunning {
                instance_ids: input.instance_ids,
                at_most_seconds: input.at_most.as_secs(),
            },
            Operation::CreateTags(input) => {
                Self::CreateTags { resources: input.resources, tags: pairs(input.tags) }
            }
            Operation::DescribeInstances(input) => Self::DescribeInstances {
                instance_ids: input.instance_ids,
                filters: named(input.filters),
            },
            Operation::TerminateInstances(input) => {
                Self::TerminateInstances { instance_ids: input.instance_ids }
            }
            Operation::InvokeApi(input) => {
                Self::InvokeApi { url: input.url, signed: input.signing == Signing::Signed }
            }
        }
    }
}

impl From<Form> for Operation {
    fn from(form: Form) -> Self {
        match form {
            Form::ListBuckets => Self::ListBuckets,
            Form::ListObjects { bucket, prefix, delimiter, page_size, every_page } => {
                let pages = if every_page { Pages::All } else { Pages::First };
                Self::ListObjects(ListObjects { bucket, prefix, delimiter, page_size, pages })
            }
            Form::PresignGet { bucket, key, expires_in_seconds } => {
                let expires = Duration::from_secs(expires_in_seconds);
                Self::PresignGet(PresignGet { bucket, key, expires })
            }
            Form::DescribeImages(images) => Self::DescribeImages(images.into()),
            Form::LatestImage(images) => Self::LatestImage(images.into()),
            Form::RunInstances { image_id, instance_type, tags, client_token, dry_run } => {
                Self::RunInstances(RunInstances {
                    image_id,
                    instance_type,
                    tags: self::tags(tags),
                    client_token,
                    dry_run: if dry_run { DryRun::Yes } else { DryRun::No },
                })
            }
            Form::WaitUntilRunning { instance_ids, at_most_seconds } => {
                let at_most = Duration::from_secs(at_most_seconds);
                Self::WaitUntilRunning(WaitUntilRunning { instance_ids, at_most })
            }
            Form::CreateTags { resources, tags } => {
                Self::CreateTags(CreateTags { resources, tags: self::tags(tags) })
            }
            Form::DescribeInstances { instance_ids, filters } => {
                let filters = self::filters(filters);
                Self::DescribeInstances(DescribeInstances { instance_ids, filters })
            }
            Form::TerminateInstances { instance_ids } => {
                Self::TerminateInstances(TerminateInstances { instance_ids })
            }
            Form::InvokeApi { url, signed } => {
                let signing = if signed { Signing::Signed } else { Signing::Unsigned };
                Self::InvokeApi(InvokeApi { url, signing })
            }
        }
    }
}

impl From<DescribeImages> for Images {
    fn from(input: DescribeImages) -> Self {
        Self { owners: input.owners, filters: named(input.filters) }
    }
}

impl From<Images> for DescribeImages {
    fn from(images: Images) -> Self {
        Self { owners: images.owners, filters: filters(images.filters) }
    }
}

fn pairs(tags: Vec<Tag>) -> Vec<(String, String)> {
    tags.into_iter().map(|tag| (tag.key, tag.value)).collect()
}

fn tags(pairs: Vec<(String, String)>) -> Vec<Tag> {
    pairs.into_iter().map(|(key, value)| Tag { key, value }).collect()
}

fn named(filters: Vec<Filter>) -> Filters {
    filters.into_iter().map(|filter| (filter.name, filter.values)).collect()
}

fn filters(named: Filters) -> Vec<Filter> {
    named.into_iter().map(|(name, values)| Filter { name, values }).collect()
}

#[cfg(test)]
mod tests {
    use contract::{
        CreateTags, DescribeImages, DryRun, Filter, ListObjects, Operation, Pages, RunInstances,
        Tag,
    };

    use super::{parse, text};

    #[test]
    fn what_is_written_is_read_again() {
        let tag = Tag { key: "a".into(), value: "b c".into() };
        let filters = vec![Filter { name: "name".into(), values: vec!["al2023-*".into()] }];
        for operation in [
            Operation::ListBuckets,
            Operation::ListObjects(ListObjects {
                bucket: "photos".into(),
                prefix: Some("ü/".into()),
                delimiter: None,
                page_size: Some(7),
                pages: Pages::All,
            }),
            Operation::LatestImage(DescribeImages { owners: vec!["amazon".into()], filters }),
            Operation::RunInstances(RunInstances {
                image_id: "ami-1".into(),
                instance_type: "t3.micro".into(),
                tags: vec![tag.clone()],
                client_token: "token".into(),
                dry_run: DryRun::Yes,
            }),
            Operation::CreateTags(CreateTags { resources: vec!["i-1".into()], tags: vec![tag] }),
        ] {
            assert_eq!(parse(&text(&operation)).unwrap(), operation);
        }
        assert_eq!(text(&Operation::ListBuckets), "list-buckets");
    }

    #[test]
    fn what_is_no_operation_is_named() {
        let stop = parse("list-everything").unwrap_err();
        assert!(stop.message.contains("list-everything"), "{}", stop.message);
        assert!(parse("list-objects").is_err(), "it needs a bucket");
    }
}
