use std::{env, error::Error, time::Duration};

use contract::{
    Answer, Client, CreateTags, DescribeImages, DescribeInstances, DryRun, Filter, InvokeApi,
    ListObjects, Operation, Pages, PresignGet, RunInstances, Signing, Tag, TerminateInstances,
    WaitUntilRunning,
};

/// Runs the scenarios of `compare run` with `client`, in the same order. The environment variable `API_URL`
/// names the route. Launches an instance and terminates it.
///
/// # Errors
/// If a call does not give the expected result, or nothing that later calls need.
pub async fn play_all(client: &impl Client) -> Result<(), Box<dyn Error>> {
    let Answer::Buckets(buckets) = call(client, Operation::ListBuckets).await? else {
        return Err("not a list of buckets".into());
    };
    let bucket = buckets.into_iter().next().ok_or("no bucket")?.name;
    let page = |pages, page_size| {
        let (bucket, prefix, delimiter) = (bucket.clone(), None, None);
        Operation::ListObjects(ListObjects { bucket, prefix, delimiter, page_size, pages })
    };
    let Answer::Objects(listing) = call(client, page(Pages::First, None)).await? else {
        return Err("not a list of objects".into());
    };
    call(client, page(Pages::All, Some(1000))).await?;
    let key = listing.objects.into_iter().next().ok_or("no object")?.key;
    let expires = Duration::from_mins(5);
    call(client, Operation::PresignGet(PresignGet { bucket, key, expires })).await?;

    let filter = |name: &str, value: &str| Filter { name: name.into(), values: vec![value.into()] };
    let images = DescribeImages {
        owners: vec!["amazon".into()],
        filters: vec![filter("name", "al2023-ami-2023.*-x86_64"), filter("state", "available")],
    };
    call(client, Operation::DescribeImages(images.clone())).await?;
    let Answer::LatestImage(Some(image)) = call(client, Operation::LatestImage(images)).await?
    else {
        return Err("no image".into());
    };
    let launch = |dry_run| {
        Operation::RunInstances(RunInstances {
            image_id: image.id.clone(),
            instance_type: "t3.micro".into(),
            tags: Vec::new(),
            client_token: format!("{}-{dry_run:?}", std::process::id()),
            dry_run,
        })
    };
    call(client, launch(DryRun::Yes)).await?;
    let Answer::Instances(launched) = call(client, launch(DryRun::No)).await? else {
        return Err("nothing launched".into());
    };
    let instance_ids: Vec<_> = launched.into_iter().map(|instance| instance.id).collect();
    let used = use_instances(client, &instance_ids).await;
    // Terminated even if one of the calls failed.
    call(client, Operation::TerminateInstances(TerminateInstances { instance_ids })).await?;
    used?;

    let url = env::var("API_URL")?;
    let invoke = |signing| Operation::InvokeApi(InvokeApi { url: url.clone(), signing });
    call(client, invoke(Signing::Signed)).await?;
    match client.call(&invoke(Signing::Unsigned)).await.result {
        Err(failure) if failure.is_refusal() => Ok(()),
        _ => Err("the route accepted an unsigned request".into()),
    }
}

async fn use_instances(client: &impl Client, ids: &[String]) -> Result<(), Box<dyn Error>> {
    let instance_ids = ids.to_vec();
    let at_most = Duration::from_mins(10);
    let wait = WaitUntilRunning { instance_ids: instance_ids.clone(), at_most };
    call(client, Operation::WaitUntilRunning(wait)).await?;
    let tags = vec![Tag { key: "stage".into(), value: "test".into() }];
    call(client, Operation::CreateTags(CreateTags { resources: ids.to_vec(), tags })).await?;
    let describe = DescribeInstances { instance_ids, filters: Vec::new() };
    call(client, Operation::DescribeInstances(describe)).await?;
    Ok(())
}

async fn call(client: &impl Client, operation: Operation) -> Result<Answer, Box<dyn Error>> {
    let answer = client.call(&operation).await.result.map_err(|failure| failure.context)?;
    println!("{}: {answer:?}", operation.name());
    Ok(answer)
}
