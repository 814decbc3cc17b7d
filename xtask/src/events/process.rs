//! The processes behind a replay: the embedded engine, and a function under the emulator.

use std::fs::File;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

/// How long a process may take until it listens, and an invocation until it is answered.
const PATIENCE: Duration = Duration::from_mins(1);
/// Where the emulator takes invocations; the function's name in it is fixed.
const INVOCATIONS: &str = "/2015-03-31/functions/function/invocations";

/// A child process that ends with its owner.
pub(crate) struct Process(Child);

impl Process {
    /// Its id.
    pub(crate) fn id(&self) -> u32 {
        self.0.id()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may be gone already; either way nothing is left to do.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// `fyr serve` with an empty store, of which only the engines' own endpoints are used.
pub(crate) struct Engine {
    tables: u16,
    objects: u16,
    queues: u16,
    _process: Process,
}

impl Engine {
    /// Starts it and waits until it listens.
    pub(crate) fn start(fyr: &Path, logs: &Path) -> Result<Self> {
        let (tables, objects, queues) = (free_port()?, free_port()?, free_port()?);
        let mut command = Command::new(fyr);
        command.args(["serve", "--ephemeral", "--listen", "127.0.0.1:0"]);
        command.args(["--dynamodb-listen", &format!("127.0.0.1:{tables}")]);
        command.args(["--s3-listen", &format!("127.0.0.1:{objects}")]);
        command.args(["--sqs-listen", &format!("127.0.0.1:{queues}")]);
        let process = spawn(&mut command, &logs.join("engine.log"))?;
        for port in [tables, objects, queues] {
            await_listener(port, "the embedded engine")?;
        }
        Ok(Self {
            tables,
            objects,
            queues,
            _process: process,
        })
    }

    /// Where its tables are.
    pub(crate) fn tables_port(&self) -> u16 {
        self.tables
    }

    /// What Lambda and the template tell a function that is to use this engine.
    pub(crate) fn settings_of_functions(&self, issuers: &str) -> Vec<(&'static str, String)> {
        let told = [
            ("AWS_LAMBDA_FUNCTION_NAME", "function"),
            ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
            ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "512"),
            ("AWS_REGION", "eu-north-1"),
            ("AWS_ACCESS_KEY_ID", "embedded"),
            ("AWS_SECRET_ACCESS_KEY", "embedded"),
            ("FYR_BASE_URL", "https://fyr.example"),
            ("FYR_ISSUERS", issuers),
        ];
        let told = told.map(|(name, value)| (name, value.to_owned()));
        told.into_iter().chain(self.settings()).collect()
    }

    /// Where it is.
    fn settings(&self) -> [(&'static str, String); 8] {
        let local = |port: u16| format!("http://127.0.0.1:{port}");
        let queue = |name: &str| format!("{}/000000000000/{name}", local(self.queues));
        [
            ("FYR_DYNAMODB_ENDPOINT", local(self.tables)),
            ("FYR_S3_ENDPOINT", local(self.objects)),
            ("FYR_SQS_ENDPOINT", local(self.queues)),
            ("FYR_BLOBS_BUCKET", "fyr".to_owned()),
            ("FYR_FILES_BUCKET", "fyr-files".to_owned()),
            ("FYR_RECOVERY_QUEUE_URL", queue("fyr-recovery")),
            // The engine works off its own queue; from this one nobody receives, so that a job stays as it is.
            ("FYR_JOBS_QUEUE_URL", queue("fyr-jobs-dead-letters")),
            ("FYR_EXPORT_OWNER", "scheduler".to_owned()),
        ]
    }
}

/// A function's binary under the Runtime Interface Emulator.
pub(crate) struct Function {
    port: u16,
    _process: Process,
}

impl Function {
    /// Starts the emulator, which starts the function at the first invocation.
    pub(crate) fn start(
        emulator: &Path,
        bootstrap: &Path,
        (engine, issuers): (&Engine, &str),
        log: &Path,
    ) -> Result<Self> {
        let (port, runtime) = (free_port()?, free_port()?);
        let mut command = Command::new(emulator);
        command.args(["--runtime-api-address", &format!("127.0.0.1:{runtime}")]);
        command.args([
            "--runtime-interface-emulator-address",
            &format!("127.0.0.1:{port}"),
        ]);
        command.arg(bootstrap);
        command.env("AWS_LAMBDA_FUNCTION_TIMEOUT", "30");
        command.envs(engine.settings_of_functions(issuers));
        let process = spawn(&mut command, log)?;
        await_listener(port, "the Lambda emulator")?;
        // On a busy machine the emulator may start a function before it listens to it.
        await_listener(runtime, "the runtime API of the Lambda emulator")?;
        Ok(Self {
            port,
            _process: process,
        })
    }

    /// Invokes the function with an event; the answer is the function's payload.
    pub(crate) fn invoke(&self, event: &[u8]) -> Result<Vec<u8>> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port))?;
        stream.set_read_timeout(Some(PATIENCE))?;
        let length = event.len();
        write!(
            stream,
            "POST {INVOCATIONS} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
             Content-Length: {length}\r\nConnection: close\r\n\r\n"
        )?;
        stream.write_all(event)?;
        let mut answer = Vec::new();
        stream
            .read_to_end(&mut answer)
            .context("no answer from the Lambda emulator")?;
        payload(&answer)
    }
}

/// The body of an HTTP answer that ends with its connection.
fn payload(answer: &[u8]) -> Result<Vec<u8>> {
    let split = answer.windows(4).position(|window| window == b"\r\n\r\n");
    let (head, body) = answer.split_at(split.context("the answer has no end of headers")? + 4);
    let head = String::from_utf8_lossy(head).to_lowercase();
    if head.contains("transfer-encoding: chunked") {
        return unchunked(body).context("the answer's chunks are broken");
    }
    Ok(body.to_vec())
}

fn unchunked(mut rest: &[u8]) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let end = rest.windows(2).position(|window| window == b"\r\n")?;
        let (size, after) = rest.split_at(end);
        let size = usize::from_str_radix(std::str::from_utf8(size).ok()?.trim(), 16).ok()?;
        if size == 0 {
            return Some(body);
        }
        body.extend_from_slice(after.get(2..size + 2)?);
        rest = after.get(size + 4..)?;
    }
}

/// Starts a process that writes into this file.
pub(crate) fn spawn(command: &mut Command, log: &Path) -> Result<Process> {
    let program = command.get_program().to_string_lossy().into_owned();
    let log = File::create(log).with_context(|| log.display().to_string())?;
    command
        .stdin(Stdio::null())
        .stdout(log.try_clone()?)
        .stderr(log);
    let child = command
        .spawn()
        .with_context(|| format!("cannot start {program}"))?;
    Ok(Process(child))
}

/// A port of this machine that nobody listens on.
pub(crate) fn free_port() -> Result<u16> {
    let listener = TcpListener::bind(("127.0.0.1", 0))?;
    Ok(listener.local_addr()?.port())
}

/// Waits until somebody listens on a port.
pub(crate) fn await_listener(port: u16, who: &str) -> Result<()> {
    let started = Instant::now();
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        if started.elapsed() > PATIENCE {
            bail!("{who} does not listen on port {port}");
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chunked_answer_is_put_together() {
        let answer = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n{\"a\r\n4\r\n\":1}\r\n0\r\n\r\n";
        assert_eq!(payload(answer).unwrap(), br#"{"a":1}"#);
    }

    #[test]
    fn an_answer_without_chunks_is_what_follows_the_headers() {
        assert_eq!(payload(b"HTTP/1.1 200 OK\r\n\r\n{}").unwrap(), b"{}");
    }
}
