//! The bytes that are parsed: what the embedded endpoint answers. EC2's catalogue is shorter than what
//! is wanted, so its images come more than once, each time under other ids.

use contract::{Answer, CreateTags, DescribeImages, Image, ListObjects, Operation, Pages, Tag};
use tokio::runtime::Builder;

use crate::{
    error::ExitError,
    run::Sides,
    session::{Session, TargetName, TargetOptions},
};

/// An answer as it came, and to what.
pub(super) struct Written {
    pub(super) operation: Operation,
    /// Images, or keys.
    pub(super) entries: usize,
    pub(super) body: Vec<u8>,
}

/// The lines of an image, which are indented as no others are.
const ITEM: &str = "        <item>\n";
const ITEM_END: &str = "        </item>\n";

/// One image in so many has tags: those of others have none.
const TAGGED_ONE_IN: usize = 10;

/// The shortest first.
pub(super) fn written() -> Result<[Written; 3], ExitError> {
    let runtime = Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| ExitError::unavailable(format!("no runtime can be started: {error}")))?;
    runtime.block_on(write())
}

async fn write() -> Result<[Written; 3], ExitError> {
    let wish = TargetOptions { target: Some(TargetName::Sandbox), ..TargetOptions::default() };
    let place = Session::resolve(&wish).await?;
    let sdk = Sides::new(&place)?.sdk;
    let keys = keys(&sdk).await?;
    let catalogue = catalogue(&sdk).await?;
    Ok([keys, images(&catalogue, 1_300)?, images(&catalogue, 10_000)?])
}

/// A full page, its keys not percent-encoded: raw asks for the encoding, the SDK does not, and would
/// return it to its user undone.
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

/// Every image that there is, some with tags.
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

/// `count` images, which are those of `catalogue` over and over.
fn images(catalogue: &str, count: usize) -> Result<Written, ExitError> {
    let broken = || unexpected("DescribeImages");
    let (before, rest) = catalogue.split_once(ITEM).ok_or_else(broken)?;
    let (items, after) = rest.rsplit_once(ITEM_END).ok_or_else(broken)?;
    let items: Vec<_> = items.split(&format!("{ITEM_END}{ITEM}")).collect();
    let mut text = before.to_owned();
    for number in 0..count {
        let (time_round, item) = (number / items.len(), items[number % items.len()]);
        let item = item
            .replace("ami-0", &format!("ami-{time_round:x}"))
            .replace("snap-0", &format!("snap-{time_round:x}"));
        text.extend([ITEM, &item, ITEM_END]);
    }
    text.push_str(after);
    Ok(Written { operation: every_image(), entries: count, body: text.into_bytes() })
}

/// The answer, and its bytes.
async fn answered(
    sdk: &sdk::Client,
    operation: &Operation,
) -> Result<(Answer, Vec<u8>), ExitError> {
    let (reply, exchanges) = sdk.call_observed(operation).await;
    let name = operation.name();
    let answer = reply.result.map_err(|failure| {
        ExitError::unavailable(format!(
            "{name} failed, so there is nothing to parse: {}",
            failure.context
        ))
    })?;
    let response = exchanges.into_iter().find_map(|exchange| exchange.response);
    Ok((answer, response.ok_or_else(|| unexpected(name))?.body))
}

fn unexpected(operation: &str) -> ExitError {
    ExitError::unavailable(format!(
        "the embedded endpoint answered {operation} otherwise than expected"
    ))
}
