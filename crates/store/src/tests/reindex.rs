//! Reindexing: other entries and identifiers, the same version.

use futures::executor::block_on;

use super::{Bench, document, named, names};
use crate::simulated::{Call, Fault};
use crate::{Entry, Identifier, Reindexed, Write};

fn entries(sorts: &[&str]) -> Vec<Entry> {
    sorts.iter().map(|sort| named(sort)).collect()
}

fn identifiers(values: &[&str]) -> Vec<Identifier> {
    let write = values
        .iter()
        .fold(Bench::new().put("x", ""), |write: Write, value| {
            write.with_unique(value)
        });
    write.identifiers
}

fn reindex(bench: &Bench, values: &[&str], sorts: &[&str]) -> Reindexed {
    let head = bench.read("1").unwrap();
    block_on(
        bench
            .store
            .reindex(head, identifiers(values), entries(sorts)),
    )
    .unwrap()
}

/// The sort texts under which document 1 is a candidate.
fn candidates(bench: &Bench) -> Vec<String> {
    let page = block_on(bench.store.entries(&names(None, None, 100))).unwrap();
    page.hits.into_iter().map(|hit| hit.sort).collect()
}

fn found(bench: &Bench, value: &str) -> usize {
    bench.find(value).owners.len()
}

#[test]
fn a_reindexed_document_is_found_by_what_it_was_not_and_stays_the_version_that_it_is() {
    let bench = Bench::new();
    bench
        .commit(vec![bench.put("1", "a").with_entry("x")])
        .unwrap();
    let before = bench.read("1").unwrap();
    bench.clock.advance(1000);
    assert_eq!(reindex(&bench, &["n"], &["x", "y"]), Reindexed::Changed);
    let after = bench.read("1").unwrap();
    assert_eq!(
        (after.version, after.last_updated),
        (before.version, before.last_updated)
    );
    assert_eq!(
        (&after.body, after.transaction()),
        (&before.body, before.transaction())
    );
    assert_eq!(after.revision, before.revision + 1);
    assert_eq!(candidates(&bench), ["x", "y"]);
    assert_eq!(found(&bench, "n"), 1);
}

#[test]
fn a_document_that_has_what_it_should_is_left_alone() {
    let bench = Bench::new();
    bench
        .commit(vec![bench.put("1", "a").with_unique("n").with_entry("x")])
        .unwrap();
    let (outcome, receipt) = bench.cost(|bench| {
        let head = bench.read("1").unwrap();
        block_on(
            bench
                .store
                .reindex(head, identifiers(&["n"]), entries(&["x"])),
        )
        .unwrap()
    });
    assert_eq!(outcome, Reindexed::Unchanged);
    assert_eq!(receipt.requests(), 1, "the read");
    bench.commit(vec![bench.delete("1")]).unwrap();
    assert_eq!(
        reindex(&bench, &[], &["x"]),
        Reindexed::Unchanged,
        "it is deleted"
    );
}

#[test]
fn what_a_document_loses_it_is_not_found_by() {
    let bench = Bench::new();
    bench
        .commit(vec![bench.put("1", "a").with_unique("n").with_entry("x")])
        .unwrap();
    assert_eq!(reindex(&bench, &[], &[]), Reindexed::Changed);
    assert_eq!(found(&bench, "n"), 0);
    bench
        .commit(vec![bench.put("2", "b").with_unique("n")])
        .unwrap();
    assert_eq!(found(&bench, "n"), 1);
}

#[test]
fn an_identifier_that_another_document_holds_is_no_reason_to_fail() {
    let bench = Bench::new();
    bench.commit(vec![bench.put("1", "a")]).unwrap();
    bench
        .commit(vec![bench.put("2", "a").with_unique("n")])
        .unwrap();
    assert_eq!(reindex(&bench, &["n"], &[]), Reindexed::Changed);
    assert_eq!(found(&bench, "n"), 2);
}

#[test]
fn whoever_writes_meanwhile_wins() {
    let bench = Bench::new();
    bench
        .commit(vec![bench.put("1", "a").with_entry("x")])
        .unwrap();
    let stale = bench.read("1").unwrap();
    bench
        .commit(vec![bench.put("1", "b").with_entry("z")])
        .unwrap();
    let outcome = block_on(bench.store.reindex(stale, Vec::new(), entries(&["y"]))).unwrap();
    assert_eq!(outcome, Reindexed::Conflict);
    assert_eq!(bench.read("1").unwrap().version, 2);
    assert_eq!(candidates(&bench), ["x", "z"], "nothing of it is left");
}

#[test]
fn a_write_planned_before_the_reindexing_is_a_conflict() {
    let bench = Bench::new();
    bench
        .commit(vec![bench.put("1", "a").with_entry("x")])
        .unwrap();
    let planned = bench.put("1", "b").with_entry("x");
    assert_eq!(reindex(&bench, &[], &["y"]), Reindexed::Changed);
    bench.commit(vec![planned]).unwrap_err();
    bench
        .commit(vec![bench.put("1", "b").with_entry("x")])
        .unwrap();
}

