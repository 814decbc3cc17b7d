//! What the caller is told when calls fail or are not answered.

use super::{Bench, body_of};
use crate::CommitError;
use crate::simulated::{Call, Fault};

fn is_commit(call: &Call) -> bool {
    matches!(call, Call::Write(_) | Call::Transact(..))
}

/// Breaks the first `times` commits.
fn break_commits(bench: &Bench, fault: Fault, mut times: u32) {
    bench.tables.break_with(move |call| {
        let breaks = is_commit(call) && times > 0;
        times -= u32::from(breaks);
        breaks.then_some(fault)
    });
}

fn entries(bench: &Bench) -> usize {
    let snapshot = bench.tables.snapshot();
    snapshot
        .items()
        .keys()
        .filter(|key| key.pk.starts_with("I#"))
        .count()
}

#[test]
fn a_lost_answer_to_a_single_put_is_found_out() {
    let bench = Bench::new();
    break_commits(&bench, Fault::LostAnswer, 1);
    let committed = bench.commit(vec![bench.put("1", "a")]).unwrap();
    assert_eq!(committed[0].version, 1);
    assert_eq!(bench.read("1").unwrap().version, 1);
}

#[test]
fn a_lost_answer_to_a_transaction_is_found_out() {
    let bench = Bench::new();
    break_commits(&bench, Fault::LostAnswer, 1);
    bench
        .commit(vec![bench.put("1", "a"), bench.put("2", "a")])
        .unwrap();
    assert_eq!(bench.read("2").unwrap().version, 1);
}

#[test]
fn a_commit_that_never_arrives_is_repeated() {
    let bench = Bench::new();
    break_commits(&bench, Fault::Dropped, 2);
    bench.commit(vec![bench.put("1", "a")]).unwrap();
    assert_eq!(bench.read("1").unwrap().version, 1);
}

#[test]
fn without_any_answer_the_outcome_is_unknown_and_the_entries_stay() {
    let bench = Bench::new();
    break_commits(&bench, Fault::Late, 100);
    let unknown = bench.commit(vec![bench.put("1", "a").with_entry("x")]);
    assert!(matches!(unknown, Err(CommitError::Unknown(_))));
    assert_eq!(bench.read("1"), None);
    bench.tables.repair();
    bench.tables.deliver_late();
    assert_eq!(bench.read("1").unwrap().body, body_of("a"));
    assert_eq!(entries(&bench), 1);
}

#[test]
fn a_commit_whose_copy_arrives_late_is_applied_once() {
    let bench = Bench::new();
    break_commits(&bench, Fault::Late, 1);
    bench.commit(vec![bench.put("1", "a")]).unwrap();
    bench.commit(vec![bench.put("1", "b")]).unwrap();
    bench.tables.deliver_late();
    assert_eq!(bench.read("1").unwrap().body, body_of("b"));
}

#[test]
fn a_throttled_commit_is_repeated_and_finally_refused() {
    let bench = Bench::new();
    break_commits(&bench, Fault::Throttled, 2);
    bench.commit(vec![bench.put("1", "a")]).unwrap();
    break_commits(&bench, Fault::Conflict, 100);
    let busy = bench.commit(vec![bench.put("1", "b").with_entry("x")]);
    assert!(matches!(busy, Err(CommitError::Busy)));
    assert_eq!(entries(&bench), 0);
}

#[test]
fn nothing_is_committed_before_everything_is_staged() {
    let bench = Bench::new();
    bench
        .tables
        .break_with(|call| matches!(call, Call::BatchWrite(_)).then_some(Fault::Unprocessed));
    let writes: Vec<_> = (0..30)
        .map(|n| bench.put(&n.to_string(), "a").with_entry("x"))
        .collect();
    bench.tables.take_calls();
    bench.commit(writes).unwrap_err();
    assert!(!bench.tables.take_calls().iter().any(is_commit));
}
