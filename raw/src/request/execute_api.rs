//! Routes of API Gateway: any URL, called with GET.

use contract::{InvokeApi, Target};
use reqwest::Method;

use super::{BuildError, Request};
use crate::endpoint::{self, Origin, Service};

/// The route's URL as URL parsers read it: dot segments are resolved, and what may not stand in a
/// URL is percent-encoded. Nothing is lost by that: for this service the signature is made over the
/// resolved path anyway. A fragment is never sent.
pub(super) fn invoke(target: &Target, input: &InvokeApi) -> Result<Request, BuildError> {
    let url = endpoint::parse_url(&input.url)?;
    let region = input.region().unwrap_or(&target.region);
    Ok(Request {
        method: Method::GET,
        origin: Origin::from_url(&url).into(),
        path: url.path().to_owned(),
        query: url.query().unwrap_or_default().to_owned(),
        headers: Vec::new(),
        body: Vec::new(),
        service: Service::ExecuteApi,
        region: region.to_owned(),
        signing: input.signing,
    })
}
