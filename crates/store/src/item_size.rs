//! Item sizes, as DynamoDB counts them: "DynamoDB Item sizes and formats" of the developer guide.

use crate::table::{Item, Key, Sort, Value};

/// Bytes of an item with its key: names and values.
pub(crate) fn item_bytes(key: &Key, item: &Item) -> usize {
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
}
