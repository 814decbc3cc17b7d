//! A clock that stands still until it is moved, and ids that count.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use futures::future::{BoxFuture, FutureExt, ready};

use crate::clock::{Clock, Ids, Millis, transaction_text};

/// A clock moved by hand. Sleeping moves it as well, and takes no time.
#[derive(Debug)]
pub struct ManualClock(std::sync::Arc<AtomicI64>);

impl ManualClock {
    /// A clock that shows this time.
    pub fn at(now: Millis) -> Self {
        Self(std::sync::Arc::new(AtomicI64::new(now.0)))
    }

    /// Moves the clock forward.
    pub fn advance(&self, milliseconds: i64) {
        self.0.fetch_add(milliseconds, Ordering::Relaxed);
    }
}

impl Default for ManualClock {
    /// 2026-01-01T00:00:00Z.
    fn default() -> Self {
        Self::at(Millis(1_767_225_600_000))
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Millis {
        Millis(self.0.load(Ordering::Relaxed))
    }

    fn sleep(&self, milliseconds: u64) -> BoxFuture<'static, ()> {
        self.advance(i64::try_from(milliseconds).unwrap_or(i64::MAX));
        ready(()).boxed()
    }
}

/// Ids that count from 1, in the form that ids have. No jitter.
#[derive(Debug, Default)]
pub struct CountingIds(AtomicU64);

impl CountingIds {
    fn next(&self) -> u64 {
        self.0.fetch_add(1, Ordering::Relaxed) + 1
    }
}

impl Ids for CountingIds {
    fn transaction_id(&self, now: Millis) -> String {
        let time = now.0.unsigned_abs() & 0xffff_ffff_ffff;
        transaction_text(u128::from(time) << 80 | u128::from(self.next()))
    }

    fn uuid(&self) -> String {
        format!("00000000-0000-4000-8000-{:012x}", self.next())
    }

    fn jitter(&self, _below: u64) -> u64 {
        0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_have_the_form_of_uuids_and_never_repeat() {
        let ids = CountingIds::default();
        assert_eq!(ids.uuid(), "00000000-0000-4000-8000-000000000001");
        let time = Millis(0x0001_2345_6789);
        assert_eq!(
            ids.transaction_id(time),
            transaction_text(0x0001_2345_6789 << 80 | 2)
        );
    }

    #[test]
    fn sleeping_moves_the_clock() {
        let clock = ManualClock::at(Millis(5));
        futures::executor::block_on(clock.sleep(10));
        assert_eq!(clock.now(), Millis(15));
    }
}
