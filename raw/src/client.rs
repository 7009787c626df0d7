use std::collections::HashSet;
use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use contract::{
    Answer, Credentials, Failure, ListObjects, Operation, Pages, Phase, PresignGet, PresignedUrl,
    Reply, Signing, Target, Timeline, WaitUntilRunning, newest_image,
};

use crate::endpoint::Origins;
use crate::error::Error;
use crate::error_kind::{ErrorContext, ErrorKind};
use crate::observe::{self, Observation, Steps};
use crate::parse::{self, Page, parse};
use crate::request::Request;
use crate::response::Response;
use crate::retry::Retries;
use crate::send::{Sender, assemble};
use crate::sigv4::{self, Buffers, Expires, KeyCache, Params, Presigned, Rules, Signed, Timestamp};
use crate::usage::Usage;
use crate::wait::{Wait, WaitError};

/// Bytes of a continuation token that an error shows at most.
const MAX_SHOWN_TOKEN: usize = 200;

/// Calls AWS without an SDK.
pub struct Client {
    target: Target,
    credentials: Credentials,
    origins: Origins,
    keys: KeyCache,
    /// Reused for each signature, so that signing allocates nothing.
    buffers: Mutex<Buffers>,
    sender: Sender,
    retries: Retries,
}

impl contract::Client for Client {
    fn name(&self) -> &'static str {
        "raw"
    }

    async fn call(&self, operation: &Operation) -> Reply {
        let mut usage = Usage::new(self.target.limits);
        let answer = tokio::time::timeout(self.target.limits.time, async {
            match operation {
                Operation::PresignGet(input) => self.presign(operation, input),
                Operation::WaitUntilRunning(input) => {
                    self.wait_until_running(operation, input, &mut usage).await
                }
                Operation::ListBuckets
                | Operation::ListObjects(_)
                | Operation::DescribeImages(_)
                | Operation::LatestImage(_)
                | Operation::RunInstances(_)
                | Operation::CreateTags(_)
                | Operation::DescribeInstances(_)
                | Operation::TerminateInstances(_)
                | Operation::InvokeApi(_) => self.every_page(operation, &mut usage).await,
            }
        });
        let answer = match answer.await {
            Ok(answer) => answer,
            Err(_elapsed) => Err(self.error(operation, usage.out_of_time().into())),
        };
        let result = answer.map(Answer::sorted).map_err(Failure::from);
        Reply { result, requests: usage.requests }
    }
}

impl Client {
    /// A client that calls `target` with `credentials`. It opens no connection yet, and does not retry.
    ///
    /// # Errors
    /// If the target's region, endpoint or proxy is invalid.
    pub fn new(target: Target, credentials: Credentials) -> Result<Self, Error> {
        let origins = Origins::of(&target).map_err(|error| ErrorKind::Build(error.into()));
        let parts = origins
            .and_then(|origins| Ok((origins, Sender::new(&target).map_err(ErrorKind::Send)?)));
        match parts {
            Ok((origins, sender)) => {
                let (keys, buffers) = (KeyCache::new(), Mutex::default());
                let retries = Retries::NONE;
                Ok(Self { target, credentials, origins, keys, buffers, sender, retries })
            }
            Err(kind) => {
                let context = ErrorContext {
                    operation: "setting up the client",
                    url: None,
                    region: &target.region,
                    credentials: &credentials,
                    signed_at: target.clock.now(),
                    signed: None,
                };
                Err(Error::new(kind, &context))
            }
        }
    }

    /// The same client with retries.
    #[must_use]
    pub fn with_retries(mut self, retries: Retries) -> Self {
        self.retries = retries;
        self
    }

    /// [`contract::Client::call`], with a record of its attempts and of the functions that ran.
    pub async fn call_observed(&self, operation: &Operation) -> (Reply, Observation) {
        observe::observing(contract::Client::call(self, operation)).await
    }

    /// [`contract::Client::call`], with the time of each of its phases.
    pub async fn call_timed(&self, operation: &Operation) -> (Reply, Timeline) {
        observe::timing(contract::Client::call(self, operation)).await
    }

