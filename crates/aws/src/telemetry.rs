//! Where logs go: JSON lines for `CloudWatch`, plain text on a terminal's standard error; the records of
//! requests are lines of JSON in both. And what the functions measure: docs/operations.md lists the metrics.
//! A function writes one line for a request, its record with what was measured.

mod meter;
mod metric;
mod totals;

pub(crate) use meter::{Measured, Meter};
pub use metric::{Described, METRICS, Metric, NAMESPACE};
pub(crate) use totals::Totals;

use std::io::{self, Write};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::{Map, Value};
use server::port::AuditLog;
use tracing_subscriber::EnvFilter;

/// The records of requests among the lines of a terminal's log, on standard error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AuditLines;

impl AuditLog for AuditLines {
    fn record(&self, line: &str) {
        if let Err(failure) = writeln!(io::stderr().lock(), "{line}") {
            tracing::error!(%failure, "a request was not recorded");
        }
    }
}

/// The record of the one request that a function is answering: what is measured joins it in its line.
#[derive(Debug, Default)]
pub(crate) struct HeldRecord(Mutex<Option<String>>);

impl HeldRecord {
    /// Takes the record, when there is one.
    pub(crate) fn take(&self) -> Option<Map<String, Value>> {
        let line = self.held().take()?;
        serde_json::from_str(&line).ok()
    }

    fn held(&self) -> MutexGuard<'_, Option<String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl AuditLog for HeldRecord {
    fn record(&self, line: &str) {
        *self.held() = Some(line.to_owned());
    }
}

/// What a terminal shows without `FYR_LOG`.
pub const DEFAULT_FILTER: &str = "info";

/// Logs as Lambda wants them. Level and format follow the function's logging configuration, which
/// Lambda hands on as `AWS_LAMBDA_LOG_LEVEL` and `AWS_LAMBDA_LOG_FORMAT`.
pub fn to_cloudwatch() {
    lambda_http::tracing::init_default_subscriber();
}

/// Logs as a person wants them.
///
/// # Errors
/// The filter is not one, as in `info,store=debug`.
pub fn to_terminal(filter: &str) -> Result<(), String> {
    let filter = EnvFilter::try_new(filter).map_err(|refusal| refusal.to_string())?;
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_target(false)
        .init();
    Ok(())
}
