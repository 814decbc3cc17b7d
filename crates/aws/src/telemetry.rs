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
use tracing_subscriber::filter::{LevelFilter, ParseError, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

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
///
/// <https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-advanced.html>
pub fn to_cloudwatch() {
    let lines = tracing_subscriber::fmt()
        .with_target(false)
        .without_time()
        .with_max_level(level(told("AWS_LAMBDA_LOG_LEVEL").as_deref()));
    match told("AWS_LAMBDA_LOG_FORMAT").as_deref() {
        Some("JSON") => lines.json().init(),
        _ => lines.init(),
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "Lambda's own; before the settings are read, so that a refusal of theirs is logged"
)]
fn told(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// Lambda's levels are ours, and `FATAL`.
fn level(name: Option<&str>) -> LevelFilter {
    match name {
        Some("FATAL") => LevelFilter::ERROR,
        name => name
            .and_then(|name| name.parse().ok())
            .unwrap_or(LevelFilter::INFO),
    }
}

/// Logs as a person wants them.
///
/// # Errors
/// The filter is not one, as in `info,store=debug`.
pub fn to_terminal(filter: &str) -> Result<(), String> {
    let filter: Targets = filter
        .parse()
        .map_err(|refusal: ParseError| refusal.to_string())?;
    tracing_subscriber::fmt()
        .with_max_level(LevelFilter::TRACE)
        .with_writer(std::io::stderr)
        .with_target(false)
        .finish()
        .with(filter)
        .init();
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_of_lambda_is_one_of_ours() {
        let cases = [
            (None, LevelFilter::INFO),
            (Some("TRACE"), LevelFilter::TRACE),
            (Some("WARN"), LevelFilter::WARN),
            (Some("FATAL"), LevelFilter::ERROR),
            (Some("LOUD"), LevelFilter::INFO),
        ];
        for (name, expected) in cases {
            assert_eq!(level(name), expected, "{name:?}");
        }
    }
}
