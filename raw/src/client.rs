use std::collections::HashSet;
use std::fmt;

use contract::{
    Answer, Credentials, Failure, ListObjects, Operation, Pages, PresignGet, PresignedUrl, Reply,
    Signing, Target, newest_image,
};

use crate::endpoint::{Origin, Service};
use crate::error::{Circumstances, Error, ErrorKind};
use crate::observe::{self, Exchange};
use crate::parse::{Page, parse};
use crate::redact::Secrets;
use crate::request::Request;
use crate::retry::Retries;
use crate::send::{Sender, assemble};
use crate::sigv4::{self, Buffers, Expires, KeyCache, Params, Rules, Timestamp};
use crate::wait;

/// AWS, called by hand.
pub struct Client {
    target: Target,
    credentials: Credentials,
    secrets: Secrets,
    keys: KeyCache,
    sender: Sender,
    retries: Retries,
}

impl contract::Client for Client {
    fn name(&self) -> &'static str {
        "raw"
    }

    async fn call(&self, operation: &Operation) -> Reply {
        let mut requests = 0;
        let answer = match operation {
            Operation::PresignGet(input) => self.presign(operation, input),
            Operation::WaitUntilRunning(input) => {
                wait::until_running(self, operation, input, &mut requests).await
            }
            _ => self.every_page(operation, &mut requests).await,
        };
        Reply { result: answer.map(Answer::in_order).map_err(Failure::from), requests }
    }
}

impl Client {
    /// A client that calls `target` as whoever `credentials` belong to. It opens no connection yet,
    /// and tries nothing twice.
    ///
    /// # Errors
    /// Where the target's region, endpoint or proxy is none.
    pub fn new(target: Target, credentials: Credentials) -> Result<Self, Error> {
        let secrets = Secrets::of(&credentials);
        let sender = match Origin::of(&target.endpoint, Service::S3, &target.region) {
            Ok(_) => Sender::new(&target).map_err(ErrorKind::Send),
            Err(error) => Err(ErrorKind::Build(error.into())),
        };
        match sender {
            Ok(sender) => {
                let (keys, retries) = (KeyCache::new(), Retries::NONE);
                Ok(Self { target, credentials, secrets, keys, sender, retries })
            }
            Err(kind) => {
                let circumstances = Circumstances {
                    operation: "setting up the client",
                    place: None,
                    region: &target.region,
                    now: target.clock.now(),
                    secrets: &secrets,
                };
                Err(Error::new(kind, &circumstances))
            }
        }
    }

    /// The same client, trying again what may go well the next time.
    #[must_use]
    pub fn with_retries(mut self, retries: Retries) -> Self {
        self.retries = retries;
        self
    }

    /// [`contract::Client::call`], with every attempt that was made for it.
    pub async fn call_observed(&self, operation: &Operation) -> (Reply, Vec<Exchange>) {
        observe::observing(contract::Client::call(self, operation)).await
    }

    pub(crate) fn target(&self) -> &Target {
        &self.target
    }

    /// One exchange with the service: the whole of this crate in four lines.
    async fn attempt(
        &self,
        operation: &Operation,
        page: Option<&str>,
        requests: &mut u32,
    ) -> Result<Page, ErrorKind> {
        let request = Request::new(operation, &self.target, page)?;
        let signed = self.sign(&request)?;
        let response = self.sender.send(signed, requests).await?;
        parse(operation, &response)
    }

    /// Signs anew for every attempt: a signature that is sent again later is refused as too old.
    fn sign(&self, request: &Request) -> Result<reqwest::Request, ErrorKind> {
        if request.signing == Signing::Unsigned {
            return Ok(assemble(request, std::iter::empty())?);
        }
        let params = self.params(request, Rules::of(request.service.as_str()))?;
        let mut buffers = Buffers::default();
        let signed = sigv4::sign(&request.as_signed(), &params, &self.keys, &mut buffers)?;
        observe::signed(|| (&signed).into());
        Ok(assemble(request, signed.headers())?)
    }

