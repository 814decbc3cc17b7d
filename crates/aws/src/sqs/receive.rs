//! Receiving, for a process that asks for messages itself.
//!
//! ```text
//! receive -> work it off -> delete            the message is gone
//!                       \-> (nothing)         it comes again after its visibility timeout
//!                       \-> postpone          it comes again sooner, or later
//! ```

use std::time::Duration;

use aws_sdk_sqs::config::timeout::TimeoutConfig;
use aws_sdk_sqs::types::{Message, MessageSystemAttributeName};
use server::port::QueueError;

use super::{SqsQueue, failed, whole_seconds};
use crate::connection::ATTEMPT;

/// Messages in one call: SQS's quota.
const MAX_MESSAGES: i32 = 10;
/// The longest poll: SQS's quota.
const MAX_WAIT: Duration = Duration::from_secs(20);

/// A message, as it was delivered this time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// What was sent.
    pub body: String,
    /// How often it was delivered, this time included.
    pub attempt: u32,
    receipt: String,
}

impl From<Message> for Delivery {
    fn from(message: Message) -> Self {
        let attributes = message.attributes();
        let count = attributes
            .and_then(|all| all.get(&MessageSystemAttributeName::ApproximateReceiveCount))
            .and_then(|count| count.parse().ok());
        Self {
            attempt: count.unwrap_or(1),
            body: message.body.unwrap_or_default(),
            receipt: message.receipt_handle.unwrap_or_default(),
        }
    }
}

impl SqsQueue {
    /// The next messages, up to ten. Waits for one to come, 20 seconds at most; none is no error.
    ///
    /// # Errors
    /// [`QueueError`], with no message taken or, when the answer was lost, some hidden until their
    /// visibility timeout.
    pub async fn receive(&self, wait: Duration) -> Result<Vec<Delivery>, QueueError> {
        let wait = wait.min(MAX_WAIT);
        let time_limit = TimeoutConfig::builder().operation_attempt_timeout(ATTEMPT + wait);
        let received = self
            .client
            .get()
            .await
            .receive_message()
            .queue_url(&self.url)
            .max_number_of_messages(MAX_MESSAGES)
            .wait_time_seconds(whole_seconds(wait))
            .message_system_attribute_names(MessageSystemAttributeName::ApproximateReceiveCount)
            .customize()
            .config_override(aws_sdk_sqs::Config::builder().timeout_config(time_limit.build()))
            .send()
            .await
            .map_err(failed)?;
        Ok(received
            .messages
            .unwrap_or_default()
            .into_iter()
            .map(Delivery::from)
            .collect())
    }

    /// Removes a message that is worked off.
    ///
    /// # Errors
    /// [`QueueError`]: it may come again.
    pub async fn delete(&self, delivery: &Delivery) -> Result<(), QueueError> {
        let delete = self
            .client
            .get()
            .await
            .delete_message()
            .queue_url(&self.url);
        delete
            .receipt_handle(&delivery.receipt)
            .send()
            .await
            .map(drop)
            .map_err(failed)
    }

    /// Lets a message come again after so long from now on.
    ///
    /// # Errors
    /// [`QueueError`]: it comes again when it would have without this.
    pub async fn postpone(&self, delivery: &Delivery, by: Duration) -> Result<(), QueueError> {
        let change = self
            .client
            .get()
            .await
            .change_message_visibility()
            .queue_url(&self.url);
        let change = change.receipt_handle(&delivery.receipt);
        change
            .visibility_timeout(whole_seconds(by))
            .send()
            .await
            .map(drop)
            .map_err(failed)
    }
}
