//! What conditions see, and what a false one tells.

use store::table::{Condition, Item, Path, Tables, Value, Write};

use super::item::{absent, apply, delete, equals, failed, head, number, put, stored, update, when};
use super::subject;

contract! { simulated in_process wire outside => {
    a_put_if_absent_is_applied_once
    a_failed_condition_tells_the_item_as_it_was
    a_failed_condition_on_an_absent_item_tells_of_none
    equality_sees_paths_types_and_absence
    less_compares_numbers_that_are_there
    parts_are_joined_as_they_are_nested
    names_may_be_reserved_words_and_have_dots
} }

async fn a_put_if_absent_is_applied_once(tables: &dyn Tables) {
    apply(tables, when(put(head("a"), number("n", 1)), absent())).await;
    let again = tables.write(when(put(head("a"), number("n", 2)), absent()));
    assert_eq!(failed(again.await), [(0, Some(number("n", 1)))]);
    assert_eq!(stored(tables, head("a")).await, Some(number("n", 1)));
}

async fn a_failed_condition_tells_the_item_as_it_was(tables: &dyn Tables) {
    apply(tables, put(head("a"), number("n", 1))).await;
    for write in [
        put(head("a"), Item::new()),
        update(head("a"), vec![]),
        delete(head("a")),
    ] {
        let refusal = tables
            .write(when(with_a_change(write), equals("n", 2)))
            .await;
        assert_eq!(failed(refusal), [(0, Some(number("n", 1)))]);
    }
    assert_eq!(stored(tables, head("a")).await, Some(number("n", 1)));
}

/// An update has to change something.
fn with_a_change(mut write: Write) -> Write {
    if let store::table::Action::Update(changes) = &mut write.action {
        changes.push(store::table::Change::Remove("x".into()));
    }
    write
}

async fn a_failed_condition_on_an_absent_item_tells_of_none(tables: &dyn Tables) {
    let refusal = tables.write(when(delete(head("a")), Condition::Exists("pk".into())));
    assert_eq!(failed(refusal.await), [(0, None)]);
}

/// Whether a condition holds of an item.
async fn holds(tables: &dyn Tables, item: &Item, condition: Condition) -> bool {
    apply(tables, put(head("a"), item.clone())).await;
    let write = when(put(head("a"), Item::new()), condition);
    match tables.write(write).await {
        Ok(_) => true,
        failure => {
            assert_eq!(failed(failure), [(0, Some(item.clone()))]);
            false
        }
    }
}

fn an_item() -> Item {
    let intent = Item::from([("tx".to_owned(), Value::S("t1".to_owned()))]);
    Item::from([
        ("rev".to_owned(), Value::N(3)),
        ("p".to_owned(), Value::M(intent)),
        ("gone".to_owned(), Value::Bool(false)),
    ])
}

async fn equality_sees_paths_types_and_absence(tables: &dyn Tables) {
    let text = |path: &str, text: &str| Condition::Equals(path.into(), Value::S(text.to_owned()));
    for (condition, expected) in [
        (equals("rev", 3), true),
        (equals("rev", 4), false),
        (text("rev", "3"), false),
        (text("p.tx", "t1"), true),
        (text("p.tx", "t2"), false),
        (text("p.tx.x", "t1"), false),
        (text("q.tx", "t1"), false),
        (Condition::Equals("gone".into(), Value::Bool(false)), true),
        (Condition::Exists("p.tx".into()), true),
        (Condition::Exists("p.ty".into()), false),
        (Condition::NotExists("p".into()), false),
        (Condition::NotExists("q.tx".into()), true),
        (Condition::Exists("pk".into()), true),
    ] {
        let text = format!("{condition:?}");
        assert_eq!(
            holds(tables, &an_item(), condition).await,
            expected,
            "{text}"
        );
    }
}

async fn less_compares_numbers_that_are_there(tables: &dyn Tables) {
    for (path, bound, expected) in [
        ("rev", 4, true),
        ("rev", 3, false),
        ("rev", -1, false),
        ("rev", i64::MAX, true),
        ("gone", 4, false),
        ("none", 4, false),
    ] {
        let condition = Condition::Less(path.into(), bound);
        assert_eq!(
            holds(tables, &an_item(), condition).await,
            expected,
            "{path} < {bound}"
        );
    }
}

async fn parts_are_joined_as_they_are_nested(tables: &dyn Tables) {
    let (yes, no) = (|| equals("rev", 3), || equals("rev", 4));
    for (condition, expected) in [
        (Condition::All(vec![yes(), yes()]), true),
        (Condition::All(vec![yes(), no()]), false),
        (Condition::Any(vec![no(), yes()]), true),
        (Condition::Any(vec![no(), no()]), false),
        (Condition::All(vec![]), true),
        (Condition::Any(vec![]), false),
        (
            Condition::Any(vec![Condition::All(vec![no(), yes()]), yes()]),
            true,
        ),
        (
            Condition::All(vec![Condition::Any(vec![yes(), no()]), no()]),
            false,
        ),
        (
            Condition::All(vec![Condition::All(vec![Condition::Any(vec![yes()])])]),
            true,
        ),
        (Condition::Any(vec![Condition::All(vec![]), no()]), true),
    ] {
        let text = format!("{condition:?}");
        assert_eq!(
            holds(tables, &an_item(), condition).await,
            expected,
            "{text}"
        );
    }
}

async fn names_may_be_reserved_words_and_have_dots(tables: &dyn Tables) {
    let names = ["size", "a.b", "Values", "#n", ":v", "attribute_exists"];
    let item: Item = names
        .iter()
        .map(|name| ((*name).to_owned(), Value::N(1)))
        .collect();
    for name in names {
        let path = Path(vec![name.to_owned()]);
        assert!(
            holds(tables, &item, Condition::Equals(path, Value::N(1))).await,
            "{name}"
        );
    }
}
