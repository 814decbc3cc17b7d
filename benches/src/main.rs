//! What takes longer than a test, and what is made once: `cargo xtask bench counts`,
//! `cargo xtask bench instructions`, `cargo xtask bench searches`, `cargo xtask bench load`,
//! `cargo xtask bench large`, `cargo xtask dictionaries`.
#![allow(
    clippy::print_stdout,
    reason = "a command line tool speaks on standard output"
)]
#![allow(
    clippy::cast_precision_loss,
    reason = "figures are printed with few digits"
)]

mod counts;
mod dictionaries;
mod instructions;
mod large;
mod load;
mod searches;

use clap::{Parser, Subcommand};

/// Measurements of Fyr, and the dictionaries of its storage.
#[derive(Debug, Parser)]
struct Arguments {
    #[command(subcommand)]
    bench: Bench,
}

#[derive(Debug, Subcommand)]
enum Bench {
    /// Requests, request units and round trips per interaction, against the golden file
    Counts(counts::Arguments),
    /// Instructions per interaction, by valgrind, against the golden file
    Instructions(instructions::Arguments),
    /// What searches cost in a small registry and in a large one
    Searches(searches::Arguments),
    /// Requests per second and CPU per request of `fyr serve`, over keep-alive connections
    Load(load::Arguments),
    /// Time, memory and cost of a transaction of thousands of creates through `fyr serve`
    Large(large::Arguments),
    /// Trains the dictionaries that are missing, and measures all of them
    Dictionaries,
}

fn main() -> anyhow::Result<()> {
    match Arguments::parse().bench {
        Bench::Counts(arguments) => counts::run(&arguments),
        Bench::Instructions(arguments) => instructions::run(&arguments),
        Bench::Searches(arguments) => searches::run(&arguments),
        Bench::Load(arguments) => load::run(&arguments),
        Bench::Large(arguments) => large::run(&arguments),
        Bench::Dictionaries => dictionaries::run(),
    }
}
