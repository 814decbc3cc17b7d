//! Measurements: `cargo xtask bench counts` and `cargo xtask bench load`.
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

use clap::{Parser, Subcommand};

/// Measurements of Fyr.
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
}

fn main() -> anyhow::Result<()> {
    match Arguments::parse().bench {
        Bench::Counts(arguments) => counts::run(&arguments),
        Bench::Load(arguments) => load::run(&arguments),
    }
}
