//! The store's conditions and changes as DynamoDB expressions.
//!
//! ```text
//! All[NotExists(p), Any[Equals(rev, 3), Less(ts, 9)]]
//!     attribute_not_exists(#0) AND (#1 = :0 OR #2 < :1)
//! [Set(p.tx, "t"), Remove(q), Add(ver, 1)]
//!     SET #0.#1 = :0 REMOVE #2 ADD #3 :1
//! ```
//!
//! Every name is a placeholder, since hundreds of words are reserved:
//! <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ReservedWords.html>.

use std::collections::HashMap;
use std::fmt::Write;

use aws_sdk_dynamodb::types::AttributeValue;
use store::table::{Change, Condition, Path, Value};

use super::value::{self, PK};

/// The names and values behind the placeholders of a request's expressions.
#[derive(Debug, Default)]
pub(super) struct Placeholders {
    names: Vec<String>,
    values: Vec<AttributeValue>,
}

impl Placeholders {
    pub(super) fn name(&mut self, name: &str) -> String {
        let at = self
            .names
            .iter()
            .position(|known| known == name)
            .unwrap_or_else(|| {
                self.names.push(name.to_owned());
                self.names.len() - 1
            });
        format!("#{at}")
    }

    pub(super) fn value(&mut self, value: AttributeValue) -> String {
        self.values.push(value);
        format!(":{}", self.values.len() - 1)
    }

    fn path(&mut self, path: &Path) -> String {
        let names: Vec<String> = path.0.iter().map(|name| self.name(name)).collect();
        names.join(".")
    }

    /// What `ExpressionAttributeNames` wants: nothing rather than an empty map.
    pub(super) fn take_names(&mut self) -> Option<HashMap<String, String>> {
        let taken = std::mem::take(&mut self.names);
        let placed: HashMap<_, _> = taken
            .into_iter()
            .enumerate()
            .map(|(at, name)| (format!("#{at}"), name))
            .collect();
        (!placed.is_empty()).then_some(placed)
    }

    /// What `ExpressionAttributeValues` wants: nothing rather than an empty map.
    pub(super) fn take_values(&mut self) -> Option<HashMap<String, AttributeValue>> {
        let taken = std::mem::take(&mut self.values);
        let placed: HashMap<_, _> = taken
            .into_iter()
            .enumerate()
            .map(|(at, value)| (format!(":{at}"), value))
            .collect();
        (!placed.is_empty()).then_some(placed)
    }
}

/// A `ConditionExpression`.
pub(super) fn condition(condition: Condition, placeholders: &mut Placeholders) -> String {
    match condition {
        Condition::Exists(path) => format!("attribute_exists({})", placeholders.path(&path)),
        Condition::NotExists(path) => {
            format!("attribute_not_exists({})", placeholders.path(&path))
        }
        Condition::Equals(path, expected) => {
            let path = placeholders.path(&path);
            format!(
                "{path} = {}",
                placeholders.value(value::attribute(expected))
            )
        }
        Condition::Less(path, bound) => {
            let path = placeholders.path(&path);
            format!(
                "{path} < {}",
                placeholders.value(value::attribute(Value::N(bound)))
            )
        }
        Condition::All(parts) => joined(parts, " AND ", " OR ", placeholders),
        Condition::Any(parts) => joined(parts, " OR ", " AND ", placeholders),
    }
}

/// `operator` between the parts. Of no parts, "all" is true and "any" is false; DynamoDB has no word
/// for either, so `dual` between a test and its opposite says it.
fn joined(
    mut parts: Vec<Condition>,
    operator: &str,
    dual: &str,
    placeholders: &mut Placeholders,
) -> String {
    if parts.is_empty() {
        let pk = placeholders.name(PK);
        return format!("attribute_exists({pk}){dual}attribute_not_exists({pk})");
    }
    if parts.len() == 1
        && let Some(only) = parts.pop()
    {
        return condition(only, placeholders);
    }
    let texts: Vec<String> = parts
        .into_iter()
        .map(|part| operand(part, placeholders))
        .collect();
    texts.join(operator)
}

