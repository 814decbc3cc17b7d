//! `fyr`: the server on one machine, and its tools.
//!
//! ```text
//! fyr serve           the FHIR server, over an embedded DynamoDB
//! fyr export          resources of any FHIR server into files, checked
//! fyr load            files of resources into any FHIR server
//! fyr import-organizations   a register's organizations, by $import-organizations
//! fyr registry        a made-up registry, to load
//! fyr token           a token for a server in development, and the key that it is verified with
//! fyr tables create   the tables, at an outside DynamoDB
//! fyr doctor          what is wrong with an environment
//! fyr config          the settings, as they are in force
//! ```
//!
//! `serve` is wiring only: the requests are answered by the same `server` crate that the Lambda functions run.

mod arguments;
mod bearer;
mod caller;
mod client;
mod doctor;
mod export;
mod failure;
mod health;
mod import;
mod load;
mod network;
mod progress;
mod registry;
mod serve;
mod settings;
mod tables;
mod token;

use std::process::ExitCode;

use arguments::{Arguments, Command, TablesCommand};
use clap::Parser;
use failure::Failure;
use mimalloc::MiMalloc;
use tokio::runtime::Runtime;

/// A request allocates some hundreds of times, most of them inside the AWS SDK. Under eight
/// connections the C library's allocator takes a fifth more CPU for that (ADR 0004).
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    match run(Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}

fn run(arguments: Arguments) -> Result<(), Failure> {
    match arguments.command {
        Command::Export(arguments) => runtime()?.block_on(export::export(arguments)),
        Command::Load(arguments) => runtime()?.block_on(load::load(arguments)),
        Command::ImportOrganizations(arguments) => runtime()?.block_on(import::import(arguments)),
        Command::Registry(arguments) => registry::print(&arguments),
        Command::Token(arguments) => token::mint(&arguments),
        with_settings => run_with_settings(with_settings),
    }
}

fn run_with_settings(command: Command) -> Result<(), Failure> {
    let config = aws::Config::from_environment().map_err(Failure::usage)?;
    match command {
        Command::Config => {
            settings::print(&config);
            Ok(())
        }
        Command::Doctor => runtime()?.block_on(doctor::examine_and_tell(&config)),
        Command::Tables {
            command: TablesCommand::Create(create),
        } => runtime()?.block_on(tables::create(create, &config)),
        Command::Serve(serve) => {
            aws::telemetry::to_terminal(&config.log)
                .map_err(|refusal| Failure::usage(format!("FYR_LOG: {refusal}")))?;
            runtime()?.block_on(serve::serve(serve, config))
        }
        Command::Export(_)
        | Command::Load(_)
        | Command::ImportOrganizations(_)
        | Command::Registry(_)
        | Command::Token(_) => Ok(()),
    }
}

fn runtime() -> Result<Runtime, Failure> {
    Runtime::new().map_err(Failure::unexpected)
}
