//! Idempotency keys: whatever breaks and whoever crashes, a request takes effect once.

use bytes::Bytes;
use futures::executor::block_on;

use super::Bench;
use crate::simulated::Fault;
use crate::{Attempt, Claimed, CommitError, Transaction};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

fn attempt(bench: &Bench) -> Claimed {
    attempt_with(bench, "body")
}

fn attempt_with(bench: &Bench, body: &str) -> Claimed {
    let request = [&b"POST"[..], body.as_bytes()];
    block_on(bench.store.attempt(&["caller", "key"], &request)).unwrap()
}

#[track_caller]
fn begun(claimed: Claimed) -> Attempt {
    match claimed {
        Claimed::Begun(attempt) => attempt,
        other => panic!("{other:?}"),
    }
}

/// Creates a document on behalf of an attempt; the outcome is its id.
fn create(bench: &Bench, attempt: &Attempt, id: &str) -> Result<(), CommitError> {
    create_part(bench, attempt, None, id)
}

fn create_part(
    bench: &Bench,
    attempt: &Attempt,
    part: Option<usize>,
    id: &str,
) -> Result<(), CommitError> {
    let outcome = Bytes::copy_from_slice(id.as_bytes());
    let transaction = Transaction {
        writes: vec![bench.put(id, "a")],
        mark: Some(attempt.mark(part, outcome)),
        ..Transaction::default()
    };
    block_on(bench.store.commit(transaction)).map(|_| ())
}

fn keep(bench: &Bench, attempt: &Attempt, response: &str) {
    block_on(bench.store.keep(attempt, response.as_bytes())).unwrap();
}

fn pass_lease(bench: &Bench) {
    bench.clock.advance(bench.store.settings.lease_ms + 1);
}

/// Which of the documents are there.
fn created<'a>(bench: &Bench, ids: &[&'a str]) -> Vec<&'a str> {
    let is_there = |id: &&&str| bench.read(id).is_some();
    ids.iter().filter(is_there).copied().collect()
}

#[test]
fn a_request_that_was_answered_is_answered_the_same_again() {
    let bench = Bench::new();
    let first = begun(attempt(&bench));
    create(&bench, &first, "a").unwrap();
    keep(&bench, &first, "response");
    assert_eq!(attempt(&bench), Claimed::Answered("response".into()));
    pass_lease(&bench);
    assert_eq!(attempt(&bench), Claimed::Answered("response".into()));
}

#[test]
fn a_key_stands_for_one_request_of_one_caller() {
    let bench = Bench::new();
    let first = begun(attempt(&bench));
    assert_eq!(attempt_with(&bench, "other"), Claimed::Different);
    keep(&bench, &first, "response");
    assert_eq!(attempt_with(&bench, "other"), Claimed::Different);
    let request = [&b"POST"[..], &b"body"[..]];
    for key in [["caller", "other"], ["other", "key"], ["callerk", "ey"]] {
        begun(block_on(bench.store.attempt(&key, &request)).unwrap());
    }
}

#[test]
fn a_key_is_free_again_after_a_day() {
    let bench = Bench::new();
    keep(&bench, &begun(attempt(&bench)), "response");
    bench.clock.advance(DAY_MS - 1);
    assert_eq!(attempt(&bench), Claimed::Answered("response".into()));
    bench.clock.advance(1);
    begun(attempt_with(&bench, "other"));
}

#[test]
fn a_second_attempt_waits_while_the_first_has_its_lease() {
    let bench = Bench::new();
    begun(attempt(&bench));
    let Claimed::Running { until } = attempt(&bench) else {
        panic!("not running")
    };
    assert_eq!(until.since(bench.store.clock.now()), 35_000);
    pass_lease(&bench);
    let second = begun(attempt(&bench));
    create(&bench, &second, "b").unwrap();
}

