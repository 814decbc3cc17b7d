//! Calls of `BatchWriteItem` that only put, carried out as one import of the engine.
//!
//! Of a `BatchWriteItem` the engine commits each item, reads first what was there, and prepares each statement anew; an
//! import does all of that once, in a third of the time. It checks less as well: so whatever is not plainly right is left
//! to the engine's `BatchWriteItem`, which refuses it in its own words.

use std::collections::HashSet;

use dynoxide::actions::batch_write_item::{BatchWriteItemRequest, WriteRequest};
use dynoxide::types::{AttributeValue, Item};
use dynoxide::{Database, ImportOptions};
use serde::Deserialize;

use super::Call;
use crate::dispatch::Answer;

/// `BatchWriteItem` takes no more.
const MOST: usize = 25;
/// No item is larger than the body that it came in.
const LARGEST: usize = 400 * 1024;

/// What a call puts into one table.
pub(super) struct Part {
    pub(super) table: String,
    pub(super) items: Vec<Item>,
}

/// None for a call that is to run alone.
pub(super) fn part(database: &Database, call: &Call) -> Option<Part> {
    if call.operation != "BatchWriteItem" || call.body.len() > LARGEST {
        return None;
    }
    let request: BatchWriteItemRequest = serde_json::from_slice(&call.body).ok()?;
    let is_plain = request.return_consumed_capacity.is_none()
        && request.return_item_collection_metrics.is_none()
        && request.request_items.len() == 1;
    let (table, writes) = request.request_items.into_iter().next()?;
    let items: Vec<Item> = writes.into_iter().map(put).collect::<Option<_>>()?;
    let is_right = is_plain && items.len() <= MOST && are_distinct(database, &table, &items)?;
    is_right.then_some(Part { table, items })
}

/// Carries out the puts of several calls, and answers each with this. None when one of them was refused.
pub(super) fn run(database: &Database, table: &str, items: Vec<Item>) -> Option<Answer> {
    match database.import_items(table, items, ImportOptions::default()) {
        Ok(_) => Some(Answer::from(Ok(br#"{"UnprocessedItems":{}}"#.to_vec()))),
        Err(refusal) if refusal.status_code() == 400 => None,
        Err(failure) => Some(Answer::from(Err(failure))),
    }
}

fn put(write: WriteRequest) -> Option<Item> {
    match (write.put_request, write.delete_request) {
        (Some(put), None) => Some(put.item),
        _ => None,
    }
}

/// Whether each has a key of its own. None when there is no such table, or one has no key.
fn are_distinct(database: &Database, table: &str, items: &[Item]) -> Option<bool> {
    let table = database.get_table_metadata(table).ok()??;
    let names: Vec<KeyAttribute> = serde_json::from_str(&table.key_schema).ok()?;
    let mut seen = HashSet::new();
    for item in items {
        let key: Vec<&str> = names
            .iter()
            .map(|key| spelling(item.get(&key.name)?))
            .collect::<Option<_>>()?;
        if !seen.insert(key) {
            return Some(false);
        }
    }
    Some(true)
}

#[derive(Deserialize)]
struct KeyAttribute {
    #[serde(rename = "AttributeName")]
    name: String,
}

/// A key that can be spelled in one way only: of a number, say, `1` and not `1.0`.
fn spelling(value: &AttributeValue) -> Option<&str> {
    match value {
        AttributeValue::S(text) => Some(text),
        AttributeValue::N(digits) if is_canonical(digits) => Some(digits),
        _ => None,
    }
}

fn is_canonical(digits: &str) -> bool {
    digits
        .parse::<u64>()
        .is_ok_and(|number| number.to_string() == digits)
}
