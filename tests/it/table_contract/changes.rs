//! What writes leave behind.

use std::collections::BTreeSet;

use bytes::Bytes;
use store::table::{Change, Item, Path, Tables, Value};

use super::item::{apply, delete, head, number, put, refused, stored, update};
use super::subject;

contract! { simulated in_process wire outside => {
    every_value_comes_back_as_it_went
    a_put_replaces_the_whole_item
    an_update_creates_changes_and_removes
    an_addition_starts_from_nothing
    the_last_member_of_a_set_takes_the_attribute_with_it
    a_value_below_an_absent_map_cannot_be_set
    a_delete_of_an_absent_item_is_fine
} }

fn set(members: &[&str]) -> BTreeSet<String> {
    members.iter().map(|member| (*member).to_owned()).collect()
}

async fn every_value_comes_back_as_it_went(tables: &dyn Tables) {
    let inner = Item::from([
        ("empty".to_owned(), Value::M(Item::new())),
        ("n".to_owned(), Value::N(-1)),
    ]);
    let item = Item::from([
        ("all bytes".to_owned(), Value::B((0..=255).collect())),
        ("no bytes".to_owned(), Value::B(Bytes::new())),
        ("false".to_owned(), Value::Bool(false)),
        ("true".to_owned(), Value::Bool(true)),
        ("map".to_owned(), Value::M(inner)),
        ("max".to_owned(), Value::N(i64::MAX)),
        ("min".to_owned(), Value::N(i64::MIN)),
        ("zero".to_owned(), Value::N(0)),
        ("round".to_owned(), Value::N(1_795_240_800_000)),
        ("set".to_owned(), Value::Set(set(&["ä", "a", "😀"]))),
        ("no text".to_owned(), Value::S(String::new())),
        (
            "text".to_owned(),
            Value::S("Vårdcentralen \"é\" \\ \n \u{1} 😀".to_owned()),
        ),
    ]);
    apply(tables, put(head("a"), item.clone())).await;
    assert_eq!(stored(tables, head("a")).await, Some(item));
}

async fn a_put_replaces_the_whole_item(tables: &dyn Tables) {
    apply(tables, put(head("a"), number("old", 1))).await;
    apply(tables, put(head("a"), number("new", 2))).await;
    assert_eq!(stored(tables, head("a")).await, Some(number("new", 2)));
}

async fn an_update_creates_changes_and_removes(tables: &dyn Tables) {
    let intent = Value::M(number("ts", 1));
    let changes = vec![
        Change::Set("p".into(), intent),
        Change::Set("n".into(), Value::N(1)),
    ];
    apply(tables, update(head("a"), changes)).await;
    let changes = vec![
        Change::Set("p.tx".into(), Value::S("t".to_owned())),
        Change::Remove("p.ts".into()),
        Change::Remove("n".into()),
        Change::Remove("never".into()),
        Change::Set(Path(vec!["size.of".to_owned()]), Value::N(2)),
    ];
    apply(tables, update(head("a"), changes)).await;
    let intent = Item::from([("tx".to_owned(), Value::S("t".to_owned()))]);
    let expected = Item::from([
        ("p".to_owned(), Value::M(intent)),
        ("size.of".to_owned(), Value::N(2)),
    ]);
    assert_eq!(stored(tables, head("a")).await, Some(expected));
}

async fn an_addition_starts_from_nothing(tables: &dyn Tables) {
    let add = |members: &[&str], by| {
        let members = Change::Add("own".into(), Value::Set(set(members)));
        vec![members, Change::Add("ver".into(), Value::N(by))]
    };
    apply(tables, update(head("a"), add(&["x"], 2))).await;
    apply(tables, update(head("a"), add(&["x", "y"], -5))).await;
    let mut expected = number("ver", -3);
    expected.insert("own".to_owned(), Value::Set(set(&["x", "y"])));
    assert_eq!(stored(tables, head("a")).await, Some(expected));
}

async fn the_last_member_of_a_set_takes_the_attribute_with_it(tables: &dyn Tables) {
    let mut item = number("n", 1);
    item.insert("own".to_owned(), Value::Set(set(&["x", "y"])));
    apply(tables, put(head("a"), item.clone())).await;
    let without = |members: &[&str]| vec![Change::Delete("own".into(), set(members))];
    apply(tables, update(head("a"), without(&["x", "never"]))).await;
    item.insert("own".to_owned(), Value::Set(set(&["y"])));
    assert_eq!(stored(tables, head("a")).await, Some(item));
    apply(tables, update(head("a"), without(&["y"]))).await;
    assert_eq!(stored(tables, head("a")).await, Some(number("n", 1)));
    apply(tables, update(head("a"), without(&["y"]))).await;
}

async fn a_value_below_an_absent_map_cannot_be_set(tables: &dyn Tables) {
    apply(tables, put(head("a"), number("n", 1))).await;
    let changes = vec![Change::Set("p.tx".into(), Value::N(1))];
    refused(tables.write(update(head("a"), changes)).await);
    assert_eq!(stored(tables, head("a")).await, Some(number("n", 1)));
}

async fn a_delete_of_an_absent_item_is_fine(tables: &dyn Tables) {
    apply(tables, delete(head("a"))).await;
    apply(tables, put(head("a"), number("n", 1))).await;
    apply(tables, delete(head("a"))).await;
    assert_eq!(stored(tables, head("a")).await, None);
}
