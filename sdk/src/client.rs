use contract::{
    Answer, Credentials, CredentialsError, Failure, Operation, Reply, ServiceEndpoint, Stage,
    Target, Timeline,
};

use crate::{
    config::{Retries, Services},
    execute_api::{self, Http},
    observe::{
        self, Exchange,
        timing::{self, TimeHooks},
        trace::{self, Trace, TraceHooks},
    },
    request::{self, PageLimit},
};

/// The SDK's side of the comparison.
#[derive(Debug)]
pub struct Client {
    target: Target,
    credentials: Credentials,
    services: Services,
    /// For what no service client sends.
    http: Http,
}

impl Client {
    /// A client whose every setting is `target`'s and `credentials`': the environment and profiles
    /// are not asked again, so that both sides run under the same conditions. It tries again as the
    /// SDK does unless told otherwise.
    ///
    /// # Errors
    /// A failure of stage `build` where the proxy's URL is not one, or the secret stands where the
    /// access key id belongs: the SDK would send it in clear text.
    pub fn new(target: Target, credentials: Credentials) -> Result<Self, Failure> {
        Self::with(target, credentials, Retries::Default)
    }

    /// The same, trying nothing twice: for measuring one attempt.
    ///
    /// # Errors
    /// As [`Client::new`].
    pub fn without_retries(target: Target, credentials: Credentials) -> Result<Self, Failure> {
        Self::with(target, credentials, Retries::None)
    }

    /// The same as [`Client::new`], for [`Client::call_traced`]: it marks what it does.
    ///
    /// # Errors
    /// As [`Client::new`].
    pub fn traced(target: Target, credentials: Credentials) -> Result<Self, Failure> {
        let client = Self::new(target, credentials)?;
        Ok(Self { services: client.services.with(TraceHooks), ..client })
    }

    /// The same as [`Client::without_retries`], for [`Client::call_timed`].
    ///
    /// # Errors
    /// As [`Client::new`].
    pub fn timed(target: Target, credentials: Credentials) -> Result<Self, Failure> {
        let client = Self::without_retries(target, credentials)?;
        Ok(Self { services: client.services.with(TimeHooks), ..client })
    }

    fn with(target: Target, credentials: Credentials, retries: Retries) -> Result<Self, Failure> {
        if credentials.are_swapped() {
            return Err(Failure::new(Stage::Build, CredentialsError::Swapped.to_string()));
        }
        let http = Http::new(&target)?;
        let services = Services::new(&target, &credentials, retries, &http)?;
        Ok(Self { target, credentials, services, http })
    }

    /// The answer within the limit of time. The SDK's own `operation_timeout` is one request's: a
    /// paginator starts it anew for every page.
    async fn answer(&self, operation: &Operation) -> Result<Answer, Failure> {
        self.check_endpoint(operation)?;
        let within = self.target.limits.time;
        tokio::time::timeout(within, self.answer_in_any_time(operation)).await.unwrap_or_else(
            |_elapsed| {
                let text = format!("the call did not end within {within:?} and was given up");
                Err(Failure::new(Stage::Timeout, text))
            },
        )
    }

    async fn answer_in_any_time(&self, operation: &Operation) -> Result<Answer, Failure> {
        let Services { s3, ec2, ec2_waiting } = &self.services;
        let pages = PageLimit::of(self.target.limits);
        match operation {
            Operation::ListBuckets => request::list_buckets(s3, pages).await,
            Operation::ListObjects(input) => request::list_objects(s3, input, pages).await,
            Operation::PresignGet(input) => {
                // A header cannot hold a line break or a control character, but an encoded query
                // can: the SDK would presign a URL with credentials that no service accepts.
                self.credentials
                    .check()
                    .map_err(|error| Failure::new(Stage::Build, error.to_string()))?;
                request::presign_get(s3, input).await
            }
            Operation::DescribeImages(input) => request::describe_images(ec2, input, pages).await,
            Operation::LatestImage(input) => request::latest_image(ec2, input, pages).await,
            Operation::RunInstances(input) => request::run_instances(ec2, input).await,
            Operation::WaitUntilRunning(input) => {
                request::wait_until_running(ec2_waiting, input, self.target.wait_pace).await
            }
            Operation::CreateTags(input) => request::create_tags(ec2, input).await,
            Operation::DescribeInstances(input) => {
                request::describe_instances(ec2, input, pages).await
            }
            Operation::TerminateInstances(input) => request::terminate_instances(ec2, input).await,
            Operation::InvokeApi(input) => {
                execute_api::invoke(&self.http, &self.target, &self.credentials, input).await
            }
        }
    }
}

impl Client {
    /// Whether anybody is named to answer `operation`: the SDK would ask AWS otherwise.
    fn check_endpoint(&self, operation: &Operation) -> Result<(), Failure> {
        let (service, endpoint) = match operation {
            Operation::ListBuckets | Operation::ListObjects(_) | Operation::PresignGet(_) => {
                ("S3", self.target.endpoint.s3())
            }
            Operation::DescribeImages(_)
            | Operation::LatestImage(_)
            | Operation::RunInstances(_)
            | Operation::WaitUntilRunning(_)
            | Operation::CreateTags(_)
            | Operation::DescribeInstances(_)
            | Operation::TerminateInstances(_) => ("EC2", self.target.endpoint.ec2()),
            Operation::InvokeApi(_) => return Ok(()),
        };
        match endpoint {
            ServiceEndpoint::Aws | ServiceEndpoint::Url(_) => Ok(()),
            ServiceEndpoint::Missing => {
                let text =
                    format!("no endpoint is named for {service}, and one is for another service");
                Err(Failure::new(Stage::Build, text))
            }
        }
    }

    /// [`contract::Client::call`], with every attempt that was made for it as the SDK's hooks saw it.
    pub async fn call_observed(&self, operation: &Operation) -> (Reply, Vec<Exchange>) {
        // Boxed, because a call of the SDK is a future of hundreds of kilobytes without optimisation,
        // and each layer around it would copy it on the stack.
        observe::observing(Box::pin(contract::Client::call(self, operation))).await
    }

    /// [`contract::Client::call`], with the time of each of its phases; for a client that is
    /// [timed](Client::timed).
    pub async fn call_timed(&self, operation: &Operation) -> (Reply, Timeline) {
        timing::timing(Box::pin(contract::Client::call(self, operation))).await
    }

    /// [`contract::Client::call`], with what ran inside it; of the hooks, if this is a client that is
    /// [traced](Client::traced).
    pub async fn call_traced(&self, operation: &Operation) -> (Reply, Trace) {
        let call = Box::pin(contract::Client::call(self, operation));
        let (reply, trace) = trace::tracing(call).await;
        (reply, Trace { plugins: self.services.plugins(operation), ..trace })
    }
}

impl contract::Client for Client {
    fn name(&self) -> &'static str {
        "sdk"
    }

    async fn call(&self, operation: &Operation) -> Reply {
        let (result, attempts) = observe::counting_attempts(self.answer(operation)).await;
        let requests = match operation {
            // The presigner runs the hooks of an attempt, and stops short of sending.
            Operation::PresignGet(_) => 0,
            _ => attempts,
        };
        Reply { result: result.map(Answer::sorted), requests }
    }
}
