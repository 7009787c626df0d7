//! The catalogue: what can go wrong with a call of AWS, each case a piece of data.

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

/// One thing that can go wrong, and how it is brought about.
#[derive(Debug, Clone, Copy)]
pub struct Case {
    /// Its name on the command line and in JSON.
    pub id: &'static str,
    /// Who is called.
    pub service: Service,
    /// Whose doing it is.
    pub cause: Cause,
    what: &'static str,
    /// What is known of the answer.
    pub basis: Basis,
    /// How it is brought about.
    pub play: Play,
    /// The identity of the sandbox that calls.
    pub caller: &'static str,
    /// What is asked.
    pub ask: fn(&Grounds) -> Operation,
    /// Headers of the answer that are facts in this case, besides those that always are.
    pub beside: &'static [&'static str],
    /// How long an attempt may take.
    pub patience: Duration,
}

/// What is known of the answer.
#[derive(Debug, Clone, Copy)]
pub enum Basis {
    /// The row of that case in the table of AWS's wire facts.
    Fact(&'static str),
    /// AWS has no part in it, or no words for it.
    Played {
        /// The status that is to come; none where no answer is.
        status: Option<u16>,
        /// What it is made after.
        source: &'static str,
    },
}

/// How a case is brought about.
#[derive(Debug, Clone, Copy)]
pub enum Play {
    /// By asking.
    Asking,
    /// By asking when this has been done.
    AskingAfter(Before),
    /// By signing wrongly.
    Mistake(&'static str),
    /// By asking with credentials that are changed so.
    Credentials(fn(&mut Credentials)),
    /// By a service that fails.
    Fault(Fault),
    /// By calling a port at which nobody listens.
    ClosedPort,
    /// By calling a name that has no address.
    UnknownHost,
    /// By fetching a presigned URL.
    Presigned(Presigned),
}

/// What is done before a case can be played.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Before {
    /// An instance is launched under the token of the case.
    Launch,
    /// The same, and it is ended.
    LaunchAndEnd,
}

/// How a presigned URL is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presigned {
    /// At once.
    Fresh,
    /// When its time is over.
    Late,
    /// At once, with its signature lost on the way.
    WithoutSignature,
}

/// Where a case is played.
#[derive(Debug, Clone)]
pub struct Grounds {
    /// The route of the REST API.
    pub api_url: String,
    /// An image that can be launched.
    pub image: String,
    /// Under which launches are the same: one for each side.
    pub token: String,
}

const FETCHED: &str = "no client of the SDK's fetches a presigned URL: these are reqwest's words";

const BY_HAND: &str = "the SDK has no client for a route: these are the words of a program that signs \
                       with aws-sigv4 and calls with reqwest";

const UNSIGNED: &str = "the SDK sends no unsigned request unless it is told to (no_credentials)";

/// What is no case: a list of images, rightly asked for.
pub(super) const IMAGES: Case = Case::new(
    "images",
    Service::Ec2,
    Cause::Resource,
    "",
    Basis::Played { status: Some(200), source: "" },
    Play::Asking,
);

/// The cases, in the order in which they are shown.
pub fn all() -> impl Iterator<Item = &'static Case> {
    let parts = [signatures::ALL, permissions::ALL, resources::ALL, faults::ALL];
    parts.into_iter().flatten()
}

/// The cases that `names` name, by their ids or as `s3`, `ec2`, `api`; all of them where it names
/// none.
///
/// # Errors
/// A name that there is not, with the one that was probably meant.
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

/// Whether `names` are names of cases, and not of services or of nothing.
#[must_use]
pub fn are_cases(names: &[String]) -> bool {
    !names.is_empty() && names.iter().all(|name| all().any(|case| case.id == name))
}

