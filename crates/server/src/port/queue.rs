//! The port to a queue of messages that ask for work: SQS, as far as the server needs it.
//!
//! A message is delivered at least once, in any order, and not before its delay is over. It may also
//! never come: the embedded queue forgets at restart. So a message only says "look at this now";
//! what there is to do stands in the tables, and is found there without it.
//!
//! Only sending is a port. Who receives is a Lambda function called with the messages, or the loop
//! inside `fyr serve`; both hand the body to the same handler.

use std::error::Error;
use std::time::Duration;

use futures::future::BoxFuture;

/// The longest delay: SQS's quota.
pub const MAX_DELAY: Duration = Duration::from_mins(15);

/// Why a message was not sent.
#[derive(Debug, thiserror::Error)]
pub enum QueueError {
    /// The queue does not take this message, now or later: too large, or the wrong queue.
    #[error("the queue refused the message")]
    Refused(#[source] Box<dyn Error + Send + Sync>),
    /// No answer: the message may or may not come.
    #[error("the queue cannot be reached")]
    Unavailable(#[source] Box<dyn Error + Send + Sync>),
}

/// One queue.
pub trait Queue: Send + Sync {
    /// Sends a message of at most 1 MiB of text, which comes after a delay of whole seconds, rounded
    /// up, and of at most [`MAX_DELAY`].
    fn send(&self, body: String, delay: Duration) -> BoxFuture<'_, Result<(), QueueError>>;
}
