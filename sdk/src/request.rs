//! The operations, as the SDK's guide writes them: a fluent builder and `send`, or the SDK's paginator or
//! waiter. Behind `send` is what `raw` does in encode, sigv4, send, retry and parse.

use aws_sdk_ec2::{
    client::Waiters,
    error::ProvideErrorMetadata,
    types::{Filter, InstanceType, ResourceType, Tag, TagSpecification},
};
use aws_sdk_s3::presigning::PresigningConfig;
use contract::{
    Answer, CallLimits, CreateTags, DescribeImages, DescribeInstances, DryRun, Failure, Image,
    Instance, ListObjects, ObjectListing, Pages, PresignGet, PresignedUrl, RunInstances, Stage,
    TerminateInstances, WaitPace, WaitUntilRunning, newest_image,
};

use crate::{error, parse};

/// Counts the pages of a listing up to a limit. The SDK's paginators have none: they end only without a
/// token, or when the same token comes twice in a row. The size of a page cannot be limited from here.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PageLimit {
    limit: u32,
    read: u32,
}

impl PageLimit {
    pub(crate) fn new(limits: CallLimits) -> Self {
        Self { limit: limits.pages, read: 0 }
    }

    /// Counts a page whose token for the next page is `next`.
    fn count(&mut self, next: Option<&str>) -> Result<(), Failure> {
        self.read = self.read.saturating_add(1);
        if self.read < self.limit || next.is_none_or(str::is_empty) {
            return Ok(());
        }
        let text = format!("the service has more after {} pages; the call was given up", self.read);
        Err(Failure::new(Stage::Response, text))
    }
}

pub(crate) async fn list_buckets(
    s3: &aws_sdk_s3::Client,
    mut limit: PageLimit,
) -> Result<Answer, Failure> {
    let mut buckets = Vec::new();
    let mut pages = s3.list_buckets().into_paginator().send();
    while let Some(page) = pages.next().await {
        let page = page.map_err(error::from_sdk)?;
        for bucket in page.buckets() {
            buckets.push(parse::bucket(bucket)?);
        }
        limit.count(page.continuation_token())?;
    }
    Ok(Answer::Buckets(buckets))
}

pub(crate) async fn list_objects(
    s3: &aws_sdk_s3::Client,
    input: &ListObjects,
    mut limit: PageLimit,
) -> Result<Answer, Failure> {
    let request = s3
        .list_objects_v2()
        .bucket(&input.bucket)
        .set_prefix(input.prefix.clone())
        .set_delimiter(input.delimiter.clone())
        // The SDK's type is `i32`. S3 returns at most 1,000 keys per page.
        .set_max_keys(input.page_size.map(|size| i32::try_from(size).unwrap_or(i32::MAX)));
    let mut listing =
        ObjectListing { objects: Vec::new(), common_prefixes: Vec::new(), truncated: false };
    match input.pages {
        Pages::First => {
            let page = request.send().await.map_err(error::from_sdk)?;
            parse::add_page(&mut listing, &page)?;
        }
        Pages::All => {
            let mut pages = request.into_paginator().send();
            while let Some(page) = pages.next().await {
                let page = page.map_err(error::from_sdk)?;
                parse::add_page(&mut listing, &page)?;
                limit.count(page.next_continuation_token())?;
            }
        }
    }
    Ok(Answer::Objects(listing))
}

pub(crate) async fn presign_get(
    s3: &aws_sdk_s3::Client,
    input: &PresignGet,
) -> Result<Answer, Failure> {
    let expires = PresigningConfig::expires_in(input.expires)
        .map_err(|error| error::from_error(Stage::Build, &error))?;
    let presigned = s3
        .get_object()
        .bucket(&input.bucket)
        .key(&input.key)
        .presigned(expires)
        .await
        .map_err(error::from_sdk)?;
    Ok(Answer::Presigned(PresignedUrl { url: presigned.uri().to_owned() }))
}

pub(crate) async fn describe_images(
    ec2: &aws_sdk_ec2::Client,
    input: &DescribeImages,
    limit: PageLimit,
) -> Result<Answer, Failure> {
    images(ec2, input, limit).await.map(Answer::Images)
}

pub(crate) async fn latest_image(
    ec2: &aws_sdk_ec2::Client,
    input: &DescribeImages,
    limit: PageLimit,
) -> Result<Answer, Failure> {
    images(ec2, input, limit).await.map(newest_image).map(Answer::LatestImage)
}

async fn images(
    ec2: &aws_sdk_ec2::Client,
    input: &DescribeImages,
    mut limit: PageLimit,
) -> Result<Vec<Image>, Failure> {
    let mut pages = ec2
        .describe_images()
        .set_owners(some_unless_empty(&input.owners))
        .set_filters(filters(&input.filters))
        .into_paginator()
        .send();
    let mut found = Vec::new();
    while let Some(page) = pages.next().await {
        let page = page.map_err(error::from_sdk)?;
        for image in page.images() {
            found.push(parse::image(image)?);
        }
        limit.count(page.next_token())?;
    }
    Ok(found)
}

