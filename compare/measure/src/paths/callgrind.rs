//! Counts every instruction of a program's warm calls with callgrind, by function.
//!
//! Callgrind counts from the start to the end of the function that makes a warm call, so nothing has to be
//! subtracted. The kernel's instructions are not included. The processor that it emulates has no SHA
//! instructions, so hashing takes thousands of instructions that a real processor does not need.

use std::{
    collections::HashMap,
    io::{self, BufRead as _, BufReader},
    path::Path,
    process::Command,
};

use super::crates::{Crate, crate_of};
use crate::{call::WARM_CALL, error::ExitError};

/// The instructions of one function over all warm calls.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Function {
    /// The crate that it belongs to.
    pub(super) origin: Crate,
    /// Instructions of the function itself, without those of the functions that it called.
    pub(super) instructions: u64,
}

/// Checks that valgrind is installed.
///
/// # Errors
/// Exit 3 if it is not.
pub(super) fn check() -> Result<(), ExitError> {
    match Command::new("valgrind").arg("--version").output() {
        Ok(output) if output.status.success() => Ok(()),
        _ => Err(ExitError::unavailable(
            "instructions are counted by valgrind, which is not installed",
        )
        .help(
            "install it (Debian and Ubuntu: apt install valgrind); everything else works without \
             --instructions",
        )),
    }
}

/// The command that runs `program` under callgrind, which writes to `profile`.
pub(super) fn command(program: &Path, profile: &Path) -> Command {
    let mut out = std::ffi::OsString::from("--callgrind-out-file=");
    out.push(profile);
    let mut command = Command::new("valgrind");
    command.args(["--quiet", "--tool=callgrind", "--demangle=no"]);
    command.arg(format!("--toggle-collect=*{WARM_CALL}*")).arg(out).arg(program);
    command
}

/// Reads the file `profile`.
///
/// # Errors
/// Exit 3 if it cannot be read or has no function.
pub(super) fn read(profile: &Path) -> Result<Vec<Function>, ExitError> {
    let unreadable = |error: io::Error| {
        ExitError::unavailable(format!("the counts of callgrind cannot be read: {error}"))
    };
    let file = std::fs::File::open(profile).map_err(unreadable)?;
    let mut parser = Parser::default();
    for line in BufReader::new(file).lines() {
        parser.line(&line.map_err(unreadable)?);
    }
    let functions: Vec<_> = (parser.costs.into_iter())
        .filter(|(_, instructions)| *instructions > 0)
        .map(|((object, symbol), instructions)| {
            let origin = crate_of(&parser.symbols[&symbol], &parser.objects[&object]);
            Function { origin, instructions }
        })
        .collect();
    if functions.is_empty() {
        return Err(ExitError::unavailable("callgrind counted nothing"));
    }
    Ok(functions)
}

/// Parses the lines of names and of costs. A name is written once; then its number stands for it.
///
/// Format: <https://valgrind.org/docs/manual/cl-format.html>
#[derive(Default)]
struct Parser {
    objects: HashMap<String, String>,
    symbols: HashMap<String, String>,
    object: String,
    symbol: String,
    /// The next line is the cost of a call, which the called function already has.
    after_calls: bool,
    costs: HashMap<(String, String), u64>,
}

impl Parser {
    fn line(&mut self, line: &str) {
        match line.split_once('=') {
            Some(("ob", name)) => self.object = named(&mut self.objects, name),
            Some(("cob", name)) => drop(named(&mut self.objects, name)),
            Some(("fn", name)) => self.symbol = named(&mut self.symbols, name),
            Some(("cfn", name)) => drop(named(&mut self.symbols, name)),
            Some(("calls", _)) => self.after_calls = true,
            Some(_) => {}
            None => self.cost(line),
        }
    }

    /// Adds a line of cost: a position, and the instructions spent there.
    fn cost(&mut self, line: &str) {
        let is_cost = line.starts_with(|c: char| c.is_ascii_digit() || "+-*".contains(c));
        if !is_cost || std::mem::take(&mut self.after_calls) {
            return;
        }
        let cost = line.split_whitespace().nth(1).and_then(|cost| cost.parse::<u64>().ok());
        let function = (self.object.clone(), self.symbol.clone());
        *self.costs.entry(function).or_default() += cost.unwrap_or(0);
    }
}

/// Returns the number in `(7) name`, which defines a name, or in `(7)`, which refers to it.
fn named(names: &mut HashMap<String, String>, text: &str) -> String {
    match text.split_once(' ') {
        Some((number, name)) => {
            names.insert(number.to_owned(), name.to_owned());
            number.to_owned()
        }
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, io::Write as _};

    use findings::paths::Group;

    use super::{Function, read};
    use crate::paths::crates::Crate;

    /// Functions in two objects, with calls, and with absolute and relative positions.
    const PROFILE: &str = "\
version: 1
creator: callgrind-3.19.0
positions: line
events: Ir
summary: 1125

ob=(1) /bin/repeat-raw
fl=(1) ???
fn=(1) _ZN3raw5parse5parse17h0123456789abcdefE
0 100
cob=(2) /lib/libc.so.6
cfn=(2) malloc
calls=3 0
0 900
+4 7
fn=(3) _ZN4sha26sha25616compress256_soft17h0123456789abcdefE
* 18

ob=(2)
fl=(1)
fn=(2)
0 900
fn=(1)
-1 100
fn=(4) never_run
0 0

totals: 1125
";

    #[test]
    fn a_function_has_its_own_instructions_without_those_of_the_functions_it_called() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(PROFILE.as_bytes()).unwrap();
        let mut functions = read(file.path()).unwrap();
        functions.sort_by_key(|function| function.instructions);
        let function = |name: &str, group, instructions| Function {
            origin: Crate { name: name.to_owned(), group },
            instructions,
        };
        assert_eq!(
            functions,
            [
                function("sha2", Group::Hashing, 18),
                function("raw", Group::Raw, 100),
                function("raw", Group::Raw, 107),
                function("libc.so", Group::System, 900),
            ]
        );
    }

    #[test]
    fn a_profile_without_instructions_is_an_error() {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), "version: 1\nevents: Ir\n").unwrap();
        assert!(read(file.path()).unwrap_err().message.contains("nothing"));
    }
}
