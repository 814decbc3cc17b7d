//! The store's values as DynamoDB attribute values, and back.
//!
//! | store | DynamoDB |
//! |---|---|
//! | `S`, `N`, `B`, `Bool`, `M` | `S`, `N`, `B`, `BOOL`, `M` |
//! | `Set` | `SS` |
//!
//! The primary key travels inside an item as the attributes `pk` and `sk`; the store keeps it apart.

use std::collections::HashMap;

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use bytes::Bytes;
use store::table::{Item, Key, Sort, Table, Value};

/// The partition key's attribute in every table.
pub(super) const PK: &str = "pk";
/// The sort key's attribute in every table that has one.
pub(super) const SK: &str = "sk";

/// An item as the SDK has it.
pub(super) type Attributes = HashMap<String, AttributeValue>;

/// An attribute that Fyr never writes: the table is not, or not only, Fyr's.
#[derive(Debug, thiserror::Error)]
#[error("the attribute {0} is not of a type that Fyr stores there")]
pub(super) struct Foreign(String);

pub(super) fn attribute(value: Value) -> AttributeValue {
    match value {
        Value::S(text) => AttributeValue::S(text),
        Value::N(number) => AttributeValue::N(number.to_string()),
        Value::B(bytes) => AttributeValue::B(Blob::new(bytes)),
        Value::Bool(truth) => AttributeValue::Bool(truth),
        Value::Set(members) => AttributeValue::Ss(members.into_iter().collect()),
        Value::M(item) => AttributeValue::M(attributes(item)),
    }
}

pub(super) fn attributes(item: Item) -> Attributes {
    item.into_iter()
        .map(|(name, value)| (name, attribute(value)))
        .collect()
}

pub(super) fn key_attributes(key: Key) -> Attributes {
    let mut attributes = HashMap::with_capacity(2);
    if let Some(sort) = sort_attribute(key.sk) {
        attributes.insert(SK.to_owned(), sort);
    }
    attributes.insert(PK.to_owned(), AttributeValue::S(key.pk));
    attributes
}

pub(super) fn sort_attribute(sort: Sort) -> Option<AttributeValue> {
    match sort {
        Sort::None => None,
        Sort::Number(number) => Some(AttributeValue::N(number.to_string())),
        Sort::Text(text) => Some(AttributeValue::S(text)),
    }
}

/// The whole item: key and attributes.
pub(super) fn keyed_attributes(key: Key, item: Item) -> Attributes {
    let mut all = attributes(item);
    all.extend(key_attributes(key));
    all
}

fn value(name: &str, attribute: AttributeValue) -> Result<Value, Foreign> {
    match attribute {
        AttributeValue::S(text) => Ok(Value::S(text)),
        AttributeValue::N(text) => text
            .parse()
            .map(Value::N)
            .map_err(|_| Foreign(name.to_owned())),
        AttributeValue::B(blob) => Ok(Value::B(Bytes::from(blob.into_inner()))),
        AttributeValue::Bool(truth) => Ok(Value::Bool(truth)),
        AttributeValue::Ss(members) => Ok(Value::Set(members.into_iter().collect())),
        AttributeValue::M(map) => Ok(Value::M(values(map)?)),
        _ => Err(Foreign(name.to_owned())),
    }
}

fn values(attributes: Attributes) -> Result<Item, Foreign> {
    attributes
        .into_iter()
        .map(|(name, attribute)| {
            let value = value(&name, attribute)?;
            Ok((name, value))
        })
        .collect()
}

/// An item without its key.
pub(super) fn item(mut attributes: Attributes) -> Result<Item, Foreign> {
    attributes.remove(PK);
    attributes.remove(SK);
    values(attributes)
}

/// Takes the key out of an item.
pub(super) fn take_key(table: Table, attributes: &mut Attributes) -> Result<Key, Foreign> {
    let Some(AttributeValue::S(pk)) = attributes.remove(PK) else {
        return Err(Foreign(PK.to_owned()));
    };
    let sk = match attributes.remove(SK) {
        None => Sort::None,
        Some(AttributeValue::S(text)) => Sort::Text(text),
        Some(AttributeValue::N(text)) => {
            Sort::Number(text.parse().map_err(|_| Foreign(SK.to_owned()))?)
        }
        Some(_) => return Err(Foreign(SK.to_owned())),
    };
    Ok(Key { table, pk, sk })
}

/// An item and its key.
pub(super) fn keyed_item(table: Table, mut attributes: Attributes) -> Result<(Key, Item), Foreign> {
    let key = take_key(table, &mut attributes)?;
    Ok((key, values(attributes)?))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_value_comes_back_as_it_went() {
        let inner = Item::from([("n".to_owned(), Value::N(i64::MIN))]);
        let stored = Item::from([
            ("b".to_owned(), Value::B(Bytes::from_static(&[0, 255]))),
            ("m".to_owned(), Value::M(inner)),
            (
                "set".to_owned(),
                Value::Set(BTreeSet::from(["x".to_owned(), "y".to_owned()])),
            ),
            ("t".to_owned(), Value::Bool(true)),
        ]);
        let key = Key {
            table: Table::Versions,
            pk: "P".to_owned(),
            sk: Sort::Number(7),
        };
        let there = keyed_attributes(key.clone(), stored.clone());
        assert_eq!(keyed_item(Table::Versions, there).unwrap(), (key, stored));
    }

    #[test]
    fn a_foreign_attribute_is_named() {
        let foreign = HashMap::from([("list".to_owned(), AttributeValue::L(Vec::new()))]);
        assert!(item(foreign).unwrap_err().to_string().contains("list"));
    }
}
