//! Where logs go: JSON lines for `CloudWatch`, plain text on a terminal's standard error; the records of
//! requests are lines of JSON in both. And what the
//! functions measure: docs/operations.md lists the metrics.

mod meter;
mod metric;
mod totals;

pub(crate) use meter::{Measured, Meter};
pub use metric::{Described, METRICS, Metric, NAMESPACE};
pub(crate) use totals::Totals;

use std::io::{self, Write};

use server::port::AuditLog;
use tracing_subscriber::EnvFilter;

/// The records of requests among the lines of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuditLines {
    /// Standard output, which Lambda hands to `CloudWatch`.
    Output,
    /// Standard error, where a terminal has its log.
    Error,
}

impl AuditLog for AuditLines {
    fn record(&self, line: &str) {
        let line = format!("{line}\n");
        let written = match self {
            Self::Output => io::stdout().lock().write_all(line.as_bytes()),
            Self::Error => io::stderr().lock().write_all(line.as_bytes()),
        };
        if let Err(failure) = written {
            tracing::error!(%failure, "a request was not recorded");
        }
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
