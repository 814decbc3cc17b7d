//! All or nothing, once.

use futures::future::join_all;
use store::table::{Change, Condition, TableError, Tables, Value, Write};

use super::item::{
    absent, apply, check, delete, entry, equals, failed, head, number, put, refused, stored,
    transact, update, version, when,
};
use super::subject;

contract! { simulated in_process wire outside => {
    a_transaction_of_every_action_is_applied_whole
    one_false_condition_stops_everything
    every_false_condition_is_listed_with_its_item
    a_hundred_items_are_the_most
    an_item_cannot_be_in_it_twice
    a_repeated_token_does_nothing_and_succeeds
    a_failed_transaction_does_not_use_up_its_token
    concurrent_transactions_lose_no_update
} }

async fn a_transaction_of_every_action_is_applied_whole(tables: &dyn Tables) {
    for id in ["checked", "deleted", "updated"] {
        apply(tables, put(head(id), number("rev", 1))).await;
    }
    let writes = vec![
        check(head("checked"), equals("rev", 1)),
        when(delete(head("deleted")), equals("rev", 1)),
        when(
            update(
                head("updated"),
                vec![Change::Add("rev".into(), Value::N(1))],
            ),
            equals("rev", 1),
        ),
        when(put(head("new"), number("rev", 1)), absent()),
        put(version("new", 1), number("n", 1)),
        put(entry("I#new", "x"), number("n", 2)),
    ];
    transact(tables, "t", writes).await.unwrap();
    assert_eq!(
        stored(tables, head("checked")).await,
        Some(number("rev", 1))
    );
    assert_eq!(stored(tables, head("deleted")).await, None);
    assert_eq!(
        stored(tables, head("updated")).await,
        Some(number("rev", 2))
    );
    assert_eq!(stored(tables, head("new")).await, Some(number("rev", 1)));
    assert_eq!(
        stored(tables, version("new", 1)).await,
        Some(number("n", 1))
    );
    assert_eq!(
        stored(tables, entry("I#new", "x")).await,
        Some(number("n", 2))
    );
}

async fn one_false_condition_stops_everything(tables: &dyn Tables) {
    let writes = vec![
        put(head("a"), number("n", 1)),
        check(head("b"), Condition::Exists("pk".into())),
        put(head("c"), number("n", 1)),
    ];
    assert_eq!(failed(transact(tables, "t", writes).await), [(1, None)]);
    assert_eq!(stored(tables, head("a")).await, None);
    assert_eq!(stored(tables, head("c")).await, None);
}

async fn every_false_condition_is_listed_with_its_item(tables: &dyn Tables) {
    apply(tables, put(head("a"), number("rev", 7))).await;
    let writes = vec![
        when(put(head("a"), number("rev", 1)), absent()),
        put(head("b"), number("rev", 1)),
        when(
            update(head("c"), vec![Change::Remove("x".into())]),
            equals("rev", 1),
        ),
        when(delete(head("d")), Condition::Exists("pk".into())),
    ];
    let expected = [(0, Some(number("rev", 7))), (2, None), (3, None)];
    assert_eq!(failed(transact(tables, "t", writes).await), expected);
}

fn puts(count: usize) -> Vec<Write> {
    let ids = (0..count).map(|id| format!("many-{id}"));
    ids.map(|id| put(head(&id), number("n", 1))).collect()
}

async fn a_hundred_items_are_the_most(tables: &dyn Tables) {
    transact(tables, "t1", puts(100)).await.unwrap();
    assert_eq!(stored(tables, head("many-99")).await, Some(number("n", 1)));
    refused(transact(tables, "t2", puts(101)).await);
}

async fn an_item_cannot_be_in_it_twice(tables: &dyn Tables) {
    let writes = vec![put(head("a"), number("n", 1)), check(head("a"), absent())];
    refused(transact(tables, "t", writes).await);
    assert_eq!(stored(tables, head("a")).await, None);
}

async fn a_repeated_token_does_nothing_and_succeeds(tables: &dyn Tables) {
    let writes = || {
        vec![
            when(put(head("a"), number("n", 1)), absent()),
            increment("b"),
        ]
    };
    transact(tables, "t", writes()).await.unwrap();
    transact(tables, "t", writes()).await.unwrap();
    assert_eq!(stored(tables, head("b")).await, Some(number("n", 1)));
    refused(transact(tables, "t", vec![put(head("c"), number("n", 12))]).await);
    assert_eq!(stored(tables, head("c")).await, None);
    assert_eq!(failed(transact(tables, "u", writes()).await).len(), 1);
}

async fn a_failed_transaction_does_not_use_up_its_token(tables: &dyn Tables) {
    let writes = || {
        vec![
            check(head("a"), Condition::Exists("pk".into())),
            increment("b"),
        ]
    };
    assert_eq!(failed(transact(tables, "t", writes()).await), [(0, None)]);
    apply(tables, put(head("a"), number("n", 1))).await;
    transact(tables, "t", writes()).await.unwrap();
    assert_eq!(stored(tables, head("b")).await, Some(number("n", 1)));
}

fn increment(id: &str) -> Write {
    update(head(id), vec![Change::Add("n".into(), Value::N(1))])
}

async fn concurrent_transactions_lose_no_update(tables: &dyn Tables) {
    apply(tables, put(head("counter"), number("n", 0))).await;
    let clients = (0..8).map(|client| count_up(tables, client));
    join_all(clients).await;
    assert_eq!(stored(tables, head("counter")).await, Some(number("n", 40)));
}

/// Raises the counter five times, each time from what it has read.
async fn count_up(tables: &dyn Tables, client: usize) {
    for step in 0..5 {
        for attempt in 0.. {
            let Some(Value::N(n)) = stored(tables, head("counter")).await.unwrap().remove("n")
            else {
                panic!("the counter is not a number");
            };
            let raised = when(put(head("counter"), number("n", n + 1)), equals("n", n));
            let log = put(entry("log", &format!("{client}/{step}")), number("n", n));
            let token = format!("{client}/{step}/{attempt}");
            match transact(tables, &token, vec![raised, log]).await {
                Ok(_) => break,
                Err(TableError::ConditionFailed(_) | TableError::Conflict) => {}
                Err(other) => panic!("{other:?}"),
            }
        }
    }
}
