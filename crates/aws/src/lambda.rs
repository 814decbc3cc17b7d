//! The Lambda functions, by what calls them.
//!
//! | caller | event | answer |
//! |---|---|---|
//! | API Gateway, HTTP API (payload 2.0) or REST API (payload 1.0) | a request | a response |
//! | SQS | up to ten messages | which of them failed |
//! | a schedule of `EventBridge` | that it is time | nothing |
//!
//! Every function verifies the token of its request itself, whatever stands in front of it.
//! All functions behind the gateway run the same code. What sets them apart is their template
//! resource: which routes lead to them, what they may do to which table, how long they may take.

mod observed;
mod queue;
mod request;
mod response;
mod schedule;
mod worker;

use std::error;
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use futures::future::join;
use lambda_http::{Error, LambdaEvent, Request, lambda_runtime, service_fn};
use serde_json::Value;
use server::port::AuditLog;
use server::{Ports, Servers, Ticked};
use store::{Millis, Receipt, Recovery, Store, Swept};

use crate::telemetry::{HeldRecord, Measured, Meter, Metric};
use crate::{Config, ports, recovery, telemetry, token};
use observed::Observed;
use worker::Worker;

/// Of a file that is sent in an answer: Lambda takes 6 MB, in which bytes are a third longer.
const MAX_FILE_BYTES: u64 = 4_000_000;

/// Of the control table, in one sweep: seconds, and the next one goes on.
const SWEPT_PAGES: usize = 100;

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
    let config = Config::from_environment()?;
    // There is no development mode here: whatever a gateway has verified, the function does too.
    let verifier = token::verifier(&config).ok_or("FYR_ISSUERS is not set")?;
    let meter = Meter::new(&config);
    let held = Arc::new(HeldRecord::default());
    let servers = servers(&config, &Arc::default(), Some(held.clone())).await?;
    // while the event is fetched, and its token verified
    tokio::spawn({
        let servers = servers.clone();
        async move { servers.look_ahead().await }
    });
    lambda_http::run(service_fn(|event: Request| async {
        let receipt = Arc::new(Receipt::new());
        let base_path = &servers.settings().base_path;
        let caller = verifier.caller(event.headers()).await;
        let observed = Observed::arriving(&event, base_path);
        let request = request::request(event, base_path)?;
        let response = servers
            .respond_metered(request, caller, Arc::clone(&receipt))
            .await;
        let measured = observed.answered(&response, &receipt);
        meter.record(measured.about_all(held.take()));
        Ok::<_, Error>(response::Reply(response))
    }))
    .await
}

/// Works off the messages of the queue for transactions that may need to be finished.
///
/// # Errors
/// Wrong settings, or no Lambda around it.
pub async fn run_recovery() -> Result<(), Error> {
    telemetry::to_cloudwatch();
    let config = Config::from_environment()?;
    let worker = Worker::new(&config);
    let servers = servers(&config, &worker.receipt, None).await?;
    run_queue(&worker, |message| {
        let (servers, worker) = (servers.clone(), worker.clone());
        async move {
            let recovery = recovery::recover(&servers, &message).await?;
            if matches!(recovery, Recovery::Committed | Recovery::Aborted) {
                worker.recovered.fetch_add(1, Ordering::Relaxed);
            }
            Ok::<_, recovery::Again>(())
        }
    })
    .await
}

/// Works off the messages of the queue for jobs.
///
/// # Errors
/// Wrong settings, or no Lambda around it.
pub async fn run_jobs() -> Result<(), Error> {
    telemetry::to_cloudwatch();
    let config = Config::from_environment()?;
    let worker = Worker::new(&config);
    let servers = servers(&config, &worker.receipt, None).await?;
    run_queue(&worker, |message| {
        let servers = servers.clone();
        async move { servers.receive(&message).await }
    })
    .await
}