    /// Sends a request that was signed elsewhere and returns the response.
    ///
    /// # Errors
    /// If no complete response came, or it is an error. [`Error::new`] adds what the caller knows of
    /// the request.
    pub async fn exchange(&self, request: reqwest::Request) -> Result<Response, ErrorKind> {
        let mut usage = Usage::new(self.target.limits);
        Ok(parse::accepted(self.sender.send(request, &mut usage).await?)?)
    }

    /// Reads every page of the operation's answer, or the first one if only that is wanted.
    async fn every_page(&self, operation: &Operation, usage: &mut Usage) -> Result<Answer, Error> {
        let Page { mut answer, mut next } = self.page(operation, None, usage).await?;
        let mut seen = HashSet::new();
        while let Some(token) = next.take_if(|_| wants_every_page(operation)) {
            let page = self.page(operation, Some(&token), usage).await?;
            append(&mut answer, page.answer);
            seen.insert(token);
            next = page.next;
            if let Some(mut token) = next.take_if(|token| seen.contains(token)) {
                token.truncate(token.floor_char_boundary(MAX_SHOWN_TOKEN));
                return Err(self.error(operation, ErrorKind::RepeatedToken { token }));
            }
        }
        Ok(match (operation, answer) {
            (Operation::LatestImage(_), Answer::Images(images)) => {
                Answer::LatestImage(newest_image(images))
            }
            (_, answer) => answer,
        })
    }

    /// Reads one page, with as many attempts as the retries allow.
    async fn page(
        &self,
        operation: &Operation,
        token: Option<&str>,
        usage: &mut Usage,
    ) -> Result<Page, Error> {
        usage.count_page().map_err(|limit| self.error(operation, limit.into()))?;
        let mut attempts = 0;
        loop {
            let now = self.target.clock.now();
            let kind = match self.attempt(operation, token, now, usage).await {
                Ok(page) => return Ok(page),
                Err(kind) => kind,
            };
            attempts += 1;
            match self.retries.pause_after(attempts, operation, &kind) {
                Some(pause) => tokio::time::sleep(pause).await,
                None => return Err(self.error_of_attempt(operation, token, now, kind)),
            }
        }
    }

    /// One attempt: the four steps of this crate.
    async fn attempt(
        &self,
        operation: &Operation,
        token: Option<&str>,
        now: SystemTime,
        usage: &mut Usage,
    ) -> Result<Page, ErrorKind> {
        let _here = observe::enter(|| ());
        let request = Request::at(operation, &self.target, &self.origins, token)?;
        let signed = self.sign(&request, now)?;
        let response = self.sender.send(signed, usage).await?;
        Ok(parse(operation, &response)?)
    }

    /// Signs `request`. Every attempt is signed, because a signature that is sent late is refused.
    fn sign(&self, request: &Request, now: SystemTime) -> Result<reqwest::Request, ErrorKind> {
        let _here = observe::enter(|| ());
        observe::begin(Phase::Sign);
        if request.signing == Signing::Unsigned {
            return Ok(assemble(request, std::iter::empty())?);
        }
        let params = self.params(request, Rules::of(request.service.as_str()), now)?;
        // Not held across an await. The signer clears what a panic in another call may have left.
        let mut buffers = self.buffers.lock().unwrap_or_else(PoisonError::into_inner);
        let signed = sigv4::sign(&request.as_signed(), &params, &self.keys, &mut buffers)?;
        observe::signed(|| (&signed).into());
        Ok(assemble(request, signed.headers())?)
    }

    fn presign(&self, operation: &Operation, input: &PresignGet) -> Result<Answer, Error> {
        let _here = observe::enter(|| ());
        let now = self.target.clock.now();
        let presign = || {
            let request = Request::at(operation, &self.target, &self.origins, None)?;
            let rules = Rules::of_presigned(request.service.as_str());
            let params = self.params(&request, rules, now)?;
            let expires = Expires::seconds(input.expires.as_secs())?;
            let mut buffers = Buffers::default();
            let request = request.as_signed();
            let signed = sigv4::presign(&request, &params, expires, &self.keys, &mut buffers)?;
            observe::presigned(|| (&signed).into());
            Ok(Answer::Presigned(PresignedUrl { url: signed.url.as_str().to_owned() }))
        };
        presign().map_err(|kind| self.error(operation, kind))
    }

