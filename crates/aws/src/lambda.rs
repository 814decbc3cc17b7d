//! The Lambda functions, by what calls them.
//!
//! | caller | event | answer |
//! |---|---|---|
//! | API Gateway, HTTP API (payload 2.0) or REST API (payload 1.0) | a request, and the claims that the gateway verified | a response |
//! | SQS | up to ten messages | which of them failed |
//! | a schedule of `EventBridge` | that it is time | nothing |
//!
//! All functions behind the gateway run the same code. What sets them apart is their template
//! resource: which routes lead to them, what they may do to which table, how long they may take.

mod caller;
mod queue;
mod request;
mod response;
mod schedule;

use std::error;
use std::future::Future;

use lambda_http::{Error, LambdaEvent, Request, lambda_runtime, service_fn};
use serde_json::Value;
use server::{Ports, Server};
use store::Store;

use crate::{Config, ports, recovery, telemetry};

/// Of a file that is sent in an answer: Lambda takes 6 MB, in which bytes are a third longer.
const MAX_FILE_BYTES: u64 = 4_000_000;

/// An event that is not of the kind that the function is for.
#[derive(Debug, thiserror::Error)]
#[error("not an event for this function: {0}")]
struct Malformed(&'static str);

/// Answers requests until the function is stopped.
///
/// # Errors
/// Wrong settings, or no Lambda around it.
pub async fn run() -> Result<(), Error> {
    telemetry::to_cloudwatch();
    let server = server(&Config::from_environment()?).await?;
    lambda_http::run(service_fn(|event: Request| async {
        let caller = caller::caller(&event);
        let request = request::request(event, &server.settings().base_path)?;
        Ok::<_, Error>(response::Reply(server.respond(request, caller).await))
    }))
    .await
}

/// Works off the messages of the queue for transactions that may need to be finished.
///
/// # Errors
/// Wrong settings, or no Lambda around it.
pub async fn run_recovery() -> Result<(), Error> {
    telemetry::to_cloudwatch();
    let store = store(&Config::from_environment()?).await;
    run_queue(|message| {
        let store = store.clone();
        async move { recovery::recover(&store, &message).await }
    })
    .await
}

/// Works off the messages of the queue for jobs.
///
/// # Errors
/// Wrong settings, or no Lambda around it.
pub async fn run_jobs() -> Result<(), Error> {
    telemetry::to_cloudwatch();
    let server = server(&Config::from_environment()?).await?;
    run_queue(|message| {
        let server = server.clone();
        async move { server.receive(&message).await }
    })
    .await
}

/// Hands on the messages of a queue, and leaves those on it that fail.
async fn run_queue<F, E>(work: impl Fn(String) -> F) -> Result<(), Error>
where
    F: Future<Output = Result<(), E>>,
    E: error::Error + 'static,
{
    let work = &work;
    let handle = |event: LambdaEvent<Value>| async move {
        let answer = queue::work_off(&event.payload, work).await?;
        Ok::<_, Error>(answer)
    };
    lambda_runtime::run(service_fn(handle)).await
}

/// Finds what nobody finished, and what has expired.
///
/// # Errors
/// Wrong settings, or no Lambda around it.
pub async fn run_sweeper() -> Result<(), Error> {
    telemetry::to_cloudwatch();
    let config = Config::from_environment()?;
    let (store, server) = (store(&config).await, server(&config).await?);
    run_schedule(|| sweep(&store, &server)).await
}

/// Both are done, even when one of them fails.
async fn sweep(store: &Store, server: &Server) -> Result<(), Error> {
    let (swept, ticked) = (store.sweep(0, 1).await, server.tick().await);
    tracing::info!(?swept, ?ticked, "swept");
    swept?;
    ticked?;
    Ok(())
}

/// Starts the export of the settings.
///
/// # Errors
/// Wrong settings, or no Lambda around it.
pub async fn run_scheduled_export() -> Result<(), Error> {
    telemetry::to_cloudwatch();
    let config = Config::from_environment()?;
    let scheduled = config
        .scheduled_export()
        .ok_or("FYR_EXPORT_OWNER is not set")?;
    let server = server(&config).await?;
    run_schedule(|| async {
        let started = server.start_scheduled_export(scheduled).await?;
        tracing::info!(?started, "a scheduled export");
        Ok::<_, Error>(())
    })
    .await
}

/// Does something each time that a schedule says so. A failure is told to Lambda, which tries again.
async fn run_schedule<F, E>(work: impl Fn() -> F) -> Result<(), Error>
where
    F: Future<Output = Result<(), E>>,
    E: Into<Error>,
{
    let work = &work;
    let handle = |event: LambdaEvent<Value>| async move {
        let scheduled_for = schedule::time(&event.payload)?.to_owned();
        work().await.map_err(Into::into)?;
        tracing::info!(scheduled_for, "done");
        Ok::<_, Error>(Value::Null)
    };
    lambda_runtime::run(service_fn(handle)).await
}

async fn server(config: &Config) -> Result<Server, Error> {
    let base_url = config
        .base_url
        .as_deref()
        .ok_or("FYR_BASE_URL is not set")?;
    let store_ports = ports::store_ports(config).await;
    let server_ports = Ports {
        clock: store_ports.clock.clone(),
        ids: store_ports.ids.clone(),
        store: Store::new(store_ports, config.store_settings()),
        files: ports::files(config),
        jobs: ports::jobs(config),
    };
    let mut settings = config.settings(base_url);
    settings.export.inline_bytes.get_or_insert(MAX_FILE_BYTES);
    Ok(Server::new(server_ports, settings))
}

async fn store(config: &Config) -> Store {
    Store::new(ports::store_ports(config).await, config.store_settings())
}
