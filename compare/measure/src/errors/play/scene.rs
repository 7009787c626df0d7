//! Where a case is played: a sandbox of its own, and two clients in the state that the case is about.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    time::{Duration, SystemTime},
};

use contract::{
    Addressing, Answer, CallLimits, Clock, Credentials, Endpoint, Failure, Operation, Target,
    TerminateInstances, Timeouts, WaitPace,
};
use diagnose::{Configuration, Draft, Mistake, Sent};
use raw::{ErrorContext, ErrorKind, observe::Steps, redact::Secrets};
use reqwest::{Url, header::HeaderMap};
use sandbox::{Identity, Options, RecordedExchange, Recording, Sandbox};
use tokio::net::TcpSocket;

use crate::{
    error::ExitError,
    errors::catalogue::{Before, Case, Grounds, Play, Presigned, launch},
};

/// Bytes that a call may read: more than any right answer here, and soon reached by an endless one.
const MOST_BYTES: u64 = 4_000_000;

/// Where a case is played, as whom.
pub(super) struct Scene {
    pub(super) case: Case,
    sandbox: Sandbox,
    image: String,
    /// As it should be.
    right: Configuration,
    /// As it is.
    actual: Configuration,
    /// What no output may show.
    secrets: Vec<Secrets>,
    /// Where nobody listens.
    closed: ClosedPort,
}

/// A port that is taken as long as this lives, so that nobody else comes to listen at it.
struct ClosedPort(TcpSocket);

impl Scene {
    pub(super) fn of(case: Case, image: &str) -> Result<Self, ExitError> {
        let fault = match case.play {
            Play::Fault(fault) => Some(fault),
            _ => None,
        };
        let options = Options {
            fault,
            recording: Recording::On,
            // An instance that is ended has ended.
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

    /// Whether the SDK lets its user come into this state.
    pub(super) fn is_possible(&self) -> bool {
        match self.case.play {
            Play::Mistake(_) => self.case.mistake().is_some_and(Mistake::is_of_configuration),
            Play::Presigned(presigned) => presigned != Presigned::WithoutSignature,
            _ => true,
        }
    }

    /// Whether who calls goes by another clock than the service.
    pub(super) fn clock_is_wrong(&self) -> bool {
        self.actual.now != self.right.now
    }

    /// What `side` asks.
    pub(super) fn operation(&self, side: &str) -> Operation {
        (self.case.ask)(&self.grounds(side))
    }

    /// Does as `client` what has to be done before the case can be played.
    pub(super) async fn prepare(&self, client: &impl contract::Client) -> Result<(), ExitError> {
        let Play::AskingAfter(before) = self.case.play else { return Ok(()) };
        let failed = |failure: Failure| {
            ExitError::unavailable(format!("{} cannot be prepared: {failure}", self.case.id))
        };
        let launch = Operation::RunInstances(launch(&self.grounds(client.name())));
        let launched = client.call(&launch).await.result.map_err(failed)?;
        if let (Before::LaunchAndEnd, Answer::Instances(instances)) = (before, launched) {
            let instance_ids = instances.into_iter().map(|instance| instance.id).collect();
            let end = Operation::TerminateInstances(TerminateInstances { instance_ids });
            client.call(&end).await.result.map_err(failed)?;
        }
        // No part of the case.
        drop(self.exchanges());
        Ok(())
    }

    pub(super) fn raw(&self) -> Result<raw::Client, ExitError> {
        self.raw_in(self.target()?)
    }

    /// A client that lives so long ago.
    pub(super) fn raw_before(&self, age: Duration) -> Result<raw::Client, ExitError> {
        let clock = Clock::Fixed(self.right.now - age);
        self.raw_in(Target { clock, ..self.target()? })
    }

    fn raw_in(&self, target: Target) -> Result<raw::Client, ExitError> {
        raw::Client::new(target, self.actual.credentials.clone())
            .map_err(|error| ExitError::unavailable(format!("raw has no client: {error}")))
    }

    pub(super) fn sdk(&self) -> Result<sdk::Client, ExitError> {
        sdk::Client::new(self.target()?, self.actual.credentials.clone())
            .map_err(|error| ExitError::unavailable(format!("the SDK has no client: {error}")))
    }

    fn target(&self) -> Result<Target, ExitError> {
        let endpoint = match self.case.play {
            Play::ClosedPort => self.closed.url()?,
            // RFC 2606 keeps the name from ever having an address.
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
            timeouts: Timeouts { attempt: self.case.patience, ..Timeouts::default() },
            limits: CallLimits { bytes: MOST_BYTES, ..CallLimits::default() },
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
        let no_url =
            |why: String| ExitError::unavailable(format!("no URL for {}: {why}", self.case.id));
        let mut url = match client.call(&self.operation(client.name())).await.result {
            Ok(Answer::Presigned(presigned)) => presigned.url,
            Ok(_) => return Err(no_url("what is asked yields none".to_owned())),
            Err(failure) => return Err(no_url(failure.display)),
        };
        if let (Presigned::WithoutSignature, Some(at)) = (presigned, url.find("&X-Amz-Signature="))
        {
            url.truncate(at);
        }
        Url::parse(&url).map_err(|error| no_url(error.to_string()))
    }

    /// What raw asks, with `mistake` in its signature.
    pub(super) fn wrongly_signed(&self, mistake: &Mistake) -> Result<Sent, ExitError> {
        let unsigned = |why: String| {
            ExitError::unavailable(format!("{} cannot be signed: {why}", self.case.id))
        };
        let operation = self.operation("raw");
        let request = raw::request::Request::new(&operation, &self.target()?, None)
            .map_err(|error| unsigned(error.to_string()))?;
        let draft = mistake.set_up(Draft::of(&request, self.actual.clone()));
        mistake.sign(&draft).map_err(|error| unsigned(error.to_string()))
    }

    /// raw's words for what came of a request that raw did not sign by itself.
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

    /// What went over the wire since the last time.
    pub(super) fn exchanges(&self) -> Vec<RecordedExchange> {
        self.sandbox.exchanges()
    }

    /// What raw is answered where nothing goes wrong.
    pub(super) async fn right_answer(&self) -> Result<Option<Answer>, ExitError> {
        let scene = Self::of(self.case.without_fault(), &self.image)?;
        let client = scene.raw()?;
        Ok(contract::Client::call(&client, &scene.operation("raw")).await.result.ok())
    }

    /// Takes every secret of the sandbox out of `text`.
    pub(super) fn mask(&self, text: &mut String) {
        self.secrets.iter().for_each(|secrets| secrets.redact(text));
    }

    /// Every secret key and session token of the sandbox, and of whoever calls it.
    #[cfg(test)]
    pub(super) fn secrets_in_the_open(&self) -> Vec<String> {
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

    fn grounds(&self, side: &str) -> Grounds {
        Grounds {
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
        bound.map_err(|error| Self::none(&error))
    }

    fn url(&self) -> Result<String, ExitError> {
        let address = self.0.local_addr().map_err(|error| Self::none(&error))?;
        Ok(format!("http://{address}"))
    }

    fn none(error: &io::Error) -> ExitError {
        ExitError::unavailable(format!("no port can be had: {error}"))
    }
}

/// For the HTTP client, if HTTP can carry it.
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
