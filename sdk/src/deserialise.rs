//! From an answer's bytes to the SDK's output types, alone: the deserialiser that an operation gives
//! to the orchestrator, called without one. It is here to be measured; [`Client`](crate::Client) has no
//! use for it.

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

/// One answer of a service, as the orchestrator hands it to the deserialiser: read to its end.
#[derive(Debug)]
pub struct Deserialiser {
    response: HttpResponse,
    /// Holds the deserialiser, which lends itself only from there.
    operation: FrozenLayer,
    config: ConfigBag,
    typed: fn(Output) -> Deserialised,
}

/// What the SDK's user gets.
#[derive(Debug)]
#[allow(
    clippy::large_enum_variant,
    reason = "a box would be an allocation that the SDK does not make"
)]
pub enum Deserialised {
    /// Of `DescribeImages`.
    Images(DescribeImagesOutput),
    /// Of `ListObjectsV2`.
    Objects(ListObjectsV2Output),
}

impl Deserialiser {
    /// For an answer of EC2's `DescribeImages` with status 200.
    #[must_use]
    pub fn describe_images(body: Vec<u8>) -> Self {
        Self::new(&DescribeImages::new(), body, |output| Deserialised::Images(downcast(output)))
    }

    /// For an answer of S3's `ListObjectsV2` with status 200.
    #[must_use]
    pub fn list_objects(body: Vec<u8>) -> Self {
        Self::new(&ListObjectsV2::new(), body, |output| Deserialised::Objects(downcast(output)))
    }

    fn new(plugin: &impl RuntimePlugin, body: Vec<u8>, typed: fn(Output) -> Deserialised) -> Self {
        let ok = StatusCode::try_from(200).expect("200 is a status");
        Self {
            response: HttpResponse::new(ok, SdkBody::from(body)),
            operation: plugin.config().expect("every operation brings its deserialiser"),
            config: ConfigBag::base(),
            typed,
        }
    }

    /// Parses it.
    ///
    /// # Errors
    /// A failure of stage `response` where the SDK takes it for no answer.
    ///
    /// # Panics
    /// Where an operation of the SDK came without a deserialiser; none does.
    pub fn deserialise(&self) -> Result<Deserialised, Failure> {
        let deserialiser = self.operation.load::<SharedResponseDeserializer>();
        let deserialiser = deserialiser.expect("every operation brings its deserialiser");
        deserialiser
            .deserialize_nonstreaming_with_config(&self.response, &self.config)
            .map(self.typed)
            .map_err(|error| Failure::new(Stage::Response, format!("{error:?}")))
    }
}

impl Deserialised {
    /// The same, normalised.
    ///
    /// # Errors
    /// A failure of stage `response` where something is missing without which it means nothing.
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
    // Its `Debug` is the whole answer: no message to end with.
    output.downcast().unwrap_or_else(|_| panic!("an operation's deserialiser makes its output"))
}
