//! Makes one call with the SDK, written as its guide recommends: prints the names of the buckets. The SDK
//! reads endpoint, region and credentials from the environment.

use std::error::Error;

use aws_config::BehaviorVersion;
use aws_sdk_s3::{Client, error::DisplayErrorContext};
use aws_smithy_http_client::{
    Builder,
    tls::{Provider, rustls_provider::CryptoMode},
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let tls = Provider::Rustls(CryptoMode::Ring);
    let http_client = Builder::new().tls_provider(tls).build_https();
    let config =
        aws_config::defaults(BehaviorVersion::latest()).http_client(http_client).load().await;
    let listed = Client::new(&config).list_buckets().send().await;
    let listed = listed.map_err(|error| DisplayErrorContext(error).to_string())?;
    for bucket in listed.buckets() {
        println!("{}", bucket.name().unwrap_or_default());
    }
    Ok(())
}