/// Parentheses around what has an operator of its own, and nowhere else: DynamoDB refuses
/// redundant ones.
fn operand(part: Condition, placeholders: &mut Placeholders) -> String {
    let compound = is_compound(&part);
    let text = condition(part, placeholders);
    if compound { format!("({text})") } else { text }
}

fn is_compound(part: &Condition) -> bool {
    match part {
        Condition::All(parts) | Condition::Any(parts) => match parts.as_slice() {
            [only] => is_compound(only),
            _ => true,
        },
        _ => false,
    }
}

/// An `UpdateExpression`.
pub(super) fn update(changes: Vec<Change>, placeholders: &mut Placeholders) -> String {
    let mut clauses: [(&str, Vec<String>); 4] = [
        ("SET", vec![]),
        ("REMOVE", vec![]),
        ("ADD", vec![]),
        ("DELETE", vec![]),
    ];
    let [(_, set), (_, remove), (_, add), (_, delete)] = &mut clauses;
    for change in changes {
        match change {
            Change::Set(path, to) => {
                let path = placeholders.path(&path);
                set.push(format!(
                    "{path} = {}",
                    placeholders.value(value::attribute(to))
                ));
            }
            Change::Remove(path) => remove.push(placeholders.path(&path)),
            Change::Add(path, what) => {
                let path = placeholders.path(&path);
                add.push(format!(
                    "{path} {}",
                    placeholders.value(value::attribute(what))
                ));
            }
            Change::Delete(path, members) => {
                let path = placeholders.path(&path);
                let members = value::attribute(Value::Set(members));
                delete.push(format!("{path} {}", placeholders.value(members)));
            }
        }
    }
    let mut text = String::new();
    for (verb, parts) in clauses.iter().filter(|(_, parts)| !parts.is_empty()) {
        let space = if text.is_empty() { "" } else { " " };
        // Writing to a String cannot fail.
        let _ = write!(text, "{space}{verb} {}", parts.join(", "));
    }
    text
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn check(given: Condition, expected: &str) {
        assert_eq!(condition(given, &mut Placeholders::default()), expected);
    }

    #[test]
    fn conditions_are_rendered_with_the_parentheses_they_need() {
        let rev = || Condition::Equals("rev".into(), Value::N(3));
        let free = || Condition::NotExists("p".into());
        check(free(), "attribute_not_exists(#0)");
        check(Condition::Exists("p.tx".into()), "attribute_exists(#0.#1)");
        check(
            Condition::All(vec![rev(), free()]),
            "#0 = :0 AND attribute_not_exists(#1)",
        );
        check(Condition::All(vec![Condition::Any(vec![rev()])]), "#0 = :0");
        check(
            Condition::Any(vec![
                Condition::All(vec![rev(), free()]),
                Condition::Less("rev".into(), 9),
            ]),
            "(#0 = :0 AND attribute_not_exists(#1)) OR #0 < :1",
        );
        check(
            Condition::All(vec![]),
            "attribute_exists(#0) OR attribute_not_exists(#0)",
        );
        check(
            Condition::Any(vec![]),
            "attribute_exists(#0) AND attribute_not_exists(#0)",
        );
    }

    #[test]
    fn changes_are_grouped_by_their_verb() {
        let mut placeholders = Placeholders::default();
        let text = update(
            vec![
                Change::Add("ver".into(), Value::N(1)),
                Change::Set("p.tx".into(), Value::S("t".into())),
                Change::Remove("q".into()),
                Change::Delete("own".into(), BTreeSet::from(["a".to_owned()])),
                Change::Set("lu".into(), Value::N(2)),
            ],
            &mut placeholders,
        );
        assert_eq!(
            text,
            "SET #1.#2 = :1, #5 = :3 REMOVE #3 ADD #0 :0 DELETE #4 :2"
        );
        assert_eq!(placeholders.take_names().unwrap().len(), 6);
        assert_eq!(placeholders.take_values().unwrap().len(), 4);
        assert_eq!(placeholders.take_names(), None);
    }
}