    fn presign(&self, operation: &Operation, input: &PresignGet) -> Result<Answer, Error> {
        let presign = || {
            let request = Request::new(operation, &self.target, None)?;
            let params = self.params(&request, Rules::of_presigned(request.service.as_str()))?;
            let expires = Expires::seconds(input.expires.as_secs())?;
            let mut buffers = Buffers::default();
            let request = request.as_signed();
            let signed = sigv4::presign(&request, &params, expires, &self.keys, &mut buffers)?;
            observe::presigned(&signed);
            Ok(Answer::Presigned(PresignedUrl { url: signed.url.as_str().to_owned() }))
        };
        presign().map_err(|kind| self.error(operation, kind))
    }

    fn params<'a>(
        &'a self,
        request: &'a Request,
        rules: Rules,
    ) -> Result<Params<'a>, sigv4::Error> {
        Ok(Params {
            credentials: &self.credentials,
            region: &request.region,
            service: request.service.as_str(),
            time: Timestamp::new(self.target.clock.now())?,
            rules,
        })
    }

    /// Follows continuation tokens as far as the operation wants.
    pub(crate) async fn every_page(
        &self,
        operation: &Operation,
        requests: &mut u32,
    ) -> Result<Answer, Error> {
        let Page { mut answer, mut next } = self.page(operation, None, requests).await?;
        let mut seen = HashSet::new();
        while let Some(token) = next.take_if(|_| wants_every_page(operation)) {
            let page = self.page(operation, Some(&token), requests).await?;
            append(&mut answer, page.answer);
            seen.insert(token);
            next = page.next;
            if let Some(token) = next.take_if(|token| seen.contains(token)) {
                return Err(self.error(operation, ErrorKind::Endless { token }));
            }
        }
        Ok(match (operation, answer) {
            (Operation::LatestImage(_), Answer::Images(images)) => {
                Answer::LatestImage(newest_image(images))
            }
            (_, answer) => answer,
        })
    }

    async fn page(
        &self,
        operation: &Operation,
        page: Option<&str>,
        requests: &mut u32,
    ) -> Result<Page, Error> {
        let mut attempts = 0;
        loop {
            let kind = match self.attempt(operation, page, requests).await {
                Ok(page) => return Ok(page),
                Err(kind) => kind,
            };
            attempts += 1;
            match self.retries.pause_after(attempts, operation, &kind) {
                Some(pause) => tokio::time::sleep(pause).await,
                None => return Err(self.error(operation, kind)),
            }
        }
    }

    /// What went wrong in `operation`, with all that is known here beside.
    pub(crate) fn error(&self, operation: &Operation, kind: ErrorKind) -> Error {
        // Made once more for its URL; an error may cost that.
        let request = Request::new(operation, &self.target, None).ok();
        let circumstances = Circumstances {
            operation: operation.name(),
            place: request.as_ref().map(Request::place),
            region: request.as_ref().map_or(&self.target.region, |request| &request.region),
            now: self.target.clock.now(),
            secrets: &self.secrets,
        };
        Error::new(kind, &circumstances)
    }
}

/// Neither the secrets nor the proxy, whose URL may hold a password.
impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("region", &self.target.region)
            .field("endpoint", &self.target.endpoint)
            .field("access_key_id", &self.credentials.access_key_id.as_str())
            .finish_non_exhaustive()
    }
}

fn wants_every_page(operation: &Operation) -> bool {
    !matches!(operation, Operation::ListObjects(ListObjects { pages: Pages::First, .. }))
}

/// Puts a later page behind those before it. Only listings have later pages.
fn append(answer: &mut Answer, page: Answer) {
    match (answer, page) {
        (Answer::Buckets(buckets), Answer::Buckets(more)) => buckets.extend(more),
        (Answer::Images(images), Answer::Images(more)) => images.extend(more),
        (Answer::Instances(instances), Answer::Instances(more)) => instances.extend(more),
        (Answer::Objects(listing), Answer::Objects(more)) => {
            listing.objects.extend(more.objects);
            listing.common_prefixes.extend(more.common_prefixes);
            listing.truncated = more.truncated;
        }
        (answer, page) => unreachable!("a page of {page:?} after one of {answer:?}"),
    }
}
