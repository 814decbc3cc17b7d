//! Attributes of items by name and type, so that a damaged item is an error and never a panic.

use bytes::Bytes;

use crate::clock::Millis;
use crate::error::StoreError;
use crate::table::{Item, Value};

fn corrupt(name: &str, what: &str) -> StoreError {
    StoreError::Corrupt(format!("attribute {name}: {what}"))
}

/// The text at `name`.
pub(crate) fn text<'a>(item: &'a Item, name: &str) -> Result<&'a str, StoreError> {
    match item.get(name) {
        Some(Value::S(text)) => Ok(text),
        _ => Err(corrupt(name, "no text")),
    }
}

/// The number at `name`.
pub(crate) fn number(item: &Item, name: &str) -> Result<i64, StoreError> {
    match item.get(name) {
        Some(Value::N(number)) => Ok(*number),
        _ => Err(corrupt(name, "no number")),
    }
}

/// The number at `name`, which counts something; 0 when absent.
pub(crate) fn count(item: &Item, name: &str) -> Result<u64, StoreError> {
    match item.get(name) {
        None => Ok(0),
        Some(_) => u64::try_from(number(item, name)?).map_err(|_| corrupt(name, "negative")),
    }
}

/// The instant at `name`.
pub(crate) fn instant(item: &Item, name: &str) -> Result<Millis, StoreError> {
    number(item, name).map(Millis)
}

/// The bytes at `name`, if present.
pub(crate) fn bytes(item: &Item, name: &str) -> Result<Option<Bytes>, StoreError> {
    match item.get(name) {
        None => Ok(None),
        Some(Value::B(bytes)) => Ok(Some(bytes.clone())),
        Some(_) => Err(corrupt(name, "no bytes")),
    }
}

/// The map at `name`, if present.
pub(crate) fn map<'a>(item: &'a Item, name: &str) -> Result<Option<&'a Item>, StoreError> {
    match item.get(name) {
        None => Ok(None),
        Some(Value::M(map)) => Ok(Some(map)),
        Some(_) => Err(corrupt(name, "no map")),
    }
}

/// Whether `name` is present and true.
pub(crate) fn is_set(item: &Item, name: &str) -> bool {
    item.get(name) == Some(&Value::Bool(true))
}

/// A counter as the tables keep it.
pub(crate) fn stored(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
