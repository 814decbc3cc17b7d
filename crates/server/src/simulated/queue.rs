//! A queue in memory, from which a test takes the messages in any order.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures::future::{BoxFuture, FutureExt, ready};

use super::SwitchedOff;
use crate::port::{Queue, QueueError};

/// A queue in memory. Cheap to clone: clones share the messages.
#[derive(Debug, Clone, Default)]
pub struct SimulatedQueue(Arc<Mutex<Inside>>);

#[derive(Debug, Default)]
struct Inside {
    waiting: Vec<Waiting>,
    is_out_of_reach: bool,
}

/// A message that was sent and not taken yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// What was sent.
    pub body: String,
    /// How long it was to be held back.
    pub delay: Duration,
}

impl SimulatedQueue {
    /// An empty queue.
    pub fn new() -> Self {
        Self::default()
    }

    /// From now on every call fails without effect, or none does.
    pub fn set_out_of_reach(&self, is_out_of_reach: bool) {
        self.inside().is_out_of_reach = is_out_of_reach;
    }

    /// Takes all messages that were sent, in their order; delays are for the test to honour.
    pub fn take(&self) -> Vec<Waiting> {
        std::mem::take(&mut self.inside().waiting)
    }

    fn inside(&self) -> MutexGuard<'_, Inside> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Queue for SimulatedQueue {
    fn send(&self, body: String, delay: Duration) -> BoxFuture<'_, Result<(), QueueError>> {
        let mut inside = self.inside();
        let answer = if inside.is_out_of_reach {
            Err(QueueError::Unavailable(SwitchedOff.into()))
        } else {
            inside.waiting.push(Waiting { body, delay });
            Ok(())
        };
        ready(answer).boxed()
    }
}
