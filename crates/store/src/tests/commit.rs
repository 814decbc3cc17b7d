//! Versions, conflicts, deletion: one document and several.

use std::fmt::Write as _;

use super::{Bench, body_of, document};
use crate::{Base, CommitError, Millis, Write};

#[test]
fn a_created_document_is_read_back_as_version_one() {
    let bench = Bench::new();
    assert_eq!(bench.read("1"), None);
    let committed = bench.commit(vec![bench.put("1", "a")]).unwrap();
    assert_eq!(committed[0].version, 1);
    let head = bench.read("1").unwrap();
    assert_eq!((head.version, head.deleted), (1, false));
    assert_eq!(head.body, body_of("a"));
    assert_eq!(head.last_updated, committed[0].last_updated);
}

#[test]
fn the_second_write_on_the_same_base_is_a_conflict() {
    let bench = Bench::new();
    bench.commit(vec![bench.put("1", "a")]).unwrap();
    let (first, second) = (bench.put("1", "b"), bench.put("1", "c"));
    bench.commit(vec![first]).unwrap();
    let conflict = bench.commit(vec![second]);
    assert!(matches!(conflict, Err(CommitError::Conflict(keys)) if keys == [document("1")]));
    assert_eq!(bench.read("1").unwrap().body, body_of("b"));
}

#[test]
fn creating_what_exists_is_a_conflict_and_leaves_no_entries() {
    let bench = Bench::new();
    let stale = Write {
        base: Base::Absent,
        ..bench.put("1", "b")
    }
    .with_entry("x");
    bench.commit(vec![bench.put("1", "a")]).unwrap();
    let before = bench.tables.snapshot().items().len();
    assert!(matches!(
        bench.commit(vec![stale]),
        Err(CommitError::Conflict(_))
    ));
    assert_eq!(bench.tables.snapshot().items().len(), before);
}

#[test]
fn one_conflict_stops_the_whole_transaction() {
    let bench = Bench::new();
    bench
        .commit(vec![bench.put("1", "a"), bench.put("2", "a")])
        .unwrap();
    let stale = vec![bench.put("1", "b"), bench.put("2", "b")];
    bench.commit(vec![bench.put("2", "c")]).unwrap();
    let conflict = bench.commit(stale);
    assert!(matches!(conflict, Err(CommitError::Conflict(keys)) if keys == [document("2")]));
    assert_eq!(bench.read("1").unwrap().version, 1);
}

#[test]
fn last_updated_grows_even_when_the_clock_stands_still() {
    let bench = Bench::new();
    let times: Vec<Millis> = (0..3)
        .map(|_| bench.commit(vec![bench.put("1", "a")]).unwrap()[0].last_updated)
        .collect();
    assert_eq!(times[1], times[0].plus(1));
    assert_eq!(times[2], times[1].plus(1));
}

#[test]
fn a_deleted_document_shows_as_deleted_and_can_come_back() {
    let bench = Bench::new();
    bench.commit(vec![bench.put("1", "a")]).unwrap();
    bench.commit(vec![bench.delete("1")]).unwrap();
    let head = bench.read("1").unwrap();
    assert!(head.deleted && head.version == 2 && head.body.is_empty());
    bench.commit(vec![bench.put("1", "b")]).unwrap();
    assert_eq!(bench.read("1").unwrap().version, 3);
}

#[test]
fn a_document_written_twice_in_one_transaction_is_refused() {
    let bench = Bench::new();
    let twice = bench.commit(vec![bench.put("1", "a"), bench.put("1", "b")]);
    assert!(matches!(twice, Err(CommitError::Store(_))));
    assert_eq!(bench.read("1"), None);
}

#[test]
fn nothing_is_committed_after_the_deadline() {
    let bench = Bench::new();
    let transaction = crate::Transaction {
        writes: vec![bench.put("1", "a")],
        deadline: Some(Millis(0)),
        ..crate::Transaction::default()
    };
    let late = futures::executor::block_on(bench.store.commit(transaction));
    assert!(matches!(late, Err(CommitError::Deadline)));
    assert_eq!(bench.read("1"), None);
}

#[test]
fn a_document_over_the_item_limit_is_too_large_where_there_is_no_place_for_blobs() {
    let mut bench = Bench::new();
    bench.store.settings.max_inline_bytes = usize::MAX;
    let mut noise = String::new();
    for n in 0..200_000_u32 {
        write!(noise, "{:x}", n.wrapping_mul(2_654_435_761)).unwrap();
    }
    let write = bench.put("1", &noise);
    assert!(matches!(
        bench.commit(vec![write]),
        Err(CommitError::TooLarge(_))
    ));
    assert_eq!(bench.read("1"), None);
}

#[test]
fn an_unchanged_index_entry_keeps_its_first_owner() {
    let bench = Bench::new();
    let entries = || {
        bench
            .tables
            .snapshot()
            .items()
            .keys()
            .filter(|k| k.pk.starts_with("I#"))
            .count()
    };
    bench
        .commit(vec![bench.put("1", "a").with_entry("x").with_entry("y")])
        .unwrap();
    assert_eq!(entries(), 2);
    bench
        .commit(vec![bench.put("1", "b").with_entry("x").with_entry("z")])
        .unwrap();
    assert_eq!(entries(), 3);
}

#[test]
fn an_empty_transaction_does_nothing() {
    let bench = Bench::new();
    assert_eq!(bench.commit(Vec::new()).unwrap(), vec![]);
}
