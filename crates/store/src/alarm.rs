//! The port to a reminder: "look at this transaction after so long". SQS with a delay, in AWS.
//!
//! A large transaction arms it while it prepares its commit, so that somebody finishes it should its
//! coordinator die. Whoever is reminded calls [`crate::Store::recover`], which is cheap when there is
//! nothing left to do. Nothing depends on the reminder: it may come twice, late, or never. Whoever
//! meets what is unfinished finishes it, and [`crate::Store::sweep`] finds the rest.

use futures::future::{BoxFuture, FutureExt, ready};

use crate::error::Source;

/// Reminders. An implementation may repeat a call that failed.
pub trait Alarm: Send + Sync {
    /// Asks for somebody to look at a transaction, not before so many milliseconds have passed. An
    /// error says that perhaps nobody will.
    fn arm(&self, transaction: String, after_ms: u64) -> BoxFuture<'_, Result<(), Source>>;
}

/// Nobody is reminded: unfinished transactions wait for the sweep, or for whoever meets them.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoAlarm;

impl Alarm for NoAlarm {
    fn arm(&self, _transaction: String, _after_ms: u64) -> BoxFuture<'_, Result<(), Source>> {
        ready(Ok(())).boxed()
    }
}