#[test]
fn nobody_waits_for_an_attempt_of_a_process_that_has_ended() {
    let bench = Bench::new();
    let first = begun(attempt(&bench));
    let mut other = bench.restarted();
    other.store.settings.closing = crate::Closing::Wait { ms: 35_000 };
    assert!(matches!(attempt(&other), Claimed::Running { .. }));
    let next = bench.restarted();
    let second = begun(attempt(&next));
    assert!(matches!(attempt(&next), Claimed::Running { .. }));
    let late = create(&bench, &first, "a");
    assert!(matches!(late, Err(CommitError::TakenOver)), "{late:?}");
    create(&next, &second, "b").unwrap();
    assert_eq!(created(&next, &["a", "b"]), ["b"]);
}

#[test]
fn a_slow_first_attempt_is_not_committed_after_the_second_has_begun() {
    let bench = Bench::new();
    let first = begun(attempt(&bench));
    pass_lease(&bench);
    let second = begun(attempt(&bench));
    let late = create(&bench, &first, "a");
    assert!(matches!(late, Err(CommitError::TakenOver)), "{late:?}");
    create(&bench, &second, "b").unwrap();
    assert_eq!(created(&bench, &["a", "b"]), ["b"]);
}

#[test]
fn what_took_effect_is_known_at_once_though_it_was_not_answered() {
    let bench = Bench::new();
    let first = begun(attempt(&bench));
    create(&bench, &first, "a").unwrap();
    let Claimed::Done {
        attempt: second,
        outcome,
    } = attempt(&bench)
    else {
        panic!("not done")
    };
    assert_eq!(outcome, "a");
    keep(&bench, &second, "response");
    assert_eq!(attempt(&bench), Claimed::Answered("response".into()));
}

#[test]
fn one_attempt_is_committed_once() {
    let bench = Bench::new();
    let first = begun(attempt(&bench));
    create(&bench, &first, "a").unwrap();
    let again = create(&bench, &first, "b");
    assert!(matches!(again, Err(CommitError::TakenOver)), "{again:?}");
    assert_eq!(created(&bench, &["a", "b"]), ["a"]);
}

#[test]
fn a_failed_request_frees_its_key_and_its_late_commit_is_refused() {
    let bench = Bench::new();
    let first = begun(attempt(&bench));
    block_on(bench.store.give_up(&first)).unwrap();
    begun(attempt_with(&bench, "other"));
    let late = create(&bench, &first, "a");
    assert!(matches!(late, Err(CommitError::TakenOver)), "{late:?}");
}

#[test]
fn giving_up_does_not_forget_what_took_effect() {
    let bench = Bench::new();
    let first = begun(attempt(&bench));
    create(&bench, &first, "a").unwrap();
    block_on(bench.store.give_up(&first)).unwrap();
    assert!(matches!(attempt(&bench), Claimed::Done { .. }));
}

#[test]
fn a_response_that_is_too_large_is_not_kept_and_the_outcome_is() {
    let bench = Bench::new();
    let first = begun(attempt(&bench));
    create(&bench, &first, "a").unwrap();
    // hardly compressible
    let mut rng = crate::simulation::Rng::new(1);
    let large: String = (0..900_000)
        .map(|_| char::from(b'!' + (rng.next() >> 58) as u8))
        .collect();
    keep(&bench, &first, &large);
    assert!(matches!(attempt(&bench), Claimed::Done { .. }));
}

#[test]
fn each_part_of_a_request_takes_effect_once() {
    let bench = Bench::new();
    let first = begun(attempt(&bench));
    let recall = |attempt: &Attempt, part| block_on(bench.store.recall(attempt, part)).unwrap();
    assert_eq!(recall(&first, 0), None);
    create_part(&bench, &first, Some(0), "a").unwrap();
    pass_lease(&bench);
    let second = begun(attempt(&bench));
    assert_eq!(recall(&second, 0), Some("a".into()));
    assert_eq!(recall(&second, 1), None);
    create_part(&bench, &second, Some(1), "b").unwrap();
    for (part, owner) in [(0, &second), (1, &first)] {
        let again = create_part(&bench, owner, Some(part), "c");
        assert!(matches!(again, Err(CommitError::TakenOver)), "{again:?}");
    }
    assert_eq!(created(&bench, &["a", "b", "c"]), ["a", "b"]);
}

