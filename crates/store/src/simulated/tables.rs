//! The simulated tables as a port: every call is answered at once, unless a fault is due.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures::future::{BoxFuture, FutureExt, ready};

use super::call::{Call, Endpoint, Reply};
use super::engine::Engine;
use super::fault::{Fault, Lost};
use crate::clock::{Clock, Millis};
use crate::table::{Answer, TableError};

type Decide = Box<dyn FnMut(&Call) -> Option<Fault> + Send>;

/// Tables in memory for tests. Cheap to clone: clones share the tables.
#[derive(Clone, Default)]
pub struct SimulatedTables(Arc<Mutex<Inside>>);

#[derive(Default)]
struct Inside {
    engine: Engine,
    clock: Option<Arc<dyn Clock>>,
    faults: Option<Decide>,
    late: VecDeque<Call>,
    recorded: Option<Vec<Call>>,
}

impl SimulatedTables {
    /// Empty tables without faults, whose idempotency tokens never expire.
    pub fn new() -> Self {
        Self::default()
    }

    /// Empty tables whose idempotency tokens expire by this clock.
    pub fn with_clock(clock: Arc<dyn Clock>) -> Self {
        Self(Arc::new(Mutex::new(Inside {
            clock: Some(clock),
            ..Inside::default()
        })))
    }

    /// From now on asks `faults` about each call what is to go wrong with it.
    pub fn break_with(&self, faults: impl FnMut(&Call) -> Option<Fault> + Send + 'static) {
        self.inside().faults = Some(Box::new(faults));
    }

    /// From now on nothing goes wrong.
    pub fn repair(&self) {
        self.inside().faults = None;
    }

    /// Lets the calls arrive that were late or duplicated.
    pub fn deliver_late(&self) {
        let mut inside = self.inside();
        while let Some(call) = inside.late.pop_front() {
            // nobody waits for the answer
            let _ = inside.apply(&call);
        }
    }

    /// The calls that came in since this was last asked; the first time none, as recording starts.
    pub fn take_calls(&self) -> Vec<Call> {
        self.inside()
            .recorded
            .replace(Vec::new())
            .unwrap_or_default()
    }

    /// A copy of everything stored.
    pub fn snapshot(&self) -> Engine {
        self.inside().engine.clone()
    }

    fn inside(&self) -> MutexGuard<'_, Inside> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inside {
    fn apply(&mut self, call: &Call) -> Answer<Reply> {
        let now = self.clock.as_ref().map_or(Millis(0), |clock| clock.now());
        self.engine.answer(call, now)
    }

    fn answer(&mut self, call: Call) -> Answer<Reply> {
        if let Some(recorded) = &mut self.recorded {
            recorded.push(call.clone());
        }
        let Some(fault) = self.faults.as_mut().and_then(|decide| decide(&call)) else {
            return self.apply(&call);
        };
        let lost = || Err(TableError::Unknown(Box::new(Lost(fault))));
        match fault {
            Fault::LostAnswer => self.apply(&call).and_then(|_| lost()),
            Fault::Dropped => lost(),
            Fault::Late => {
                self.late.push_back(call);
                lost()
            }
            Fault::Duplicated => {
                self.late.push_back(call.clone());
                self.apply(&call)
            }
            Fault::Throttled => Err(TableError::Throttled),
            Fault::Conflict => Err(TableError::Conflict),
            Fault::Unprocessed => self.apply_half(call),
        }
    }

    fn apply_half(&mut self, call: Call) -> Answer<Reply> {
        let (half, rest) = call.split();
        let Some(half) = half else {
            return Err(TableError::Throttled);
        };
        let (reply, consumed) = self.apply(&half)?;
        Ok((reply.without(rest), consumed))
    }
}

impl Endpoint for SimulatedTables {
    fn answer(&self, call: Call) -> BoxFuture<'_, Answer<Reply>> {
        let answer = self.inside().answer(call);
        ready(answer).boxed()
    }
}
