//! Update expressions: changes of parts of an item, refused where DynamoDB refuses them.

use std::collections::BTreeSet;

use crate::table::{Change, Item, Path, Value};

/// The item after the changes. The reason when they are not allowed.
pub(crate) fn apply(changes: &[Change], item: Option<&Item>) -> Result<Item, String> {
    check_paths(changes)?;
    let mut item = item.cloned().unwrap_or_default();
    for change in changes {
        match change {
            Change::Set(path, value) => {
                let (map, name) = parent(path, &mut item).ok_or("the parent map is missing")?;
                map.insert(name.to_owned(), value.clone());
            }
            Change::Remove(path) => {
                if let Some((map, name)) = parent(path, &mut item) {
                    map.remove(name);
                }
            }
            Change::Add(path, value) => add(top_level(path)?, value, &mut item)?,
            Change::Delete(path, members) => take_out(top_level(path)?, members, &mut item)?,
        }
    }
    Ok(item)
}

fn path_of(change: &Change) -> &[String] {
    match change {
        Change::Set(path, _)
        | Change::Remove(path)
        | Change::Add(path, _)
        | Change::Delete(path, _) => &path.0,
    }
}

fn check_paths(changes: &[Change]) -> Result<(), String> {
    for (n, change) in changes.iter().enumerate() {
        let path = path_of(change);
        match path {
            [] => return Err("an empty path".into()),
            [name, ..] if name == "pk" || name == "sk" => {
                return Err("the key cannot change".into());
            }
            _ => {}
        }
        let overlaps = |other: &Change| {
            let other = path_of(other);
            path.starts_with(other) || other.starts_with(path)
        };
        if changes.iter().take(n).any(overlaps) {
            return Err(format!("two paths overlap: {}", path.join(".")));
        }
    }
    Ok(())
}

fn top_level(path: &Path) -> Result<&str, String> {
    match path.0.as_slice() {
        [name] => Ok(name),
        _ => Err("ADD and DELETE take top-level attributes only".into()),
    }
}

/// The map that holds the last name of the path.
fn parent<'a, 'b>(path: &'b Path, item: &'a mut Item) -> Option<(&'a mut Item, &'b str)> {
    let (last, parents) = path.0.split_last()?;
    let mut map = item;
    for name in parents {
        let Some(Value::M(inner)) = map.get_mut(name) else {
            return None;
        };
        map = inner;
    }
    Some((map, last))
}

fn add(name: &str, value: &Value, item: &mut Item) -> Result<(), String> {
    let sum = match (item.remove(name), value) {
        (None, Value::N(_)) => value.clone(),
        (None, Value::Set(members)) if !members.is_empty() => value.clone(),
        (Some(Value::N(before)), Value::N(more)) => Value::N(before + more),
        (Some(Value::Set(mut before)), Value::Set(more)) if !more.is_empty() => {
            before.extend(more.iter().cloned());
            Value::Set(before)
        }
        _ => return Err(format!("ADD to {name} with another type, or an empty set")),
    };
    item.insert(name.to_owned(), sum);
    Ok(())
}

fn take_out(name: &str, members: &BTreeSet<String>, item: &mut Item) -> Result<(), String> {
    match item.get_mut(name) {
        _ if members.is_empty() => return Err(format!("DELETE from {name} of an empty set")),
        None => {}
        Some(Value::Set(before)) => {
            before.retain(|member| !members.contains(member));
            if before.is_empty() {
                item.remove(name);
            }
        }
        Some(_) => return Err(format!("DELETE from {name}, which is no set")),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(members: &[&str]) -> BTreeSet<String> {
        members.iter().map(|member| (*member).to_owned()).collect()
    }

    fn item() -> Item {
        Item::from([
            ("ver".into(), Value::N(1)),
            ("own".into(), Value::Set(set(&["a", "b"]))),
        ])
    }

    #[test]
    fn numbers_and_sets_grow_and_shrink() {
        let changes = [
            Change::Add("ver".into(), Value::N(1)),
            Change::Add("new".into(), Value::N(5)),
            Change::Delete("own".into(), set(&["a", "x"])),
        ];
        let after = apply(&changes, Some(&item())).unwrap();
        assert_eq!(after["ver"], Value::N(2));
        assert_eq!(after["new"], Value::N(5));
        assert_eq!(after["own"], Value::Set(set(&["b"])));
    }

    #[test]
    fn a_set_without_members_disappears() {
        let after = apply(
            &[Change::Delete("own".into(), set(&["a", "b"]))],
            Some(&item()),
        );
        assert!(!after.unwrap().contains_key("own"));
    }

    #[test]
    fn a_nested_value_needs_its_parent() {
        let set_nested = [Change::Set("p.tx".into(), Value::N(1))];
        assert!(apply(&set_nested, Some(&item())).is_err());
        assert!(apply(&[Change::Remove("p.tx".into())], Some(&item())).is_ok());
    }

    #[test]
    fn paths_that_overlap_and_keys_are_refused() {
        let add = || Change::Add("own".into(), Value::Set(set(&["c"])));
        assert!(apply(&[add(), Change::Delete("own".into(), set(&["a"]))], None).is_err());
        assert!(
            apply(
                &[Change::Remove("p".into()), Change::Remove("p.tx".into())],
                None
            )
            .is_err()
        );
        assert!(apply(&[Change::Set("pk".into(), Value::N(1))], None).is_err());
    }

    #[test]
    fn adding_another_type_is_refused() {
        assert!(apply(&[Change::Add("own".into(), Value::N(1))], Some(&item())).is_err());
        assert!(apply(&[Change::Add("x".into(), Value::Bool(true))], None).is_err());
    }
}
