//! The operations: a name and JSON in, JSON out.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::message::Receipt;
use super::moment::Moment;
use super::queue::Queue;
use super::queues::{Queues, arn, url};
use super::refusal::Refusal;
use super::requests::{
    ChangeMessageVisibility, CreateQueue, DeleteMessage, GetQueueAttributes, GetQueueUrl,
    ListQueues, OneQueue, SendMessage, SetQueueAttributes, read,
};
use super::settings::Settings;
use super::{batch, digest, poll};

pub(super) type Reply = Result<Value, Refusal>;

/// Runs one operation. `base` is the engine's URL as the client knows it.
pub(super) async fn run(queues: &Queues, operation: &str, body: &[u8], base: &str) -> Reply {
    match operation {
        "CreateQueue" => create_queue(queues, &read(body)?, base),
        "DeleteQueue" => read(body).and_then(|queue: OneQueue| done(queues.remove(queue.name()))),
        "GetQueueUrl" => get_queue_url(queues, &read(body)?, base),
        "ListQueues" => read(body).map(|list| list_queues(queues, &list, base)),
        "GetQueueAttributes" => get_queue_attributes(queues, body),
        "SetQueueAttributes" => on_queue(queues, body, set_attributes),
        "PurgeQueue" => on_queue(queues, body, |queue, _: &OneQueue| {
            queue.purge();
            Ok(json!({}))
        }),
        "SendMessage" => on_queue(queues, body, send),
        "SendMessageBatch" => batch::send(queues, body),
        "ReceiveMessage" => poll::receive(queues, &read(body)?, &read(body)?).await,
        "DeleteMessage" => on_queue(queues, body, delete),
        "DeleteMessageBatch" => batch::run(queues, body, delete),
        "ChangeMessageVisibility" => on_queue(queues, body, change_visibility),
        "ChangeMessageVisibilityBatch" => batch::run(queues, body, change_visibility),
        other => Err(Refusal::Unsupported(other.to_owned())),
    }
}

fn done(result: Result<(), Refusal>) -> Reply {
    result.map(|()| json!({}))
}

fn create_queue(queues: &Queues, request: &CreateQueue, base: &str) -> Reply {
    let settings = Settings::default().with(&request.attributes)?;
    queues.create(&request.queue_name, settings, Moment::now())?;
    Ok(json!({ "QueueUrl": url(base, &request.queue_name) }))
}

fn get_queue_url(queues: &Queues, request: &GetQueueUrl, base: &str) -> Reply {
    queues.look_up(
        &request.queue_name,
        |_| json!({ "QueueUrl": url(base, &request.queue_name) }),
    )
}

fn list_queues(queues: &Queues, request: &ListQueues, base: &str) -> Value {
    let names = queues.names(&request.queue_name_prefix);
    let urls: Vec<String> = names.iter().map(|name| url(base, name)).collect();
    json!({ "QueueUrls": urls })
}

fn get_queue_attributes(queues: &Queues, body: &[u8]) -> Reply {
    let (queue, request): (OneQueue, GetQueueAttributes) = (read(body)?, read(body)?);
    let mut attributes = queues.look_up(queue.name(), |found| attributes(queue.name(), found))?;
    let is_wanted = |name: &str| {
        request
            .attribute_names
            .iter()
            .any(|wanted| wanted == "All" || wanted == name)
    };
    attributes.retain(|name, _| is_wanted(name));
    Ok(json!({ "Attributes": attributes }))
}

fn attributes(name: &str, queue: &Queue) -> BTreeMap<&'static str, String> {
    let counts = queue.counts(Moment::now());
    let created = (queue.created_ms / 1000).to_string();
    let mut attributes = queue.settings.attributes();
    attributes.extend([
        ("QueueArn", arn(name)),
        ("CreatedTimestamp", created.clone()),
        ("LastModifiedTimestamp", created),
        ("ApproximateNumberOfMessages", counts.visible.to_string()),
        (
            "ApproximateNumberOfMessagesNotVisible",
            counts.in_flight.to_string(),
        ),
        (
            "ApproximateNumberOfMessagesDelayed",
            counts.delayed.to_string(),
        ),
    ]);
    attributes
}

/// Changes the queue that the request is about by the rest of the request.
fn on_queue<T: DeserializeOwned>(
    queues: &Queues,
    body: &[u8],
    change: impl FnOnce(&mut Queue, &T) -> Reply,
) -> Reply {
    let (queue, request): (OneQueue, T) = (read(body)?, read(body)?);
    queues.change(queue.name(), |queue| change(queue, &request))
}

fn set_attributes(queue: &mut Queue, request: &SetQueueAttributes) -> Reply {
    queue.settings = queue.settings.clone().with(&request.attributes)?;
    Ok(json!({}))
}

pub(super) fn send(queue: &mut Queue, request: &SendMessage) -> Reply {
    let delay = request.delay()?;
    let content = request.content();
    let body_digest = digest::of_body(&content.body);
    let attributes_digest = digest::of_attributes(&content.attributes);
    let id = queue.send(content, delay, Moment::now())?;
    let mut reply = json!({ "MessageId": id, "MD5OfMessageBody": body_digest });
    if let (Some(digest), Some(reply)) = (attributes_digest, reply.as_object_mut()) {
        reply.insert("MD5OfMessageAttributes".to_owned(), digest.into());
    }
    Ok(reply)
}

fn delete(queue: &mut Queue, request: &DeleteMessage) -> Reply {
    queue.delete(Receipt::parse(&request.receipt_handle)?);
    Ok(json!({}))
}

fn change_visibility(queue: &mut Queue, request: &ChangeMessageVisibility) -> Reply {
    let receipt = Receipt::parse(&request.receipt_handle)?;
    done(queue.change_visibility(receipt, request.timeout()?, Moment::now()))
}
