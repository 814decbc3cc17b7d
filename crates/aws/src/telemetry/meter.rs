//! Measurements as log lines that `CloudWatch` makes metrics of (embedded metric format):
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>
//!
//! ```json
//! {"_aws": {"Timestamp": 1795240800000, "CloudWatchMetrics": [{"Namespace": "Fyr", "Dimensions": [["Service"]],
//!     "Metrics": [{"Name": "Requests", "Unit": "Count"}, {"Name": "Latency", "Unit": "Milliseconds"}]}]},
//!  "Service": "fyr", "function": "fyr-ResourceFunction-1ABC", "Requests": 1, "Latency": 12, "status": 200, "type": "Organization"}
//! ```
//!
//! What is not listed as a metric is there for whoever searches the logs. There is one dimension, so that there are
//! as many metrics to pay for as have names: what a function does by itself, Lambda counts for nothing.
//! A line is written whatever the log level is.

use std::io::Write;

use serde_json::{Map, Value, json};
use store::{Clock, Millis};

use super::metric::{Metric, NAMESPACE};
use crate::Config;
use crate::system::SystemClock;

/// What was measured, and what about.
#[derive(Debug, Default, Clone, PartialEq)]
pub(crate) struct Measured {
    values: Vec<(Metric, f64)>,
    about: Map<String, Value>,
}

impl Measured {
    /// With a value.
    pub(crate) fn and(mut self, metric: Metric, value: f64) -> Self {
        self.values.push((metric, value));
        self
    }

    /// With a count.
    pub(crate) fn count(self, metric: Metric, count: impl TryInto<u32>) -> Self {
        self.and(metric, f64::from(count.try_into().unwrap_or(u32::MAX)))
    }

    /// With all members of a record.
    pub(crate) fn about_all(mut self, record: Option<Map<String, Value>>) -> Self {
        self.about.extend(record.unwrap_or_default());
        self
    }

    /// With a word about it, when there is one.
    pub(crate) fn about(mut self, name: &str, value: Option<impl Into<Value>>) -> Self {
        if let Some(value) = value {
            self.about.insert(name.to_owned(), value.into());
        }
        self
    }
}

/// Whoever measures: one of the functions of a deployment.
#[derive(Debug, Clone)]
pub(crate) struct Meter {
    service: String,
    function: String,
}

impl Meter {
    /// The meter of this process. The prefix of the tables tells deployments apart.
    #[expect(
        clippy::disallowed_methods,
        reason = "Lambda's own variable, which is no setting"
    )]
    pub(crate) fn new(config: &Config) -> Self {
        Self {
            service: config.table_prefix.clone(),
            function: std::env::var("AWS_LAMBDA_FUNCTION_NAME").unwrap_or_default(),
        }
    }

    /// Now, by the clock that latencies are measured with.
    pub(crate) fn now() -> Millis {
        SystemClock.now()
    }

    /// Writes the line.
    pub(crate) fn record(&self, measured: Measured) {
        let line = self.line(Self::now(), measured);
        // Nobody can be told that the logs cannot be written.
        let _ = writeln!(std::io::stdout().lock(), "{line}");
    }

    fn line(&self, now: Millis, measured: Measured) -> Value {
        let named = |(metric, value): &(Metric, f64)| {
            let described = metric.described()?;
            Some((described.name, described.unit, *value))
        };
        let values: Vec<_> = measured.values.iter().filter_map(named).collect();
        let metrics: Vec<Value> = values
            .iter()
            .map(|(name, unit, _)| json!({"Name": name, "Unit": unit}))
            .collect();
        let mut line = json!({
            "_aws": {
                "Timestamp": now.0,
                "CloudWatchMetrics": [
                    {"Namespace": NAMESPACE, "Dimensions": [["Service"]], "Metrics": metrics}
                ]
            },
            "Service": self.service,
            "function": self.function,
        });
        if let Some(members) = line.as_object_mut() {
            members.extend(measured.about);
            members.extend(
                values
                    .into_iter()
                    .map(|(name, _, value)| (name.to_owned(), json!(value))),
            );
        }
        line
    }
}

#[cfg(test)]
mod tests {
    use super::super::metric::METRICS;
    use super::*;

    fn meter() -> Meter {
        Meter {
            service: "fyr".to_owned(),
            function: "f".to_owned(),
        }
    }

    #[test]
    fn a_line_is_of_the_embedded_metric_format() {
        let measured = Measured::default()
            .count(Metric::Requests, 1_u64)
            .and(Metric::Latency, 12.5)
            .about("status", Some(200))
            .about("job", None::<String>);
        let line = meter().line(Millis(1_795_240_800_000), measured);
        let expected = json!({
            "_aws": {"Timestamp": 1_795_240_800_000_i64, "CloudWatchMetrics": [{
                "Namespace": "Fyr", "Dimensions": [["Service"]],
                "Metrics": [{"Name": "Requests", "Unit": "Count"}, {"Name": "Latency", "Unit": "Milliseconds"}]
            }]},
            "Service": "fyr", "function": "f", "status": 200, "Requests": 1.0, "Latency": 12.5
        });
        assert_eq!(line, expected);
    }

    #[test]
    fn every_metric_is_described_and_none_has_the_name_of_a_word_about_it() {
        for described in METRICS {
            assert_eq!(described.metric.described(), Some(&described));
            assert_eq!(format!("{:?}", described.metric), described.name);
            assert_ne!(described.name, "Service");
        }
    }

    #[test]
    fn more_than_can_be_counted_is_counted_as_the_most() {
        let measured = Measured::default().count(Metric::Retries, u64::MAX);
        assert_eq!(measured.values, [(Metric::Retries, f64::from(u32::MAX))]);
    }
}
