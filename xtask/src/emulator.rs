//! The table contract on ministack: an emulator of DynamoDB that nobody here had a hand in.
//!
//! `.ci/run` installs it into `.venv/emulator`. How it is known to differ from DynamoDB is written down
//! beside the cases, `tests/it/table_contract/outside.rs`.

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::step::Steps;
use crate::tool;
use crate::workspace::{cargo, root};

const STEP: &str = "table contract on ministack";
/// How long it may take until it listens: a second, on an idle machine.
const PATIENCE: Duration = Duration::from_mins(1);

/// A running emulator, which ends with this value.
struct Emulator(Child);

impl Drop for Emulator {
    fn drop(&mut self) {
        // it may have ended by itself
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Runs the cases when the emulator is installed.
pub(crate) fn contract(steps: &mut Steps) -> Result<()> {
    let program = root().join(".venv/emulator/bin/ministack");
    if !program.is_file() {
        steps.skip(
            STEP,
            "ministack is not installed (`.ci/run` installs it into .venv/emulator)",
        );
        return Ok(());
    }
    let address = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?;
    let mut command = Command::new(program);
    // by default it listens on every address
    command.env("BIND_HOST", "127.0.0.1");
    command.env("GATEWAY_PORT", address.port().to_string());
    command.stdin(Stdio::null()).stdout(Stdio::null());
    let child = command.stderr(Stdio::null()).spawn();
    let mut emulator = Emulator(child.context("cannot start ministack")?);
    wait(&mut emulator, address)?;
    // of the whole workspace, as all tests are: with other features all that they use would be built twice
    let mut command = if tool::has_cargo("nextest") {
        cargo(&["nextest", "run", "--workspace", "::outside::"])
    } else {
        cargo(&["test", "--workspace", "--test", "it", "::outside::"])
    };
    command.env("TABLE_CONTRACT_ENDPOINT", format!("http://{address}"));
    command.env("TABLE_CONTRACT_EMULATOR", "ministack");
    steps.run(STEP, &mut command)
}

fn wait(emulator: &mut Emulator, address: SocketAddr) -> Result<()> {
    let started = Instant::now();
    while TcpStream::connect(address).is_err() {
        if let Some(ended) = emulator.0.try_wait()? {
            bail!("ministack ended: {ended}");
        }
        if started.elapsed() > PATIENCE {
            bail!("ministack does not listen on {address}");
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    Ok(())
}
