//! Real FHIR clients against `fyr serve`: fhirpy (Python) and fhir-kit-client (JavaScript), as
//! tests/clients has them. Each has a server of its own, with nothing in it.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::step::Steps;
use crate::tool;
use crate::workspace::{cargo, root, target_directory};

/// How long the server may take until it listens.
const PATIENCE: Duration = Duration::from_secs(30);

/// Runs the clients that are installed.
pub(crate) fn run(steps: &mut Steps) -> Result<()> {
    let python = root().join(".venv/clients/bin/python");
    let node = root().join("tests/clients/node_modules/fhir-kit-client");
    let has_node = node.is_dir() && tool::answers(Path::new("node"), "--version");
    if python.is_file() || has_node {
        let build = ["build", "--workspace", "--bin", "fyr"];
        steps.run("build", &mut cargo(&build))?;
    }
    if python.is_file() {
        let mut client = Command::new(python);
        client.arg("tests/clients/fhirpy_client.py");
        steps.perform("fhirpy", || against_a_server(&mut client))?;
    } else {
        steps.skip("fhirpy", "not installed (`.ci/run` installs it into .venv)");
    }
    if has_node {
        let mut client = Command::new("node");
        client.arg("tests/clients/fhir_kit_client.mjs");
        steps.perform("fhir-kit-client", || against_a_server(&mut client))
    } else {
        let reason = "not installed (`.ci/run` installs it when there is Node.js)";
        steps.skip("fhir-kit-client", reason);
        Ok(())
    }
}

/// A `fyr serve` that ends with this value.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        // It may be gone already; either way nothing is left to do.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn against_a_server(client: &mut Command) -> Result<()> {
    let port = std::net::TcpListener::bind(("127.0.0.1", 0))?
        .local_addr()?
        .port();
    let address = format!("127.0.0.1:{port}");
    let fyr = target_directory()?.join("debug/fyr");
    let _server = start(&fyr, &address)?;
    let status = client
        .arg(format!("http://{address}/fhir"))
        .current_dir(root())
        .status()
        .with_context(|| format!("cannot start {}", client.get_program().to_string_lossy()))?;
    if !status.success() {
        bail!("the client ended with {status}");
    }
    Ok(())
}

fn start(fyr: &Path, address: &str) -> Result<Server> {
    let mut command = Command::new(fyr);
    command.args(["serve", "--ephemeral", "--listen", address]);
    command.stdin(Stdio::null()).stdout(Stdio::null());
    let server = Server(
        command
            .stderr(Stdio::null())
            .spawn()
            .context("cannot start fyr")?,
    );
    let started = Instant::now();
    while std::net::TcpStream::connect(address).is_err() {
        if started.elapsed() > PATIENCE {
            bail!("the server does not listen on {address}");
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    Ok(server)
}
