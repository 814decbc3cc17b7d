//! Sizes at their edges.

use store::table::{Change, MAX_ITEM_BYTES, Sort, Tables};

use super::item::{
    apply, delete, entry, head, put, refused, sized, stored, too_large, transact, update,
};
use super::subject;

contract! { simulated in_process wire outside => {
    an_item_of_400_kb_is_the_largest
    an_update_cannot_grow_an_item_past_its_limit
    a_transaction_holds_four_megabytes
    a_key_with_empty_text_is_refused
} }

/// Bytes of an item around its attribute `b`: the names `pk` and `b`, and a key of one letter.
const AROUND: usize = 2 + 1 + 1;

async fn an_item_of_400_kb_is_the_largest(tables: &dyn Tables) {
    let largest = MAX_ITEM_BYTES - AROUND;
    apply(tables, put(head("a"), sized(largest))).await;
    too_large(tables.write(put(head("b"), sized(largest + 1))).await);
    let writes = vec![put(head("b"), sized(largest + 1))];
    too_large(transact(tables, "t", writes).await);
    assert_eq!(stored(tables, head("b")).await, None);
}

async fn an_update_cannot_grow_an_item_past_its_limit(tables: &dyn Tables) {
    let largest = MAX_ITEM_BYTES - AROUND;
    apply(tables, put(head("a"), sized(largest))).await;
    let grow = || {
        let value = sized(20).remove("b").unwrap();
        update(head("a"), vec![Change::Set("more".into(), value)])
    };
    too_large(tables.write(grow()).await);
    too_large(transact(tables, "t", vec![grow()]).await);
    assert_eq!(stored(tables, head("a")).await, Some(sized(largest)));
}

async fn a_transaction_holds_four_megabytes(tables: &dyn Tables) {
    let puts = |count: usize| {
        let ids = (0..count).map(|id| format!("large-{id}"));
        ids.map(|id| put(head(&id), sized(390_000))).collect()
    };
    transact(tables, "t", puts(10)).await.unwrap();
    too_large(transact(tables, "u", puts(11)).await);
    assert_eq!(stored(tables, head("large-10")).await, None);
}

async fn a_key_with_empty_text_is_refused(tables: &dyn Tables) {
    refused(tables.write(put(head(""), sized(1))).await);
    refused(tables.write(put(entry("p", ""), sized(1))).await);
    refused(tables.get(head("")).await);
    let mut sorted = entry("p", "s");
    sorted.sk = Sort::None;
    refused(tables.write(delete(sorted)).await);
}
