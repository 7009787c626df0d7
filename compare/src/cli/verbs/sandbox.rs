use std::process::ExitCode;

use measure::{error::ExitError, runtime::several_threads};
use sandbox::{Identity, Options, Sandbox};
use serde_json::{Value, json};

use crate::{
    cli::{self, args::SandboxArgs},
    output::print,
};

pub(in crate::cli) fn run(args: &SandboxArgs) -> Result<ExitCode, ExitError> {
    several_threads()?.block_on(async {
        let interrupt = cli::interrupt()?;
        let options = Options { port: args.port, ..Options::default() };
        let sandbox = Sandbox::start(options).map_err(|error| {
            ExitError::unavailable(format!("the endpoint cannot start: {error}"))
                .help("is the port taken? --port 0 takes any that is free")
        })?;
        print(&format!("{}\n", ready(&sandbox)))?;
        // Being stopped is how it ends, and nothing to report.
        interrupt.or(std::future::pending()).await.or_else(|stop| Ok(cli::exit_code(&stop)))
    })
}

fn ready(sandbox: &Sandbox) -> Value {
    json!({
        "endpoint": sandbox.endpoint(),
        "region": sandbox.region(),
        "identities": sandbox.identities().iter().map(identity).collect::<Vec<_>>(),
        "buckets": sandbox.bucket_names(),
        "api_url": sandbox.api_url(),
    })
}

/// The secrets are shown because this is what they are for: they are made for this run and open
/// nothing else.
fn identity(identity: &Identity) -> Value {
    json!({
        "name": identity.name,
        "access_key_id": identity.access_key_id,
        "secret_access_key": identity.secret_access_key,
        "session_token": identity.session_token,
        "allowed": identity.allowed,
    })
}
