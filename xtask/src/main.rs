//! The one front door for developers: `cargo xtask <task>`.
//!
//! It needs Rust alone. Tools beyond that (nextest, cargo-deny, cfn-lint, checkov, the SAM CLI and the
//! Lambda emulator in its wheel, clients of FHIR) are used when they are installed; otherwise the step says what is missing.
#![allow(
    clippy::print_stdout,
    reason = "a command line tool speaks on standard output"
)]

mod ci;
mod clients;
mod cold;
mod emulator;
mod events;
mod package;
mod shape;
mod size;
mod step;
mod templates;
mod tool;
mod workspace;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::step::Steps;

/// Tasks around Fyr's sources.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// All that must pass before a change lands: lint, doctests, tests, templates
    Ci,
    /// Formatting, clippy, rustdoc, dependency rules, templates
    Lint,
    /// The tests of the workspace; arguments after `--` go to the test runner
    Test {
        /// For the test runner, such as a part of a test's name
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Measurements
    Bench {
        #[command(subcommand)]
        bench: Bench,
    },
    /// Replays `events/` through the built Lambda functions, under the Lambda runtime emulator
    Events {
        /// Only the cases whose `function/case` contains this
        filter: Option<String>,
    },
    /// The functions as they are deployed: `sam build` with cargo-lambda, when both are installed
    Package(package::Arguments),
    /// Real FHIR clients, fhirpy and fhir-kit-client, against `fyr serve`
    Clients,
    /// The simulation of the commit protocol, with more schedules than the test suite runs
    Sim {
        /// How many schedules
        #[arg(long, default_value_t = 100_000)]
        schedules: u64,
        /// The first seed; a violation names its own, and `--schedules 1` replays it
        #[arg(long, default_value_t = 0)]
        seed: u64,
    },
    /// The table contract on ministack, when that is installed
    Contract,
    /// Trains the dictionaries of the storage that are missing, and measures all of them
    Dictionaries,
    /// Sizes of the release binaries
    Size,
}

#[derive(Debug, Subcommand)]
enum Bench {
    /// Requests, request units and round trips per interaction, against `benches/counts.golden`
    Counts {
        /// Writes the golden file instead of comparing with it
        #[arg(long)]
        bless: bool,
    },
    /// Cold starts of the functions: time, CPU, memory and size, beside a bare function's, release build
    Cold(cold::Arguments),
    /// Instructions per interaction, by valgrind, against `benches/instructions.golden`, release build
    Instructions {
        /// Writes the golden file instead of comparing with it
        #[arg(long)]
        bless: bool,
    },
    /// What searches cost in a small registry and in a large one, release build: a table
    Searches {
        /// Sizes of registries, with commas between them
        #[arg(long, default_value = "1000,100000")]
        organizations: String,
    },
    /// What it costs to verify a token whose keys are known, release build
    Token,
    /// Requests per second and CPU per request of `fyr serve`, release build, 8 connections
    Load {
        /// Seconds for each interaction
        #[arg(long, default_value_t = 10)]
        seconds: u64,
    },
    /// Time, memory and cost of transactions of up to 5,000 creates through `fyr serve`, release build
    Large,
}

fn main() -> ExitCode {
    let mut steps = Steps::new();
    let result = run(Arguments::parse().task, &mut steps);
    steps.print_summary();
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("failed: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(task: Task, steps: &mut Steps) -> anyhow::Result<()> {
    match task {
        Task::Ci => ci::ci(steps),
        Task::Lint => ci::lint(steps),
        Task::Test { arguments } => ci::test(steps, &arguments),
        Task::Events { filter } => events::replay(steps, filter.as_deref()),
        Task::Package(arguments) => package::build(steps, &arguments),
        Task::Clients => clients::run(steps),
        Task::Sim { schedules, seed } => ci::simulate(steps, schedules, seed),
        Task::Contract => emulator::contract(steps),
        Task::Dictionaries => ci::train_dictionaries(steps),
        Task::Size => size::print(steps),
        Task::Bench {
            bench: Bench::Counts { bless },
        } => ci::count(steps, bless),
        Task::Bench {
            bench: Bench::Cold(arguments),
        } => cold::measure(steps, &arguments),
        Task::Bench {
            bench: Bench::Instructions { bless },
        } => ci::count_instructions(steps, bless),
        Task::Bench {
            bench: Bench::Searches { organizations },
        } => ci::search(steps, &organizations),
        Task::Bench {
            bench: Bench::Token,
        } => ci::verify_tokens(steps),
        Task::Bench {
            bench: Bench::Load { seconds },
        } => ci::load(steps, seconds),
        Task::Bench {
            bench: Bench::Large,
        } => ci::large(steps),
    }
}