#[test]
fn parts_of_an_earlier_day_are_forgotten() {
    let bench = Bench::new();
    let first = begun(attempt(&bench));
    create_part(&bench, &first, Some(0), "a").unwrap();
    bench.clock.advance(DAY_MS);
    let second = begun(attempt(&bench));
    create_part(&bench, &second, Some(0), "b").unwrap();
}

/// When the calls arrive that were late.
const ARRIVALS: [&str; 4] = [
    "at once",
    "before the second commit",
    "after it",
    "in the end",
];

/// The first attempt crashes at call number `at`, to which `fault` happens; the second one follows.
/// Returns whether the first was answered all the same, as when it makes no such call.
fn crash_at(at: usize, fault: Fault, arrival: &str, max_direct_items: usize) -> bool {
    let mut bench = Bench::new();
    bench.store.settings.max_direct_items = max_direct_items;
    let write = bench.put("a", "a");
    let mut calls = 0;
    bench.tables.break_with(move |_| {
        calls += 1;
        match calls.cmp(&(at + 1)) {
            std::cmp::Ordering::Less => None,
            std::cmp::Ordering::Equal => Some(fault),
            // crashed: nothing is sent any more
            std::cmp::Ordering::Greater => Some(Fault::Dropped),
        }
    });
    let store = &bench.store;
    let was_answered = block_on(async {
        let request = [&b"POST"[..], &b"body"[..]];
        let claimed = store.attempt(&["caller", "key"], &request).await.ok()?;
        let first = begun(claimed);
        let transaction = Transaction {
            writes: vec![write],
            mark: Some(first.mark(None, "a".into())),
            ..Transaction::default()
        };
        store.commit(transaction).await.ok()?;
        store.keep(&first, b"a").await.ok()
    });
    bench.tables.repair();
    let deliver = |now: &str| {
        if arrival == now {
            bench.tables.deliver_late();
        }
    };
    deliver("at once");
    if was_answered.is_none() {
        pass_lease(&bench);
    }
    let answer = match attempt(&bench) {
        Claimed::Answered(id) => id,
        Claimed::Done { outcome, .. } => outcome,
        Claimed::Begun(second) => {
            deliver("before the second commit");
            create(&bench, &second, "b").unwrap();
            deliver("after it");
            keep(&bench, &second, "b");
            "b".into()
        }
        other => panic!("{other:?}"),
    };
    bench.tables.deliver_late();
    let answer = String::from_utf8(answer.to_vec()).unwrap();
    let what = format!("crash at call {at}, {fault:?}, arriving {arrival}, {max_direct_items}");
    assert_eq!(created(&bench, &["a", "b"]), [answer.as_str()], "{what}");
    assert_eq!(attempt_answer(&bench), answer, "{what}");
    was_answered.is_some()
}

fn attempt_answer(bench: &Bench) -> String {
    let answer = match attempt(bench) {
        Claimed::Answered(id) => id,
        Claimed::Done { outcome, .. } => outcome,
        other => panic!("{other:?}"),
    };
    String::from_utf8(answer.to_vec()).unwrap()
}

/// Crashes at every call.
fn crash_everywhere(max_direct_items: usize) {
    for fault in [Fault::Dropped, Fault::LostAnswer, Fault::Late] {
        for arrival in ARRIVALS {
            let is_hit = |at: &usize| !crash_at(*at, fault, arrival, max_direct_items);
            let crashed = (0..30).take_while(is_hit).count();
            assert!(
                (4..30).contains(&crashed),
                "{fault:?}: {crashed} crash points"
            );
        }
    }
}

#[test]
fn wherever_the_first_attempt_crashes_the_request_takes_effect_once() {
    crash_everywhere(100);
}

#[test]
fn wherever_a_large_first_attempt_crashes_the_request_takes_effect_once() {
    crash_everywhere(0);
}
