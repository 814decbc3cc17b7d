//! Collecting entries that are of no use any more.

use futures::executor::block_on;

use super::{Bench, named, names};
use crate::simulated::{Call, Fault};
use crate::table::Action;
use crate::{CollectQuery, CommitError, Found, Reindexed};

const GRACE_MS: i64 = 600_000;
const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// All entries, in pages of so many.
fn everything(limit: usize, grace_ms: i64) -> CollectQuery {
    CollectQuery {
        segment: 0,
        segments: 1,
        after: None,
        limit,
        grace_ms,
    }
}

/// Collects everything, in pages of seven; returns how many entries were removed.
fn collect(bench: &Bench) -> u64 {
    let mut query = everything(7, GRACE_MS);
    let mut removed = 0;
    loop {
        let collected = block_on(bench.store.collect(&query)).unwrap();
        removed += collected.removed;
        query.after = collected.next;
        if query.after.is_none() {
            return removed;
        }
    }
}

fn entries(bench: &Bench, prefix: &str) -> usize {
    let snapshot = bench.tables.snapshot();
    let keys = snapshot.items().keys();
    keys.filter(|key| key.pk.starts_with(prefix)).count()
}

#[test]
fn superseded_entries_go_once_owner_and_head_are_old_enough() {
    let bench = Bench::new();
    bench
        .commit(vec![bench.put("1", "a").with_entry("x").with_entry("y")])
        .unwrap();
    bench.clock.advance(2 * DAY_MS);
    bench
        .commit(vec![bench.put("1", "b").with_entry("y")])
        .unwrap();
    assert_eq!(collect(&bench), 0, "the head has just changed");
    bench.clock.advance(GRACE_MS + 1);
    assert_eq!(collect(&bench), 1);
    assert_eq!(entries(&bench, "I#"), 1);
    assert_eq!(entries(&bench, "T#"), 2);
}

#[test]
fn reindexing_counts_as_a_change_of_the_head() {
    let bench = Bench::new();
    bench
        .commit(vec![bench.put("1", "a").with_entry("x")])
        .unwrap();
    bench.clock.advance(2 * DAY_MS);
    let head = bench.read("1").unwrap();
    let reindexed = block_on(bench.store.reindex(head, Vec::new(), vec![named("y")])).unwrap();
    assert_eq!(reindexed, Reindexed::Changed);
    assert_eq!(collect(&bench), 0);
    bench.clock.advance(GRACE_MS + 1);
    assert_eq!(collect(&bench), 1);
    // the entry of the reindexing is younger than a request can be delayed, and wanted
    bench.clock.advance(2 * DAY_MS);
    assert_eq!(collect(&bench), 0);
    assert_eq!(entries(&bench, "I#"), 1);
}

#[test]
fn entries_of_what_was_never_committed_go() {
    let bench = Bench::new();
    bench
        .commit(vec![bench.put("1", "a").with_unique("n")])
        .unwrap();
    bench.tables.break_with(|call| {
        let is_clean_up = matches!(call, Call::BatchWrite(writes)
            if writes.iter().all(|write| write.action == Action::Delete));
        is_clean_up.then_some(Fault::Dropped)
    });
    let refused = bench.put("2", "a").with_unique("n").with_entry("x");
    bench.commit(vec![refused]).unwrap_err();
    let stale = bench.put("1", "b").with_entry("y");
    bench
        .commit(vec![bench.put("1", "c").with_unique("n")])
        .unwrap();
    bench.commit(vec![stale]).unwrap_err();
    bench.tables.repair();
    assert_eq!((entries(&bench, "I#"), entries(&bench, "T#")), (2, 4));
    bench.clock.advance(DAY_MS - 60_000);
    assert_eq!(collect(&bench), 0, "it may still be under way");
    bench.clock.advance(120_000);
    assert_eq!(collect(&bench), 4);
    assert_eq!((entries(&bench, "I#"), entries(&bench, "T#")), (0, 2));
}

#[test]
fn entries_of_a_deleted_document_go_and_its_time_entries_stay() {
    let bench = Bench::new();
    bench
        .commit(vec![bench.put("1", "a").with_entry("x")])
        .unwrap();
    bench.commit(vec![bench.delete("1")]).unwrap();
    bench.clock.advance(2 * DAY_MS);
    assert_eq!(collect(&bench), 1);
    assert_eq!((entries(&bench, "I#"), entries(&bench, "T#")), (0, 2));
}

#[test]
fn nothing_is_collected_under_an_intent() {
    let mut bench = Bench::new();
    bench
        .commit(vec![bench.put("1", "a").with_entry("x")])
        .unwrap();
    let update = bench.put("1", "b").with_entry("y");
    bench.die_after_deciding(update);
    bench.clock.advance(2 * DAY_MS);
    assert_eq!(collect(&bench), 0);
    block_on(bench.store.sweep(10)).unwrap();
    assert_eq!(collect(&bench), 1);
}

