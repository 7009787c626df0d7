//! Runs every scenario with raw.

use std::error::Error;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let (target, credentials) = programs::target_from_env()?;
    let client = raw::Client::new(target, credentials)?;
    programs::play_all(&client).await
}
