//! An alarm that remembers what it was armed for.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures::future::{BoxFuture, FutureExt, ready};

use crate::alarm::Alarm;
use crate::error::Source;

/// Reminders in memory for tests. Cheap to clone: clones share them.
#[derive(Debug, Clone, Default)]
pub struct SimulatedAlarm(Arc<Mutex<Inside>>);

#[derive(Debug, Default)]
struct Inside {
    armed: Vec<(String, u64)>,
    is_out_of_reach: bool,
}

/// Where [`SimulatedAlarm`] is when a test has switched it off.
#[derive(Debug, thiserror::Error)]
#[error("the simulated alarm is switched off")]
struct SwitchedOff;

impl SimulatedAlarm {
    /// No reminders.
    pub fn new() -> Self {
        Self::default()
    }

    /// From now on every call fails without effect, or none does.
    pub fn set_out_of_reach(&self, is_out_of_reach: bool) {
        self.inside().is_out_of_reach = is_out_of_reach;
    }

    /// The transactions that it was armed for, and after how many milliseconds, in order.
    pub fn armed(&self) -> Vec<(String, u64)> {
        self.inside().armed.clone()
    }

    fn inside(&self) -> MutexGuard<'_, Inside> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Alarm for SimulatedAlarm {
    fn arm(&self, transaction: String, after_ms: u64) -> BoxFuture<'_, Result<(), Source>> {
        let mut inside = self.inside();
        let answer = if inside.is_out_of_reach {
            Err(Arc::new(SwitchedOff) as Source)
        } else {
            inside.armed.push((transaction, after_ms));
            Ok(())
        };
        ready(answer).boxed()
    }
}
