//! Runs the `fyr` binary. It belongs to another package, so Cargo is asked to build it first.

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};

/// A running `fyr serve`, killed when dropped.
pub(super) struct Server {
    child: Child,
    /// Kept open: a server that cannot write its greeting is not what is tested.
    _stdout: BufReader<ChildStdout>,
    /// `127.0.0.1:8080`.
    pub(super) address: String,
}

impl Server {
    /// Starts it on a free port with these arguments, and waits until it is ready.
    pub(super) fn start(arguments: &[&str]) -> Self {
        Self::start_with(arguments, &[])
    }

    /// The same with these settings.
    pub(super) fn start_with(arguments: &[&str], variables: &[(&str, &str)]) -> Self {
        let mut command = fyr(&["serve", "--listen", "127.0.0.1:0"]);
        command.args(arguments).envs(variables.iter().copied());
        // a log that nobody reads would hold it up once the pipe is full
        let mut child = command.stderr(Stdio::null()).spawn().unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut greeting = String::new();
        let address = loop {
            let mut line = String::new();
            assert_ne!(
                stdout.read_line(&mut line).unwrap(),
                0,
                "it ended: {greeting}"
            );
            greeting.push_str(&line);
            if let Some((_, url)) = line.split_once("http://") {
                break url.trim().trim_end_matches("/fhir").to_owned();
            }
        };
        Self {
            child,
            _stdout: stdout,
            address,
        }
    }

    /// Starts it over this data directory.
    pub(super) fn over(directory: &Path) -> Self {
        Self::start(&["--data-dir", directory.to_str().unwrap()])
    }

    /// The same with all the time that a request may need on a busy machine: what is tested is what
    /// becomes of a request, not how long it takes.
    pub(super) fn patient(arguments: &[&str]) -> Self {
        Self::start_with(arguments, &[("FYR_REQUEST_TIMEOUT_SECONDS", "600")])
    }

    /// Ends it without a chance to do anything.
    pub(super) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Asks it to stop, as `kill` and service managers do.
    pub(super) fn terminate(&self) {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args(["-TERM", &id]).status().unwrap();
        assert!(sent.success());
    }

    /// How it ended; waits for that.
    pub(super) fn ended(mut self) -> ExitStatus {
        self.child.wait().unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// An address of this machine that nobody listens on.
pub(super) fn free_address() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().to_string()
}

/// Runs a command to its end: its exit code, what it writes, and what it says on standard error.
pub(crate) fn run(arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = fyr(arguments).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (
        output.status.code(),
        text(output.stdout),
        text(output.stderr),
    )
}

/// Runs a command that ends early: its exit code and what it says on standard error.
pub(super) fn refusal(arguments: &[&str], variables: &[(&str, &str)]) -> (Option<i32>, String) {
    let mut command = fyr(arguments);
    let mut child = command.envs(variables.iter().copied()).spawn().unwrap();
    let mut said = String::new();
    child
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut said)
        .unwrap();
    (child.wait().unwrap().code(), said)
}

/// The binary with these arguments, without the settings of whoever runs the tests.
fn fyr(arguments: &[&str]) -> Command {
    let mut command = Command::new(binary());
    command
        .args(arguments)
        .env_clear()
        // who is killed cannot clear up
        .env("TMPDIR", env!("CARGO_TARGET_TMPDIR"))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// Built as a part of the whole workspace, as the tests are: alone it has other features, and all that
/// it uses would be built twice. `FYR_TEST_BINARY` names one that is there, say of the release profile.
#[expect(
    clippy::disallowed_methods,
    reason = "what the long tests run against is chosen by the environment"
)]
fn binary() -> PathBuf {
    if let Some(built) = std::env::var_os("FYR_TEST_BINARY") {
        return built.into();
    }
    let built = Command::new(env!("CARGO"))
        .args(["build", "--quiet", "--workspace", "--bin", "fyr"])
        .args(["--message-format", "json"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(
        built.status.success(),
        "{}",
        String::from_utf8_lossy(&built.stderr)
    );
    let messages = String::from_utf8(built.stdout).unwrap();
    let messages = messages
        .lines()
        .map(|line| serde_json::from_str(line).unwrap());
    let mut executables =
        messages.filter_map(|one: serde_json::Value| one["executable"].as_str().map(PathBuf::from));
    executables.next_back().unwrap()
}
