//! What the operations of one request cost: calls, capacity, and round trips.
//!
//! Round trips are counted as the longest chain of calls in which each needed the answer of the one
//! before. A hundred reads side by side are one round trip, however many of them are under way at
//! once.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::table::Consumed;

/// Capacity is kept in thousandths of a unit: halves occur, sums of floats would drift.
const SCALE: f64 = 1000.0;

/// A running account. Shared by everything that one request does.
#[derive(Debug, Default)]
pub struct Receipt {
    requests: AtomicU64,
    read_units: AtomicU64,
    write_units: AtomicU64,
    round_trips: AtomicU64,
    retries: AtomicU64,
    conflicts: AtomicU64,
    intents_met: AtomicU64,
}

impl Receipt {
    /// An empty account.
    pub fn new() -> Self {
        Self::default()
    }

    /// Calls made to the tables, retries included.
    pub fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }

    /// Read request units consumed.
    pub fn read_units(&self) -> f64 {
        units(&self.read_units)
    }

    /// Write request units consumed.
    pub fn write_units(&self) -> f64 {
        units(&self.write_units)
    }

    /// Longest chain of calls in which each waited for the one before.
    pub fn round_trips(&self) -> u64 {
        self.round_trips.load(Ordering::Relaxed)
    }

    /// Calls that were repeats: after throttling, conflicts with other transactions, no answer.
    pub fn retries(&self) -> u64 {
        self.retries.load(Ordering::Relaxed)
    }

    /// Commits that were refused because somebody else was faster.
    pub fn conflicts(&self) -> u64 {
        self.conflicts.load(Ordering::Relaxed)
    }

    /// Looks at the decisions of transactions whose intents were in the way. One that is waited for is
    /// looked at several times.
    pub fn intents_met(&self) -> u64 {
        self.intents_met.load(Ordering::Relaxed)
    }

    pub(crate) fn add_request(&self) {
        self.requests.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn add_retry(&self) {
        self.retries.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn add_conflict(&self) {
        self.conflicts.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn add_intents_met(&self, intents: u64) {
        self.intents_met.fetch_add(intents, Ordering::Relaxed);
    }

    pub(crate) fn add_consumed(&self, consumed: Consumed) {
        self.read_units
            .fetch_add(scaled(consumed.read_units), Ordering::Relaxed);
        self.write_units
            .fetch_add(scaled(consumed.write_units), Ordering::Relaxed);
    }

    pub(crate) fn reach_round_trip(&self, depth: u64) {
        self.round_trips.fetch_max(depth, Ordering::Relaxed);
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "units are small and never negative"
)]
fn scaled(units: f64) -> u64 {
    (units * SCALE).round() as u64
}

#[expect(
    clippy::cast_precision_loss,
    reason = "far below 2^52 thousandths of a unit"
)]
fn units(scaled: &AtomicU64) -> f64 {
    scaled.load(Ordering::Relaxed) as f64 / SCALE
}
