//! The server as a process of its own, and the CPU time of processes.

use std::fs;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use tempfile::TempDir;

/// Linux counts a process's CPU time in hundredths of a second.
const TICKS_PER_SECOND: u64 = 100;
/// How long the server may take until it listens.
const PATIENCE: Duration = Duration::from_secs(30);

/// A `fyr serve` on a data directory of its own. Both end with this value.
pub(crate) struct Server {
    process: Child,
    address: SocketAddr,
    _data: TempDir,
}

impl Server {
    /// Starts it and waits until it listens.
    pub(crate) fn start(fyr: &Path) -> Result<Self> {
        Self::start_with(fyr, &[])
    }

    /// The same with these settings.
    pub(crate) fn start_with(fyr: &Path, variables: &[(&str, &str)]) -> Result<Self> {
        let data = tempfile::tempdir()?;
        let address = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?;
        let mut command = Command::new(fyr);
        command
            .args(["serve", "--listen", &address.to_string(), "--data-dir"])
            .arg(data.path())
            .envs(variables.iter().copied());
        let process = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .with_context(|| format!("cannot start {}", fyr.display()))?;
        let server = Self {
            process,
            address,
            _data: data,
        };
        let started = Instant::now();
        while TcpStream::connect(address).is_err() {
            if started.elapsed() > PATIENCE {
                bail!("the server does not listen on {address}");
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(server)
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// The CPU time that it has used.
    pub(crate) fn cpu(&self) -> Result<Duration> {
        cpu(&self.process.id().to_string())
    }

    /// The most memory that it has had at once, in bytes.
    pub(crate) fn peak_memory(&self) -> Result<u64> {
        let path = format!("/proc/{}/status", self.process.id());
        let status = fs::read_to_string(&path).with_context(|| path.clone())?;
        peak(&status).with_context(|| format!("{path} is not understood"))
    }
}

/// `VmHWM:   203456 kB`
fn peak(status: &str) -> Option<u64> {
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: u64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kilobytes * 1024)
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may be gone already; either way nothing is left to do.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The CPU time that this process has used.
pub(crate) fn cpu_of_this_process() -> Result<Duration> {
    cpu("self")
}

fn cpu(process: &str) -> Result<Duration> {
    let path = format!("/proc/{process}/stat");
    let stat = fs::read_to_string(&path).with_context(|| path.clone())?;
    let ticks = ticks(&stat).with_context(|| format!("{path} is not understood"))?;
    Ok(Duration::from_millis(ticks * 1_000 / TICKS_PER_SECOND))
}

/// User and system time: the fields 14 and 15, counted from the pid. The second, the program's name
/// in parentheses, may hold blanks.
fn ticks(stat: &str) -> Option<u64> {
    let (_, after_name) = stat.rsplit_once(')')?;
    let mut fields = after_name.split_whitespace().skip(11);
    let user: u64 = fields.next()?.parse().ok()?;
    let system: u64 = fields.next()?.parse().ok()?;
    Some(user + system)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_peak_is_found_among_the_rest() {
        let status = "Name:\tfyr\nVmPeak:\t  900000 kB\nVmHWM:\t  203456 kB\nVmRSS:\t  1 kB\n";
        assert_eq!(peak(status), Some(203_456 * 1024));
    }

    #[test]
    fn user_and_system_time_are_found_behind_a_name_with_blanks() {
        let stat = "42 (a name) S 1 42 42 0 -1 4194304 100 0 0 0 7 5 0 0 20 0 1 0 100 0 0";
        assert_eq!(ticks(stat), Some(12));
    }
}
