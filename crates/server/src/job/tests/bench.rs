//! Jobs that collect numbers, over simulated tables, and what a test does with them.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use futures::executor::block_on;
use futures::future::{BoxFuture, FutureExt, poll_fn};
use serde_json::{Value, json};
use store::simulated::{Call, CountingIds, Endpoint, ManualClock, Reply, SimulatedTables};
use store::table::Answer;
use store::{Clock, Ids, Store};

use super::super::{Engine, Found, Job, NewJob, Progress, Refused, Stop, Turn, Work};
use crate::settings::JobSettings;
use crate::simulated::SimulatedQueue;

/// Numbers that a turn collects.
const NUMBERS_IN_A_TURN: u64 = 2;

/// Simulated tables whose every call takes a moment, in which a worker can die.
#[derive(Clone, Default)]
pub(super) struct SlowTables(pub(super) SimulatedTables);

impl Endpoint for SlowTables {
    fn answer(&self, call: Call) -> BoxFuture<'_, Answer<Reply>> {
        async move {
            a_moment().await;
            self.0.answer(call).await
        }
        .boxed()
    }
}

async fn a_moment() {
    let mut is_over = false;
    poll_fn(|context| {
        if std::mem::replace(&mut is_over, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

/// Collects the numbers below a limit in some parts, and puts them together.
///
/// ```json
/// {"below": 20, "parts": 4, "final": "a reason", "again": true, "wait_ms": 0}
/// ```
pub(super) struct Collecting(pub(super) Arc<ManualClock>);

impl Work for Collecting {
    fn wait<'a>(&'a self, job: &'a Job) -> BoxFuture<'a, Result<Option<Duration>, Stop>> {
        let over = job.created + job.request["wait_ms"].as_i64().unwrap_or_default();
        let rest = u64::try_from(over - self.0.now().0).ok();
        let wait = rest.filter(|ms| *ms > 0).map(Duration::from_millis);
        async move { Ok(wait) }.boxed()
    }

    fn plan<'a>(&'a self, job: &'a Job) -> BoxFuture<'a, Result<Vec<Value>, Stop>> {
        let all = job.request["below"].as_u64().unwrap();
        async move { Ok(vec![json!({"from": 0, "to": all, "has": []})]) }.boxed()
    }

    fn step<'a>(&'a self, job: &'a Job, turn: Turn) -> BoxFuture<'a, Result<Progress, Stop>> {
        async move {
            a_moment().await;
            if let Some(reason) = job.request["final"].as_str() {
                return Err(Stop::Final(reason.to_owned()));
            }
            if job.request["again"] == true {
                return Err(Stop::Again("out of reach".into()));
            }
            let place = |name: &str| turn.checkpoint[name].as_u64().unwrap();
            let (from, to) = (place("from"), place("to"));
            let parts = job.request["parts"].as_u64().unwrap_or(1);
            if parts > 1 && from == 0 && to == job.request["below"] {
                let size = to.div_ceil(parts);
                let part = |n| json!({"from": n * size, "to": to.min((n + 1) * size), "has": []});
                let nothing = json!({"from": 0, "to": 0, "has": []});
                return Ok(Progress::Divided(nothing, (0..parts).map(part).collect()));
            }
            let mut has = turn.checkpoint["has"].as_array().unwrap().clone();
            let end = to.min(from + NUMBERS_IN_A_TURN);
            has.extend((from..end).map(Value::from));
            a_moment().await;
            let checkpoint = json!({"from": end, "to": to, "has": has});
            Ok(if end == to {
                Progress::Done(checkpoint)
            } else {
                Progress::More(checkpoint)
            })
        }
        .boxed()
    }

    fn finish<'a>(&'a self, _: &'a Job, steps: Vec<Value>) -> BoxFuture<'a, Result<Value, Stop>> {
        async move {
            a_moment().await;
            let numbers = steps
                .iter()
                .flat_map(|step| step["has"].as_array().unwrap());
            Ok(numbers.cloned().collect())
        }
        .boxed()
    }
}

/// Tables, a queue, a clock, and any number of workers.
pub(super) struct Bench {
    pub(super) tables: SlowTables,
    pub(super) queue: SimulatedQueue,
    pub(super) clock: Arc<ManualClock>,
    ids: Arc<CountingIds>,
    pub(super) settings: JobSettings,
}

impl Bench {
    pub(super) fn new() -> Self {
        Self {
            tables: SlowTables::default(),
            queue: SimulatedQueue::new(),
            clock: Arc::default(),
            ids: Arc::default(),
            settings: JobSettings::default(),
        }
    }

    /// One more process that works on jobs.
    pub(super) fn worker(&self) -> Engine {
        let (clock, ids): (Arc<dyn Clock>, Arc<dyn Ids>) = (self.clock.clone(), self.ids.clone());
        let store = Store::new(
            store::Ports {
                tables: Arc::new(self.tables.clone()),
                blobs: Arc::new(store::NoBlobs),
                alarm: Arc::new(store::NoAlarm),
                clock: Arc::clone(&clock),
                ids: Arc::clone(&ids),
            },
            store::Settings::default(),
        );
        let work: Arc<dyn Work> = Arc::new(Collecting(self.clock.clone()));
        let works = BTreeMap::from([("collect", work)]);
        Engine::new(
            store,
            Arc::new(self.queue.clone()),
            (clock, ids),
            self.settings.clone(),
            works,
        )
    }

    /// Hands all messages to a worker, until there are none.
    pub(super) fn work_off(&self, worker: &Engine) {
        loop {
            let messages = self.queue.take();
            if messages.is_empty() {
                return;
            }
            for message in messages {
                self.clock
                    .advance(i64::try_from(message.delay.as_millis()).unwrap());
                block_on(worker.receive(&message.body)).unwrap();
            }
        }
    }
}

pub(super) fn wanted(request: Value) -> NewJob {
    NewJob {
        id: None,
        kind: "collect",
        owner: "somebody".to_owned(),
        request,
        at_a_time: 2,
        delay: Duration::ZERO,
    }
}

pub(super) fn begun(worker: &Engine, request: Value) -> Job {
    block_on(worker.kick_off(wanted(request))).unwrap()
}

/// The same for another owner.
pub(super) fn begun_for(worker: &Engine, owner: &str, request: Value) -> Job {
    let owner = owner.to_owned();
    let new = NewJob {
        owner,
        ..wanted(request)
    };
    block_on(worker.kick_off(new)).unwrap()
}

pub(super) fn refused(worker: &Engine, request: Value) -> Refused {
    block_on(worker.kick_off(wanted(request))).unwrap_err()
}

pub(super) fn found(worker: &Engine, id: &str) -> Found {
    block_on(worker.find(id)).unwrap().unwrap()
}

/// The numbers of a completed job.
pub(super) fn numbers(job: &Job) -> Vec<u64> {
    let mut numbers: Vec<u64> = job
        .result
        .as_ref()
        .and_then(Value::as_array)
        .unwrap()
        .iter()
        .map(|number| number.as_u64().unwrap())
        .collect();
    numbers.sort_unstable();
    numbers
}
