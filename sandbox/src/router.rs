//! Dispatches each request to the service that it addresses.

use time::OffsetDateTime;

use crate::authenticate::AuthContext;
use crate::execute_api;
use crate::identity::Identity;
use crate::query_api::{self, QueryApi};
use crate::refusal::Refusal;
use crate::request_id::RequestIds;
use crate::response::ServiceResponse;
use crate::s3::{self, S3};
use crate::verify::ReceivedRequest;

/// A service that the sandbox offers.
#[derive(Clone, Copy)]
pub(crate) enum AwsService {
    S3,
    Ec2,
    ExecuteApi,
}

impl AwsService {
    /// The service that a request addresses: API Gateway by its path prefix or host name, EC2 by
    /// what only the Query API sends, and S3 otherwise, because a bucket may have any path.
    pub(crate) fn of(received: &ReceivedRequest) -> Self {
        if execute_api::is_addressed_by(received) {
            AwsService::ExecuteApi
        } else if query_api::is_addressed_by(received) {
            AwsService::Ec2
        } else {
            AwsService::S3
        }
    }
}

/// The three services behind the one host, and the identities that may call them.
pub(crate) struct Router {
    pub(crate) identities: Vec<Identity>,
    pub(crate) ids: RequestIds,
    pub(crate) s3: S3,
    pub(crate) ec2: QueryApi,
}

impl Router {
    pub(crate) fn handle(
        &self,
        received: &ReceivedRequest,
        now: OffsetDateTime,
    ) -> ServiceResponse {
        let context = AuthContext { identities: &self.identities, now };
        let id = self.ids.next();
        match AwsService::of(received) {
            AwsService::S3 => self.s3.handle(received, context, &id),
            AwsService::Ec2 => self.ec2.handle(received, context, &id),
            AwsService::ExecuteApi => execute_api::handle(received, context, &id),
        }
    }

    /// The refusal as an error document of the service that the request addresses.
    pub(crate) fn refuse(&self, received: &ReceivedRequest, refusal: Refusal) -> ServiceResponse {
        let id = self.ids.next();
        match AwsService::of(received) {
            AwsService::S3 => s3::error_response(received, refusal, &id),
            AwsService::Ec2 => query_api::error_response(&refusal, &id),
            AwsService::ExecuteApi => execute_api::error_response(refusal, &id),
        }
    }
}
