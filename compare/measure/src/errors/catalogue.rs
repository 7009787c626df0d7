//! The catalogue: what can go wrong with a call to AWS. Each case is a row of data.
//!
//! To add a case, add a row to the file of its cause. A case that signs wrongly names a row of
//! [`mistakes`], a case with a fault one of the sandbox's [`Fault`]s.

mod faults;
mod permissions;
mod resources;
mod signatures;

use std::time::Duration;

use contract::{
    Credentials, DescribeImages, DescribeInstances, DryRun, Filter, InvokeApi, ListObjects,
    Operation, Pages, RunInstances, Signing,
};
use diagnose::{Mistake, mistakes};
use findings::errors::Cause;
use raw::endpoint::Service;
use sandbox::{Fault, facts};

/// One thing that can go wrong, and how to provoke it.
#[derive(Debug, Clone, Copy)]
pub struct Case {
    /// The name on the command line and in JSON.
    pub id: &'static str,
    /// The service that is called.
    pub service: Service,
    /// Who is to blame.
    pub cause: Cause,
    what: &'static str,
    /// What is known about the answer.
    pub basis: Basis,
    /// How to provoke it.
    pub play: Play,
    /// The sandbox identity that calls.
    pub caller: &'static str,
    /// The operation that is called.
    pub operation: fn(&CaseInput) -> Operation,
    /// Headers of the answer that are facts in this case only, in lower case.
    pub extra_headers: &'static [&'static str],
    /// The time limit of one attempt.
    pub timeout: Duration,
}

/// What is known about the answer.
#[derive(Debug, Clone, Copy)]
pub enum Basis {
    /// AWS's answer, as the row of that name in the table of wire facts has it.
    Fact(&'static str),
    /// An answer that does not come from AWS, or for which no wire fact is recorded.
    Played {
        /// The expected status; `None` if no answer is expected.
        status: Option<u16>,
        /// What the answer is modelled on.
        source: &'static str,
    },
}

/// How to provoke a case.
#[derive(Debug, Clone, Copy)]
pub enum Play {
    /// Call the operation.
    Call,
    /// Call the operation after this preparation.
    CallAfter(Preparation),
    /// Sign with the mistake of this name.
    Mistake(&'static str),
    /// Call with credentials that this function has changed.
    Credentials(fn(&mut Credentials)),
    /// Let the service fail.
    Fault(Fault),
    /// Call a port on which nothing listens.
    ClosedPort,
    /// Call a host name that has no address.
    UnknownHost,
    /// Fetch a presigned URL.
    Presigned(Presigned),
}

/// What has to happen before a case can be played.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Preparation {
    /// Launch an instance with the client token of the case.
    Launch,
    /// Launch it and terminate it.
    LaunchAndTerminate,
}

/// How a presigned URL is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presigned {
    /// Before it expires.
    Fresh,
    /// After it has expired.
    Late,
    /// Before it expires, but without its signature.
    WithoutSignature,
}

/// What the operation of a case may depend on.
#[derive(Debug, Clone)]
pub struct CaseInput {
    /// The URL of a route in API Gateway.
    pub api_url: String,
    /// The id of an image that can be launched.
    pub image: String,
    /// The client token of launches, another one for each side.
    pub token: String,
}

const FETCHED: &str =
    "the SDK has no client that fetches a presigned URL: this message is reqwest's";

const BY_HAND: &str = "the SDK has no client for an API Gateway route: this is the message of a program \
                       that signs with aws-sigv4 and sends with reqwest";

const UNSIGNED: &str =
    "the SDK sends an unsigned request only if it is configured to (no_credentials)";

/// Not a case: a correct request for images.
pub(super) const IMAGES: Case = Case::new(
    "images",
    Service::Ec2,
    Cause::Resource,
    "",
    Basis::Played { status: Some(200), source: "" },
    Play::Call,
);

/// The cases, in the order in which they are shown.
pub fn all() -> impl Iterator<Item = &'static Case> {
    let parts = [signatures::ALL, permissions::ALL, resources::ALL, faults::ALL];
    parts.into_iter().flatten()
}

/// The cases that `names` select, by id or as `s3`, `ec2`, `api`. Without names, all cases.
///
/// # Errors
/// If a name is unknown.
pub fn select(names: &[String]) -> Result<Vec<&'static Case>, UnknownCase> {
    const SERVICES: [(&str, Service); 3] =
        [("s3", Service::S3), ("ec2", Service::Ec2), ("api", Service::ExecuteApi)];
    let known: Vec<_> = all().map(|case| case.id).chain(SERVICES.map(|(name, _)| name)).collect();
    if let Some(name) = names.iter().find(|name| !known.contains(&name.as_str())) {
        return Err(UnknownCase { name: name.clone(), nearest: nearest(name, &known) });
    }
    let is_named = |case: &&Case| {
        let mut services = SERVICES.iter().filter(|(_, service)| *service == case.service);
        names.is_empty()
            || names.iter().any(|name| name == case.id)
            || services.any(|(service, _)| names.iter().any(|name| name == service))
    };
    Ok(all().filter(is_named).collect())
}

/// Whether `names` are ids of cases, and at least one.
#[must_use]
pub fn are_cases(names: &[String]) -> bool {
    !names.is_empty() && names.iter().all(|name| all().any(|case| case.id == name))
}

