//! Records: changed only as they were read.

use bytes::Bytes;
use futures::executor::block_on;

use super::Bench;
use crate::simulated::{Call, Fault};
use crate::table::{Key, Sort, Table, Value};
use crate::{Millis, RecordError, RecordKey};

fn key(sort: &str) -> RecordKey {
    RecordKey::new("jobs", sort)
}

fn put(bench: &Bench, sort: &str, body: &str, expected: Option<u64>) -> Result<u64, RecordError> {
    let body = Bytes::copy_from_slice(body.as_bytes());
    block_on(bench.store.put_record(&key(sort), body, expected, None))
}

fn read(bench: &Bench, sort: &str) -> Option<(u64, String)> {
    let record = block_on(bench.store.record(&key(sort))).unwrap()?;
    assert_eq!(record.key, key(sort));
    Some((
        record.revision,
        String::from_utf8(record.body.to_vec()).unwrap(),
    ))
}

fn delete(bench: &Bench, sort: &str, expected: u64) -> Result<(), RecordError> {
    block_on(bench.store.delete_record(&key(sort), expected))
}

#[track_caller]
fn is_conflict<T: std::fmt::Debug>(outcome: &Result<T, RecordError>) {
    assert!(matches!(outcome, Err(RecordError::Conflict)), "{outcome:?}");
}

#[test]
fn a_record_is_changed_only_as_it_was_read() {
    let bench = Bench::new();
    assert_eq!(read(&bench, "1"), None);
    assert_eq!(put(&bench, "1", "a", None).unwrap(), 1);
    is_conflict(&put(&bench, "1", "b", None));
    assert_eq!(put(&bench, "1", "b", Some(1)).unwrap(), 2);
    is_conflict(&put(&bench, "1", "c", Some(1)));
    is_conflict(&put(&bench, "2", "c", Some(1)));
    assert_eq!(read(&bench, "1"), Some((2, "b".into())));
    is_conflict(&delete(&bench, "1", 1));
    delete(&bench, "1", 2).unwrap();
    is_conflict(&delete(&bench, "1", 2));
    assert_eq!(read(&bench, "1"), None);
}

#[test]
fn a_lost_answer_is_found_out_and_that_of_somebody_else_is_not_ours() {
    for fault in [Fault::LostAnswer, Fault::Dropped, Fault::Throttled] {
        let bench = Bench::new();
        let break_next = || {
            let mut times = 1;
            bench.tables.break_with(move |_| {
                times -= 1;
                (times >= 0).then_some(fault)
            });
        };
        break_next();
        assert_eq!(put(&bench, "1", "a", None).unwrap(), 1, "{fault:?}");
        break_next();
        is_conflict(&put(&bench, "1", "other", None));
        break_next();
        delete(&bench, "1", 1).unwrap();
        assert_eq!(read(&bench, "1"), None);
    }
}

#[test]
fn without_any_answer_the_outcome_is_unknown() {
    let bench = Bench::new();
    bench
        .tables
        .break_with(|call| matches!(call, Call::Write(_)).then_some(Fault::Dropped));
    assert!(matches!(
        put(&bench, "1", "a", None),
        Err(RecordError::Store(_))
    ));
}

#[test]
fn the_records_of_a_partition_are_listed_in_order_and_page_by_page() {
    let bench = Bench::new();
    for sort in ["b", "a", "d", "c"] {
        put(&bench, sort, sort, None).unwrap();
    }
    let other = RecordKey::new("others", "x");
    block_on(bench.store.put_record(&other, Bytes::new(), None, None)).unwrap();
    let list = |from: Option<&str>, limit: usize| {
        let mut after = None;
        let mut seen = Vec::new();
        loop {
            let page = bench.store.records("jobs", from, after.as_deref(), limit);
            let page = block_on(page).unwrap();
            assert!(page.records.len() <= limit);
            seen.extend(page.records.into_iter().map(|record| record.key.sort));
            after = page.next;
            if after.is_none() {
                return seen.join("");
            }
        }
    };
    for limit in [1, 3, 4, 10] {
        assert_eq!(list(None, limit), "abcd");
        assert_eq!(list(Some("c"), limit), "cd");
    }
}

#[test]
fn a_record_says_when_it_is_over_and_the_table_may_drop_it_an_hour_later() {
    let bench = Bench::new();
    let expires = Millis(1_767_225_600_000);
    let body = Bytes::from("a");
    block_on(bench.store.put_record(&key("1"), body, None, Some(expires))).unwrap();
    let record = block_on(bench.store.record(&key("1"))).unwrap().unwrap();
    assert_eq!(record.expires, Some(expires));
    let at = Key {
        table: Table::Control,
        pk: "J#jobs".into(),
        sk: Sort::Text("1".into()),
    };
    let snapshot = bench.tables.snapshot();
    let ttl = &snapshot.items()[&at]["ttl"];
    assert_eq!(ttl, &Value::N(1_767_225_600 + 3_600));
}

#[test]
fn each_call_is_one_round_trip() {
    let bench = Bench::new();
    let (_, receipt) = bench.cost(|bench| put(bench, "1", "a", None).unwrap());
    assert_eq!((receipt.round_trips(), receipt.requests()), (1, 1));
    let (_, receipt) = bench.cost(|bench| read(bench, "1"));
    assert_eq!((receipt.round_trips(), receipt.requests()), (1, 1));
    let ((), receipt) = bench.cost(|bench| delete(bench, "1", 1).unwrap());
    assert_eq!((receipt.round_trips(), receipt.requests()), (1, 1));
}
