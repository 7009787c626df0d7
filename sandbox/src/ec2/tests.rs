//! EC2 as seen by its callers: parameters in, documents and refusals out.

mod images;
mod instances;
mod launches;
mod requests;
mod tags;

use std::collections::BTreeSet;
use std::time::Duration;

use time::OffsetDateTime;
use time::macros::datetime;

use super::{Ec2, Ec2Call, Ec2Caller, Ec2Settings};
use crate::refusal::Refusal;

const ACCOUNT: &str = "111122223333";
const START: OffsetDateTime = datetime!(2026-01-01 00:00:00 UTC);

type Parameter<'a> = (&'a str, &'a str);

/// A region whose clock the test controls.
struct TestRegion {
    ec2: Ec2,
    now: OffsetDateTime,
    denied: &'static [&'static str],
}

impl TestRegion {
    fn new() -> Self {
        let settings = Ec2Settings {
            region: "eu-west-1".to_owned(),
            account_id: ACCOUNT.to_owned(),
            boot_time: Duration::from_secs(10),
            shutdown_time: Duration::from_secs(5),
        };
        Self { ec2: Ec2::new(settings), now: START, denied: &[] }
    }

    fn try_call(&self, action: &str, parameters: &[Parameter<'_>]) -> Result<String, Refusal> {
        let parameters: Vec<_> =
            parameters.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
        let caller = Ec2Caller {
            arn: "arn:aws:iam::111122223333:user/tester",
            account_id: ACCOUNT,
            may: &|action| !self.denied.contains(&action),
        };
        self.ec2.handle(&Ec2Call {
            action,
            parameters: &parameters,
            caller: &caller,
            now: self.now,
            request_id: "11111111-2222-4333-8444-555555555555",
        })
    }

    fn call(&self, action: &str, parameters: &[Parameter<'_>]) -> String {
        self.try_call(action, parameters).unwrap()
    }

    fn describe_images(&self, parameters: &[Parameter<'_>]) -> String {
        self.call("DescribeImages", parameters)
    }

    fn describe_instances(&self, parameters: &[Parameter<'_>]) -> String {
        self.call("DescribeInstances", parameters)
    }

    fn terminate(&self, id: &str) -> String {
        self.call("TerminateInstances", &[("InstanceId.1", id)])
    }

    fn refusal(&self, action: &str, parameters: &[Parameter<'_>]) -> Refusal {
        self.try_call(action, parameters).expect_err("this call is refused")
    }

    /// Checks a refusal with status 400 by its code and the start of its message.
    #[track_caller]
    fn assert_refused(
        &self,
        action: &str,
        parameters: &[Parameter<'_>],
        code: &str,
        message: &str,
    ) {
        let refusal = self.refusal(action, parameters);
        assert_eq!((refusal.status, &*refusal.code), (400, code), "{refusal:?}");
        assert!(refusal.message.starts_with(message), "{refusal:?}");
    }

    fn wait(&mut self, seconds: u64) {
        self.now += Duration::from_secs(seconds);
    }

    /// The id of the newest Amazon Linux 2023 image of that architecture.
    fn newest(&self, architecture: &str) -> String {
        let name = format!("al2023-ami-2023.*-kernel-6.1-{architecture}");
        let document =
            self.describe_images(&[&[("Owner.1", "amazon")], &filter("name", &name)[..]].concat());
        let images =
            values(&document, "creationDate").into_iter().zip(values(&document, "imageId"));
        images.max().map(|(_, id)| id).unwrap()
    }

    /// Launches `t3.micro` instances with further parameters, and returns their ids.
    fn launch(&self, count: &str, more: &[Parameter<'_>]) -> Vec<String> {
        let image = self.newest("x86_64");
        let parameters = [&launch(&image, "t3.micro", count)[..], more].concat();
        values(&self.call("RunInstances", &parameters), "instanceId")
    }

    /// The states of all instances according to `DescribeInstances`.
    fn states(&self) -> Vec<String> {
        let document = self.describe_instances(&[]);
        let states = document.split("<instanceState>").skip(1);
        states.map(|state| values(state, "name").remove(0)).collect()
    }
}

/// The parameters of a launch.
fn launch<'a>(image: &'a str, instance_type: &'a str, count: &'a str) -> [Parameter<'a>; 4] {
    [("ImageId", image), ("InstanceType", instance_type), ("MinCount", count), ("MaxCount", count)]
}

/// The parameters of a filter.
fn filter<'a>(name: &'a str, value: &'a str) -> [Parameter<'a>; 2] {
    [("Filter.1.Name", name), ("Filter.1.Value.1", value)]
}

/// The texts of all elements of that name, still escaped.
fn values(document: &str, name: &str) -> Vec<String> {
    let (open, close) = (format!("<{name}>"), format!("</{name}>"));
    let pieces = document.split(&open).skip(1);
    pieces.filter_map(|piece| piece.split_once(&close)).map(|(text, _)| text.to_owned()).collect()
}

/// The distinct texts of all elements of that name.
fn distinct(document: &str, name: &str) -> BTreeSet<String> {
    values(document, name).into_iter().collect()
}

fn set<const N: usize>(texts: [&str; N]) -> BTreeSet<String> {
    texts.map(str::to_owned).into()
}
