//! The fixture of a case: a sandbox of its own, and both clients in the state that the case is about.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    time::{Duration, SystemTime},
};

use contract::{
    Addressing, Answer, CallLimits, Clock, Credentials, Endpoint, Failure, Operation, Target,
    TerminateInstances, Timeouts, WaitPace,
};
use diagnose::{Configuration, Draft, Mistake, Sent, draft::ScopeDay};
use raw::{ErrorContext, ErrorKind, observe::Steps, redact::Secrets, sigv4::Rules};
use reqwest::{Url, header::HeaderMap};
use sandbox::{Identity, Options, RecordedExchange, Recording, Sandbox};
use tokio::net::TcpSocket;

use crate::{
    error::ExitError,
    errors::catalogue::{Case, CaseInput, Play, Preparation, Presigned, launch},
};

/// The byte limit of a call: more than any right answer has, and soon reached by an endless one.
const MAX_BYTES: u64 = 4_000_000;

/// A sandbox and the configuration of both clients.
pub(super) struct Fixture {
    pub(super) case: Case,
    sandbox: Sandbox,
    image: String,
    /// The correct configuration.
    right: Configuration,
    /// The configuration that the clients have.
    actual: Configuration,
    /// Secrets that no output may show.
    secrets: Vec<Secrets>,
    closed: ClosedPort,
}

/// A port on which nothing listens. It stays bound, so that no other process can take it.
struct ClosedPort(TcpSocket);

impl Fixture {
    pub(super) fn of(case: Case, image: &str) -> Result<Self, ExitError> {
        let fault = match case.play {
            Play::Fault(fault) => Some(fault),
            _ => None,
        };
        let options = Options {
            fault,
            recording: Recording::On,
            // A terminated instance is `terminated` at once, not `shutting-down`.
            shutdown_time: Duration::ZERO,
            ..Options::default()
        };
        let sandbox = Sandbox::start(options).map_err(|error| {
            ExitError::unavailable(format!("the embedded endpoint cannot start: {error}"))
        })?;
        let identity = sandbox.identity(case.caller).ok_or_else(|| {
            ExitError::unavailable(format!(
                "the embedded endpoint has no identity `{}`",
                case.caller
            ))
        })?;
        let right = Configuration {
            credentials: credentials(identity),
            region: sandbox.region().to_owned(),
            now: SystemTime::now(),
        };
        let mut actual =
            case.mistake().map_or_else(|| right.clone(), |mistake| mistake.applied(&right));
        if let Play::Credentials(change) = case.play {
            change(&mut actual.credentials);
        }
        let known = sandbox.identities().iter().map(credentials);
        let known = known.chain([actual.credentials.clone()]);
        let secrets = known.map(|credentials| Secrets::of(&credentials)).collect();
        let (image, closed) = (image.to_owned(), ClosedPort::take()?);
        Ok(Self { case, sandbox, image, right, actual, secrets, closed })
    }

    /// Whether the SDK lets its user get into this state.
    pub(super) fn is_possible(&self) -> bool {
        match self.case.play {
            Play::Mistake(_) => self.case.mistake().is_some_and(Mistake::is_of_configuration),
            Play::Presigned(presigned) => presigned != Presigned::WithoutSignature,
            _ => true,
        }
    }

    /// Whether the caller's clock differs from the service's.
    pub(super) fn clock_is_wrong(&self) -> bool {
        self.actual.now != self.right.now
    }

    /// The operation that `side` calls.
    pub(super) fn operation(&self, side: &str) -> Operation {
        (self.case.operation)(&self.input(side))
    }

