//! A function that no caller waits for: what all of its events have cost, and what it measures of each.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use store::Receipt;

use crate::Config;
use crate::telemetry::{Measured, Meter, Totals};

/// Shared by everything that the function does.
#[derive(Debug, Clone)]
pub(super) struct Worker {
    meter: Meter,
    /// Everything that was asked of the tables since the start.
    pub(super) receipt: Arc<Receipt>,
    /// Transactions that were finished in this event.
    pub(super) recovered: Arc<AtomicU64>,
}

impl Worker {
    /// Of this process.
    pub(super) fn new(config: &Config) -> Self {
        Self {
            meter: Meter::new(config),
            receipt: Arc::default(),
            recovered: Arc::default(),
        }
    }

    /// Before an event.
    pub(super) fn totals(&self) -> Totals {
        Totals::of(&self.receipt)
    }

    /// After it.
    pub(super) fn record(&self, before: Totals, measured: Measured) {
        self.meter.record(self.totals().add_since(before, measured));
    }
}
