//! How a client reaches the tables, the time and chance of the simulation.

use std::sync::{Arc, Mutex};

use futures::channel::oneshot;
use futures::future::{BoxFuture, FutureExt};

use super::in_flight::InFlight;
use super::saboteur::{Saboteur, sabotage};
use super::world::{Shared, Timer};
use crate::clock::{Clock, Ids, Millis};
use crate::simulated::{Call, Endpoint, Fault, Lost, Reply};
use crate::table::{Answer, TableError};

/// The tables, as one client reaches them: a call waits until the scheduler chooses it.
#[derive(Clone)]
pub(crate) struct Wire {
    pub(crate) client: usize,
    pub(crate) world: Shared,
    pub(crate) saboteur: Option<Arc<Mutex<Saboteur>>>,
}

impl Wire {
    pub(crate) fn send(&self, call: Call) -> BoxFuture<'static, Answer<Reply>> {
        let (reply, answer) = oneshot::channel();
        self.world
            .lock()
            .in_flight
            .push(InFlight::new(self.client, call, reply));
        // the scheduler forgets the call only when the client has crashed
        let gone = |_| Err(TableError::Unknown(Box::new(Lost(Fault::Dropped))));
        answer
            .map(move |answer| answer.unwrap_or_else(gone))
            .boxed()
    }
}

impl Endpoint for Wire {
    fn answer(&self, call: Call) -> BoxFuture<'_, Answer<Reply>> {
        match &self.saboteur {
            None => self.send(call),
            Some(saboteur) => sabotage(self.clone(), saboteur, call).boxed(),
        }
    }
}

/// The time, as one client sees it: ahead of the others, or behind.
pub(crate) struct SkewedClock {
    pub(crate) world: Shared,
    pub(crate) skew_ms: i64,
}

impl Clock for SkewedClock {
    fn now(&self) -> Millis {
        self.world.lock().now.plus(self.skew_ms)
    }

    fn sleep(&self, milliseconds: u64) -> BoxFuture<'static, ()> {
        let (wake, woken) = oneshot::channel();
        let mut world = self.world.lock();
        let until = world
            .now
            .plus(i64::try_from(milliseconds).unwrap_or(i64::MAX));
        world.timers.push(Timer { until, wake });
        woken.map(|_| ()).boxed()
    }
}

/// Names that count up, and chance from the seed.
pub(crate) struct SeededIds(pub(crate) Shared);

impl Ids for SeededIds {
    fn transaction_id(&self, _now: Millis) -> String {
        format!("t{}", self.0.lock().unique())
    }

    fn uuid(&self) -> String {
        format!("n{}", self.0.lock().unique())
    }

    fn jitter(&self, below: u64) -> u64 {
        self.0.lock().rng.below(below)
    }
}
