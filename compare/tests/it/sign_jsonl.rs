//! `sign --jsonl` and `verify --jsonl` in pairs: what one signs, the other accepts.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde_json::{Value, json};

use crate::program::{Ended, Program};

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const TIME: &str = "20150830T123600Z";

/// A line that can be signed; with what signing adds, it can be verified.
pub(crate) fn job(id: u32) -> Value {
    json!({
        "id": id, "method": "GET", "url": "https://example.amazonaws.com/?b=2&a=1",
        "headers": [["My-Header", "v"]], "body_base64": "", "service": "service",
        "region": "us-east-1", "time": TIME, "now": TIME, "access_key_id": "AKIDEXAMPLE",
        "secret_access_key": SECRET, "session_token": null,
    })
}

/// What signing added to `job`, as a line for `verify`.
pub(crate) fn signed(job: &Value, answer: &Value) -> Value {
    assert_eq!(answer["error"], Value::Null, "{job}");
    let mut signed = job.clone();
    signed["url"] = answer["url"].clone();
    signed["headers"] = answer["headers"].clone();
    signed
}

/// What the verb answers to `lines`, none of which may show the secret.
pub(crate) fn answers(verb: &str, lines: &[Value]) -> Vec<Value> {
    let input = lines.iter().map(Value::to_string).collect::<Vec<_>>().join("\n");
    let ended = Program::new([verb, "--jsonl"]).input(input).secret(SECRET).run();
    let Ended { stderr, .. } = &ended;
    assert_eq!(stderr, "");
    let answers = ended.expect(0).json_lines();
    assert_eq!(answers.len(), lines.len(), "one answer for each line");
    for (answer, line) in answers.iter().zip(lines) {
        assert_eq!(answer["id"], line["id"], "in order");
    }
    answers
}

/// Xorshift: the same odd requests at every run.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).expect("31 bits") % limit
    }

    fn one_of<'a>(&mut self, choices: &[&'a str]) -> &'a str {
        choices[self.below(choices.len())]
    }

    fn some_of(&mut self, choices: &[&str], most: usize, separator: &str) -> String {
        let count = self.below(most + 1);
        (0..count).map(|_| self.one_of(choices)).collect::<Vec<_>>().join(separator)
    }

    fn job(&mut self, id: u32) -> Value {
        const SEGMENTS: &[&str] = &[
            "a",
            "foo",
            "%20",
            "%E1%88%B4",
            "a%2Fb",
            "~",
            "-._",
            ".",
            "..",
            "",
            "%C3%BC",
            "x%3Dy",
        ];
        const PARAMETERS: &[&str] =
            &["a=b", "a=a", "A=1", "b=", "c", "d=%2F%20", "e=~-._", "%C3%BC=%E1%88%B4", "f=%3D%26"];
        const VALUES: &[&str] = &["v", "a  b", "\"quoted  twice\"", "1,2", "a;b=c", ""];
        let service = self.one_of(&["s3", "ec2", "execute-api", "service"]);
        let path = self.some_of(SEGMENTS, 4, "/");
        let query = self.some_of(PARAMETERS, 4, "&");
        let mark = if query.is_empty() { "" } else { "?" };
        let mut job = job(id);
        job["method"] = json!(self.one_of(&["GET", "POST", "PUT", "DELETE", "HEAD"]));
        job["url"] = json!(format!("https://example.amazonaws.com/{path}{mark}{query}"));
        job["headers"] = (0..self.below(4))
            .map(|index| json!([format!("X-Test-{index}"), self.one_of(VALUES)]))
            .collect();
        let body = self.some_of(&["body", "\u{fc}", "\n", "Action=A&B=c"], 3, "");
        job["body_base64"] = json!(BASE64_STANDARD.encode(body));
        job["service"] = json!(service);
        job["region"] = json!(self.one_of(&["us-east-1", "eu-west-1", "cn-north-1"]));
        if self.below(3) == 0 {
            job["session_token"] = json!("AQoDYXdzEPT//////////wEXAMPLE+token==");
        }
        job["location"] = json!(self.one_of(&["header", "query"]));
        job["payload"] = json!(self.one_of(&["signed", "unsigned"]));
        job
    }
}