/// Hands on the messages of a queue, and leaves those on it that fail.
async fn run_queue<F, E>(worker: &Worker, work: impl Fn(String) -> F) -> Result<(), Error>
where
    F: Future<Output = Result<(), E>>,
    E: error::Error + 'static,
{
    let work = &work;
    let handle = |event: LambdaEvent<Value>| async move {
        let before = worker.totals();
        let waited = queue::oldest(&event.payload).map(|sent| Meter::now().since(Millis(sent)));
        let done = queue::work_off(&event.payload, work).await?;
        let recovered = worker.recovered.swap(0, Ordering::Relaxed);
        let measured = Measured::default()
            .count(Metric::MessageAge, waited.unwrap_or_default() / 1000)
            .count(Metric::MessagesFailed, done.failed)
            .count(Metric::RecoveryActions, recovered)
            .about("lambdaRequestId", Some(event.context.request_id))
            .about("xrayTraceId", event.context.xray_trace_id);
        worker.record(before, measured);
        Ok::<_, Error>(done.answer)
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
    let worker = Worker::new(&config);
    let servers = servers(&config, &worker.receipt, None).await?;
    run_schedule(&worker, || sweep(&servers)).await
}

/// Everything is done, even when some of it fails.
async fn sweep(servers: &Servers) -> Result<Measured, Error> {
    let (mut all, mut jobs) = (Swept::default(), Ticked::default());
    let mut outcome = Ok(());
    for server in servers.all() {
        let (swept, ticked) = join(server.store().sweep(SWEPT_PAGES), server.tick()).await;
        tracing::info!(tenant = server.tenant(), ?swept, ?ticked, "swept");
        let swept = swept.map(|swept| {
            all.committed += swept.committed;
            all.aborted += swept.aborted;
            all.undecided += swept.undecided;
        });
        let ticked = ticked.map(|ticked| jobs = jobs.and(ticked));
        let done = swept.map_err(Error::from).and(ticked.map_err(Error::from));
        outcome = outcome.and(done);
    }
    outcome?;
    Ok(Measured::default()
        .count(Metric::RecoveryActions, all.committed + all.aborted)
        .count(Metric::TransactionsUndecided, all.undecided)
        .count(Metric::JobsUnderWay, jobs.under_way)
        .count(Metric::JobAge, jobs.oldest_ms / 1000)
        .count(Metric::JobsOverdue, jobs.overdue)
        .count(Metric::FilesRemoved, jobs.files_removed))
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
    let worker = Worker::new(&config);
    let servers = servers(&config, &worker.receipt, None).await?;
    run_schedule(&worker, || async {
        for server in servers.all() {
            let started = server.start_scheduled_export(scheduled).await?;
            tracing::info!(tenant = server.tenant(), ?started, "a scheduled export");
        }
        Ok::<_, Error>(Measured::default())
    })
    .await
}

/// Does something each time that a schedule says so. A failure is told to Lambda, which tries again.
async fn run_schedule<F, E>(worker: &Worker, work: impl Fn() -> F) -> Result<(), Error>
where
    F: Future<Output = Result<Measured, E>>,
    E: Into<Error>,
{
    let work = &work;
    let handle = |event: LambdaEvent<Value>| async move {
        let before = worker.totals();
        let scheduled_for = schedule::time(&event.payload)?.to_owned();
        let measured = work().await.map_err(Into::into)?;
        let measured = measured
            .about("scheduledFor", Some(scheduled_for))
            .about("lambdaRequestId", Some(event.context.request_id))
            .about("xrayTraceId", event.context.xray_trace_id);
        worker.record(before, measured);
        Ok::<_, Error>(Value::Null)
    };
    lambda_runtime::run(service_fn(handle)).await
}

async fn servers(
    config: &Config,
    receipt: &Arc<Receipt>,
    records: Option<Arc<dyn AuditLog>>,
) -> Result<Servers, Error> {
    let base_url = config
        .base_url
        .as_deref()
        .ok_or("FYR_BASE_URL is not set")?;
    let store_ports = ports::store_ports(config).await;
    let server_ports = Ports {
        clock: store_ports.clock.clone(),
        ids: store_ports.ids.clone(),
        store: Store::new(store_ports, config.store_settings()).metered(Arc::clone(receipt)),
        files: ports::files(config),
        jobs: ports::jobs(config),
    };
    let mut settings = config.settings(base_url);
    settings.export.inline_bytes.get_or_insert(MAX_FILE_BYTES);
    Ok(Servers::new(server_ports, settings, records))
}
