//! Runs the binary in a clean environment and checks how it ends.

use std::{
    ffi::OsStr,
    fs,
    io::Write as _,
    path::Path,
    process::{Child, Command, Output, Stdio},
    thread,
};

use sandbox::Sandbox;
use serde_json::Value;
use tempfile::TempDir;

/// A call of the program, in an empty folder that is also its home. Its environment holds only what the
/// test sets.
pub(crate) struct Program {
    command: Command,
    folder: TempDir,
    input: Vec<u8>,
    secrets: Vec<String>,
}

/// This many characters of a secret do not appear in the output by chance.
const BEGINNING: usize = 24;

/// How the program ended.
pub(crate) struct Ended {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// A call that has not ended yet.
pub(crate) struct Running {
    child: Child,
    secrets: Vec<String>,
    /// The program's home must exist as long as the program runs.
    _folder: TempDir,
}

impl Program {
    pub(crate) fn new<Arg: AsRef<OsStr>>(args: impl IntoIterator<Item = Arg>) -> Self {
        let folder = tempfile::tempdir().expect("a folder for the program");
        let mut command = Command::new(env!("CARGO_BIN_EXE_compare"));
        command
            .args(args)
            .env_clear()
            .envs(std::env::var_os("PATH").map(|path| ("PATH", path)))
            .env("HOME", folder.path())
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .current_dir(folder.path());
        Self { command, folder, input: Vec::new(), secrets: Vec::new() }
    }

    /// The program against `sandbox`, as its identity `name`, in its region.
    pub(crate) fn at<Arg: AsRef<OsStr>>(
        sandbox: &Sandbox,
        name: &str,
        args: impl IntoIterator<Item = Arg>,
    ) -> Self {
        let program = Self::new(args).keys(sandbox, name);
        program.env("AWS_ENDPOINT_URL", sandbox.endpoint()).env("AWS_REGION", sandbox.region())
    }

    /// Sets the keys of the identity `name`.
    pub(crate) fn keys(self, sandbox: &Sandbox, name: &str) -> Self {
        let identity = sandbox.identity(name).expect("an identity of the sandbox");
        let program = self
            .env("AWS_ACCESS_KEY_ID", &identity.access_key_id)
            .secret_env("AWS_SECRET_ACCESS_KEY", &identity.secret_access_key);
        match &identity.session_token {
            Some(token) => program.secret_env("AWS_SESSION_TOKEN", token),
            None => program,
        }
    }

