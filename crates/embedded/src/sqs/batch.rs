//! The operations on up to ten messages at once. Each message succeeds or fails for itself.

use std::collections::BTreeSet;

use serde::de::DeserializeOwned;
use serde_json::json;

use super::message::MAX_BYTES;
use super::operations::{self, Reply};
use super::queue::Queue;
use super::queues::Queues;
use super::refusal::Refusal;
use super::requests::{Batch, EntryId, OneQueue, read, read_entry};

const MAX_ENTRIES: usize = 10;

/// `SendMessageBatch`: all bodies together are as large as one may be.
pub(super) fn send(queues: &Queues, body: &[u8]) -> Reply {
    let Batch { entries } = read(body)?;
    let bodies = entries
        .iter()
        .filter_map(|entry| entry.get("MessageBody")?.as_str());
    if bodies.map(str::len).sum::<usize>() > MAX_BYTES {
        return Err(Refusal::BatchTooLong);
    }
    run(queues, body, operations::send)
}

/// Runs the operation on each entry.
pub(super) fn run<T: DeserializeOwned>(
    queues: &Queues,
    body: &[u8],
    operation: impl Fn(&mut Queue, &T) -> Reply,
) -> Reply {
    let (queue, Batch { entries }): (OneQueue, _) = (read(body)?, read(body)?);
    let ids = entries
        .iter()
        .map(|entry| read_entry(entry).map(|EntryId { id }| id));
    let ids: Vec<String> = ids.collect::<Result<_, _>>()?;
    check(&ids)?;
    queues.change(queue.name(), |queue| {
        let (mut successful, mut failed) = (Vec::new(), Vec::new());
        for (id, entry) in ids.into_iter().zip(&entries) {
            match read_entry(entry).and_then(|request| operation(queue, &request)) {
                Ok(mut reply) => {
                    if let Some(reply) = reply.as_object_mut() {
                        reply.insert("Id".to_owned(), id.into());
                    }
                    successful.push(reply);
                }
                Err(refusal) => failed.push(refusal.entry(&id)),
            }
        }
        Ok(json!({ "Successful": successful, "Failed": failed }))
    })
}

fn check(ids: &[String]) -> Result<(), Refusal> {
    let distinct: BTreeSet<&String> = ids.iter().collect();
    match ids.len() {
        0 => Err(Refusal::EmptyBatch),
        many if many > MAX_ENTRIES => Err(Refusal::TooManyEntries(many)),
        several if several > distinct.len() => Err(Refusal::SameIds),
        _ => Ok(()),
    }
}