    /// Makes the preparation of the case with `client`.
    pub(super) async fn prepare(&self, client: &impl contract::Client) -> Result<(), ExitError> {
        let Play::CallAfter(before) = self.case.play else { return Ok(()) };
        let failed = |failure: Failure| {
            ExitError::unavailable(format!("{} cannot be prepared: {failure}", self.case.id))
        };
        let launch = Operation::RunInstances(launch(&self.input(client.name())));
        let launched = client.call(&launch).await.result.map_err(failed)?;
        if let (Preparation::LaunchAndTerminate, Answer::Instances(instances)) = (before, launched)
        {
            let instance_ids = instances.into_iter().map(|instance| instance.id).collect();
            let end = Operation::TerminateInstances(TerminateInstances { instance_ids });
            client.call(&end).await.result.map_err(failed)?;
        }
        // The exchanges of the preparation are not part of the case.
        drop(self.exchanges());
        Ok(())
    }

    pub(super) fn raw(&self) -> Result<raw::Client, ExitError> {
        self.raw_in(self.target()?)
    }

    /// A client of raw whose clock is behind by `age`.
    pub(super) fn raw_before(&self, age: Duration) -> Result<raw::Client, ExitError> {
        let clock = Clock::Fixed(self.right.now - age);
        self.raw_in(Target { clock, ..self.target()? })
    }

    fn raw_in(&self, target: Target) -> Result<raw::Client, ExitError> {
        raw::Client::new(target, self.actual.credentials.clone()).map_err(|error| {
            ExitError::unavailable(format!("raw's client cannot be built: {error}"))
        })
    }

    pub(super) fn sdk(&self) -> Result<sdk::Client, ExitError> {
        sdk::Client::new(self.target()?, self.actual.credentials.clone()).map_err(|error| {
            ExitError::unavailable(format!("the SDK's client cannot be built: {error}"))
        })
    }

    fn target(&self) -> Result<Target, ExitError> {
        let endpoint = match self.case.play {
            Play::ClosedPort => self.closed.url()?,
            // RFC 2606 reserves `.invalid`: the name never has an address.
            Play::UnknownHost => "http://endpoint.invalid".to_owned(),
            _ => self.sandbox.endpoint().to_owned(),
        };
        let clock =
            if self.clock_is_wrong() { Clock::Fixed(self.actual.now) } else { Clock::System };
        Ok(Target {
            region: self.actual.region.clone(),
            endpoint: Endpoint::Url(endpoint),
            addressing: Addressing::Path,
            clock,
            timeouts: Timeouts { attempt: self.case.timeout, ..Timeouts::default() },
            limits: CallLimits { bytes: MAX_BYTES, ..CallLimits::default() },
            proxy: None,
            ca_bundle: None,
            wait_pace: WaitPace::AsOnAws,
        })
    }

    /// The URL that `client` presigns.
    pub(super) async fn presigned_url(
        &self,
        client: &impl contract::Client,
        presigned: Presigned,
    ) -> Result<Url, ExitError> {
        let no_url = |why: String| {
            ExitError::unavailable(format!("{} has no presigned URL: {why}", self.case.id))
        };
        let mut url = match client.call(&self.operation(client.name())).await.result {
            Ok(Answer::Presigned(presigned)) => presigned.url,
            Ok(_) => return Err(no_url("its operation does not presign".to_owned())),
            Err(failure) => return Err(no_url(failure.display)),
        };
        if let (Presigned::WithoutSignature, Some(at)) = (presigned, url.find("&X-Amz-Signature="))
        {
            url.truncate(at);
        }
        Url::parse(&url).map_err(|error| no_url(error.to_string()))
    }

    /// The request of raw, signed with `mistake`.
    pub(super) fn wrongly_signed(&self, mistake: &Mistake) -> Result<Sent, ExitError> {
        let unsigned = |why: String| {
            ExitError::unavailable(format!("{} cannot be signed: {why}", self.case.id))
        };
        let operation = self.operation("raw");
        let request = raw::request::Request::new(&operation, &self.target()?, None)
            .map_err(|error| unsigned(error.to_string()))?;
        let draft = mistake.set_up(draft_of(&request, self.actual.clone()));
        mistake.sign(&draft).map_err(|error| unsigned(error.to_string()))
    }

