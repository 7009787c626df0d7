//! Routes of an API Gateway: any URL, called with GET.

use contract::{InvokeApi, Target};
use http::Method;

use super::{BuildError, Request};
use crate::endpoint::{self, Origin, Service};

/// A GET of the route's URL as a URL parser reads it: dot segments are resolved, and characters that a
/// URL cannot have are percent-encoded. Nothing is lost: for this service the resolved path is signed
/// anyway. A fragment is not sent.
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