    /// Sets the key id of AWS's examples, and a secret key that no service knows.
    pub(crate) fn example_keys(self) -> Self {
        self.env("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
            .secret_env("AWS_SECRET_ACCESS_KEY", "hush-hush-hush")
    }

    pub(crate) fn env(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    pub(crate) fn secret_env(self, name: &str, value: &str) -> Self {
        self.secret(value).env(name, value)
    }

    /// Fails the test if the program prints `text` or its beginning: as it is, encoded for a URL, or in
    /// hexadecimal as in S3's `CanonicalRequestBytes`.
    pub(crate) fn secret(mut self, text: &str) -> Self {
        let hex: Vec<_> = text.bytes().map(|byte| format!("{byte:02x}")).collect();
        let beginning: String = text.chars().take(BEGINNING).collect();
        self.secrets.extend([text.to_owned(), raw::encode::query(text), hex.join("")]);
        self.secrets.extend((beginning.len() >= BEGINNING).then_some(beginning));
        self
    }

    /// Writes a file in the program's folder.
    pub(crate) fn file(self, path: impl AsRef<Path>, content: &str) -> Self {
        let path = self.folder.path().join(path);
        fs::create_dir_all(path.parent().expect("a file is in a folder")).expect("the folder");
        fs::write(path, content).expect("the file");
        self
    }

    /// Lets the program run cargo, with the crates that are already fetched.
    pub(crate) fn with_cargo(mut self) -> Self {
        for name in ["HOME", "CARGO_HOME", "RUSTUP_HOME", "RUSTUP_TOOLCHAIN"] {
            if let Ok(value) = std::env::var(name) {
                self = self.env(name, &value);
            }
        }
        self.env("CARGO", env!("CARGO"))
    }

    /// Runs it at the top of the project.
    pub(crate) fn in_project(mut self) -> Self {
        self.command.current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
        self.with_cargo()
    }

    /// Sets its standard input.
    pub(crate) fn input(mut self, text: impl Into<Vec<u8>>) -> Self {
        self.input = text.into();
        self
    }

    pub(crate) fn run(self) -> Ended {
        self.start().wait()
    }

    /// Runs it, and returns the document that it prints. Fails unless it ends with `code`.
    #[track_caller]
    pub(crate) fn json(self, code: i32) -> Value {
        self.run().expect(code).json()
    }

    pub(crate) fn start(mut self) -> Running {
        let piped =
            self.command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = piped.spawn().expect("the program starts");
        let mut stdin = child.stdin.take().expect("standard input is piped");
        // In a thread, because a program that answers while it reads would block on its output.
        thread::spawn(move || {
            // Fails if the program stops reading; its exit code shows whether that is right.
            let _ = stdin.write_all(&self.input);
        });
        Running { child, secrets: self.secrets, _folder: self.folder }
    }
}

impl Running {
    /// Sends a signal, such as `INT`.
    pub(crate) fn signal(&self, name: &str) {
        let line = format!("kill -{name} {}", self.child.id());
        let sent = Command::new("sh").args(["-c", &line]).status().expect("there is a shell");
        assert!(sent.success(), "{line}");
    }

    pub(crate) fn kill(mut self) {
        self.child.kill().expect("it can be killed");
        self.child.wait().expect("it ends");
    }

    pub(crate) fn child(&mut self) -> &mut Child {
        &mut self.child
    }

    /// Waits for the end. Fails if there was a panic, or if a secret was printed.
    pub(crate) fn wait(self) -> Ended {
        let Output { status, stdout, stderr } = self.child.wait_with_output().expect("it ends");
        let text = |bytes| String::from_utf8(bytes).expect("the output is text");
        let (stdout, stderr) = (text(stdout), text(stderr));
        // The program may report that a client panicked, but in other words than these.
        let is_panic = |line: &str| line.starts_with("thread '") && line.contains("panicked");
        assert!(!stderr.lines().any(is_panic), "{stderr}");
        // Text output folds long values, so white space is ignored.
        let [out, err] = [&stdout, &stderr].map(|text| text.split_whitespace().collect::<String>());
        for secret in &self.secrets {
            assert!(!out.contains(secret), "a secret is on standard output");
            assert!(!err.contains(secret), "a secret is on standard error");
        }
        let code = status.code().unwrap_or_else(|| panic!("ended by a signal, {status}: {stderr}"));
        Ended { code, stdout, stderr }
    }
}

impl Ended {
    /// The document on standard output.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| {
            panic!("{error}, exit {}\n{}\n{}", self.code, self.stdout, self.stderr)
        })
    }

    /// The documents on standard output, one a line.
    pub(crate) fn json_lines(&self) -> Vec<Value> {
        let line = |line| serde_json::from_str(line).unwrap_or_else(|why| panic!("{why}: {line}"));
        self.stdout.lines().map(line).collect()
    }

    /// Fails unless the program ended with `code`.
    #[track_caller]
    pub(crate) fn expect(self, code: i32) -> Self {
        let beginning: String = self.stdout.chars().take(2000).collect();
        assert_eq!(self.code, code, "\nstdout: {beginning}\nstderr: {}", self.stderr);
        self
    }

    /// Fails unless standard error contains `part`.
    #[track_caller]
    pub(crate) fn warns(&self, part: &str) {
        assert!(self.stderr.contains(part), "`{part}` is not in: {}", self.stderr);
    }

    /// Fails unless it ended with `code`, no result, and one message that contains all of `parts`.
    #[track_caller]
    pub(crate) fn expect_error(self, code: i32, parts: &[&str]) {
        let ended = self.expect(code);
        assert_eq!(ended.stdout, "", "errors belong on standard error");
        let errors = ended.stderr.lines().filter(|line| line.starts_with("error:")).count();
        assert_eq!(errors, 1, "one message: {}", ended.stderr);
        for part in parts {
            ended.warns(part);
        }
    }
}
