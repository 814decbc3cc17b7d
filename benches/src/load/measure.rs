//! Runs a workload for a while, and what came of it.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use crate::load::client::Connection;
use crate::load::process::{Server, cpu_of_this_process};
use crate::load::workload::Workload;

/// What was measured of one workload.
pub(crate) struct Figures {
    took: Duration,
    /// Of each request, in microseconds, ascending.
    latencies: Vec<u64>,
    server_cpu: Duration,
    client_cpu: Duration,
}

impl Figures {
    /// The first line of the table.
    pub(crate) const HEADING: &'static str = "interaction           requests/s   p50 ms   p99 ms   \
                                              server CPU ms   client CPU ms";

    /// A line of the table; CPU times are per request.
    pub(crate) fn row(&self, name: &str) -> String {
        let requests = self.latencies.len().max(1) as f64;
        let rate = requests / self.took.as_secs_f64();
        let (p50, p99) = (self.percentile(50), self.percentile(99));
        let server = self.server_cpu.as_secs_f64() * 1e3 / requests;
        let client = self.client_cpu.as_secs_f64() * 1e3 / requests;
        format!("{name:<20} {rate:>11.0} {p50:>8.2} {p99:>8.2} {server:>15.3} {client:>15.3}")
    }

    fn percentile(&self, percent: usize) -> f64 {
        let at = self.latencies.len() * percent / 100;
        self.latencies
            .get(at)
            .map_or(0.0, |micros| *micros as f64 / 1e3)
    }
}

/// Sends requests over so many connections for so long. The first answer with a status that the
/// workload does not accept ends it.
pub(crate) fn measure(
    server: &Server,
    workload: &Workload<'_>,
    connections: usize,
    time: Duration,
) -> Result<Figures> {
    let numbers = AtomicU64::new(0);
    let (server_before, client_before) = (server.cpu()?, cpu_of_this_process()?);
    let started = Instant::now();
    let drive = || drive(server, workload, &numbers, started + time);
    let results: Vec<Result<Vec<u64>>> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..connections).map(|_| scope.spawn(drive)).collect();
        let joined = threads.into_iter().map(std::thread::ScopedJoinHandle::join);
        joined
            .map(|thread| thread.unwrap_or_else(|_| bail!("a client stopped")))
            .collect()
    });
    let took = started.elapsed();
    let mut latencies = Vec::new();
    for result in results {
        latencies.extend(result?);
    }
    latencies.sort_unstable();
    let server_cpu = server.cpu()?.saturating_sub(server_before);
    let client_cpu = cpu_of_this_process()?.saturating_sub(client_before);
    Ok(Figures {
        took,
        latencies,
        server_cpu,
        client_cpu,
    })
}

fn drive(
    server: &Server,
    workload: &Workload<'_>,
    numbers: &AtomicU64,
    end: Instant,
) -> Result<Vec<u64>> {
    let mut connection = Connection::open(server.address())?;
    let mut request = Vec::new();
    let mut latencies = Vec::new();
    loop {
        workload.write(numbers.fetch_add(1, Ordering::Relaxed), &mut request);
        let sent = Instant::now();
        if sent > end {
            return Ok(latencies);
        }
        let answer = connection.exchange(&request)?;
        if !workload.accepted.contains(&answer.status) {
            let body = String::from_utf8_lossy(answer.body).into_owned();
            bail!("{}: {} {body}", workload.name, answer.status);
        }
        latencies.push(u64::try_from(sent.elapsed().as_micros()).unwrap_or(u64::MAX));
    }
}
