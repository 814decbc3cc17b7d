//! Makes the queue where nobody else does: at the embedded engine and at other emulators. In AWS the
//! template makes it, with encryption and a policy.

use std::time::Duration;

use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::QueueAttributeName;

use super::SqsQueue;
use crate::connection::reason;

/// After so many deliveries a message goes to the queue for dead letters.
const MAX_DELIVERIES: u32 = 5;

/// Why the queue is not there.
#[derive(Debug, thiserror::Error)]
#[error("the queue {name} could not be made: {reason}")]
pub struct CreateError {
    name: String,
    reason: String,
}

impl CreateError {
    fn new(name: &str, reason: impl Into<String>) -> Self {
        Self {
            name: name.to_owned(),
            reason: reason.into(),
        }
    }
}

/// A queue, and the one for messages that nobody could work off.
#[derive(Debug, Clone)]
pub struct Created {
    /// The queue.
    pub queue: SqsQueue,
    /// Its dead letters.
    pub dead_letters: SqsQueue,
}

/// Makes the queue and, as `NAME-dead-letters`, the one for its dead letters, unless they exist.
/// A message that was received is hidden for `visibility`: no less than working it off takes.
///
/// # Errors
/// The endpoint refuses, or does not answer, or has the queue with other settings.
pub async fn create_queue(
    client: &Client,
    name: &str,
    visibility: Duration,
) -> Result<Created, CreateError> {
    let dead_letters = create(client, &format!("{name}-dead-letters"), &[]).await?;
    let target = arn(&dead_letters).await?;
    let redrive =
        format!(r#"{{"deadLetterTargetArn":"{target}","maxReceiveCount":"{MAX_DELIVERIES}"}}"#);
    let settings = [
        (
            QueueAttributeName::VisibilityTimeout,
            visibility.as_secs().to_string(),
        ),
        (QueueAttributeName::RedrivePolicy, redrive),
    ];
    let queue = create(client, name, &settings).await?;
    Ok(Created {
        queue,
        dead_letters,
    })
}

async fn create(
    client: &Client,
    name: &str,
    settings: &[(QueueAttributeName, String)],
) -> Result<SqsQueue, CreateError> {
    let mut create = client.create_queue().queue_name(name);
    for (attribute, value) in settings {
        create = create.attributes(attribute.clone(), value);
    }
    let created = create.send().await;
    let created = created.map_err(|failure| CreateError::new(name, reason(&failure)))?;
    let url = created
        .queue_url
        .ok_or_else(|| CreateError::new(name, "it has no URL"))?;
    Ok(SqsQueue::new(client.clone(), url))
}

async fn arn(queue: &SqsQueue) -> Result<String, CreateError> {
    let ask = queue
        .client
        .get()
        .await
        .get_queue_attributes()
        .queue_url(&queue.url);
    let answer = ask
        .attribute_names(QueueAttributeName::QueueArn)
        .send()
        .await;
    let answer = answer.map_err(|failure| CreateError::new(&queue.url, reason(&failure)))?;
    let arn = answer
        .attributes()
        .and_then(|all| all.get(&QueueAttributeName::QueueArn));
    arn.cloned()
        .ok_or_else(|| CreateError::new(&queue.url, "it has no ARN"))
}
