//! A queue of SQS, over the AWS SDK: the server's port for sending, and receiving for the loop
//! inside `fyr serve`. In Lambda nobody receives: the platform calls the function with the messages.

mod alarm;
mod create;
mod receive;

use std::error::Error;
use std::time::Duration;

use aws_sdk_sqs::Client;
use aws_sdk_sqs::error::SdkError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use futures::FutureExt;
use futures::future::BoxFuture;
use server::port::{MAX_DELAY, Queue, QueueError};

use crate::connection;
use crate::dynamodb::Endpoint;
use crate::lazy::Lazy;

pub use alarm::SqsAlarm;
pub use create::{CreateError, Created, create_queue};
pub use receive::Delivery;

/// A client for this endpoint. Makes no call.
pub async fn connect(endpoint: Endpoint) -> Client {
    Client::new(&connection::to(endpoint).await)
}

/// One queue.
#[derive(Debug, Clone)]
pub struct SqsQueue {
    client: Lazy<Client>,
    url: String,
}

impl SqsQueue {
    /// The queue at this URL, which exists already or is made by [`create_queue`].
    pub fn new(client: Client, url: impl Into<String>) -> Self {
        Self {
            client: Lazy::made(client),
            url: url.into(),
        }
    }

    /// The queue at this URL, by a client that is made when it is first needed.
    pub fn at(endpoint: Endpoint, url: impl Into<String>) -> Self {
        Self {
            client: Lazy::new(move || connect(endpoint.clone()).boxed()),
            url: url.into(),
        }
    }

    /// Its URL.
    pub fn url(&self) -> &str {
        &self.url
    }

    async fn send_message(&self, body: String, delay: Duration) -> Result<(), QueueError> {
        let message = self
            .client
            .get()
            .await
            .send_message()
            .queue_url(&self.url)
            .message_body(body);
        let sent = message.delay_seconds(whole_seconds(delay)).send().await;
        sent.map(drop).map_err(failed)
    }
}

impl Queue for SqsQueue {
    fn send(&self, body: String, delay: Duration) -> BoxFuture<'_, Result<(), QueueError>> {
        self.send_message(body, delay).boxed()
    }
}

/// Rounded up: a message may be late, and must not be early.
fn whole_seconds(delay: Duration) -> i32 {
    let delay = delay.min(MAX_DELAY);
    let seconds = delay.as_secs() + u64::from(delay.subsec_nanos() > 0);
    i32::try_from(seconds).unwrap_or(i32::MAX)
}

/// SQS's own word, other than "later", is final; everything else is worth another try.
fn failed<E>(failure: SdkError<E, HttpResponse>) -> QueueError
where
    E: Error + Send + Sync + 'static,
{
    let is_final = match &failure {
        SdkError::ServiceError(answer) => {
            let status = answer.raw().status().as_u16();
            (400..500).contains(&status) && status != 429
        }
        SdkError::ConstructionFailure(_) => true,
        _ => false,
    };
    if is_final {
        QueueError::Refused(failure.into())
    } else {
        QueueError::Unavailable(failure.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delay_is_rounded_up_and_ends_at_the_longest() {
        for (delay_ms, seconds) in [(0, 0), (1, 1), (1000, 1), (1001, 2), (3_600_000, 900)] {
            assert_eq!(
                whole_seconds(Duration::from_millis(delay_ms)),
                seconds,
                "{delay_ms} ms"
            );
        }
    }
}