    fn params<'a>(
        &'a self,
        request: &'a Request,
        rules: Rules,
        now: SystemTime,
    ) -> Result<Params<'a>, sigv4::Error> {
        Ok(Params {
            credentials: &self.credentials,
            region: &request.region,
            service: request.service.as_str(),
            time: Timestamp::new(now)?,
            rules,
        })
    }

    async fn wait_until_running(
        &self,
        operation: &Operation,
        input: &WaitUntilRunning,
        usage: &mut Usage,
    ) -> Result<Answer, Error> {
        let failed = |error: WaitError| self.error(operation, error.into());
        let mut wait = Wait::start(input, self.target.wait_pace);
        loop {
            let poll = wait.poll(self.every_page(operation, usage)).await.map_err(failed)?;
            let instances = match poll {
                Ok(Answer::Instances(instances)) => instances,
                Ok(other) => return Ok(other),
                Err(error) if is_instance_not_found(error.kind()) => Vec::new(),
                Err(error) => return Err(error),
            };
            if wait.is_over(&instances).await.map_err(failed)? {
                return Ok(Answer::Instances(instances));
            }
        }
    }

    /// The error of an operation outside any attempt.
    fn error(&self, operation: &Operation, kind: ErrorKind) -> Error {
        self.error_of_attempt(operation, None, self.target.clock.now(), kind)
    }

    /// The error of an attempt at the page of `token` that was signed at `signed_at`.
    fn error_of_attempt(
        &self,
        operation: &Operation,
        token: Option<&str>,
        signed_at: SystemTime,
        kind: ErrorKind,
    ) -> Error {
        // Builds and signs the request again to know its texts. A call does not keep them, because
        // only errors need them.
        let request = Request::at(operation, &self.target, &self.origins, token).ok();
        let shows_what_it_read =
            kind.refused().is_some_and(|response| response.canonical_request().is_some());
        let signed = request.as_ref().filter(|_| shows_what_it_read);
        let context = ErrorContext {
            operation: operation.name(),
            url: request.as_ref().map(Request::url_without_query),
            region: request.as_ref().map_or(&self.target.region, |request| &request.region),
            credentials: &self.credentials,
            signed_at,
            signed: signed.and_then(|request| self.steps(request, signed_at)),
        };
        Error::new(kind, &context)
    }

    /// How `request` is signed at `signed_at`.
    fn steps(&self, request: &Request, signed_at: SystemTime) -> Option<Steps> {
        let rules = Rules::of(request.service.as_str());
        let params = self.params(request, rules, signed_at).ok()?;
        let mut buffers = Buffers::default();
        let signed = sigv4::sign(&request.as_signed(), &params, &self.keys, &mut buffers).ok()?;
        Some((&signed).into())
    }
}

/// Omits the secrets and the proxy, whose URL may contain a password.
impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("region", &self.target.region)
            .field("endpoint", &self.target.endpoint)
            .field("access_key_id", &self.credentials.access_key_id.as_str())
            .finish_non_exhaustive()
    }
}

impl From<&Signed<'_>> for Steps {
    fn from(signed: &Signed<'_>) -> Self {
        Self {
            canonical_request: signed.canonical_request.as_str().to_owned(),
            string_to_sign: signed.string_to_sign.as_str().to_owned(),
            signature: signed.signature.as_str().to_owned(),
            carried: signed.authorization.as_str().to_owned(),
        }
    }
}

impl From<&Presigned<'_>> for Steps {
    fn from(signed: &Presigned<'_>) -> Self {
        Self {
            canonical_request: signed.canonical_request.as_str().to_owned(),
            string_to_sign: signed.string_to_sign.as_str().to_owned(),
            signature: signed.signature.as_str().to_owned(),
            carried: signed.url.as_str().to_owned(),
        }
    }
}

fn is_instance_not_found(kind: &ErrorKind) -> bool {
    let code = kind.refused().and_then(|response| response.code.as_deref());
    code == Some("InvalidInstanceID.NotFound")
}

fn wants_every_page(operation: &Operation) -> bool {
    !matches!(operation, Operation::ListObjects(ListObjects { pages: Pages::First, .. }))
}

/// Appends a later page to those before it. Only listings have several pages.
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
