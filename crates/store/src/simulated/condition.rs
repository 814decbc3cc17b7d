//! Condition expressions, on an item as it is stored.

use crate::table::{Condition, Item, Path, Value};

/// Whether the condition holds for the item, or for its absence.
pub(crate) fn holds(condition: &Condition, item: Option<&Item>) -> bool {
    match condition {
        Condition::Exists(path) => is_present(path, item),
        Condition::NotExists(path) => !is_present(path, item),
        Condition::Equals(path, expected) => value_at(path, item) == Some(expected),
        Condition::Less(path, bound) => {
            matches!(value_at(path, item), Some(Value::N(number)) if number < bound)
        }
        Condition::All(all) => all.iter().all(|one| holds(one, item)),
        Condition::Any(any) => any.iter().any(|one| holds(one, item)),
    }
}

fn is_present(path: &Path, item: Option<&Item>) -> bool {
    let is_partition_key = matches!(path.0.as_slice(), [name] if name == "pk");
    if is_partition_key {
        item.is_some()
    } else {
        value_at(path, item).is_some()
    }
}

fn value_at<'a>(path: &Path, item: Option<&'a Item>) -> Option<&'a Value> {
    let (last, parents) = path.0.split_last()?;
    let mut map = item?;
    for name in parents {
        let Some(Value::M(inner)) = map.get(name) else {
            return None;
        };
        map = inner;
    }
    map.get(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item() -> Item {
        let intent = Item::from([("tx".into(), Value::S("t".into()))]);
        Item::from([("rev".into(), Value::N(3)), ("p".into(), Value::M(intent))])
    }

    #[test]
    fn conditions_look_at_the_stored_item() {
        let text = |text: &str| Value::S(text.into());
        let cases = [
            (Condition::Exists("pk".into()), true),
            (Condition::NotExists("pk".into()), false),
            (Condition::Exists("p.tx".into()), true),
            (Condition::Equals("p.tx".into(), text("t")), true),
            (Condition::Equals("p.tx".into(), text("u")), false),
            (Condition::Less("rev".into(), 4), true),
            (Condition::Less("rev".into(), 3), false),
            (Condition::Less("p".into(), 3), false),
            (Condition::All(vec![]), true),
            (Condition::Any(vec![]), false),
        ];
        for (condition, expected) in cases {
            assert_eq!(holds(&condition, Some(&item())), expected, "{condition:?}");
        }
    }

    #[test]
    fn nothing_is_present_in_an_absent_item() {
        assert!(holds(&Condition::NotExists("pk".into()), None));
        assert!(holds(&Condition::NotExists("p.tx".into()), None));
        assert!(!holds(&Condition::Equals("rev".into(), Value::N(0)), None));
        assert!(!holds(&Condition::Less("rev".into(), 9), None));
    }
}
