//! Short ways to write keys, items and writes.

use bytes::Bytes;
use store::table::{
    Action, Change, Condition, Consumed, Item, Key, Path, Sort, Table, TableError, Tables, Value,
    Write,
};

/// A head: no sort key.
pub(super) fn head(id: &str) -> Key {
    Key {
        table: Table::Heads,
        pk: id.to_owned(),
        sk: Sort::None,
    }
}

/// A version: a number for a sort key.
pub(super) fn version(id: &str, number: i64) -> Key {
    Key {
        table: Table::Versions,
        pk: id.to_owned(),
        sk: Sort::Number(number),
    }
}

/// An index entry: text for a sort key.
pub(super) fn entry(partition: &str, sort: &str) -> Key {
    Key {
        table: Table::Index,
        pk: partition.to_owned(),
        sk: Sort::Text(sort.to_owned()),
    }
}

pub(super) fn number(name: &str, value: i64) -> Item {
    Item::from([(name.to_owned(), Value::N(value))])
}

/// An item whose one attribute `b` has so many bytes.
pub(super) fn sized(bytes: usize) -> Item {
    Item::from([("b".to_owned(), Value::B(Bytes::from(vec![7; bytes])))])
}

pub(super) fn put(key: Key, item: Item) -> Write {
    Write {
        key,
        action: Action::Put(item),
        condition: None,
    }
}

pub(super) fn update(key: Key, changes: Vec<Change>) -> Write {
    Write {
        key,
        action: Action::Update(changes),
        condition: None,
    }
}

pub(super) fn delete(key: Key) -> Write {
    Write {
        key,
        action: Action::Delete,
        condition: None,
    }
}

pub(super) fn check(key: Key, condition: Condition) -> Write {
    Write {
        key,
        action: Action::Check,
        condition: Some(condition),
    }
}

/// The same write under a condition.
pub(super) fn when(write: Write, condition: Condition) -> Write {
    Write {
        condition: Some(condition),
        ..write
    }
}

pub(super) fn absent() -> Condition {
    Condition::NotExists("pk".into())
}

pub(super) fn equals(path: &str, value: i64) -> Condition {
    Condition::Equals(Path::from(path), Value::N(value))
}

/// Applies a write that must succeed.
pub(super) async fn apply(tables: &dyn Tables, write: Write) {
    tables.write(write).await.unwrap();
}

/// Applies writes together. The token is known to this case alone: DynamoDB remembers tokens for
/// ten minutes and for all tables of an account.
pub(super) async fn transact(
    tables: &dyn Tables,
    token: &str,
    writes: Vec<Write>,
) -> Result<Consumed, TableError> {
    let (process, case) = (std::process::id(), std::thread::current().id());
    let token = format!("{process}-{case:?}-{token}");
    tables.transact(token, writes).await.map(|answer| answer.1)
}

/// What is stored under this key.
pub(super) async fn stored(tables: &dyn Tables, key: Key) -> Option<Item> {
    tables.get(key).await.unwrap().0
}

/// The items of the failed conditions, by index.
pub(super) fn failed<T>(outcome: Result<T, TableError>) -> Vec<(usize, Option<Item>)> {
    match outcome {
        Err(TableError::ConditionFailed(failed)) => failed
            .into_iter()
            .map(|one| (one.index, one.item))
            .collect(),
        Err(other) => panic!("not a failed condition: {other:?}"),
        Ok(_) => panic!("the condition held"),
    }
}

/// The call must have been refused for good.
pub(super) fn refused<T>(outcome: Result<T, TableError>) {
    match outcome {
        Err(TableError::Refused(_)) => {}
        Err(other) => panic!("not refused: {other:?}"),
        Ok(_) => panic!("it was accepted"),
    }
}

/// The call must have been over a size limit.
pub(super) fn too_large<T>(outcome: Result<T, TableError>) {
    match outcome {
        Err(TableError::TooLarge(_)) => {}
        Err(other) => panic!("not too large: {other:?}"),
        Ok(_) => panic!("it was accepted"),
    }
}
