//! Makes one call with raw: prints the names of the buckets.

use std::error::Error;

use contract::{Answer, Client as _, Operation};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let (target, credentials) = programs::target_from_env()?;
    let client = raw::Client::new(target, credentials)?;
    match client.call(&Operation::ListBuckets).await.result {
        Ok(Answer::Buckets(buckets)) => {
            for bucket in buckets {
                println!("{}", bucket.name);
            }
            Ok(())
        }
        Ok(other) => Err(format!("{other:?} is not a list of buckets").into()),
        Err(failure) => Err(failure.display.into()),
    }
}
