//! Item sizes and request units, as DynamoDB counts them.
//!
//! Rules: "DynamoDB Item sizes and formats" and "read and write operations" of the developer guide.

use crate::table::{Item, Key, Sort, Value};

const READ_UNIT_BYTES: usize = 4 * 1024;
const WRITE_UNIT_BYTES: usize = 1024;

/// Bytes of an item with its key: names and values.
pub fn item_bytes(key: &Key, item: &Item) -> usize {
    let sort = match &key.sk {
        Sort::None => 0,
        Sort::Number(number) => "sk".len() + number_bytes(*number),
        Sort::Text(text) => "sk".len() + text.len(),
    };
    "pk".len() + key.pk.len() + sort + attributes_bytes(item)
}

fn attributes_bytes(item: &Item) -> usize {
    item.iter()
        .map(|(name, value)| name.len() + value_bytes(value))
        .sum()
}

fn value_bytes(value: &Value) -> usize {
    match value {
        Value::S(text) => text.len(),
        Value::N(number) => number_bytes(*number),
        Value::B(bytes) => bytes.len(),
        Value::Bool(_) => 1,
        Value::Set(texts) => texts.iter().map(String::len).sum(),
        // 3 bytes for the map, 1 for each of its entries
        Value::M(map) => 3 + map.len() + attributes_bytes(map),
    }
}

/// One byte for two significant digits, one more, and one for the sign.
fn number_bytes(number: i64) -> usize {
    let digits = number.unsigned_abs().to_string();
    let significant = digits.trim_end_matches('0').len();
    significant.div_ceil(2) + 1 + usize::from(number < 0)
}

/// Read units of so many bytes, strongly consistent. Nothing found costs one as well.
pub(crate) fn read_units(bytes: usize) -> f64 {
    units(bytes, READ_UNIT_BYTES)
}

/// Write units of a write that leaves or replaces so many bytes.
pub(crate) fn write_units(bytes: usize) -> f64 {
    units(bytes, WRITE_UNIT_BYTES)
}

#[expect(clippy::cast_precision_loss, reason = "at most a few thousand units")]
fn units(bytes: usize, unit: usize) -> f64 {
    bytes.div_ceil(unit).max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::Table;

    #[test]
    fn numbers_take_a_byte_for_two_digits_and_one_more() {
        for (number, bytes) in [(0, 1), (7, 2), (42, 2), (100, 2), (123, 3), (-42, 3)] {
            assert_eq!(number_bytes(number), bytes, "{number}");
        }
    }

    #[test]
    fn an_item_counts_its_names_and_values() {
        let key = Key {
            table: Table::Versions,
            pk: "a/1".into(),
            sk: Sort::Number(12),
        };
        let map = Item::from([("x".into(), Value::Bool(true))]);
        let item = Item::from([
            ("text".into(), Value::S("é".into())),
            ("m".into(), Value::M(map)),
        ]);
        assert_eq!(
            item_bytes(&key, &item),
            (2 + 3) + (2 + 2) + (4 + 2) + (1 + 3 + 1 + 2)
        );
    }

    #[test]
    fn units_round_up_and_are_at_least_one() {
        let exact = |found: f64, expected: f64| assert!((found - expected).abs() < 1e-9);
        exact(write_units(0), 1.0);
        exact(write_units(1024), 1.0);
        exact(write_units(1025), 2.0);
        exact(read_units(4097), 2.0);
    }
}