pub(crate) async fn run_instances(
    ec2: &aws_sdk_ec2::Client,
    input: &RunInstances,
) -> Result<Answer, Failure> {
    let tags = TagSpecification::builder()
        .resource_type(ResourceType::Instance)
        .set_tags(Some(tags(&input.tags)))
        .build();
    let sent = ec2
        .run_instances()
        .image_id(&input.image_id)
        .instance_type(InstanceType::from(input.instance_type.as_str()))
        .min_count(1)
        .max_count(1)
        .tag_specifications(tags)
        .client_token(&input.client_token)
        // `None` instead of `false`, so that the parameter is not sent.
        .set_dry_run((input.dry_run == DryRun::Yes).then_some(true))
        .send()
        .await;
    match sent {
        Ok(launched) => {
            let instances = parse::instances(launched.instances())?;
            match input.dry_run {
                DryRun::No => Ok(Answer::Instances(instances)),
                // EC2 answers a dry run that would succeed with an error, so this one has launched.
                DryRun::Yes => Err(dry_run_launched(instances)),
            }
        }
        Err(error) if input.dry_run == DryRun::Yes && error.code() == Some("DryRunOperation") => {
            Ok(Answer::WouldSucceed)
        }
        Err(error) => Err(error::from_sdk(error)),
    }
}

/// A server that ignores the parameter `DryRun` has launched the instances.
fn dry_run_launched(instances: Vec<Instance>) -> Failure {
    let ids: Vec<_> = instances.into_iter().map(|instance| instance.id).collect();
    Failure {
        details: ids.iter().map(|id| ("InstanceId".to_owned(), id.clone())).collect(),
        advice: Some(
            "Terminate these instances, because they cost money. The endpoint ignores DryRun"
                .to_owned(),
        ),
        ..Failure::new(
            Stage::Response,
            format!("the endpoint carried out a dry run, and launched {}", ids.join(", ")),
        )
    }
}

pub(crate) async fn wait_until_running(
    ec2: &aws_sdk_ec2::Client,
    input: &WaitUntilRunning,
    pace: WaitPace,
) -> Result<Answer, Failure> {
    let waited = ec2
        .wait_until_instance_running()
        .set_instance_ids(Some(input.instance_ids.clone()))
        .wait(input.at_most);
    // The waiter measures `at_most` in real time, so it is scaled here as the sleeps are.
    let last_poll = tokio::time::timeout(pace.scale(input.at_most), waited)
        .await
        .map_err(|elapsed| error::from_error(Stage::Wait, &elapsed))?
        .map_err(error::from_waiter)?;
    let described = last_poll.as_result().map_err(|error| error::from_error(Stage::Wait, error))?;
    Ok(Answer::Instances(parse::reserved(described)?))
}

pub(crate) async fn create_tags(
    ec2: &aws_sdk_ec2::Client,
    input: &CreateTags,
) -> Result<Answer, Failure> {
    ec2.create_tags()
        .set_resources(Some(input.resources.clone()))
        .set_tags(Some(tags(&input.tags)))
        .send()
        .await
        .map(|_| Answer::Tagged)
        .map_err(error::from_sdk)
}

pub(crate) async fn describe_instances(
    ec2: &aws_sdk_ec2::Client,
    input: &DescribeInstances,
    mut limit: PageLimit,
) -> Result<Answer, Failure> {
    let mut pages = ec2
        .describe_instances()
        .set_instance_ids(some_unless_empty(&input.instance_ids))
        .set_filters(filters(&input.filters))
        .into_paginator()
        .send();
    let mut instances = Vec::new();
    while let Some(page) = pages.next().await {
        let page = page.map_err(error::from_sdk)?;
        instances.extend(parse::reserved(&page)?);
        limit.count(page.next_token())?;
    }
    Ok(Answer::Instances(instances))
}

pub(crate) async fn terminate_instances(
    ec2: &aws_sdk_ec2::Client,
    input: &TerminateInstances,
) -> Result<Answer, Failure> {
    let ended = ec2
        .terminate_instances()
        .set_instance_ids(Some(input.instance_ids.clone()))
        .send()
        .await
        .map_err(error::from_sdk)?;
    ended
        .terminating_instances()
        .iter()
        .map(parse::state_change)
        .collect::<Result<_, _>>()
        .map(Answer::StateChanges)
}

fn filters(filters: &[contract::Filter]) -> Option<Vec<Filter>> {
    let filters: Vec<_> = filters
        .iter()
        .map(|filter| {
            Filter::builder().name(&filter.name).set_values(Some(filter.values.clone())).build()
        })
        .collect();
    (!filters.is_empty()).then_some(filters)
}

fn tags(tags: &[contract::Tag]) -> Vec<Tag> {
    tags.iter().map(|tag| Tag::builder().key(&tag.key).value(&tag.value).build()).collect()
}

fn some_unless_empty(values: &[String]) -> Option<Vec<String>> {
    (!values.is_empty()).then(|| values.to_vec())
}