/// Why there is a grace: a search that has passed the new value when it was written, and comes to the
/// old one when it is gone, misses a document that matched all the time.
#[test]
fn without_grace_a_search_under_way_would_miss_what_moves() {
    for (grace_ms, expected) in [(GRACE_MS, vec!["1"]), (-1, vec![])] {
        let bench = Bench::new();
        bench
            .commit(vec![bench.put("1", "x").with_entry("x")])
            .unwrap();
        bench.clock.advance(2 * DAY_MS);
        let search = |from| {
            let query = names(Some(from), Some(from), 1);
            block_on(bench.store.entries(&query)).unwrap().hits
        };
        let mut found = search("a");
        bench
            .commit(vec![bench.put("1", "a").with_entry("a")])
            .unwrap();
        let query = everything(100, grace_ms);
        block_on(bench.store.collect(&query)).unwrap();
        found.extend(search("x"));
        let found: Vec<String> = found.into_iter().map(|hit| hit.id).collect();
        assert_eq!(found, expected);
    }
}

#[test]
fn what_is_in_effect_keeps_all_its_entries() {
    let bench = Bench::new();
    for round in 0..3 {
        let writes = (0..30).map(|n| {
            let name = format!("{}", (n + round) % 5);
            bench
                .put(&n.to_string(), &name)
                .with_entry(&name)
                .with_entry("same")
        });
        bench.commit(writes.collect()).unwrap();
        bench.clock.advance(2 * DAY_MS);
    }
    assert_eq!(collect(&bench), 60);
    assert_eq!(entries(&bench, "I#"), 60);
    assert_eq!(collect(&bench), 0);
}

#[test]
fn a_page_is_three_round_trips() {
    let bench = Bench::new();
    bench
        .commit(vec![bench.put("1", "a").with_entry("x")])
        .unwrap();
    bench.commit(vec![bench.delete("1")]).unwrap();
    bench.clock.advance(2 * DAY_MS);
    let (_, receipt) = bench.cost(|bench| {
        let query = everything(100, GRACE_MS);
        block_on(bench.store.collect(&query)).unwrap()
    });
    assert_eq!((receipt.round_trips(), receipt.requests()), (3, 3));
}

#[test]
fn a_text_that_is_no_position_is_an_error() {
    let bench = Bench::new();
    for after in ["", "x", "5:a", "2:aé", "3:aé"] {
        let query = CollectQuery {
            after: Some(after.into()),
            ..everything(1, 0)
        };
        let outcome = block_on(bench.store.collect(&query));
        assert_eq!(outcome.is_err(), after != "3:aé", "{after}");
    }
}

/// A conditional create by a criterion that is no identifier.
fn create_alone(bench: &Bench, id: &str, found: Found) -> Result<(), CommitError> {
    let guards = vec![found.held_alone()];
    bench
        .commit_guarded(vec![bench.put(id, "a")], guards)
        .map(drop)
}

#[test]
fn guards_of_criteria_go_when_nobody_can_hold_what_he_read_of_them() {
    let bench = Bench::new();
    create_alone(&bench, "1", bench.find("?name=x")).unwrap();
    let kept = bench.put("2", "a").with_unique("kept");
    bench.commit(vec![kept]).unwrap();
    assert_eq!(entries(&bench, "K#"), 2);
    bench.clock.advance(DAY_MS);
    assert_eq!(collect(&bench), 0, "the grace is not over");
    bench.clock.advance(GRACE_MS + 1);
    let read_before = bench.find("?name=x");
    assert_eq!(collect(&bench), 1);
    assert_eq!(entries(&bench, "K#"), 1, "the identifier is there");
    let late = create_alone(&bench, "3", read_before);
    assert!(matches!(late, Err(CommitError::Conflict(_))), "{late:?}");
    let (one, other) = (bench.find("?name=x"), bench.find("?name=x"));
    create_alone(&bench, "4", one).unwrap();
    create_alone(&bench, "5", other).unwrap_err();
    assert_eq!(collect(&bench), 0, "it is a guard again, and young");
}

#[test]
fn the_guard_of_a_large_transaction_stays_until_that_is_settled() {
    let mut bench = Bench::new();
    bench.store.settings.max_direct_items = 1;
    let found = bench.find("?name=x").held_alone();
    let writes = vec![bench.put("1", "a"), bench.put("2", "a")];
    bench.commit_guarded(writes, vec![found]).unwrap();
    bench.clock.advance(DAY_MS + GRACE_MS + 1);
    assert_eq!(collect(&bench), 1);
    assert_eq!(entries(&bench, "K#"), 0);
}
