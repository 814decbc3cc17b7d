//! `fyr serve`: engine, tables, server and network, from first to last.

mod background;
mod engine;
mod greeting;
mod ports;
mod schedule;

use std::net::SocketAddr;
use std::sync::Arc;

use aws::Config;
use aws::config::parse_issuers;
use aws::dynamodb::{Client, TableNames, connect, create_tables, tables_exist};
use aws::telemetry::AuditLines;
use server::{Ports, Servers, Settings};
use store::Store;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use crate::arguments::Serve;
use crate::caller::Callers;
use crate::failure::Failure;
use crate::health::Health;
use crate::network::{self, Host};
use background::Background;
use engine::Tables;
pub(crate) use schedule::every;

/// Runs the server until it is told to stop.
pub(crate) async fn serve(arguments: Serve, config: Config) -> Result<(), Failure> {
    let config = with_issuers(&arguments, config)?;
    let callers = callers(&config);
    check_reach(&arguments, &callers)?;
    let listener = listen(arguments.listen).await?;
    let address = listener.local_addr().map_err(Failure::unexpected)?;
    let settings = settings(&arguments, &config, address);
    let tables = Tables::open(&arguments, &config)?;
    let client = connect(tables.endpoint()).await;
    let health = Health::new(client.clone(), config.table_names());
    let (servers, mut background) = start(&tables, client, &config, settings).await?;
    if let Some(every) = arguments.export_schedule {
        let scheduled = config.scheduled_export().cloned().ok_or_else(|| {
            Failure::usage("--export-schedule needs FYR_EXPORT_OWNER, who owns the exports")
        })?;
        background.export(&servers, scheduled, every);
    }
    let stop = stop_signal()?;
    greeting::print(&arguments, servers.settings(), &tables);
    if matches!(callers, Callers::Development { .. }) {
        tracing::warn!(
            "development mode: no token is verified, and whoever has none may do everything"
        );
    }
    let host = Host::new(servers, callers, config.network, health);
    network::serve(listener, host, stop).await;
    background.stop().await;
    tracing::info!("stopped");
    Ok(())
}

/// The settings, with the issuers of the command line in the place of the environment's.
fn with_issuers(arguments: &Serve, config: Config) -> Result<Config, Failure> {
    if arguments.issuers.is_empty() {
        return Ok(config);
    }
    let issuers = parse_issuers(&arguments.issuers.join(";"))
        .map_err(|expected| Failure::usage(format!("--issuer: expected {expected}")))?;
    Ok(config.with_issuers(issuers))
}

/// By tokens, or in development mode by word: never by both.
fn callers(config: &Config) -> Callers {
    aws::token::verifier(config).map_or_else(
        || Callers::Development {
            tenant_claim: config.auth().tenant_claim.clone(),
        },
        Callers::Verified,
    )
}

/// In development mode the server has no way to tell its callers apart, and the engines never have.
fn check_reach(arguments: &Serve, callers: &Callers) -> Result<(), Failure> {
    let is_development = matches!(callers, Callers::Development { .. });
    if arguments.insecure_listen_beyond_this_machine && !is_development {
        return Err(Failure::usage(
            "--insecure-listen-beyond-this-machine is for development mode; a server with an issuer \
             listens where it is told to",
        ));
    }
    let addresses = [
        Some(arguments.listen).filter(|_| is_development),
        arguments.dynamodb_listen,
        arguments.s3_listen,
        arguments.sqs_listen,
    ];
    let far = addresses
        .into_iter()
        .flatten()
        .find(|address| !address.ip().is_loopback());
    match far {
        Some(address) if !arguments.insecure_listen_beyond_this_machine => {
            Err(Failure::usage(format!(
                "{address} can be reached from other machines, and in development mode, and at the \
                 engines, anybody may read and change all data. Listen on 127.0.0.1, or give \
                 --insecure-listen-beyond-this-machine if that is what you want"
            )))
        }
        _ => Ok(()),
    }
}

async fn listen(address: SocketAddr) -> Result<TcpListener, Failure> {
    TcpListener::bind(address)
        .await
        .map_err(|refusal| Failure::usage(format!("cannot listen on {address}: {refusal}")))
}

fn settings(arguments: &Serve, config: &Config, address: SocketAddr) -> Settings {
    let base_path = &arguments.base_path.0;
    let here = || format!("http://{address}{base_path}");
    let base_url = arguments
        .base_url
        .clone()
        .or_else(|| config.base_url.clone());
    Settings {
        base_path: base_path.clone(),
        ..config.settings(&base_url.unwrap_or_else(here))
    }
}

/// Calls under way at once where the engine is in this process: it carries out a hundred writes together, while as
/// many get ready.
const SIDE_BY_SIDE: usize = 200;

async fn start(
    tables: &Tables,
    client: Client,
    config: &Config,
    mut settings: Settings,
) -> Result<(Servers, Background), Failure> {
    prepare(tables, &client, &config.table_names()).await?;
    let limits = limits(tables, config);
    settings.jobs.is_alone = tables.are_closed();
    if tables.are_embedded() {
        // the engine looks at the whole table for each page of a segment
        settings.jobs.segments = 1;
    }
    let made_of = ports::parts(tables, client, config).await?;
    let (clock, ids) = (made_of.store.clock.clone(), made_of.store.ids.clone());
    let ports = Ports {
        store: Store::new(made_of.store, limits),
        files: made_of.files,
        jobs: made_of.queues.jobs(),
        clock,
        ids,
    };
    let servers = Servers::new(ports, settings, Some(Arc::new(AuditLines)));
    let background = Background::start(&servers, &made_of.queues);
    Ok((servers, background))
}

fn limits(tables: &Tables, config: &Config) -> store::Settings {
    let limits = if tables.are_closed() {
        config.store_settings_alone()
    } else {
        config.store_settings()
    };
    if !tables.are_embedded() {
        return limits;
    }
    store::Settings {
        in_flight: SIDE_BY_SIDE,
        ..limits
    }
}

/// Makes the tables that are ours to make, and looks for those that are not.
async fn prepare(tables: &Tables, client: &Client, names: &TableNames) -> Result<(), Failure> {
    if tables.are_embedded() {
        return create_tables(client, names)
            .await
            .map_err(Failure::unexpected);
    }
    match tables_exist(client, names).await {
        Ok(true) => Ok(()),
        Ok(false) => Err(Failure::usage(
            "the tables are missing there; `fyr tables create` makes them",
        )),
        Err(failure) => Err(Failure::usage(failure)),
    }
}

/// Completes at Ctrl-C or SIGTERM.
fn stop_signal() -> Result<impl Future<Output = ()>, Failure> {
    let mut interrupt = signal(SignalKind::interrupt()).map_err(Failure::unexpected)?;
    let mut terminate = signal(SignalKind::terminate()).map_err(Failure::unexpected)?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        tracing::info!("stopping once the requests under way are answered");
    })
}
