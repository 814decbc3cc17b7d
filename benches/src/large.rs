//! Transactions of thousands of creates through one `fyr serve`, durable on a disk: how long each
//! takes, what the server needs for it, and what DynamoDB would charge.
//!
//! The cost per entry must be flat, so that several sizes are measured, each a few times.

use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, Result, bail};

use crate::load::beside_us;
use crate::load::client::Connection;
use crate::load::process::Server;
use crate::load::workload;

/// What to measure.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Entries of the transactions
    #[arg(long, value_delimiter = ',', default_values_t = [100, 1_000, 5_000])]
    entries: Vec<u64>,
    /// How often each is measured
    #[arg(long, default_value_t = 3)]
    repeat: u64,
    /// The server's binary; by default the one beside this program
    #[arg(long)]
    fyr: Option<PathBuf>,
}

/// Prints a table: one line for each transaction.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let fyr = arguments.fyr.clone().map_or_else(beside_us, Ok)?;
    println!(
        "entries   wall s   CPU s   ms/entry   request MB   peak MB   requests      WRU   round trips"
    );
    for entries in &arguments.entries {
        let counted = count(&fyr, *entries)?;
        // a server of its own, so that the peak is that of this size
        let server = start(&fyr, "off")?;
        let mut first = 1;
        for _ in 0..arguments.repeat {
            println!("{} {counted}", measure(&server, first, *entries)?);
            first += entries;
        }
    }
    Ok(())
}

/// A server that has answered a request: what the first sets up is not what is measured.
fn start(fyr: &Path, cost_headers: &str) -> Result<Server> {
    let variables = [
        ("FYR_COST_HEADERS", cost_headers),
        ("FYR_REQUEST_TIMEOUT_SECONDS", "100"),
    ];
    let server = Server::start_with(fyr, &variables)?;
    send(&server, 0, 1)?;
    Ok(server)
}

/// What a transaction asks of the tables. By a server of its own: to count takes time.
fn count(fyr: &Path, entries: u64) -> Result<String> {
    let sent = send(&start(fyr, "on")?, 1, entries)?;
    let cost = sent.cost.context("no X-Fyr-Cost")?;
    Ok(format!(
        "{:>10} {:>8} {:>13}",
        figure(&cost, "requests")?,
        figure(&cost, "wru")?,
        figure(&cost, "round-trips")?,
    ))
}

/// Sends one transaction, and describes it in the first part of a line.
fn measure(server: &Server, first: u64, entries: u64) -> Result<String> {
    let cpu = server.cpu()?;
    let sent = send(server, first, entries)?;
    let cpu = server.cpu()?.saturating_sub(cpu).as_secs_f64();
    let Sent { wall, bytes, .. } = sent;
    let per_entry = wall * 1e3 / entries as f64;
    let megabytes = bytes as f64 / 1e6;
    let peak = server.peak_memory()? as f64 / 1e6;
    Ok(format!(
        "{entries:>7} {wall:>8.2} {cpu:>7.2} {per_entry:>10.2} {megabytes:>12.1} {peak:>9.0}"
    ))
}

/// A transaction that was carried out.
struct Sent {
    bytes: usize,
    /// Seconds
    wall: f64,
    cost: Option<String>,
}

fn send(server: &Server, first: u64, entries: u64) -> Result<Sent> {
    let mut request = Vec::new();
    workload::large_transaction(first, entries, &mut request);
    let mut connection = Connection::open(server.address())?;
    let began = Instant::now();
    let answer = connection.exchange(&request)?;
    let wall = began.elapsed().as_secs_f64();
    if answer.status != 200 {
        let body = String::from_utf8_lossy(answer.body).into_owned();
        bail!("{}: {body}", answer.status);
    }
    Ok(Sent {
        bytes: request.len(),
        wall,
        cost: answer.header("x-fyr-cost").map(str::to_owned),
    })
}

/// A figure of `requests=3; rru=1; wru=3; round-trips=3`.
fn figure<'a>(cost: &'a str, name: &str) -> Result<&'a str> {
    let figures = cost.split(';').filter_map(|one| one.trim().split_once('='));
    let mut named = figures.filter(|(key, _)| *key == name);
    let (_, value) = named
        .next()
        .with_context(|| format!("no {name} in {cost}"))?;
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_found_by_their_names() {
        let cost = "requests=21103; rru=10000; wru=45184; round-trips=5";
        assert_eq!(figure(cost, "requests").unwrap(), "21103");
        assert_eq!(figure(cost, "round-trips").unwrap(), "5");
        assert!(figure(cost, "wus").is_err());
    }
}
