//! `call-sdk` with an HTTP client without TLS: the default client reads the system's certificates for any
//! URL.

use std::error::Error;

use aws_config::BehaviorVersion;
use aws_sdk_s3::{Client, error::DisplayErrorContext};
use aws_smithy_http_client::Builder;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let http_client = Builder::new().build_http();
    let config =
        aws_config::defaults(BehaviorVersion::latest()).http_client(http_client).load().await;
    let listed = Client::new(&config).list_buckets().send().await;
    let listed = listed.map_err(|error| DisplayErrorContext(error).to_string())?;
    for bucket in listed.buckets() {
        println!("{}", bucket.name().unwrap_or_default());
    }
    Ok(())
}
