//! An operation as text, for the command line of another process: only its name if it has no input, as
//! in `list-buckets`, else JSON.

use contract::Operation;
use serde_json::Value;

use crate::error::ExitError;

/// `operation` as text that [`parse`] reads.
#[must_use]
pub fn text(operation: &Operation) -> String {
    match serde_json::to_value(operation) {
        Ok(Value::String(name)) => name,
        Ok(value) => value.to_string(),
        Err(error) => unreachable!("plain data always serialises: {error}"),
    }
}

/// The operation that `text` describes.
///
/// # Errors
/// Exit 2 if `text` does not name an operation, or lacks an input of it.
pub fn parse(text: &str) -> Result<Operation, ExitError> {
    let value = if text.starts_with('{') {
        serde_json::from_str(text)
    } else {
        Ok(Value::String(text.to_owned()))
    };
    value
        .and_then(serde_json::from_value)
        .map_err(|error| ExitError::usage(format!("`{text}` is not an operation: {error}")))
}

#[cfg(test)]
mod tests {
    use contract::{
        CreateTags, DescribeImages, DryRun, Filter, ListObjects, Operation, Pages, RunInstances,
        Tag,
    };

    use super::{parse, text};

    #[test]
    fn a_written_operation_is_read_back() {
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
    fn an_unknown_operation_is_an_error_with_its_name() {
        let error = parse("list-everything").unwrap_err();
        assert!(error.message.contains("list-everything"), "{error}");
        assert!(parse("list-objects").is_err(), "it needs a bucket");
    }
}
