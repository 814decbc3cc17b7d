//! The load that one `fyr serve` carries: durable on a disk, on the machine that the clients share.
//!
//! Each connection has a thread that sends a request, waits for the answer, and sends the next. The
//! client is cheap on purpose (prepared requests, next to no parsing), and its CPU time is printed
//! beside the server's, so that nobody takes one for the other.

pub(crate) mod client;
mod measure;
pub(crate) mod process;
pub(crate) mod workload;

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::load::client::Connection;
use crate::load::measure::{Figures, measure};
use crate::load::process::Server;
use crate::load::workload::Workload;

/// Organizations that are there before reads are measured.
const STORED: usize = 1_000;

/// What to measure, and how long.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Seconds for each interaction
    #[arg(long, default_value_t = 10)]
    seconds: u64,
    /// Connections, each with a thread of its own
    #[arg(long, default_value_t = 8)]
    connections: usize,
    /// The server's binary; by default the one beside this program
    #[arg(long)]
    fyr: Option<PathBuf>,
}

/// Starts a server, measures one interaction after the other, and prints a table.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let server = Server::start(&arguments.fyr.clone().map_or_else(beside_us, Ok)?)?;
    let locations = store_organizations(&server)?;
    let seconds = Duration::from_secs(arguments.seconds);
    println!(
        "{} connections, {} s each",
        arguments.connections, arguments.seconds
    );
    println!("{}", Figures::HEADING);
    for workload in Workload::all(&locations) {
        let figures = measure(&server, &workload, arguments.connections, seconds)?;
        println!("{}", figures.row(workload.name));
    }
    Ok(())
}

pub(crate) fn beside_us() -> Result<PathBuf> {
    Ok(std::env::current_exe()?.with_file_name("fyr"))
}

/// Stores organizations and returns their paths.
fn store_organizations(server: &Server) -> Result<Vec<String>> {
    let mut connection = Connection::open(server.address())?;
    let mut request = Vec::new();
    let mut locations = Vec::with_capacity(STORED);
    for number in 0..STORED {
        workload::create(u64::MAX - number as u64, &mut request);
        let answer = connection.exchange(&request)?;
        let location = answer
            .header("location")
            .context("a create without a Location")?;
        let path = location.split("/_history/").next().unwrap_or_default();
        let path = path.find("/fhir/").and_then(|at| path.get(at..));
        locations.push(path.context("a Location outside the base URL")?.to_owned());
    }
    Ok(locations)
}