#[test]
fn an_intent_that_is_decided_is_settled_and_then_it_works() {
    let mut bench = Bench::new();
    bench.commit(vec![bench.put("1", "a")]).unwrap();
    let update = bench.put("1", "b").with_entry("x");
    bench.die_after_deciding(update);
    assert_eq!(reindex(&bench, &[], &["y"]), Reindexed::Conflict);
    assert_eq!(reindex(&bench, &[], &["y"]), Reindexed::Changed);
    assert_eq!(bench.read("1").unwrap().version, 2);
}

#[test]
fn without_an_answer_the_entries_stay() {
    let bench = Bench::new();
    bench.commit(vec![bench.put("1", "a")]).unwrap();
    let head = bench.read("1").unwrap();
    bench
        .tables
        .break_with(|call| matches!(call, Call::Write(_)).then_some(Fault::Late));
    block_on(bench.store.reindex(head, Vec::new(), entries(&["y"]))).unwrap_err();
    bench.tables.repair();
    bench.tables.deliver_late();
    assert_eq!(candidates(&bench), ["y"]);
    assert_eq!(reindex(&bench, &[], &["y"]), Reindexed::Unchanged);
}

#[test]
fn a_lost_answer_is_found_out_by_trying_again() {
    let bench = Bench::new();
    bench.commit(vec![bench.put("1", "a")]).unwrap();
    let mut times = 1;
    bench.tables.break_with(move |call| {
        let breaks = matches!(call, Call::Write(_)) && times > 0;
        times -= i32::from(breaks);
        breaks.then_some(Fault::LostAnswer)
    });
    assert_eq!(reindex(&bench, &[], &["y"]), Reindexed::Conflict);
    assert_eq!(reindex(&bench, &[], &["y"]), Reindexed::Unchanged);
    assert_eq!(candidates(&bench), ["y"]);
}

/// A copy of the reindexing that a client below had sent, refused as an intent was there, arrives when
/// that intent is gone: what it lists was removed by then. Hence no retries below the store.
#[test]
fn a_hidden_copy_of_a_refused_reindexing_would_list_entries_that_are_gone() {
    let bench = Bench::new();
    bench.commit(vec![bench.put("1", "a")]).unwrap();
    let head = bench.read("1").unwrap();
    let at = crate::head::head_key(&head.key);
    let free = bench.tables.snapshot().items()[&at].clone();
    let intent = crate::intent::on_head(
        &head.state,
        crate::age::Age::new(bench.store.clock.now(), None),
    );
    let mut taken = free.clone();
    taken.insert("p".into(), crate::table::Value::M(intent));
    store_item(&bench, &at, taken);
    bench.tables.take_calls();
    let outcome = block_on(bench.store.reindex(head, Vec::new(), entries(&["y"]))).unwrap();
    assert_eq!(outcome, Reindexed::Conflict);
    let calls = bench.tables.take_calls();
    let sent = calls
        .into_iter()
        .find(|call| matches!(call, Call::Write(_)));
    store_item(&bench, &at, free);
    let Some(Call::Write(copy)) = sent else {
        panic!("nothing was sent")
    };
    block_on(bench.store.tables.write(copy)).unwrap();
    assert_eq!(candidates(&bench), [""; 0]);
    assert!(!crate::Store::is_stale(
        &bench.read("1").unwrap(),
        &[],
        &entries(&["y"])
    ));
}

fn store_item(bench: &Bench, at: &crate::table::Key, item: crate::table::Item) {
    let put = crate::table::Write {
        key: at.clone(),
        action: crate::table::Action::Put(item),
        condition: None,
    };
    block_on(bench.store.tables.write(put)).unwrap();
}

#[test]
fn more_identifiers_than_fit_into_one_call_are_refused() {
    let bench = Bench::new();
    bench.commit(vec![bench.put("1", "a")]).unwrap();
    let values: Vec<String> = (0..100).map(|n| n.to_string()).collect();
    let values: Vec<&str> = values.iter().map(String::as_str).collect();
    let head = bench.read("1").unwrap();
    let refused = block_on(bench.store.reindex(head, identifiers(&values), Vec::new()));
    assert!(matches!(refused, Err(crate::ReindexError::TooMany(100))));
    assert_eq!(reindex(&bench, &values[1..], &[]), Reindexed::Changed);
    assert_eq!(bench.read("1").unwrap().key, document("1"));
}

#[test]
fn reindexing_one_document_is_two_round_trips() {
    let bench = Bench::new();
    bench
        .commit(vec![bench.put("1", "a").with_entry("x")])
        .unwrap();
    let head = bench.read("1").unwrap();
    let (_, receipt) = bench.cost(|bench| {
        block_on(bench.store.reindex(head, Vec::new(), entries(&["y", "z"]))).unwrap()
    });
    // two entries, head
    assert_eq!((receipt.round_trips(), receipt.requests()), (2, 2));
    assert!((receipt.write_units() - 3.0).abs() < 1e-9);
}
