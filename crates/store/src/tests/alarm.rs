//! The alarm of large transactions.

use std::future::poll_fn;
use std::sync::{Arc, Mutex};
use std::task::Poll;

use futures::future::{BoxFuture, FutureExt, pending};

use super::Bench;
use crate::simulated::{Call, Fault, ManualClock, SimulatedTables};
use crate::{Alarm, Clock, CommitError, Millis, Recovery, Source};

fn write_many(bench: &Bench) -> Result<Vec<crate::Committed>, CommitError> {
    let writes = (0..150).map(|n| bench.put(&n.to_string(), "a"));
    bench.commit(writes.collect())
}

/// Takes some time, and then notes whether there is a decision already.
struct Slow {
    tables: SimulatedTables,
    was_decided: Arc<Mutex<Option<bool>>>,
}

impl Alarm for Slow {
    fn arm(&self, transaction: String, _after_ms: u64) -> BoxFuture<'_, Result<(), Source>> {
        let mut polls = 0;
        poll_fn(move |context| {
            polls += 1;
            if polls < 10 {
                context.waker().wake_by_ref();
                return Poll::Pending;
            }
            let record = crate::decision::decision_key(&transaction);
            let is_decided = self.tables.snapshot().items().contains_key(&record);
            *self.was_decided.lock().unwrap() = Some(is_decided);
            Poll::Ready(Ok(()))
        })
        .boxed()
    }
}

/// A clock on which waiting takes for ever.
struct Patient(Arc<ManualClock>);

impl Clock for Patient {
    fn now(&self) -> Millis {
        self.0.now()
    }

    fn sleep(&self, _milliseconds: u64) -> BoxFuture<'static, ()> {
        pending().boxed()
    }
}

#[test]
fn a_large_transaction_arms_the_alarm_for_the_end_of_its_lease() {
    let bench = Bench::new();
    write_many(&bench).unwrap();
    let armed = bench.alarm.armed();
    let lease = u64::try_from(bench.store.settings.lease_ms).unwrap();
    assert_eq!(armed.len(), 1);
    assert_eq!(armed[0].1, lease + 1);
    assert_eq!(
        futures::executor::block_on(bench.store.recover(&armed[0].0)).unwrap(),
        Recovery::Committed
    );
}

#[test]
fn a_small_transaction_arms_no_alarm() {
    let bench = Bench::new();
    bench.commit(vec![bench.put("1", "a")]).unwrap();
    assert_eq!(bench.alarm.armed(), []);
}

#[test]
fn the_alarm_is_armed_before_the_decision() {
    let mut bench = Bench::new();
    let was_decided = Arc::new(Mutex::new(None));
    bench.store.alarm = Arc::new(Slow {
        tables: bench.tables.clone(),
        was_decided: was_decided.clone(),
    });
    bench.store.clock = Arc::new(Patient(bench.clock.clone()));
    write_many(&bench).unwrap();
    assert_eq!(*was_decided.lock().unwrap(), Some(false));
}

#[test]
fn an_alarm_that_cannot_be_armed_is_no_reason_to_fail() {
    let bench = Bench::new();
    bench.alarm.set_out_of_reach(true);
    write_many(&bench).unwrap();
    assert_eq!(bench.read("149").unwrap().version, 1);
}

#[test]
fn a_coordinator_that_dies_while_it_stages_has_armed_the_alarm() {
    let bench = Bench::new();
    bench.tables.break_with(|call| match call {
        Call::Write(_) => Some(Fault::Dropped),
        _ => None,
    });
    write_many(&bench).unwrap_err();
    assert_eq!(bench.alarm.armed().len(), 1);
}
