//! One JSON document a line in, one a line out, in order, until the end of the input.

use std::io::{self, BufRead, BufWriter, Write};

use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use crate::error::Stop;

/// Answers every line: `answer` those that are a `Job`, `unreadable` the others, with their `id`
/// if they have one and what is wrong with them.
pub(super) fn answer_lines<Job: DeserializeOwned, Answer: Serialize>(
    answer: impl Fn(&Job) -> Answer,
    unreadable: impl Fn(Value, String) -> Answer,
) -> Result<(), Stop> {
    let mut output = BufWriter::new(io::stdout().lock());
    for line in io::stdin().lock().lines() {
        let line = line.map_err(|error| Stop::impossible(format!("standard input: {error}")))?;
        if line.trim().is_empty() {
            continue;
        }
        let answer = match serde_json::from_str(&line) {
            Ok(job) => answer(&job),
            Err(error) => unreadable(id_of(&line), format!("the line is no job: {error}")),
        };
        let written = serde_json::to_writer(&mut output, &answer)
            .map_err(io::Error::from)
            .and_then(|()| output.write_all(b"\n"));
        written.map_err(|error| Stop::impossible(format!("standard output: {error}")))?;
    }
    output.flush().map_err(|error| Stop::impossible(format!("standard output: {error}")))
}

fn id_of(line: &str) -> Value {
    serde_json::from_str::<Value>(line)
        .ok()
        .and_then(|value| value.get("id").cloned())
        .unwrap_or(Value::Null)
}
