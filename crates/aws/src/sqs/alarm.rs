//! The store's alarm: a message with a delay.
//!
//! ```json
//! {"transaction": "0198f0c2-…"}
//! ```

use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use futures::future::BoxFuture;
use serde_json::json;
use server::port::Queue;
use store::{Alarm, Source};

use super::SqsQueue;

/// Reminders by way of a queue, whose receiver calls `Store::recover`.
#[derive(Debug, Clone)]
pub struct SqsAlarm(SqsQueue);

impl SqsAlarm {
    /// Reminders by way of this queue.
    pub fn new(queue: SqsQueue) -> Self {
        Self(queue)
    }
}

impl Alarm for SqsAlarm {
    fn arm(&self, transaction: String, after_ms: u64) -> BoxFuture<'_, Result<(), Source>> {
        let message = json!({ "transaction": transaction }).to_string();
        async move {
            let sent = self.0.send(message, Duration::from_millis(after_ms)).await;
            sent.map_err(|failure| Arc::new(failure) as Source)
        }
        .boxed()
    }
}
