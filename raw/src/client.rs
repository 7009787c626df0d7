use std::collections::HashSet;
use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use contract::{
    Answer, Credentials, Failure, ListObjects, Operation, Pages, Phase, PresignGet, PresignedUrl,
    Reply, Signing, Target, Timeline, newest_image,
};

use crate::endpoint::Origins;
use crate::error::{Error, ErrorContext, ErrorKind};
use crate::observe::{self, Observation, Steps};
use crate::parse::{self, Page, parse};
use crate::request::Request;
use crate::retry::Retries;
use crate::send::{Response, Sender, assemble};
use crate::sigv4::{self, Buffers, Expires, KeyCache, Params, Rules, Timestamp};
use crate::spent::Spent;
use crate::wait;

/// Bytes of a continuation token in an error; those of AWS are shorter, or meaningless beyond.
const LONGEST_TOKEN_SHOWN: usize = 200;

/// AWS, called by hand.
pub struct Client {
    target: Target,
    credentials: Credentials,
    origins: Origins,
    keys: KeyCache,
    /// Kept from one signature to the next, so that signing allocates nothing.
    buffers: Mutex<Buffers>,
    sender: Sender,
    retries: Retries,
}

impl contract::Client for Client {
    fn name(&self) -> &'static str {
        "raw"
    }

    async fn call(&self, operation: &Operation) -> Reply {
        let mut spent = Spent::nothing(self.target.limits);
        let answer = tokio::time::timeout(self.target.limits.time, async {
            match operation {
                Operation::PresignGet(input) => self.presign(operation, input),
                Operation::WaitUntilRunning(input) => {
                    wait::until_running(self, operation, input, &mut spent).await
                }
                _ => self.every_page(operation, &mut spent).await,
            }
        });
        let answer = match answer.await {
            Ok(answer) => answer,
            Err(_elapsed) => Err(self.error(operation, spent.out_of_time().into())),
        };
        let requests = spent.requests;
        Reply { result: answer.map(Answer::sorted).map_err(Failure::from), requests }
    }
}

