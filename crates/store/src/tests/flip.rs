//! Transactions of more than one call: committed by a decision record.

mod recovery;

use futures::executor::block_on;

use super::{Bench, body_of, document};
use crate::simulated::{Call, Fault};
use crate::table::{Action, Table, Value, Write};
use crate::{CommitError, Duplicate, Holder};

fn many(bench: &Bench, count: u32, text: &str) -> Vec<crate::Write> {
    (0..count)
        .map(|n| bench.put(&n.to_string(), text))
        .collect()
}

fn is_decision(call: &Call) -> bool {
    let Call::Write(write) = call else {
        return false;
    };
    write.key.table == Table::Control && matches!(write.action, Action::Put(_))
}

/// From the decision on nothing gets through: the coordinator dies.
fn die_after_decision(bench: &Bench) {
    let mut is_decided = false;
    bench.tables.break_with(move |call| {
        let fault = is_decided.then_some(Fault::Dropped);
        is_decided |= is_decision(call);
        fault
    });
}

fn intents(bench: &Bench) -> usize {
    bench
        .tables
        .snapshot()
        .items()
        .values()
        .filter(|item| item.contains_key("p"))
        .count()
}

/// The only transaction on record.
fn transaction_on_record(bench: &Bench) -> String {
    let snapshot = bench.tables.snapshot();
    let mut records = snapshot
        .items()
        .keys()
        .filter(|key| key.pk.starts_with("X#"));
    records
        .next()
        .unwrap()
        .pk
        .trim_start_matches("X#")
        .to_owned()
}

#[test]
fn more_documents_than_one_call_takes_are_committed_together() {
    let bench = Bench::new();
    bench.commit(many(&bench, 150, "a")).unwrap();
    let committed = bench.commit(many(&bench, 150, "b")).unwrap();
    assert!(committed.iter().all(|one| one.version == 2));
    assert_eq!(bench.read("149").unwrap().body, body_of("b"));
    assert_eq!(intents(&bench), 0);
}

#[test]
fn a_large_create_takes_five_round_trips_and_nine_units_an_entry() {
    let bench = Bench::new();
    let entry = |n: u32| {
        let write = bench.put(&format!("{n:08}-0000-4000-8000-000000000000"), "a");
        let write = write
            .with_unique(&format!("a{n}"))
            .with_unique(&format!("b{n}"));
        (0..4).fold(write, |write, m| write.with_entry(&m.to_string()))
    };
    let writes: Vec<_> = (0..5_000).map(entry).collect();
    let (_, receipt) = bench.cost(|bench| bench.commit(writes).unwrap());
    assert_eq!(
        receipt.round_trips(),
        5,
        "read and stage, leave intents, decide, carry out, note that it is finished"
    );
    assert!(
        receipt.write_units() <= 45_250.0,
        "{} write units",
        receipt.write_units()
    );
}

#[test]
fn a_conflict_in_one_document_undoes_all() {
    let bench = Bench::new();
    bench.commit(many(&bench, 150, "a")).unwrap();
    let stale = many(&bench, 150, "b");
    bench.commit(vec![bench.put("77", "c")]).unwrap();
    let conflict = bench.commit(stale);
    assert!(matches!(conflict, Err(CommitError::Conflict(keys)) if keys == [document("77")]));
    assert_eq!(intents(&bench), 0);
    assert_eq!(bench.read("0").unwrap().version, 1);
}

#[test]
fn duplicates_are_found_in_a_large_transaction_too() {
    let bench = Bench::new();
    bench
        .commit(vec![bench.put("x", "a").with_unique("7")])
        .unwrap();
    let write = |n: u32| bench.put(&n.to_string(), "a").with_unique(&n.to_string());
    let refused = bench.commit((0..150).map(write).collect());
    let expected = vec![Duplicate {
        write: 7,
        identifier: 0,
        holder: Holder::Document(document("x")),
    }];
    assert!(matches!(refused, Err(CommitError::Duplicates(found)) if found == expected));
}

#[test]
fn everybody_sees_what_was_decided_before_it_is_carried_out() {
    let bench = Bench::new();
    bench.commit(many(&bench, 150, "a")).unwrap();
    let writes = many(&bench, 150, "b");
    die_after_decision(&bench);
    bench.commit(writes).unwrap();
    bench.tables.repair();
    assert_eq!(intents(&bench), 150);
    assert_eq!(bench.read("3").unwrap().version, 2);
    let version = block_on(bench.store.read_version(&document("3"), 1))
        .unwrap()
        .unwrap();
    assert_eq!(version.body, body_of("a"));
    bench.commit(vec![bench.put("3", "c")]).unwrap();
    assert_eq!(bench.read("3").unwrap().version, 3);
}

/// A large transaction that must be committed within so many ms, of which each call takes one.
fn commit_within(bench: &Bench, ms: i64) -> Result<(), CommitError> {
    let clock = bench.clock.clone();
    let transaction = crate::Transaction {
        writes: many(bench, 150, "a"),
        deadline: Some(bench.clock_now().plus(ms)),
        ..crate::Transaction::default()
    };
    bench.tables.break_with(move |_| {
        clock.advance(1);
        None
    });
    let outcome = block_on(bench.store.commit(transaction)).map(|_| ());
    bench.tables.repair();
    outcome
}

