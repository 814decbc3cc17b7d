//! The system's clock and randomness behind the store's ports: the one place that reads either.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use futures::FutureExt;
use futures::future::BoxFuture;
use store::{Clock, Ids, Millis, transaction_text};
use uuid::{NoContext, Timestamp, Uuid};

/// The wall clock, and tokio's timer.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the port's system implementation"
    )]
    fn now(&self) -> Millis {
        let since_1970 = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        Millis(i64::try_from(since_1970.as_millis()).unwrap_or(i64::MAX))
    }

    fn sleep(&self, milliseconds: u64) -> BoxFuture<'static, ()> {
        tokio::time::sleep(Duration::from_millis(milliseconds)).boxed()
    }
}

/// UUIDs from the operating system's random numbers.
#[derive(Debug, Clone, Copy, Default)]
pub struct RandomIds;

impl RandomIds {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the port's system implementation"
    )]
    fn random() -> Uuid {
        Uuid::new_v4()
    }
}

impl Ids for RandomIds {
    /// Sorts by time, and has 74 random bits beside it.
    fn transaction_id(&self, now: Millis) -> String {
        let milliseconds = u64::try_from(now.0).unwrap_or_default();
        let part = u32::try_from(milliseconds % 1000).unwrap_or_default();
        let at = Timestamp::from_unix(NoContext, milliseconds / 1000, part * 1_000_000);
        transaction_text(Uuid::new_v7(at).as_u128())
    }

    fn uuid(&self) -> String {
        Self::random().to_string()
    }

    fn jitter(&self, below: u64) -> u64 {
        let (_, random) = Self::random().as_u64_pair();
        random.checked_rem(below).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn transaction_ids_carry_their_time_and_never_repeat() {
        let (early, late) = (Millis(1_795_240_800_123), Millis(1_795_240_800_124));
        let ids = [early, early, late].map(|now| RandomIds.transaction_id(now));
        let [first, again, last] = &ids;
        assert!(first != again && first < last && again < last, "{ids:?}");
        assert_eq!(first.len(), 22);
    }

    #[test]
    fn jitter_stays_below_its_bound() {
        assert_eq!(RandomIds.jitter(0), 0);
        assert!((0..100).all(|_| RandomIds.jitter(7) < 7));
    }
}
