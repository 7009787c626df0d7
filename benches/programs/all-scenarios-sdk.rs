//! Runs every scenario with the SDK.

use std::error::Error;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let (target, credentials) = programs::target_from_env()?;
    let client = sdk::Client::new(target, credentials).map_err(|failure| failure.display)?;
    programs::play_all(&client).await
}
