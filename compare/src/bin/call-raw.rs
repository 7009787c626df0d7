//! One call by hand and no more: prints the names of the buckets. `AWS_ENDPOINT_URL`, `AWS_REGION`,
//! `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY` say where and as whom.

use std::{env, error::Error};

use contract::{
    Addressing, Answer, Client as _, Clock, Credentials, Endpoint, Operation, Target, Timeouts,
    WaitPace,
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let target = Target {
        region: env::var("AWS_REGION")?,
        endpoint: Endpoint::Url(env::var("AWS_ENDPOINT_URL")?),
        addressing: Addressing::Path,
        clock: Clock::System,
        timeouts: Timeouts::default(),
        proxy: None,
        wait_pace: WaitPace::AsOnAws,
    };
    let credentials =
        Credentials::new(env::var("AWS_ACCESS_KEY_ID")?, env::var("AWS_SECRET_ACCESS_KEY")?);
    let client = raw::Client::new(target, credentials)?;
    match client.call(&Operation::ListBuckets).await.result {
        Ok(Answer::Buckets(buckets)) => {
            for bucket in buckets {
                println!("{}", bucket.name);
            }
            Ok(())
        }
        Ok(other) => Err(format!("{other:?} is no list of buckets").into()),
        Err(failure) => Err(failure.display.into()),
    }
}
