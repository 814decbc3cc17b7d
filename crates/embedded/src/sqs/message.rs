//! One message: what was sent, and how often it was delivered.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use super::moment::Moment;
use super::refusal::Refusal;

/// Bytes of one message, and of all messages in a batch: 1 MiB.
pub(super) const MAX_BYTES: usize = 1024 * 1024;

/// An attribute that the sender gave a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Attribute {
    pub(super) data_type: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) string_value: Option<String>,
    /// Base64.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) binary_value: Option<String>,
}

impl Attribute {
    fn bytes(&self) -> usize {
        let encoded = self.binary_value.as_ref().map_or(0, String::len);
        let text = self.string_value.as_ref().map_or(0, String::len);
        self.data_type.len() + text + encoded / 4 * 3
    }
}

/// What is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Content {
    pub(super) body: String,
    pub(super) attributes: BTreeMap<String, Attribute>,
}

impl Content {
    /// What counts towards a queue's limit.
    pub(super) fn bytes(&self) -> usize {
        let attributes = self.attributes.iter();
        self.body.len()
            + attributes
                .map(|(name, value)| name.len() + value.bytes())
                .sum::<usize>()
    }
}

/// A message in a queue.
#[derive(Debug, Clone)]
pub(super) struct Message {
    pub(super) id: String,
    pub(super) content: Content,
    pub(super) sent: Moment,
    /// From when on it may be delivered: after its delay, or after a delivery's timeout.
    pub(super) visible_from: Instant,
    pub(super) deliveries: u32,
    pub(super) first_delivered_ms: Option<u64>,
    /// The queue that gave it up, when this is a dead letter.
    pub(super) given_up_by: Option<String>,
}

impl Message {
    #[expect(
        clippy::disallowed_methods,
        reason = "the engine stands for a service outside Fyr, which draws its own ids"
    )]
    pub(super) fn new(content: Content, now: Moment, visible_from: Instant) -> Self {
        Self {
            id: uuid::Uuid::new_v4().to_string(),
            content,
            sent: now,
            visible_from,
            deliveries: 0,
            first_delivered_ms: None,
            given_up_by: None,
        }
    }

    /// Hides the message from others for the time that its receiver has.
    pub(super) fn deliver(&mut self, now: Moment, timeout: Duration) {
        self.deliveries += 1;
        self.first_delivered_ms.get_or_insert(now.epoch_ms);
        self.visible_from = now.plus(timeout).instant;
    }

    pub(super) fn age(&self, now: Moment) -> Duration {
        now.instant.duration_since(self.sent.instant)
    }

    pub(super) fn is_visible(&self, now: Moment) -> bool {
        self.visible_from <= now.instant
    }
}

/// One delivery of a message, as the receiver names it when it deletes the message. Only the latest
/// delivery's receipt is good for anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Receipt {
    /// The message's place in its queue.
    pub(super) place: u64,
    pub(super) delivery: u32,
}

impl Receipt {
    pub(super) fn handle(self) -> String {
        STANDARD.encode(format!("{}/{}", self.place, self.delivery))
    }

    pub(super) fn parse(handle: &str) -> Result<Self, Refusal> {
        let decoded = STANDARD
            .decode(handle)
            .ok()
            .and_then(|bytes| String::from_utf8(bytes).ok());
        decoded
            .as_deref()
            .and_then(|text| text.split_once('/'))
            .and_then(|(place, delivery)| {
                Some(Self {
                    place: place.parse().ok()?,
                    delivery: delivery.parse().ok()?,
                })
            })
            .ok_or_else(|| Refusal::ReceiptHandle(handle.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_receipt_is_read_back_and_nothing_else_is_one() {
        let receipt = Receipt {
            place: 12,
            delivery: 3,
        };
        assert_eq!(Receipt::parse(&receipt.handle()), Ok(receipt));
        for wrong in [
            "",
            "abc",
            "not base64!",
            &STANDARD.encode("12"),
            &STANDARD.encode("a/b"),
        ] {
            assert_eq!(
                Receipt::parse(wrong),
                Err(Refusal::ReceiptHandle(wrong.to_owned()))
            );
        }
    }

    #[test]
    fn attributes_count_towards_the_size() {
        let attribute = Attribute {
            data_type: "String".to_owned(),
            string_value: Some("12345".to_owned()),
            binary_value: None,
        };
        let attributes = BTreeMap::from([("name".to_owned(), attribute)]);
        let content = Content {
            body: "body".to_owned(),
            attributes,
        };
        assert_eq!(content.bytes(), 4 + 4 + 6 + 5);
    }
}
