//! `ReceiveMessage`: takes what is there, or waits for something to come.

use serde_json::{Map, Value, json};
use tokio::time::{Instant, sleep_until};

use super::digest;
use super::message::{Message, Receipt};
use super::moment::Moment;
use super::operations::Reply;
use super::queue::Wish;
use super::queues::Queues;
use super::refusal::Refusal;
use super::requests::{OneQueue, ReceiveMessage};

const MAX_MESSAGES: usize = 10;

pub(super) async fn receive(queues: &Queues, queue: &OneQueue, request: &ReceiveMessage) -> Reply {
    let name = queue.name();
    let wish = wish(request)?;
    let usual_wait = queues.look_up(name, |queue| queue.settings.wait)?;
    let until = Moment::now()
        .plus(request.wait()?.unwrap_or(usual_wait))
        .instant;
    loop {
        // Before the look, so that a message sent after it is not missed.
        let changed = queues.changed();
        let now = Moment::now();
        let look = queues.receive(name, wish, now)?;
        if !look.delivered.is_empty() || now.instant >= until {
            return Ok(reply(request, &look.delivered));
        }
        let wake_up = look.next_visible.map_or(until, |next| next.min(until));
        tokio::select! {
            () = changed => {}
            () = sleep_until(Instant::from_std(wake_up)) => {}
        }
    }
}

fn wish(request: &ReceiveMessage) -> Result<Wish, Refusal> {
    let messages = request.max_number_of_messages.unwrap_or(1);
    if !(1..=MAX_MESSAGES).contains(&messages) {
        let text = format!("MaxNumberOfMessages must be between 1 and {MAX_MESSAGES}");
        return Err(Refusal::Invalid(text));
    }
    Ok(Wish {
        messages,
        visibility: request.visibility()?,
    })
}

fn reply(request: &ReceiveMessage, delivered: &[(Receipt, Message)]) -> Value {
    if delivered.is_empty() {
        return json!({});
    }
    let messages = delivered
        .iter()
        .map(|(receipt, message)| shown(request, *receipt, message));
    json!({ "Messages": messages.collect::<Vec<_>>() })
}

fn shown(request: &ReceiveMessage, receipt: Receipt, message: &Message) -> Value {
    let mut shown = Map::from_iter([
        ("MessageId".to_owned(), message.id.clone().into()),
        ("ReceiptHandle".to_owned(), receipt.handle().into()),
        ("Body".to_owned(), message.content.body.clone().into()),
        (
            "MD5OfBody".to_owned(),
            digest::of_body(&message.content.body).into(),
        ),
    ]);
    let system = system_attributes(request, message);
    if !system.is_empty() {
        shown.insert("Attributes".to_owned(), system.into());
    }
    let mut attributes = message.content.attributes.clone();
    attributes.retain(|name, _| request.wants_attribute(name));
    if let Some(digest) = digest::of_attributes(&attributes) {
        shown.insert("MD5OfMessageAttributes".to_owned(), digest.into());
        shown.insert("MessageAttributes".to_owned(), json!(attributes));
    }
    shown.into()
}

fn system_attributes(request: &ReceiveMessage, message: &Message) -> Map<String, Value> {
    let all = [
        (
            "ApproximateReceiveCount",
            Some(message.deliveries.to_string()),
        ),
        ("SentTimestamp", Some(message.sent.epoch_ms.to_string())),
        (
            "ApproximateFirstReceiveTimestamp",
            message.first_delivered_ms.map(|ms| ms.to_string()),
        ),
        ("DeadLetterQueueSourceArn", message.given_up_by.clone()),
    ];
    all.into_iter()
        .filter(|(name, _)| request.wants_system_attribute(name))
        .filter_map(|(name, value)| Some((name.to_owned(), value?.into())))
        .collect()
}
