//! Many items in one call, each on its own.

use std::collections::BTreeMap;

use store::table::{Change, Item, Key, Tables};

use super::item::{
    absent, apply, delete, entry, head, number, put, refused, sized, stored, update, version, when,
};
use super::subject;

contract! { simulated in_process wire outside => {
    a_batch_reads_what_is_there
    a_batch_read_beyond_its_size_tells_what_is_left
    a_batch_read_takes_a_hundred_different_keys
    a_batch_writes_puts_and_deletes
    a_batch_takes_25_writes_without_conditions
} }

async fn read(tables: &dyn Tables, keys: Vec<Key>) -> BTreeMap<Key, Item> {
    let got = tables.batch_get(keys).await.unwrap().0;
    assert_eq!(got.unprocessed, []);
    got.items.into_iter().collect()
}

async fn a_batch_reads_what_is_there(tables: &dyn Tables) {
    let there = [head("a"), version("a", 1), entry("p", "s")];
    for key in there.clone() {
        apply(tables, put(key, number("n", 1))).await;
    }
    let absent = [head("b"), version("a", 2)];
    let found = read(tables, there.iter().chain(&absent).cloned().collect()).await;
    assert_eq!(found, there.map(|key| (key, number("n", 1))).into());
    let nothing = read(tables, vec![head("c")]).await;
    assert_eq!(nothing, BTreeMap::new());
}

async fn a_batch_read_beyond_its_size_tells_what_is_left(tables: &dyn Tables) {
    let keys: Vec<Key> = (0..50).map(|id| head(&format!("large-{id}"))).collect();
    for key in &keys {
        apply(tables, put(key.clone(), sized(400_000))).await;
    }
    let (mut wanted, mut found) = (keys, 0);
    while !wanted.is_empty() {
        let got = tables.batch_get(wanted.clone()).await.unwrap().0;
        assert!(!got.items.is_empty());
        assert_eq!(got.items.len() + got.unprocessed.len(), wanted.len());
        found += got.items.len();
        wanted = got.unprocessed;
    }
    assert_eq!(found, 50);
}

async fn a_batch_read_takes_a_hundred_different_keys(tables: &dyn Tables) {
    let keys = |count: usize| {
        (0..count)
            .map(|id| head(&format!("key-{id}")))
            .collect::<Vec<_>>()
    };
    assert_eq!(read(tables, keys(100)).await.len(), 0);
    refused(tables.batch_get(keys(101)).await);
    refused(tables.batch_get(vec![head("a"), head("a")]).await);
}

async fn a_batch_writes_puts_and_deletes(tables: &dyn Tables) {
    apply(tables, put(head("gone"), number("n", 1))).await;
    let writes = vec![
        put(version("a", 1), number("n", 1)),
        put(entry("p", "s"), Item::new()),
        delete(head("gone")),
        delete(head("never")),
    ];
    assert_eq!(tables.batch_write(writes).await.unwrap().0, []);
    assert_eq!(stored(tables, version("a", 1)).await, Some(number("n", 1)));
    assert_eq!(stored(tables, entry("p", "s")).await, Some(Item::new()));
    assert_eq!(stored(tables, head("gone")).await, None);
}

async fn a_batch_takes_25_writes_without_conditions(tables: &dyn Tables) {
    let puts = |count: usize| (0..count).map(|id| put(head(&id.to_string()), number("n", 1)));
    assert_eq!(tables.batch_write(puts(25).collect()).await.unwrap().0, []);
    refused(tables.batch_write(puts(26).collect()).await);
    refused(
        tables
            .batch_write(vec![when(put(head("a"), Item::new()), absent())])
            .await,
    );
    let change = vec![Change::Remove("x".into())];
    refused(tables.batch_write(vec![update(head("a"), change)]).await);
    assert_eq!(stored(tables, head("a")).await, None);
}
