//! Who gives way to whom when transactions meet: the one that was first tried later.

use futures::executor::block_on;

use super::Bench;
use crate::simulated::{Call, Fault};
use crate::table::Table;
use crate::{CommitError, Millis, Transaction};

/// Leaves intents that nobody decides about, as a coordinator does that is still at work. Says when
/// its first attempt began.
fn leave_intents(bench: &Bench, first_attempt: Option<Millis>) {
    let writes = (0..150).map(|n| bench.put(&n.to_string(), "a")).collect();
    bench.tables.break_with(|call| match call {
        Call::Write(write) if write.key.table == Table::Control => Some(Fault::Dropped),
        _ => None,
    });
    let transaction = Transaction {
        writes,
        first_attempt,
        ..Transaction::default()
    };
    block_on(bench.store.commit(transaction)).unwrap_err();
    bench.tables.repair();
}

fn commit(bench: &Bench, first_attempt: Option<Millis>) -> Result<(), CommitError> {
    let transaction = Transaction {
        writes: vec![bench.put("7", "b")],
        first_attempt,
        ..Transaction::default()
    };
    block_on(bench.store.commit(transaction)).map(drop)
}

#[test]
fn a_transaction_that_was_planned_again_wounds_those_that_began_after_its_first_attempt() {
    let bench = Bench::new();
    let first = bench.clock_now();
    bench.clock.advance(100);
    leave_intents(&bench, None);
    bench.clock.advance(100);
    let waited = commit(&bench, None);
    assert!(
        matches!(waited, Err(CommitError::Conflict(_))),
        "{waited:?}"
    );
    commit(&bench, Some(first)).unwrap();
    assert_eq!(bench.read("7").unwrap().version, 1);
    assert_eq!(bench.read("8"), None);
}

#[test]
fn an_intent_keeps_the_age_of_the_first_attempt() {
    let bench = Bench::new();
    let first = bench.clock_now();
    bench.clock.advance(100);
    let between = bench.clock_now();
    bench.clock.advance(100);
    leave_intents(&bench, Some(first));
    let waited = commit(&bench, Some(between));
    assert!(
        matches!(waited, Err(CommitError::Conflict(_))),
        "{waited:?}"
    );
    bench.clock.advance(60_000);
    commit(&bench, None).unwrap();
}

#[test]
fn early_announcements_keep_the_age_too() {
    let bench = Bench::new();
    let first = bench.clock_now();
    bench.clock.advance(100);
    let between = bench.clock_now();
    bench.clock.advance(100);
    let unique = |n: u32| bench.put(&n.to_string(), "a").with_unique(&n.to_string());
    let writes = (0..150).map(unique).collect();
    bench.tables.break_with(|call| match call {
        Call::Write(write) if write.key.table == Table::Control => Some(Fault::Dropped),
        _ => None,
    });
    let transaction = Transaction {
        writes,
        first_attempt: Some(first),
        ..Transaction::default()
    };
    block_on(bench.store.commit(transaction)).unwrap_err();
    bench.tables.repair();
    let rival = |first_attempt| {
        let transaction = Transaction {
            writes: vec![bench.put("rival", "b").with_unique("7")],
            first_attempt: Some(first_attempt),
            ..Transaction::default()
        };
        block_on(bench.store.commit(transaction)).map(drop)
    };
    assert!(matches!(rival(between), Err(CommitError::Conflict(_))));
    rival(first.plus(-1)).unwrap();
    assert_eq!(bench.find("7").owners.len(), 1);
}

#[test]
fn however_many_items_are_in_the_way_their_transaction_is_waited_for_once() {
    let bench = Bench::new();
    leave_intents(&bench, None);
    bench.clock.advance(100);
    let writes = (0..150).map(|n| bench.put(&n.to_string(), "b")).collect();
    let began = bench.clock_now();
    let (waited, receipt) = bench.cost(|bench| bench.commit(writes));
    assert!(
        matches!(waited, Err(CommitError::Conflict(_))),
        "{waited:?}"
    );
    let patience = bench.store.settings.wait_large_ms;
    let took = u64::try_from(bench.clock_now().since(began)).unwrap();
    assert!((patience..2 * patience).contains(&took), "{took} ms");
    // and each item that was met beside the first asks once more
    let looks = receipt.intents_met();
    let in_flight = bench.store.settings.in_flight as u64;
    assert!(looks < 100 + in_flight, "{looks} looks");
}

#[test]
fn however_many_items_are_in_the_way_their_transaction_is_wounded_once() {
    let bench = Bench::new();
    let first = bench.clock_now();
    bench.clock.advance(100);
    leave_intents(&bench, None);
    let transaction = Transaction {
        writes: (0..150).map(|n| bench.put(&n.to_string(), "b")).collect(),
        first_attempt: Some(first),
        ..Transaction::default()
    };
    let (wrote, receipt) = bench.cost(|bench| block_on(bench.store.commit(transaction)));
    assert_eq!(wrote.unwrap().len(), 150);
    assert_eq!(receipt.intents_met(), 1);
}
