//! The binary in a clean environment, and what came of it.

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

/// A call of the program. Its home and its current folder are one that is empty, and its
/// environment holds what the test puts there.
pub(crate) struct Program {
    command: Command,
    folder: TempDir,
    input: Vec<u8>,
    secrets: Vec<String>,
}

/// So many characters of a secret are no chance.
const BEGINNING: usize = 24;

/// What came of it.
pub(crate) struct Ended {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// One that has not ended yet.
pub(crate) struct Running {
    child: Child,
    secrets: Vec<String>,
    /// The program's home, for as long as it runs.
    _folder: TempDir,
}

impl Program {
    pub(crate) fn new<Word: AsRef<OsStr>>(words: impl IntoIterator<Item = Word>) -> Self {
        let folder = tempfile::tempdir().expect("a folder for the program");
        let mut command = Command::new(env!("CARGO_BIN_EXE_compare"));
        command
            .args(words)
            .env_clear()
            .envs(std::env::var_os("PATH").map(|path| ("PATH", path)))
            .env("HOME", folder.path())
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .current_dir(folder.path());
        Self { command, folder, input: Vec::new(), secrets: Vec::new() }
    }

    /// The program against `sandbox`, as its identity `name`, in its region.
    pub(crate) fn at<Word: AsRef<OsStr>>(
        sandbox: &Sandbox,
        name: &str,
        words: impl IntoIterator<Item = Word>,
    ) -> Self {
        let program = Self::new(words).keys(sandbox, name);
        program.env("AWS_ENDPOINT_URL", sandbox.endpoint()).env("AWS_REGION", sandbox.region())
    }

    /// With the keys of the identity `name` in the environment.
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

    pub(crate) fn env(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    pub(crate) fn secret_env(self, name: &str, value: &str) -> Self {
        self.secret(value).env(name, value)
    }

    /// A text that must never be printed, in any form in which it may be quoted: as it stands, encoded
    /// for a URL, or byte by byte in hexadecimal as in S3's `CanonicalRequestBytes`; nor its beginning.
    pub(crate) fn secret(mut self, text: &str) -> Self {
        let hex: Vec<_> = text.bytes().map(|byte| format!("{byte:02x}")).collect();
        let beginning: String = text.chars().take(BEGINNING).collect();
        self.secrets.extend([text.to_owned(), raw::encode::query(text), hex.join("")]);
        self.secrets.extend((beginning.len() >= BEGINNING).then_some(beginning));
        self
    }

    /// A file in the program's folder, which is also its home.
    pub(crate) fn file(self, path: impl AsRef<Path>, content: &str) -> Self {
        let path = self.folder.path().join(path);
        fs::create_dir_all(path.parent().expect("a file is in a folder")).expect("the folder");
        fs::write(path, content).expect("the file");
        self
    }

    /// Where cargo finds its own home, and what it has fetched.
    pub(crate) fn with_cargo(mut self) -> Self {
        for name in ["HOME", "CARGO_HOME", "RUSTUP_HOME", "RUSTUP_TOOLCHAIN"] {
            if let Ok(value) = std::env::var(name) {
                self = self.env(name, &value);
            }
        }
        self.env("CARGO", env!("CARGO"))
    }

    /// Run at the top of the project.
    pub(crate) fn in_project(mut self) -> Self {
        self.command.current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
        self.with_cargo()
    }

    /// What comes over standard input.
    pub(crate) fn input(mut self, text: impl Into<Vec<u8>>) -> Self {
        self.input = text.into();
        self
    }

    pub(crate) fn run(self) -> Ended {
        self.start().wait()
    }

    pub(crate) fn start(mut self) -> Running {
        let piped =
            self.command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = piped.spawn().expect("the program starts");
        let mut stdin = child.stdin.take().expect("standard input is piped");
        // From a thread of its own: a program that answers while it reads would fill its output.
        thread::spawn(move || {
            // One that does not read to the end says so in its exit code.
            let _ = stdin.write_all(&self.input);
        });
        Running { child, secrets: self.secrets, _folder: self.folder }
    }
}

impl Running {
    /// Sends the signal of that name, such as `INT`.
    pub(crate) fn signal(&self, name: &str) {
        let line = format!("kill -{name} {}", self.child.id());
        let sent = Command::new("sh").args(["-c", &line]).status().expect("there is a shell");
        assert!(sent.success(), "{line}");
    }

    pub(crate) fn child(&mut self) -> &mut Child {
        &mut self.child
    }

    /// What came of it. Whatever it was, there was no panic in it and no secret.
    pub(crate) fn wait(self) -> Ended {
        let Output { status, stdout, stderr } = self.child.wait_with_output().expect("it ends");
        let text = |bytes| String::from_utf8(bytes).expect("the output is text");
        let (stdout, stderr) = (text(stdout), text(stderr));
        // A client's panic is a finding in words of ours.
        let is_panic = |line: &str| line.starts_with("thread '") && line.contains("panicked");
        assert!(!stderr.lines().any(is_panic), "{stderr}");
        // Text output folds long values, so white space is none.
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
    /// The one document on standard output.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| {
            panic!("{error}, exit {}\n{}\n{}", self.code, self.stdout, self.stderr)
        })
    }

    /// Every line of standard output as a document.
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

    /// Fails unless it ended with `code`, no result, and one message that has all of `parts`.
    #[track_caller]
    pub(crate) fn expect_error(self, code: i32, parts: &[&str]) {
        let ended = self.expect(code);
        assert_eq!(ended.stdout, "", "an error is on standard error alone");
        let errors = ended.stderr.lines().filter(|line| line.starts_with("error:")).count();
        assert_eq!(errors, 1, "one message: {}", ended.stderr);
        for part in parts {
            assert!(ended.stderr.contains(part), "`{part}` is not in: {}", ended.stderr);
        }
    }
}