/// The known name that was probably meant: one that contains `name`, or else the most similar one.
fn nearest(name: &str, known: &[&'static str]) -> Option<&'static str> {
    /// The Jaro-Winkler similarity below which a suggestion would be a guess.
    const SIMILAR: f64 = 0.8;
    let similarity = |known: &&str| strsim::jaro_winkler(known, name);
    let containing = known.iter().copied().find(|known| name.len() > 2 && known.contains(name));
    let nearest = known.iter().copied().max_by(|a, b| similarity(a).total_cmp(&similarity(b)));
    containing.or(nearest.filter(|known| similarity(known) >= SIMILAR))
}

/// A name that is neither a case nor a service.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no case `{name}`{}", nearest.map(|it| format!("; did you mean `{it}`?")).unwrap_or_default())]
pub struct UnknownCase {
    /// The unknown name.
    pub name: String,
    /// A known name that is similar.
    pub nearest: Option<&'static str>,
}

impl Case {
    const fn new(
        id: &'static str,
        service: Service,
        cause: Cause,
        what: &'static str,
        basis: Basis,
        play: Play,
    ) -> Self {
        let operation = match service {
            Service::S3 => list_objects,
            Service::Ec2 => describe_images,
            Service::ExecuteApi => invoke,
        };
        let (caller, extra_headers, timeout) = ("admin", &[], Duration::from_secs(30));
        Self { id, service, cause, what, basis, play, caller, operation, extra_headers, timeout }
    }

    const fn by(self, caller: &'static str) -> Self {
        Self { caller, ..self }
    }

    const fn calling(self, operation: fn(&CaseInput) -> Operation) -> Self {
        Self { operation, ..self }
    }

    /// Counts the answer's Date as a fact: it is the only hint that the clock is wrong.
    const fn with_date(self) -> Self {
        Self { extra_headers: &["date"], ..self }
    }

    const fn with_timeout(self, milliseconds: u64) -> Self {
        Self { timeout: Duration::from_millis(milliseconds), ..self }
    }

    /// A note on the SDK's side.
    #[must_use]
    pub fn note(&self) -> Option<&'static str> {
        match (self.service, self.play) {
            (_, Play::Presigned(_)) => Some(FETCHED),
            (Service::ExecuteApi, _) => Some(BY_HAND),
            (_, Play::Mistake("signature-missing")) => Some(UNSIGNED),
            _ => None,
        }
    }

    /// Whether playing it is mostly waiting, for retries, time-outs or the expiry of a URL.
    #[must_use]
    pub fn waits(&self) -> bool {
        self.cause == Cause::Fault || matches!(self.play, Play::Presigned(Presigned::Late))
    }

    /// What goes wrong, in one sentence.
    #[must_use]
    pub fn what(&self) -> &'static str {
        self.mistake().map_or(self.what, |mistake| mistake.what)
    }

    /// The mistake that it signs with, if any.
    #[must_use]
    pub fn mistake(&self) -> Option<&'static Mistake> {
        match self.play {
            Play::Mistake(id) => mistakes::find(id),
            _ => None,
        }
    }

    /// This case without the injected fault.
    pub(super) fn without_fault(&self) -> Self {
        Self { play: Play::Call, ..*self }
    }

    /// The wire fact that tells the expected answer.
    #[must_use]
    pub fn fact(&self) -> Option<&'static facts::Fact> {
        match self.basis {
            Basis::Fact(case) => facts::find(self.service.as_str(), case),
            Basis::Played { .. } => None,
        }
    }

    /// The source of what is known about the answer.
    #[must_use]
    pub fn source(&self) -> &'static str {
        match self.basis {
            Basis::Fact(_) => self.fact().map_or("", |fact| &fact.source),
            Basis::Played { source, .. } => source,
        }
    }

    /// How the answer was verified: as the table of wire facts says, or `played` without a wire fact.
    #[must_use]
    pub fn verified_by(&self) -> &'static str {
        self.fact().map_or("played", |fact| &fact.verified_by)
    }
}

fn list_objects(_: &CaseInput) -> Operation {
    list("notes")
}

fn list(bucket: &str) -> Operation {
    Operation::ListObjects(ListObjects {
        bucket: bucket.to_owned(),
        prefix: None,
        delimiter: None,
        page_size: None,
        pages: Pages::First,
    })
}

/// Asks for a few images.
fn describe_images(_: &CaseInput) -> Operation {
    let filter =
        |name: &str, value: &str| Filter { name: name.to_owned(), values: vec![value.to_owned()] };
    Operation::DescribeImages(DescribeImages {
        owners: vec!["amazon".to_owned()],
        filters: vec![
            filter("name", "al2023-ami-2023.*-kernel-6.1-x86_64"),
            filter("architecture", "x86_64"),
        ],
    })
}

fn describe_instance(id: &str) -> Operation {
    Operation::DescribeInstances(DescribeInstances {
        instance_ids: vec![id.to_owned()],
        filters: Vec::new(),
    })
}

fn invoke(input: &CaseInput) -> Operation {
    let url = input.api_url.clone();
    Operation::InvokeApi(InvokeApi { url, signing: Signing::Signed })
}

/// The launch of a `t3.micro`.
pub(super) fn launch(input: &CaseInput) -> RunInstances {
    RunInstances {
        image_id: input.image.clone(),
        instance_type: "t3.micro".to_owned(),
        tags: Vec::new(),
        client_token: input.token.clone(),
        dry_run: DryRun::No,
    }
}
