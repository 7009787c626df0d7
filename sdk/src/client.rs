use contract::{Answer, Credentials, Failure, Operation, Reply, Target};

use crate::{config::Services, execute_api, observe, request};

/// The SDK's side of the comparison.
#[derive(Debug)]
pub struct Client {
    target: Target,
    credentials: Credentials,
    services: Services,
}

impl Client {
    /// A client whose every setting is `target`'s and `credentials`': the environment and profiles
    /// are not asked again, so that both sides run under the same conditions.
    ///
    /// # Errors
    /// A failure of stage `build` where the proxy's URL is not one.
    pub fn new(target: Target, credentials: Credentials) -> Result<Self, Failure> {
        let services = Services::new(&target, &credentials)?;
        Ok(Self { target, credentials, services })
    }

    async fn answer(&self, operation: &Operation) -> Result<Answer, Failure> {
        let Services { s3, ec2, ec2_waiting } = &self.services;
        match operation {
            Operation::ListBuckets => request::list_buckets(s3).await,
            Operation::ListObjects(input) => request::list_objects(s3, input).await,
            Operation::PresignGet(input) => request::presign_get(s3, input).await,
            Operation::DescribeImages(input) => request::describe_images(ec2, input).await,
            Operation::LatestImage(input) => request::latest_image(ec2, input).await,
            Operation::RunInstances(input) => request::run_instances(ec2, input).await,
            Operation::WaitUntilRunning(input) => {
                request::wait_until_running(ec2_waiting, input, self.target.wait_pace).await
            }
            Operation::CreateTags(input) => request::create_tags(ec2, input).await,
            Operation::DescribeInstances(input) => request::describe_instances(ec2, input).await,
            Operation::TerminateInstances(input) => request::terminate_instances(ec2, input).await,
            Operation::InvokeApi(input) => {
                execute_api::invoke(&self.target, &self.credentials, input).await
            }
        }
    }
}

impl contract::Client for Client {
    fn name(&self) -> &'static str {
        "sdk"
    }

    #[expect(
        clippy::large_futures,
        reason = "the SDK's futures are that large, and boxing one would add an allocation of ours \
                  to what is measured of theirs"
    )]
    async fn call(&self, operation: &Operation) -> Reply {
        let (result, requests) = observe::counting_attempts(self.answer(operation)).await;
        Reply { result: result.map(Answer::in_order), requests }
    }
}
