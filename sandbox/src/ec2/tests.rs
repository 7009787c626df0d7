//! EC2 as its callers see it: parameters in, documents and refusals out.

mod images;
mod instances;
mod launches;
mod requests;
mod tags;

use std::time::Duration;

use time::OffsetDateTime;
use time::macros::datetime;

use super::{Ec2, Ec2Call, Ec2Caller, Ec2Settings, Refusal};

const ACCOUNT: &str = "111122223333";
const START: OffsetDateTime = datetime!(2026-01-01 00:00:00 UTC);

/// A region with a clock that only the test moves.
struct Region {
    ec2: Ec2,
    now: OffsetDateTime,
    denied: &'static [&'static str],
}

impl Region {
    fn new() -> Self {
        let settings = Ec2Settings {
            region: "eu-west-1".to_owned(),
            account_id: ACCOUNT.to_owned(),
            boot_time: Duration::from_secs(10),
            shutdown_time: Duration::from_secs(5),
        };
        Self { ec2: Ec2::new(settings), now: START, denied: &[] }
    }

    fn call(&self, action: &str, parameters: &[(&str, &str)]) -> Result<String, Refusal> {
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

    fn answer(&self, action: &str, parameters: &[(&str, &str)]) -> String {
        self.call(action, parameters).unwrap()
    }

    fn refusal(&self, action: &str, parameters: &[(&str, &str)]) -> Refusal {
        self.call(action, parameters).expect_err("this call is refused")
    }

    /// The code and message of a refusal with status 400.
    fn bad_request(&self, action: &str, parameters: &[(&str, &str)]) -> (String, String) {
        let error = self.refusal(action, parameters);
        assert_eq!(error.status, 400, "{error:?}");
        (error.code, error.message)
    }

    fn wait(&mut self, seconds: u64) {
        self.now += Duration::from_secs(seconds);
    }

    /// The id of the newest Amazon Linux 2023 of that architecture.
    fn newest(&self, architecture: &str) -> String {
        let name = format!("al2023-ami-2023.*-kernel-6.1-{architecture}");
        let answer = self.answer(
            "DescribeImages",
            &[("Owner.1", "amazon"), ("Filter.1.Name", "name"), ("Filter.1.Value.1", &name)],
        );
        let images = values(&answer, "creationDate").into_iter().zip(values(&answer, "imageId"));
        images.max().map(|(_, id)| id).unwrap()
    }

    /// Launches on `t3.micro` with further parameters, and gives the ids of the instances.
    fn launch(&self, count: &str, more: &[(&str, &str)]) -> Vec<String> {
        let image = self.newest("x86_64");
        let mut parameters = vec![
            ("ImageId", image.as_str()),
            ("InstanceType", "t3.micro"),
            ("MinCount", count),
            ("MaxCount", count),
        ];
        parameters.extend(more);
        values(&self.answer("RunInstances", &parameters), "instanceId")
    }

    /// The names of the states of all instances, as `DescribeInstances` has them.
    fn states(&self) -> Vec<String> {
        let answer = self.answer("DescribeInstances", &[]);
        let states = answer.split("<instanceState>").skip(1);
        states.map(|state| values(state, "name").remove(0)).collect()
    }
}

/// The texts of all elements of that name, still escaped.
fn values(document: &str, name: &str) -> Vec<String> {
    let (open, close) = (format!("<{name}>"), format!("</{name}>"));
    let pieces = document.split(&open).skip(1);
    pieces.filter_map(|piece| piece.split_once(&close)).map(|(text, _)| text.to_owned()).collect()
}

fn refused(code: &str, message: &str) -> (String, String) {
    (code.to_owned(), message.to_owned())
}
