//! One worker, one thing at a time.

use std::collections::BTreeSet;
use std::time::Duration;

use futures::executor::block_on;
use serde_json::json;

use super::super::{Again, Refused, State};
use super::bench::{Bench, begun, begun_for, found, numbers, refused};

fn all(below: u64) -> Vec<u64> {
    (0..below).collect()
}

#[test]
fn a_job_is_done_turn_by_turn_and_completed() {
    let bench = Bench::new();
    let worker = bench.worker();
    for parts in [1, 3] {
        let job = begun(&worker, json!({"below": 7, "parts": parts}));
        assert_eq!(found(&worker, &job.id).job.state, State::Accepted);
        bench.work_off(&worker);
        let job = found(&worker, &job.id).job;
        assert_eq!((job.state, job.reason), (State::Completed, None));
        assert_eq!(numbers(&found(&worker, &job.id).job), all(7));
    }
}

#[test]
fn a_job_that_must_wait_asks_for_a_later_look() {
    let bench = Bench::new();
    let worker = bench.worker();
    let job = begun(&worker, json!({"below": 1, "wait_ms": 35_000}));
    let [first] = bench.queue.take().try_into().unwrap();
    block_on(worker.receive(&first.body)).unwrap();
    assert_eq!(found(&worker, &job.id).job.state, State::Accepted);
    let [later] = bench.queue.take().try_into().unwrap();
    assert_eq!(later.delay, Duration::from_secs(35));
    bench.clock.advance(35_000);
    block_on(worker.receive(&later.body)).unwrap();
    bench.work_off(&worker);
    assert_eq!(found(&worker, &job.id).job.state, State::Completed);
}

#[test]
fn an_owner_has_a_limited_number_of_jobs_under_way() {
    let bench = Bench::new();
    let worker = bench.worker();
    begun(&worker, json!({"below": 3}));
    begun(&worker, json!({"below": 3}));
    let third = refused(&worker, json!({"below": 3}));
    assert!(matches!(third, Refused::TooMany(2)), "{third:?}");
    bench.work_off(&worker);
    begun(&worker, json!({"below": 3}));
}

#[test]
fn a_final_failure_fails_the_job_with_its_reason() {
    let bench = Bench::new();
    let worker = bench.worker();
    let job = begun(&worker, json!({"below": 3, "final": "no such thing"}));
    bench.work_off(&worker);
    let job = found(&worker, &job.id).job;
    assert_eq!(job.state, State::Failed);
    assert_eq!(job.reason.as_deref(), Some("no such thing"));
}

#[test]
fn a_passing_failure_leaves_the_message_and_too_many_of_them_fail_the_job() {
    let bench = Bench::new();
    let worker = bench.worker();
    let job = begun(&worker, json!({"below": 3, "again": true}));
    let [look] = bench.queue.take().try_into().unwrap();
    block_on(worker.receive(&look.body)).unwrap();
    let [step] = bench.queue.take().try_into().unwrap();
    for _ in 0..bench.settings.attempts {
        let again = block_on(worker.receive(&step.body));
        assert!(matches!(again, Err(Again::Work(_))), "{again:?}");
    }
    block_on(worker.receive(&step.body)).unwrap();
    let job = found(&worker, &job.id).job;
    assert_eq!(job.state, State::Failed);
    assert_eq!(job.reason.unwrap(), "step 0 was begun 10 times in vain");
}

#[test]
fn a_job_past_its_deadline_fails_and_says_so() {
    let bench = Bench::new();
    let worker = bench.worker();
    let job = begun(&worker, json!({"below": 3}));
    bench.queue.take();
    bench.clock.advance(12 * 60 * 60 * 1000 - 1);
    assert_eq!(block_on(worker.tick()).unwrap().overdue, 0);
    bench.clock.advance(1);
    assert_eq!(block_on(worker.tick()).unwrap().overdue, 1);
    let job = found(&worker, &job.id).job;
    assert_eq!(job.state, State::Failed);
    assert_eq!(job.reason.unwrap(), "it was not finished by its deadline");
    assert_eq!(block_on(worker.tick()).unwrap().under_way, 0);
}

#[test]
fn a_cancelled_job_is_not_worked_on_and_cannot_be_cancelled_twice() {
    let bench = Bench::new();
    let worker = bench.worker();
    let job = begun(&worker, json!({"below": 30}));
    assert!(block_on(worker.cancel(found(&worker, &job.id))).unwrap());
    bench.work_off(&worker);
    assert_eq!(found(&worker, &job.id).job.state, State::Cancelled);
    assert!(!block_on(worker.cancel(found(&worker, &job.id))).unwrap());
}

#[test]
fn a_message_that_was_lost_is_sent_again_by_the_tick() {
    let bench = Bench::new();
    let worker = bench.worker();
    let job = begun(&worker, json!({"below": 9, "parts": 2}));
    for _ in 0..20 {
        bench.queue.take();
        block_on(worker.tick()).unwrap();
        for message in bench.queue.take() {
            block_on(worker.receive(&message.body)).unwrap();
            for message in bench.queue.take() {
                block_on(worker.receive(&message.body)).unwrap();
            }
        }
    }
    assert_eq!(numbers(&found(&worker, &job.id).job), all(9));
}

#[test]
fn each_of_many_jobs_is_reminded_once_and_the_oldest_is_told() {
    let bench = Bench::new();
    let worker = bench.worker();
    for number in 0..25 {
        begun_for(&worker, &format!("owner-{number}"), json!({"below": 1}));
        bench.clock.advance(1_000);
    }
    bench.queue.take();
    let ticked = block_on(worker.tick()).unwrap();
    assert_eq!((ticked.under_way, ticked.oldest_ms), (25, 25_000));
    let messages = bench.queue.take().into_iter().map(|message| message.body);
    assert_eq!(messages.collect::<BTreeSet<_>>().len(), 25);
}

#[test]
fn a_job_is_forgotten_a_day_after_its_files_have_gone() {
    let bench = Bench::new();
    let worker = bench.worker();
    let job = begun(&worker, json!({"below": 1}));
    bench.work_off(&worker);
    bench.clock.advance(26 * 60 * 60 * 1000 - 1);
    assert!(block_on(worker.find(&job.id)).unwrap().is_some());
    bench.clock.advance(1);
    assert!(block_on(worker.find(&job.id)).unwrap().is_none());
}

#[test]
fn messages_that_are_none_and_jobs_of_another_version_stay_on_the_queue() {
    let bench = Bench::new();
    let worker = bench.worker();
    let none = block_on(worker.receive("hello"));
    assert!(matches!(none, Err(Again::Unreadable(_))), "{none:?}");
    block_on(worker.receive(r#"{"job":"unknown"}"#)).unwrap();
}

#[test]
fn a_job_whose_first_message_cannot_be_sent_is_not_begun() {
    let bench = Bench::new();
    let worker = bench.worker();
    bench.queue.set_out_of_reach(true);
    for _ in 0..3 {
        let refused = refused(&worker, json!({"below": 1}));
        assert!(matches!(refused, Refused::Again(_)), "{refused:?}");
    }
    bench.queue.set_out_of_reach(false);
    begun(&worker, json!({"below": 1}));
    assert_eq!(block_on(worker.tick()).unwrap().under_way, 1);
}
