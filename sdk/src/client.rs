use contract::{
    Answer, Credentials, CredentialsError, Failure, Operation, Reply, ServiceEndpoint, Stage,
    Target, Timeline,
};

use crate::{
    config::{Retries, ServiceClients},
    execute_api,
    observe::{
        self, Exchange,
        timing::{self, TimeHooks},
        trace::{self, Trace, TraceHooks},
    },
    request::{self, PageLimit},
    send::HttpClients,
};

/// The SDK's side of the comparison.
#[derive(Debug)]
pub struct Client {
    target: Target,
    credentials: Credentials,
    services: ServiceClients,
    /// For calls without a service client.
    http: HttpClients,
}

impl Client {
    /// A client with the settings of `target` and these credentials. It reads neither environment nor
    /// profiles, so that both sides run under the same conditions. It retries as the SDK does by
    /// default.
    ///
    /// # Errors
    /// A failure of stage `build` if the URL of the proxy is invalid, or if access key id and secret
    /// are swapped: the SDK would send the secret in clear text.
    pub fn new(target: Target, credentials: Credentials) -> Result<Self, Failure> {
        Self::with_retries(target, credentials, Retries::Default)
    }

    /// Like [`Client::new`], but without retries, to measure one attempt.
    ///
    /// # Errors
    /// As [`Client::new`].
    pub fn without_retries(target: Target, credentials: Credentials) -> Result<Self, Failure> {
        Self::with_retries(target, credentials, Retries::None)
    }

    /// Like [`Client::new`], with the hooks for [`Client::call_traced`].
    ///
    /// # Errors
    /// As [`Client::new`].
    pub fn traced(target: Target, credentials: Credentials) -> Result<Self, Failure> {
        let client = Self::new(target, credentials)?;
        Ok(Self { services: client.services.with_interceptor(TraceHooks), ..client })
    }

    /// Like [`Client::without_retries`], with the hooks for [`Client::call_timed`].
    ///
    /// # Errors
    /// As [`Client::new`].
    pub fn timed(target: Target, credentials: Credentials) -> Result<Self, Failure> {
        let client = Self::without_retries(target, credentials)?;
        Ok(Self { services: client.services.with_interceptor(TimeHooks), ..client })
    }

    fn with_retries(
        target: Target,
        credentials: Credentials,
        retries: Retries,
    ) -> Result<Self, Failure> {
        if credentials.are_swapped() {
            return Err(Failure::new(Stage::Build, CredentialsError::Swapped.to_string()));
        }
        let http = HttpClients::new(&target)?;
        let services = ServiceClients::new(&target, &credentials, retries, &http)?;
        Ok(Self { target, credentials, services, http })
    }

    /// Performs the operation within the time limit of a call. The SDK's own `operation_timeout` applies
    /// to one request: a paginator restarts it for every page.
    async fn perform_within_limit(&self, operation: &Operation) -> Result<Answer, Failure> {
        self.check_endpoint(operation)?;
        let limit = self.target.limits.time;
        tokio::time::timeout(limit, self.perform(operation)).await.unwrap_or_else(|_elapsed| {
            let text = format!("the call did not end within {limit:?} and was given up");
            Err(Failure::new(Stage::Timeout, text))
        })
    }

    async fn perform(&self, operation: &Operation) -> Result<Answer, Failure> {
        let ServiceClients { s3, ec2, ec2_waiting } = &self.services;
        let pages = PageLimit::new(self.target.limits);
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

    /// Checks that the service of `operation` has an endpoint; without one, the SDK would call AWS.
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
                let text = format!(
                    "no endpoint is configured for {service}, although another service has one"
                );
                Err(Failure::new(Stage::Build, text))
            }
        }
    }

    /// [`contract::Client::call`], with every HTTP attempt that the SDK made for it.
    pub async fn call_observed(&self, operation: &Operation) -> (Reply, Vec<Exchange>) {
        // Boxed: without optimisation, the future of an SDK call has hundreds of kilobytes, and each
        // layer around it would copy it on the stack.
        observe::observing(Box::pin(contract::Client::call(self, operation))).await
    }

    /// [`contract::Client::call`], with the time of each phase. Needs a [timed](Client::timed) client.
    pub async fn call_timed(&self, operation: &Operation) -> (Reply, Timeline) {
        timing::timing(Box::pin(contract::Client::call(self, operation))).await
    }

    /// [`contract::Client::call`], with what ran inside it. The trace contains hooks only for a
    /// [traced](Client::traced) client.
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
        let call = self.perform_within_limit(operation);
        let (result, attempts) = observe::counting_attempts(call).await;
        // The presigner runs the hooks of an attempt, but sends nothing.
        let requests = if matches!(operation, Operation::PresignGet(_)) { 0 } else { attempts };
        Reply { result: result.map(Answer::sorted), requests }
    }
}
