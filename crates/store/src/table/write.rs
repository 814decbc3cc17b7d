//! Writes: what is done to one item, and on what condition.
//!
//! <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.html>

use std::collections::BTreeSet;

use super::{Item, Key, Path, Value};

/// What must be true of the stored item for a write to be applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// The path is present.
    Exists(Path),
    /// The path is absent (always so when the item is).
    NotExists(Path),
    /// The path is present and equal.
    Equals(Path, Value),
    /// The path is present and a number less than this.
    Less(Path, i64),
    /// All of them.
    All(Vec<Condition>),
    /// At least one of them.
    Any(Vec<Condition>),
}

/// One change of an update. Paths of one update must not overlap.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// Sets the value. The parent map must exist.
    Set(Path, Value),
    /// Removes the value; fine when absent.
    Remove(Path),
    /// Adds to a number (absent counts as 0), or members to a set (absent counts as empty).
    /// Top-level attributes only.
    Add(Path, Value),
    /// Takes members out of a set; the last one removes the attribute. Top-level attributes only.
    Delete(Path, BTreeSet<String>),
}

/// One conditional write of one item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Write {
    /// The item.
    pub key: Key,
    /// What is done to it.
    pub action: Action,
    /// What must hold for it, evaluated on the stored item in the same atomic step.
    pub condition: Option<Condition>,
}

impl Write {
    /// Removes an item, whatever it is.
    pub fn delete(key: Key) -> Self {
        Self {
            key,
            action: Action::Delete,
            condition: None,
        }
    }
}

/// What a write does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Replaces the whole item.
    Put(Item),
    /// Changes parts of it, creating it when absent.
    Update(Vec<Change>),
    /// Removes it.
    Delete,
    /// Does nothing but check the condition. Only in [`Tables::transact`](super::Tables::transact).
    Check,
}