    /// raw's error for a request that raw did not sign itself.
    pub(super) fn raw_error(&self, kind: ErrorKind, url: &Url, signed: Option<Steps>) -> Failure {
        let operation = self.operation("raw");
        let context = ErrorContext {
            operation: operation.name(),
            url: Some(format!("{}{}", url.origin().ascii_serialization(), url.path())),
            region: &self.actual.region,
            credentials: &self.actual.credentials,
            signed_at: self.actual.now,
            signed,
        };
        raw::Error::new(kind, &context).into()
    }

    /// The exchanges since the last call of this function.
    pub(super) fn exchanges(&self) -> Vec<RecordedExchange> {
        self.sandbox.exchanges()
    }

    /// The answer that raw gets without the fault.
    pub(super) async fn right_answer(&self) -> Result<Option<Answer>, ExitError> {
        let fixture = Self::of(self.case.without_fault(), &self.image)?;
        let client = fixture.raw()?;
        Ok(contract::Client::call(&client, &fixture.operation("raw")).await.result.ok())
    }

    /// Masks every secret of the sandbox in `text`.
    pub(super) fn mask(&self, text: &mut String) {
        self.secrets.iter().for_each(|secrets| secrets.redact(text));
    }

    /// Every secret key and session token of the sandbox and of its callers, unmasked.
    #[cfg(test)]
    pub(super) fn unmasked_secrets(&self) -> Vec<String> {
        let known = self.sandbox.identities().iter().map(credentials);
        let known = known.chain([self.actual.credentials.clone()]);
        known
            .flat_map(|credentials| {
                let token = credentials.session_token.map(|token| token.expose().to_owned());
                [Some(credentials.secret_key.expose().to_owned()), token]
            })
            .flatten()
            .collect()
    }

    fn input(&self, side: &str) -> CaseInput {
        CaseInput {
            api_url: self.sandbox.api_url(),
            image: self.image.clone(),
            token: format!("{}-{side}", self.case.id),
        }
    }
}

fn credentials(identity: &Identity) -> Credentials {
    let credentials = Credentials::new(&identity.access_key_id, &identity.secret_access_key);
    match &identity.session_token {
        Some(token) => credentials.with_session_token(token),
        None => credentials,
    }
}

impl ClosedPort {
    fn take() -> Result<Self, ExitError> {
        let bound = TcpSocket::new_v4().and_then(|socket| {
            socket.bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))?;
            Ok(Self(socket))
        });
        bound.map_err(|error| Self::failed(&error))
    }

    fn url(&self) -> Result<String, ExitError> {
        let address = self.0.local_addr().map_err(|error| Self::failed(&error))?;
        Ok(format!("http://{address}"))
    }

    fn failed(error: &io::Error) -> ExitError {
        ExitError::unavailable(format!("no closed port can be reserved: {error}"))
    }
}

/// `sent` for the HTTP client; `None` if HTTP cannot carry it.
pub(super) fn to_send(sent: &Sent) -> Option<reqwest::Request> {
    let mut request = reqwest::Request::new(sent.method.parse().ok()?, sent.url.parse().ok()?);
    let headers: Option<HeaderMap> = sent
        .headers
        .iter()
        .map(|(name, value)| {
            Some((name.parse::<reqwest::header::HeaderName>().ok()?, value.parse().ok()?))
        })
        .collect();
    *request.headers_mut() = headers?;
    if !sent.body.is_empty() {
        *request.body_mut() = Some(sent.body.clone().into());
    }
    Some(request)
}

/// The draft of `request`, as raw would sign it.
fn draft_of(request: &raw::request::Request, configuration: Configuration) -> Draft {
    let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    Draft {
        method: request.method.to_string(),
        scheme: request.origin.scheme,
        host: request.origin.authority.clone(),
        path: request.path.clone(),
        query: request.query.clone(),
        headers: request.headers.iter().map(owned).collect(),
        body: request.body.clone(),
        configuration: Configuration { region: request.region.clone(), ..configuration },
        service: request.service.as_str().to_owned(),
        scope_day: ScopeDay::OfSignature,
        rules: Rules::of(request.service.as_str()),
    }
}