impl Client {
    /// A client that calls `target` as whoever `credentials` belong to. It opens no connection yet,
    /// and tries nothing twice.
    ///
    /// # Errors
    /// Where the target's region, endpoint or proxy is none.
    pub fn new(target: Target, credentials: Credentials) -> Result<Self, Error> {
        let origins = Origins::of(&target).map_err(|error| ErrorKind::Build(error.into()));
        let parts = origins
            .and_then(|origins| Ok((origins, Sender::new(&target).map_err(ErrorKind::Send)?)));
        match parts {
            Ok((origins, sender)) => {
                let (keys, buffers) = (KeyCache::new(), Mutex::default());
                Ok(Self {
                    target,
                    credentials,
                    origins,
                    keys,
                    buffers,
                    sender,
                    retries: Retries::NONE,
                })
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

    /// The same client, trying again what may go well the next time.
    #[must_use]
    pub fn with_retries(mut self, retries: Retries) -> Self {
        self.retries = retries;
        self
    }

    /// [`contract::Client::call`], with every attempt that was made for it and the functions that ran.
    pub async fn call_observed(&self, operation: &Operation) -> (Reply, Observation) {
        observe::observing(contract::Client::call(self, operation)).await
    }

    /// Sends a request that somebody else has signed, and hands back the answer as it came.
    ///
    /// # Errors
    /// Where no whole answer came, or the service refused. What it was about is for the caller to say,
    /// with [`Error::new`].
    pub async fn exchange(&self, request: reqwest::Request) -> Result<Response, ErrorKind> {
        let mut spent = Spent::nothing(self.target.limits);
        parse::accepted(self.sender.send(request, &mut spent).await?)
    }

    /// [`contract::Client::call`], with the time of each of its phases.
    pub async fn call_timed(&self, operation: &Operation) -> (Reply, Timeline) {
        observe::timing(contract::Client::call(self, operation)).await
    }

    pub(crate) fn target(&self) -> &Target {
        &self.target
    }

    /// One exchange with the service: below the first line, the whole of this crate in four.
    async fn attempt(
        &self,
        operation: &Operation,
        page: Option<&str>,
        now: SystemTime,
        spent: &mut Spent,
    ) -> Result<Page, ErrorKind> {
        let _here = observe::enter(|| ());
        let request = Request::at(operation, &self.target, &self.origins, page)?;
        let signed = self.sign(&request, now)?;
        let response = self.sender.send(signed, spent).await?;
        parse(operation, &response)
    }

    /// Signs anew for every attempt: a signature that is sent again later is refused as too old.
    fn sign(&self, request: &Request, now: SystemTime) -> Result<reqwest::Request, ErrorKind> {
        let _here = observe::enter(|| ());
        observe::begin(Phase::Sign);
        if request.signing == Signing::Unsigned {
            return Ok(assemble(request, std::iter::empty())?);
        }
        let params = self.params(request, Rules::of(request.service.as_str()), now)?;
        // Held while nothing is awaited. A panic in another call leaves texts that are cleared here.
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
            observe::presigned(&signed);
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

    /// Follows continuation tokens as far as the operation wants.
    pub(crate) async fn every_page(
        &self,
        operation: &Operation,
        spent: &mut Spent,
    ) -> Result<Answer, Error> {
        let Page { mut answer, mut next } = self.page(operation, None, spent).await?;
        let mut seen = HashSet::new();
        while let Some(token) = next.take_if(|_| wants_every_page(operation)) {
            let page = self.page(operation, Some(&token), spent).await?;
            append(&mut answer, page.answer);
            seen.insert(token);
            next = page.next;
            if let Some(mut token) = next.take_if(|token| seen.contains(token)) {
                token.truncate(token.floor_char_boundary(LONGEST_TOKEN_SHOWN));
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
        spent: &mut Spent,
    ) -> Result<Page, Error> {
        spent.page().map_err(|limit| self.error(operation, limit.into()))?;
        let mut attempts = 0;
        loop {
            let now = self.target.clock.now();
            let kind = match self.attempt(operation, page, now, spent).await {
                Ok(page) => return Ok(page),
                Err(kind) => kind,
            };
            attempts += 1;
            match self.retries.pause_after(attempts, operation, &kind) {
                Some(pause) => tokio::time::sleep(pause).await,
                None => return Err(self.error_of(operation, page, now, kind)),
            }
        }
    }

    /// What went wrong in `operation`, with all that is known here beside.
    pub(crate) fn error(&self, operation: &Operation, kind: ErrorKind) -> Error {
        self.error_of(operation, None, self.target.clock.now(), kind)
    }

    /// What went wrong in the attempt at that page that was signed at that time.
    fn error_of(
        &self,
        operation: &Operation,
        page: Option<&str>,
        signed_at: SystemTime,
        kind: ErrorKind,
    ) -> Error {
        // Made and signed once more for its texts: an error may cost that, a call should not.
        let request = Request::at(operation, &self.target, &self.origins, page).ok();
        let shows_texts =
            matches!(&kind, ErrorKind::Refused(it) if it.canonical_request().is_some());
        let signed = request.as_ref().filter(|_| shows_texts);
        let context = ErrorContext {
            operation: operation.name(),
            url: request.as_ref().map(Request::place),
            region: request.as_ref().map_or(&self.target.region, |request| &request.region),
            credentials: &self.credentials,
            signed_at,
            signed: signed.and_then(|request| self.steps(request, signed_at)),
        };
        Error::new(kind, &context)
    }

    /// How `request` was signed at that time.
    fn steps(&self, request: &Request, signed_at: SystemTime) -> Option<Steps> {
        let rules = Rules::of(request.service.as_str());
        let params = self.params(request, rules, signed_at).ok()?;
        let mut buffers = Buffers::default();
        let signed = sigv4::sign(&request.as_signed(), &params, &self.keys, &mut buffers).ok()?;
        Some((&signed).into())
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