#[test]
fn a_large_transaction_that_outlives_its_deadline_aborts_itself_and_leaves_nothing() {
    // before the first intent, and after some of them
    for ms in [0, 100] {
        let bench = Bench::new();
        let late = commit_within(&bench, ms);
        assert!(matches!(late, Err(CommitError::Deadline)), "{late:?}");
        assert_eq!((intents(&bench), bench.read("0")), (0, None));
        let swept = block_on(bench.store.sweep(10)).unwrap();
        assert_eq!((swept.aborted, swept.undecided), (u64::from(ms == 0), 0));
        bench.commit(many(&bench, 150, "b")).unwrap();
    }
}

#[test]
fn no_commit_is_sent_after_the_deadline_though_the_first_was_in_time() {
    let bench = Bench::new();
    let clock = bench.clock.clone();
    let deadline = bench.clock_now().plus(1_000);
    let transaction = crate::Transaction {
        writes: many(&bench, 150, "a"),
        deadline: Some(deadline),
        ..crate::Transaction::default()
    };
    let mut refused = 0;
    bench.tables.break_with(move |call| {
        let is_commit = is_decision(call) && refused == 0;
        refused += u32::from(is_commit);
        // the answer takes until the time is over
        clock.advance(if is_commit { 2_000 } else { 0 });
        is_commit.then_some(Fault::Throttled)
    });
    let late = block_on(bench.store.commit(transaction));
    bench.tables.repair();
    assert!(matches!(late, Err(CommitError::Conflict(_))), "{late:?}");
    assert_eq!((intents(&bench), bench.read("0")), (0, None));
}

#[test]
fn the_older_transaction_wins_over_the_younger_one() {
    let bench = Bench::new();
    bench.commit(many(&bench, 150, "a")).unwrap();
    // an undecided transaction that began later than the one below
    bench.clock.advance(1_000);
    let younger = many(&bench, 150, "young");
    bench.tables.break_with(|call| match call {
        Call::Write(write) if write.key.table == Table::Control => Some(Fault::Dropped),
        _ => None,
    });
    bench.commit(younger).unwrap_err();
    bench.tables.repair();
    bench.clock.advance(-30_000);
    bench.commit(vec![bench.put("5", "old")]).unwrap();
    assert_eq!(bench.read("5").unwrap().body, body_of("old"));
    assert_eq!(bench.read("6").unwrap().body, body_of("a"));
}

/// Claims the key of a request.
fn attempt(bench: &Bench) -> crate::Attempt {
    let claimed = block_on(bench.store.attempt(&["key"], &[&b"request"[..]])).unwrap();
    match claimed {
        crate::Claimed::Begun(attempt) => attempt,
        other => panic!("{other:?}"),
    }
}

fn commit_marked(
    bench: &Bench,
    attempt: &crate::Attempt,
    writes: Vec<crate::Write>,
) -> Result<(), CommitError> {
    let mark = Some(attempt.mark(None, body_of("outcome")));
    let transaction = crate::Transaction {
        writes,
        mark,
        ..crate::Transaction::default()
    };
    block_on(bench.store.commit(transaction)).map(|_| ())
}

#[test]
fn the_outcome_of_a_request_is_decided_with_its_large_transaction() {
    let bench = Bench::new();
    let first = attempt(&bench);
    die_after_decision(&bench);
    commit_marked(&bench, &first, many(&bench, 150, "a")).unwrap();
    bench.tables.repair();
    bench.clock.advance(60_000);
    let again = block_on(bench.store.attempt(&["key"], &[&b"request"[..]])).unwrap();
    let is_known = matches!(again, crate::Claimed::Done { outcome, .. } if outcome == "outcome");
    assert!(is_known);
}

#[test]
fn a_large_transaction_that_was_taken_over_leaves_nothing() {
    let bench = Bench::new();
    let first = attempt(&bench);
    bench.clock.advance(60_000);
    let second = attempt(&bench);
    let taken_over = commit_marked(&bench, &first, many(&bench, 150, "a"));
    assert!(matches!(taken_over, Err(CommitError::TakenOver)));
    assert_eq!((intents(&bench), bench.read("0")), (0, None));
    commit_marked(&bench, &second, many(&bench, 150, "b")).unwrap();
    assert_eq!(bench.read("0").unwrap().body, body_of("b"));
}

#[test]
fn a_guard_knows_of_a_token_that_a_document_is_about_to_lose_for_another_under_the_same_key() {
    let bench = Bench::new();
    bench
        .commit(vec![bench.put("0", "a").with_shared("x")])
        .unwrap();
    let mut writes = many(&bench, 150, "b");
    writes[0] = bench.put("0", "b").with_unique("x");
    bench.tables.break_with(|call| match call {
        Call::Write(Write {
            key,
            action: Action::Put(item),
            ..
        }) if key.table == Table::Control => {
            let commits = item.get("st") == Some(&Value::S("C".to_owned()));
            Some(if commits { Fault::Late } else { Fault::Dropped })
        }
        _ => None,
    });
    assert!(matches!(bench.commit(writes), Err(CommitError::Unknown(_))));
    bench.tables.repair();
    let criterion = crate::Criterion {
        key: "x".into(),
        token: Some("shared|x".to_owned()),
    };
    let holder = block_on(bench.store.find("Organization", &criterion)).unwrap();
    assert_eq!(holder.owners.len(), 1);
    bench.tables.deliver_late();
    let guarded = bench.commit_guarded(vec![bench.put("z", "a")], vec![holder]);
    assert!(matches!(guarded, Err(CommitError::Conflict(_))));
}
