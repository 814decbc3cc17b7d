//! What the operations are asked, as far as this engine reads it: the parts of a request, each read
//! for itself.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::message::{Attribute, Content};
use super::queues::name_in;
use super::refusal::Refusal;

const MAX_DELAY_SECONDS: u64 = 900;
const MAX_VISIBILITY_SECONDS: u64 = 43_200;
const MAX_WAIT_SECONDS: u64 = 20;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct CreateQueue {
    pub(super) queue_name: String,
    #[serde(default)]
    pub(super) attributes: BTreeMap<String, String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct GetQueueUrl {
    pub(super) queue_name: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListQueues {
    #[serde(default)]
    pub(super) queue_name_prefix: String,
}

/// The queue that an operation is about.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct OneQueue {
    queue_url: String,
}

impl OneQueue {
    pub(super) fn name(&self) -> &str {
        name_in(&self.queue_url)
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct GetQueueAttributes {
    #[serde(default)]
    pub(super) attribute_names: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct SetQueueAttributes {
    pub(super) attributes: BTreeMap<String, String>,
}

/// `SendMessage`, and an entry of `SendMessageBatch`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct SendMessage {
    pub(super) message_body: String,
    #[serde(default)]
    pub(super) message_attributes: BTreeMap<String, Attribute>,
    #[serde(default)]
    delay_seconds: Option<u64>,
}

impl SendMessage {
    pub(super) fn delay(&self) -> Result<Option<Duration>, Refusal> {
        seconds("DelaySeconds", self.delay_seconds, MAX_DELAY_SECONDS)
    }

    pub(super) fn content(&self) -> Content {
        Content {
            body: self.message_body.clone(),
            attributes: self.message_attributes.clone(),
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ReceiveMessage {
    pub(super) max_number_of_messages: Option<usize>,
    wait_time_seconds: Option<u64>,
    visibility_timeout: Option<u64>,
    /// The old name of the next field; both are in use.
    #[serde(default)]
    attribute_names: Vec<String>,
    #[serde(default)]
    message_system_attribute_names: Vec<String>,
    #[serde(default)]
    message_attribute_names: Vec<String>,
}

impl ReceiveMessage {
    pub(super) fn wait(&self) -> Result<Option<Duration>, Refusal> {
        seconds("WaitTimeSeconds", self.wait_time_seconds, MAX_WAIT_SECONDS)
    }

    pub(super) fn visibility(&self) -> Result<Option<Duration>, Refusal> {
        seconds(
            "VisibilityTimeout",
            self.visibility_timeout,
            MAX_VISIBILITY_SECONDS,
        )
    }

    pub(super) fn wants_system_attribute(&self, name: &str) -> bool {
        let names = self
            .attribute_names
            .iter()
            .chain(&self.message_system_attribute_names);
        names
            .into_iter()
            .any(|wanted| wanted == "All" || wanted == name)
    }

    /// `All`, `.*`, a name, or a prefix followed by `.*`.
    pub(super) fn wants_attribute(&self, name: &str) -> bool {
        self.message_attribute_names
            .iter()
            .any(|wanted| match wanted.strip_suffix(".*") {
                Some(prefix) => name.starts_with(prefix),
                None => wanted == "All" || wanted == name,
            })
    }
}

/// `DeleteMessage`, and an entry of `DeleteMessageBatch`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct DeleteMessage {
    pub(super) receipt_handle: String,
}

/// `ChangeMessageVisibility`, and an entry of `ChangeMessageVisibilityBatch`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ChangeMessageVisibility {
    pub(super) receipt_handle: String,
    visibility_timeout: Option<u64>,
}

impl ChangeMessageVisibility {
    pub(super) fn timeout(&self) -> Result<Duration, Refusal> {
        let timeout = seconds(
            "VisibilityTimeout",
            self.visibility_timeout,
            MAX_VISIBILITY_SECONDS,
        );
        timeout.map(Option::unwrap_or_default)
    }
}

/// An operation on several messages.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Batch {
    #[serde(default)]
    pub(super) entries: Vec<Value>,
}

/// What an entry of a batch is called, beside what it asks.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct EntryId {
    pub(super) id: String,
}

/// Reads one part of a request. A request has several, and serde's `flatten` cannot join them: it
/// loses the numbers, which this workspace reads in arbitrary precision.
pub(super) fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Refusal> {
    serde_json::from_slice(body).map_err(|unreadable| malformed(&unreadable))
}

/// Reads one part of an entry.
pub(super) fn read_entry<T: DeserializeOwned>(entry: &Value) -> Result<T, Refusal> {
    T::deserialize(entry).map_err(|unreadable| malformed(&unreadable))
}

fn malformed(unreadable: &serde_json::Error) -> Refusal {
    Refusal::Invalid(format!("The request cannot be read: {unreadable}."))
}

fn seconds(name: &str, value: Option<u64>, most: u64) -> Result<Option<Duration>, Refusal> {
    match value {
        Some(value) if value > most => Err(Refusal::Invalid(format!(
            "{name} must be between 0 and {most}"
        ))),
        value => Ok(value.map(Duration::from_secs)),
    }
}
