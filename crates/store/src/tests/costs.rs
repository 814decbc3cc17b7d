//! What each interaction costs: round trips, requests, capacity. The goals are in
//! docs/data-model.md.

use futures::executor::block_on;

use super::{Bench, document};
use crate::Receipt;

/// Round trips, requests, read units, write units.
#[track_caller]
fn check(receipt: &Receipt, round_trips: u64, requests: u64, read: f64, write: f64) {
    let found = (receipt.round_trips(), receipt.requests());
    assert_eq!(found, (round_trips, requests), "round trips and requests");
    assert!(
        (receipt.read_units() - read).abs() < 1e-9,
        "read units {}",
        receipt.read_units()
    );
    assert!(
        (receipt.write_units() - write).abs() < 1e-9,
        "write units {}",
        receipt.write_units()
    );
}

/// A bench on which something was written this month: that the month is written down for the feed
/// costs a unit, once.
fn bench() -> Bench {
    let bench = Bench::new();
    bench.commit(vec![bench.put("first", "a")]).unwrap();
    bench
}

#[test]
fn a_read_is_one_round_trip_and_one_unit() {
    let bench = bench();
    bench.commit(vec![bench.put("1", "a")]).unwrap();
    let (_, receipt) = bench.cost(|bench| bench.read("1"));
    check(&receipt, 1, 1, 1.0, 0.0);
}

#[test]
fn reading_a_version_is_one_round_trip_and_two_units() {
    let bench = bench();
    bench.commit(vec![bench.put("1", "a")]).unwrap();
    bench.commit(vec![bench.put("1", "b")]).unwrap();
    let (_, receipt) =
        bench.cost(|bench| block_on(bench.store.read_version(&document("1"), 1)).unwrap());
    check(&receipt, 1, 1, 2.0, 0.0);
}

#[test]
fn a_create_without_identifiers_stages_and_commits() {
    let bench = bench();
    let write = bench.put("1", "a").with_entry("x").with_entry("y");
    let (_, receipt) = bench.cost(|bench| bench.commit(vec![write]).unwrap());
    // time entry, two index entries, head
    check(&receipt, 2, 2, 0.0, 4.0);
}

#[test]
fn a_create_with_a_shared_identifier_needs_no_read() {
    let bench = bench();
    let write = bench.put("1", "a").with_shared("x");
    let (_, receipt) = bench.cost(|bench| bench.commit(vec![write]).unwrap());
    // time entry, and twice head and key item
    check(&receipt, 2, 2, 0.0, 5.0);
}

#[test]
fn a_create_with_a_unique_identifier_reads_the_key_item_while_staging() {
    let bench = bench();
    let write = bench.put("1", "a").with_unique("x");
    let (_, receipt) = bench.cost(|bench| bench.commit(vec![write]).unwrap());
    check(&receipt, 2, 3, 1.0, 5.0);
}

#[test]
fn an_update_with_the_same_identifiers_is_three_round_trips() {
    let bench = bench();
    bench
        .commit(vec![bench.put("1", "a").with_unique("x").with_entry("y")])
        .unwrap();
    let (_, receipt) = bench.cost(|bench| {
        let write = bench.put("1", "b").with_unique("x").with_entry("y");
        bench.commit(vec![write]).unwrap()
    });
    // version item, time entry, head
    check(&receipt, 3, 3, 1.0, 3.0);
}

#[test]
fn a_conditional_create_is_three_round_trips() {
    let bench = bench();
    let (_, receipt) = bench.cost(|bench| {
        let none = bench.find("x");
        bench
            .commit_guarded(vec![bench.put("1", "a").with_unique("x")], vec![none])
            .unwrap()
    });
    // `put` reads the document, which a server that chose a new id does not
    check(&receipt, 4, 4, 2.0, 5.0);
}

#[test]
fn a_conditional_create_that_matches_writes_nothing() {
    let bench = bench();
    bench
        .commit(vec![bench.put("1", "a").with_unique("x")])
        .unwrap();
    let (_, receipt) = bench.cost(|bench| {
        let one = bench.find("x");
        bench.commit_guarded(Vec::new(), vec![one]).unwrap()
    });
    check(&receipt, 2, 2, 2.0, 0.0);
}

#[test]
fn round_trips_do_not_grow_with_the_number_of_documents() {
    let bench = bench();
    let writes: Vec<_> = (0..100).map(|n| bench.put(&n.to_string(), "a")).collect();
    let (_, receipt) = bench.cost(|bench| bench.commit(writes).unwrap());
    // 100 time entries in batches of 25, 100 heads twice
    check(&receipt, 2, 5, 0.0, 300.0);
}