/// The name that was probably meant: one that holds what was written, or else begins alike.
fn nearest(name: &str, known: &[&'static str]) -> Option<&'static str> {
    /// Below that, a suggestion would be a guess.
    const ALIKE: f64 = 0.8;
    let likeness = |known: &&str| strsim::jaro_winkler(known, name);
    let holder = known.iter().copied().find(|known| name.len() > 2 && known.contains(name));
    let most_alike = known.iter().copied().max_by(|a, b| likeness(a).total_cmp(&likeness(b)));
    holder.or(most_alike.filter(|known| likeness(known) >= ALIKE))
}

/// A name that is no case's and no service's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no case `{name}`{}", nearest.map(|it| format!("; did you mean `{it}`?")).unwrap_or_default())]
pub struct UnknownCase {
    /// What was asked for.
    pub name: String,
    /// The name that was probably meant, if one is like it.
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
        let ask = match service {
            Service::S3 => list_objects,
            Service::Ec2 => describe_images,
            Service::ExecuteApi => invoke,
        };
        let (caller, beside, patience) = ("admin", &[], Duration::from_secs(30));
        Self { id, service, cause, what, basis, play, caller, ask, beside, patience }
    }

    const fn by(self, caller: &'static str) -> Self {
        Self { caller, ..self }
    }

    const fn asking(self, ask: fn(&Grounds) -> Operation) -> Self {
        Self { ask, ..self }
    }

    /// The answer's Date is the one hint at what is wrong.
    const fn with_date(self) -> Self {
        Self { beside: &["date"], ..self }
    }

    const fn with_patience(self, milliseconds: u64) -> Self {
        Self { patience: Duration::from_millis(milliseconds), ..self }
    }

    /// What is to be known of the SDK's side, if it is more than that its user can or cannot do this.
    #[must_use]
    pub fn note(&self) -> Option<&'static str> {
        match (self.service, self.play) {
            (_, Play::Presigned(_)) => Some(FETCHED),
            (Service::ExecuteApi, _) => Some(BY_HAND),
            (_, Play::Mistake("signature-missing")) => Some(UNSIGNED),
            _ => None,
        }
    }

    /// Whether playing it is mostly waiting: for retries, time-outs, the end of a URL.
    #[must_use]
    pub fn waits(&self) -> bool {
        self.cause == Cause::Fault || matches!(self.play, Play::Presigned(Presigned::Late))
    }

    /// What goes wrong, in a sentence.
    #[must_use]
    pub fn what(&self) -> &'static str {
        self.mistake().map_or(self.what, |mistake| mistake.what)
    }

    /// The mistake that is committed, where it is one.
    #[must_use]
    pub fn mistake(&self) -> Option<&'static Mistake> {
        match self.play {
            Play::Mistake(id) => mistakes::find(id),
            _ => None,
        }
    }

    /// The same call where nothing goes wrong that has not its cause in the call.
    pub(super) fn without_fault(&self) -> Self {
        Self { play: Play::Asking, ..*self }
    }

    /// The fact that it stands on.
    #[must_use]
    pub fn fact(&self) -> Option<&'static facts::Fact> {
        match self.basis {
            Basis::Fact(case) => facts::find(self.service.as_str(), case),
            Basis::Played { .. } => None,
        }
    }

    /// Where what is known of the answer comes from.
    #[must_use]
    pub fn source(&self) -> &'static str {
        match self.basis {
            Basis::Fact(_) => self.fact().map_or("", |fact| &fact.source),
            Basis::Played { source, .. } => source,
        }
    }

    /// How well that is known: as the table of facts has it, or `played` where AWS has no part in it.
    #[must_use]
    pub fn verified_by(&self) -> &'static str {
        self.fact().map_or("played", |fact| &fact.verified_by)
    }
}

fn list_objects(_: &Grounds) -> Operation {
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

/// A handful of images.
fn describe_images(_: &Grounds) -> Operation {
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

fn invoke(grounds: &Grounds) -> Operation {
    let url = grounds.api_url.clone();
    Operation::InvokeApi(InvokeApi { url, signing: Signing::Signed })
}

/// The launch of a `t3.micro`.
pub(super) fn launch(grounds: &Grounds) -> RunInstances {
    RunInstances {
        image_id: grounds.image.clone(),
        instance_type: "t3.micro".to_owned(),
        tags: Vec::new(),
        client_token: grounds.token.clone(),
        dry_run: DryRun::No,
    }
}
