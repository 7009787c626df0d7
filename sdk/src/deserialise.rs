//! Runs only the SDK's deserialiser: from the bytes of a response to the SDK's output types. It exists to
//! be measured; [`Client`](crate::Client) does not use it.

use std::fmt::Debug;

use aws_sdk_ec2::operation::describe_images::{DescribeImages, DescribeImagesOutput};
use aws_sdk_s3::operation::list_objects_v2::{ListObjectsV2, ListObjectsV2Output};
use aws_smithy_runtime_api::{
    client::{
        interceptors::context::Output,
        orchestrator::HttpResponse,
        runtime_plugin::RuntimePlugin,
        ser_de::{DeserializeResponse as _, SharedResponseDeserializer},
    },
    http::StatusCode,
};
use aws_smithy_types::{
    body::SdkBody,
    config_bag::{ConfigBag, FrozenLayer},
};
use contract::{Answer, Failure, ObjectListing, Stage};

use crate::parse;

/// A complete response and its deserialiser, as the SDK's orchestrator brings them together.
#[derive(Debug)]
pub struct Deserialiser {
    response: HttpResponse,
    /// Contains the deserialiser, which can only be borrowed from it.
    operation: FrozenLayer,
    config: ConfigBag,
    typed: fn(Output) -> Deserialised,
}

/// An output type of the SDK.
#[derive(Debug)]
#[allow(
    clippy::large_enum_variant,
    reason = "a box would add an allocation that the SDK does not make"
)]
pub enum Deserialised {
    /// From `DescribeImages`.
    Images(DescribeImagesOutput),
    /// From `ListObjectsV2`.
    Objects(ListObjectsV2Output),
}

impl Deserialiser {
    /// For a response to EC2 `DescribeImages` with status 200.
    #[must_use]
    pub fn describe_images(body: Vec<u8>) -> Self {
        Self::new(&DescribeImages::new(), body, |output| Deserialised::Images(downcast(output)))
    }

    /// For a response to S3 `ListObjectsV2` with status 200.
    #[must_use]
    pub fn list_objects(body: Vec<u8>) -> Self {
        Self::new(&ListObjectsV2::new(), body, |output| Deserialised::Objects(downcast(output)))
    }

    fn new(plugin: &impl RuntimePlugin, body: Vec<u8>, typed: fn(Output) -> Deserialised) -> Self {
        let ok = StatusCode::try_from(200).expect("200 is a valid status");
        Self {
            response: HttpResponse::new(ok, SdkBody::from(body)),
            operation: plugin.config().expect("every operation has a deserialiser"),
            config: ConfigBag::base(),
            typed,
        }
    }

    /// Deserialises the response.
    ///
    /// # Errors
    /// A failure of stage `response` if the SDK cannot read it.
    ///
    /// # Panics
    /// If an operation of the SDK has no deserialiser, which does not happen.
    pub fn deserialise(&self) -> Result<Deserialised, Failure> {
        let deserialiser = self.operation.load::<SharedResponseDeserializer>();
        let deserialiser = deserialiser.expect("every operation has a deserialiser");
        deserialiser
            .deserialize_nonstreaming_with_config(&self.response, &self.config)
            .map(self.typed)
            .map_err(|error| Failure::new(Stage::Response, format!("{error:?}")))
    }
}

impl Deserialised {
    /// The normalised answer.
    ///
    /// # Errors
    /// A failure of stage `response` if a required field is missing.
    pub fn answer(&self) -> Result<Answer, Failure> {
        match self {
            Self::Images(output) => output
                .images()
                .iter()
                .map(parse::image)
                .collect::<Result<_, _>>()
                .map(Answer::Images),
            Self::Objects(output) => {
                let mut listing = ObjectListing {
                    objects: Vec::new(),
                    common_prefixes: Vec::new(),
                    truncated: false,
                };
                parse::add_page(&mut listing, output)?;
                Ok(Answer::Objects(listing))
            }
        }
    }
}

fn downcast<T: Debug + Send + Sync + 'static>(output: Output) -> T {
    // Not `expect`: the output's `Debug` is the whole response.
    output
        .downcast()
        .unwrap_or_else(|_| panic!("the deserialiser of an operation returns its output type"))
}