#[test]
fn two_hundred_odd_requests_are_accepted_whoever_signed_them_and_wherever() {
    let mut random = Random(0x5eed_0f51_64a5_1337);
    let mut jobs = Vec::new();
    for id in 0..100 {
        let job = random.job(id);
        for side in ["raw", "sdk"] {
            let mut job = job.clone();
            job["side"] = json!(side);
            jobs.push(job);
        }
    }
    let answered = answers("sign", &jobs);
    let signed: Vec<_> =
        jobs.iter().zip(&answered).map(|(job, answer)| signed(job, answer)).collect();
    for (verdict, line) in answers("verify", &signed).iter().zip(&signed) {
        assert_eq!(verdict["verdict"], "accepted", "{line:#}\n{verdict:#}");
    }
    for (pair, jobs) in answered.chunks(2).zip(jobs.chunks(2)) {
        assert_eq!(pair[0]["signature"], pair[1]["signature"], "{:#}", jobs[0]);
    }
}

#[test]
fn a_line_that_cannot_be_signed_answers_with_an_error_and_the_next_is_read() {
    let with = |field: &str, value: Value| {
        let mut job = job(7);
        job[field] = value;
        job.to_string()
    };
    let bad = [
        ("not JSON".to_owned(), Value::Null),
        ("{\"id\": 5}".to_owned(), json!(5)),
        ("[]".to_owned(), Value::Null),
        (with("url", json!("not a URL")), json!(7)),
        (with("time", json!("yesterday")), json!(7)),
        (with("body_base64", json!("?")), json!(7)),
        (with("headers", json!([["X-A", "one\r\ntwo"]])), json!(7)),
        (with("method", json!("")), json!(7)),
        (with("side", json!("left")), json!(7)),
        (with("location", json!("body")), json!(7)),
        (with("region", Value::Null), json!(7)),
        (with("expires", json!(-1)), json!(7)),
    ];
    let mut input = String::new();
    for (line, _) in &bad {
        input.push_str(line);
        input.push('\n');
        input.push_str(&job(8).to_string());
        input.push_str("\n\n");
    }
    let ended = Program::new(["sign", "--jsonl"]).input(input).secret(SECRET).run().expect(0);
    let answers = ended.json_lines();
    assert_eq!(answers.len(), 2 * bad.len(), "an empty line is no request");
    for (pair, (line, id)) in answers.chunks(2).zip(&bad) {
        assert_eq!(pair[0]["id"], *id, "{line}");
        assert!(pair[0]["error"].as_str().is_some_and(|why| !why.is_empty()), "{line}");
        assert_eq!(pair[0]["signature"], Value::Null, "{line}");
        assert_eq!(pair[1]["id"], 8);
        assert_eq!(pair[1]["error"], Value::Null);
    }
}

#[test]
fn an_id_may_be_anything_and_what_is_absent_has_a_default() {
    let mut jobs = Vec::new();
    for id in [json!("text"), json!({"a": [1]}), json!(1.5), json!(u64::MAX), Value::Null] {
        let mut job = job(0);
        let fields = job.as_object_mut().unwrap();
        fields.insert("id".to_owned(), id);
        for absent in ["method", "headers", "body_base64", "session_token"] {
            fields.remove(absent);
        }
        jobs.push(job);
    }
    for answer in answers("sign", &jobs) {
        assert_eq!(answer["error"], Value::Null);
        assert_eq!(answer["side"], "raw");
        assert!(answer["canonical_request"].as_str().unwrap().starts_with("GET\n/\na=1&b=2\n"));
    }
}

#[test]
fn the_first_vector_of_awss_suite_comes_out_on_both_sides() {
    for side in ["raw", "sdk"] {
        let mut job = job(1);
        job["url"] = json!("https://example.amazonaws.com/");
        job["headers"] = json!([]);
        job["side"] = json!(side);
        let answer = &answers("sign", &[job])[0];
        // get-vanilla
        let signature = "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31";
        assert_eq!(answer["signature"], signature);
    }
}
