//! What takes longer than a test: `cargo xtask bench counts`, `cargo xtask bench load`,
//! `cargo xtask sim`.
#![allow(
    clippy::print_stdout,
    reason = "a command line tool speaks on standard output"
)]
#![allow(
    clippy::cast_precision_loss,
    reason = "figures are printed with few digits"
)]

mod counts;
mod load;
mod sim;

use clap::{Parser, Subcommand};

/// Measurements of Fyr, and its simulation.
#[derive(Debug, Parser)]
struct Arguments {
    #[command(subcommand)]
    bench: Bench,
}

#[derive(Debug, Subcommand)]
enum Bench {
    /// Requests, request units and round trips per interaction, against the golden file
    Counts(counts::Arguments),
    /// Requests per second and CPU per request of `fyr serve`, over keep-alive connections
    Load(load::Arguments),
    /// The simulation of the commit protocol, with as many schedules as you like
    Sim(sim::Arguments),
}

fn main() -> anyhow::Result<()> {
    match Arguments::parse().bench {
        Bench::Counts(arguments) => counts::run(&arguments),
        Bench::Load(arguments) => load::run(&arguments),
        Bench::Sim(arguments) => sim::run(&arguments),
    }
}
