//! The documents to parse, as the embedded endpoint writes them. Its catalogue of images is too short, so
//! images are repeated under new ids.

use contract::{Answer, CreateTags, DescribeImages, Image, ListObjects, Operation, Pages, Tag};
use tokio::runtime::Builder;

use crate::{
    error::ExitError,
    run::Sides,
    session::{Session, TargetName, TargetOptions},
};

/// An operation and the body of its answer.
pub(super) struct Written {
    pub(super) operation: Operation,
    /// The number of images or keys.
    pub(super) entries: usize,
    pub(super) body: Vec<u8>,
}

/// The first and last line of an image. No other lines have this indentation.
const ITEM: &str = "        <item>\n";
const ITEM_END: &str = "        </item>\n";

/// One image in this many has tags.
const TAGGED_ONE_IN: usize = 10;

/// The documents, the shortest first.
pub(super) fn written() -> Result<[Written; 3], ExitError> {
    let runtime = Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| ExitError::unavailable(format!("no runtime can be started: {error}")))?;
    runtime.block_on(write())
}

async fn write() -> Result<[Written; 3], ExitError> {
    let options = TargetOptions { target: Some(TargetName::Sandbox), ..TargetOptions::default() };
    let session = Session::resolve(&options).await?;
    let sdk = Sides::new(&session)?.sdk;
    let keys = keys(&sdk).await?;
    let catalogue = catalogue(&sdk).await?;
    Ok([keys, images(&catalogue, 1_300)?, images(&catalogue, 10_000)?])
}

/// A full page of keys, without percent-encoding: raw asks S3 to encode keys, but the SDK does not, and would
/// return them encoded.
async fn keys(sdk: &sdk::Client) -> Result<Written, ExitError> {
    let (buckets, _) = answered(sdk, &Operation::ListBuckets).await?;
    let Answer::Buckets(buckets) = buckets else { return Err(unexpected("ListBuckets")) };
    let bucket = buckets.into_iter().next().ok_or_else(|| unexpected("ListBuckets"))?.name;
    let operation = Operation::ListObjects(ListObjects {
        bucket,
        prefix: None,
        delimiter: None,
        page_size: None,
        pages: Pages::First,
    });
    let (answer, body) = answered(sdk, &operation).await?;
    let Answer::Objects(listing) = answer else { return Err(unexpected("ListObjects")) };
    Ok(Written { operation, entries: listing.objects.len(), body })
}

/// The document of all images, some of them with tags.
async fn catalogue(sdk: &sdk::Client) -> Result<String, ExitError> {
    let (answer, _) = answered(sdk, &every_image()).await?;
    let Answer::Images(images) = answer else { return Err(unexpected("DescribeImages")) };
    let tag = |key: &str, value: &str| Tag { key: key.to_owned(), value: value.to_owned() };
    let tags = Operation::CreateTags(CreateTags {
        resources: images
            .iter()
            .step_by(TAGGED_ONE_IN)
            .map(|Image { id, .. }| id.clone())
            .collect(),
        tags: vec![tag("Name", "R&D's \"golden\" image"), tag("stage", "<none>")],
    });
    answered(sdk, &tags).await?;
    let (_, body) = answered(sdk, &every_image()).await?;
    String::from_utf8(body).map_err(|_| unexpected("DescribeImages"))
}

fn every_image() -> Operation {
    Operation::DescribeImages(DescribeImages { owners: Vec::new(), filters: Vec::new() })
}

/// A document of `count` images: those of `catalogue`, repeated.
fn images(catalogue: &str, count: usize) -> Result<Written, ExitError> {
    let broken = || unexpected("DescribeImages");
    let (before, rest) = catalogue.split_once(ITEM).ok_or_else(broken)?;
    let (items, after) = rest.rsplit_once(ITEM_END).ok_or_else(broken)?;
    let items: Vec<_> = items.split(&format!("{ITEM_END}{ITEM}")).collect();
    let mut text = before.to_owned();
    for number in 0..count {
        let (repetition, item) = (number / items.len(), items[number % items.len()]);
        let item = item
            .replace("ami-0", &format!("ami-{repetition:x}"))
            .replace("snap-0", &format!("snap-{repetition:x}"));
        text.extend([ITEM, &item, ITEM_END]);
    }
    text.push_str(after);
    Ok(Written { operation: every_image(), entries: count, body: text.into_bytes() })
}

/// The answer and its body.
async fn answered(
    sdk: &sdk::Client,
    operation: &Operation,
) -> Result<(Answer, Vec<u8>), ExitError> {
    let (reply, exchanges) = sdk.call_observed(operation).await;
    let name = operation.name();
    let answer = reply.result.map_err(|failure| {
        ExitError::unavailable(format!(
            "there is nothing to parse, because {name} failed: {}",
            failure.context
        ))
    })?;
    let response = exchanges.into_iter().find_map(|exchange| exchange.response);
    Ok((answer, response.ok_or_else(|| unexpected(name))?.body))
}

fn unexpected(operation: &str) -> ExitError {
    ExitError::unavailable(format!(
        "the embedded endpoint gave an unexpected answer to {operation}"
    ))
}
