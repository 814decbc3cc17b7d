//! A queue's attributes, as `CreateQueue` and `SetQueueAttributes` take them:
//! <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html>.
//!
//! Attributes about encryption and access are accepted and mean nothing here.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::time::Duration;

use serde_json::{Value, json};

use super::message::MAX_BYTES;
use super::refusal::Refusal;

/// Accepted without effect.
const WITHOUT_EFFECT: [&str; 6] = [
    "KmsDataKeyReusePeriodSeconds",
    "KmsMasterKeyId",
    "Policy",
    "RedriveAllowPolicy",
    "SqsManagedSseEnabled",
    "QueueArn",
];

/// What a queue does with its messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Settings {
    /// How long a message without a delay of its own is held back.
    pub(super) delay: Duration,
    /// How long a delivered message is hidden from other receivers.
    pub(super) visibility: Duration,
    /// How long a message is kept.
    pub(super) retention: Duration,
    /// How long a receiver without a wait of its own waits.
    pub(super) wait: Duration,
    pub(super) max_bytes: usize,
    pub(super) redrive: Option<Redrive>,
}

/// When and where a queue gives up a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Redrive {
    /// The ARN of the queue for dead letters.
    pub(super) target: String,
    /// After so many deliveries.
    pub(super) max_deliveries: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            delay: Duration::ZERO,
            visibility: Duration::from_secs(30),
            retention: Duration::from_hours(4 * 24),
            wait: Duration::ZERO,
            max_bytes: MAX_BYTES,
            redrive: None,
        }
    }
}

impl Settings {
    /// These settings, changed by attributes.
    pub(super) fn with(mut self, attributes: &BTreeMap<String, String>) -> Result<Self, Refusal> {
        for (name, value) in attributes {
            self.set(name, value)?;
        }
        Ok(self)
    }

    fn set(&mut self, name: &str, value: &str) -> Result<(), Refusal> {
        match name {
            "DelaySeconds" => self.delay = seconds(name, value, 0..=900)?,
            "VisibilityTimeout" => self.visibility = seconds(name, value, 0..=43_200)?,
            "MessageRetentionPeriod" => self.retention = seconds(name, value, 60..=1_209_600)?,
            "ReceiveMessageWaitTimeSeconds" => self.wait = seconds(name, value, 0..=20)?,
            "MaximumMessageSize" => {
                let bytes = number(name, value, 1024..=MAX_BYTES as u64)?;
                self.max_bytes = usize::try_from(bytes).unwrap_or(MAX_BYTES);
            }
            "RedrivePolicy" => self.redrive = Redrive::parse(value)?,
            without_effect if WITHOUT_EFFECT.contains(&without_effect) => {}
            other => return Err(Refusal::Attribute(other.to_owned())),
        }
        Ok(())
    }

    /// The attributes that say the same.
    pub(super) fn attributes(&self) -> BTreeMap<&'static str, String> {
        let mut attributes = BTreeMap::from([
            ("DelaySeconds", self.delay.as_secs().to_string()),
            ("VisibilityTimeout", self.visibility.as_secs().to_string()),
            (
                "MessageRetentionPeriod",
                self.retention.as_secs().to_string(),
            ),
            (
                "ReceiveMessageWaitTimeSeconds",
                self.wait.as_secs().to_string(),
            ),
            ("MaximumMessageSize", self.max_bytes.to_string()),
        ]);
        if let Some(redrive) = &self.redrive {
            attributes.insert("RedrivePolicy", redrive.policy());
        }
        attributes
    }
}

impl Redrive {
    /// The policy of this JSON text; the empty text stands for none.
    fn parse(policy: &str) -> Result<Option<Self>, Refusal> {
        if policy.is_empty() {
            return Ok(None);
        }
        let value: Value = serde_json::from_str(policy).unwrap_or_default();
        let target = value.get("deadLetterTargetArn").and_then(Value::as_str);
        // A number to most, a text to some templates.
        let count = value.get("maxReceiveCount");
        let count = count.and_then(|n| n.as_u64().or_else(|| n.as_str()?.parse().ok()));
        let count = count.and_then(|count| u32::try_from(count).ok());
        match (target, count) {
            (Some(target), Some(max_deliveries)) if (1..=1000).contains(&max_deliveries) => {
                Ok(Some(Self {
                    target: target.to_owned(),
                    max_deliveries,
                }))
            }
            _ => Err(invalid("RedrivePolicy", policy)),
        }
    }

    fn policy(&self) -> String {
        json!({
            "deadLetterTargetArn": self.target, "maxReceiveCount": self.max_deliveries,
        })
        .to_string()
    }

    /// The name of the queue for dead letters, the last part of its ARN.
    pub(super) fn target_name(&self) -> &str {
        self.target.rsplit(':').next().unwrap_or_default()
    }
}

fn seconds(name: &str, value: &str, range: RangeInclusive<u64>) -> Result<Duration, Refusal> {
    number(name, value, range).map(Duration::from_secs)
}

fn number(name: &str, value: &str, range: RangeInclusive<u64>) -> Result<u64, Refusal> {
    let number = value.parse().ok().filter(|number| range.contains(number));
    number.ok_or_else(|| invalid(name, value))
}

fn invalid(name: &str, value: &str) -> Refusal {
    Refusal::Invalid(format!("Value {value} for parameter {name} is invalid."))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(name: &str, value: &str) -> Result<Settings, Refusal> {
        Settings::default().with(&BTreeMap::from([(name.to_owned(), value.to_owned())]))
    }

    #[test]
    fn what_is_set_is_shown() {
        let policy = r#"{"deadLetterTargetArn":"arn:aws:sqs:r:1:dead","maxReceiveCount":"5"}"#;
        let settings = set("RedrivePolicy", policy).unwrap();
        assert_eq!(settings.redrive.as_ref().unwrap().target_name(), "dead");
        let shown = settings.attributes();
        assert_eq!(shown["RedrivePolicy"], policy.replace("\"5\"", "5"));
        assert_eq!(shown["VisibilityTimeout"], "30");
        assert_eq!(
            set("DelaySeconds", "900").unwrap().attributes()["DelaySeconds"],
            "900"
        );
    }

    #[test]
    fn values_out_of_range_and_unknown_attributes_are_refused() {
        for (name, value) in [
            ("DelaySeconds", "901"),
            ("DelaySeconds", "soon"),
            ("MessageRetentionPeriod", "59"),
            ("MaximumMessageSize", "1048577"),
            ("RedrivePolicy", "{}"),
            (
                "RedrivePolicy",
                r#"{"deadLetterTargetArn":"a","maxReceiveCount":0}"#,
            ),
        ] {
            assert_eq!(set(name, value), Err(invalid(name, value)));
        }
        assert_eq!(
            set("FifoQueue", "true"),
            Err(Refusal::Attribute("FifoQueue".to_owned()))
        );
        assert_eq!(set("KmsMasterKeyId", "any"), Ok(Settings::default()));
    }
}
