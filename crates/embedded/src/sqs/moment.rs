//! The engine's clock: one reading of the steady clock, by which things fall due, and of the wall
//! clock, which the timestamps of messages show.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// A point in time.
#[derive(Debug, Clone, Copy)]
pub(super) struct Moment {
    pub(super) instant: Instant,
    /// Milliseconds since 1970.
    pub(super) epoch_ms: u64,
}

impl Moment {
    #[expect(
        clippy::disallowed_methods,
        reason = "the engine stands for a service outside Fyr, which has a clock of its own"
    )]
    pub(super) fn now() -> Self {
        let since_1970 = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        let epoch_ms = u64::try_from(since_1970.as_millis()).unwrap_or(u64::MAX);
        Self {
            instant: Instant::now(),
            epoch_ms,
        }
    }

    pub(super) fn plus(self, duration: Duration) -> Self {
        let milliseconds = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
        Self {
            instant: self.instant + duration,
            epoch_ms: self.epoch_ms.saturating_add(milliseconds),
        }
    }
}
