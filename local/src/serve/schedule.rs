//! `--export-schedule`: exports at fixed times, as the function `scheduled-export` does on AWS.
//!
//! `30m`, `6h` or `1d`: at every multiple of it since midnight UTC, so 6h is 00:00, 06:00, 12:00, 18:00.
//! A time at which the server does not run is left out.

use std::time::Duration;

use aws::system::SystemClock;
use server::{ScheduledExport, Servers};
use store::{Clock, Millis};
use tokio::sync::watch;

/// Units, in seconds.
const UNITS: [(char, u64); 3] = [('m', 60), ('h', 60 * 60), ('d', 24 * 60 * 60)];
/// The longest: thirty days.
const MAX_SECONDS: u64 = 30 * 24 * 60 * 60;

/// Reads `6h`, or `every 6h`.
pub(crate) fn every(text: &str) -> Result<Duration, String> {
    let expected = || "a time such as 30m, 6h or 1d, and 30d at most".to_owned();
    let text = text.trim().strip_prefix("every ").unwrap_or(text).trim();
    let unit = text.chars().last().ok_or_else(expected)?;
    let (_, seconds) = UNITS
        .into_iter()
        .find(|(name, _)| *name == unit)
        .ok_or_else(expected)?;
    let number: u64 = text
        .trim_end_matches(unit)
        .trim()
        .parse()
        .map_err(|_| expected())?;
    let seconds = number
        .checked_mul(seconds)
        .filter(|seconds| (1..=MAX_SECONDS).contains(seconds));
    seconds.map(Duration::from_secs).ok_or_else(expected)
}

/// Starts an export at each time until the end.
pub(super) async fn run(
    servers: Servers,
    scheduled: ScheduledExport,
    every: Duration,
    mut stopped: watch::Receiver<bool>,
) {
    loop {
        tokio::select! {
            biased;
            _ = stopped.wait_for(|stop| *stop) => return,
            () = tokio::time::sleep(until_next(SystemClock.now(), every)) => {}
        }
        for server in servers.all() {
            match server.start_scheduled_export(&scheduled).await {
                Ok(started) => tracing::info!(?started, "a scheduled export"),
                Err(failure) => tracing::warn!(%failure, "a scheduled export was not started"),
            }
        }
    }
}

/// How long it is to the next multiple.
fn until_next(now: Millis, every: Duration) -> Duration {
    let every = i64::try_from(every.as_millis()).unwrap_or(i64::MAX);
    let left = every - now.0.rem_euclid(every.max(1));
    Duration::from_millis(u64::try_from(left).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schedule_is_a_number_and_a_unit() {
        for (text, seconds) in [("30m", 1_800), ("every 6h", 21_600), ("1d", 86_400)] {
            assert_eq!(every(text), Ok(Duration::from_secs(seconds)), "{text}");
        }
        for wrong in [
            "",
            "6",
            "h",
            "0h",
            "-1h",
            "31d",
            "* * * * *",
            "6 fortnights",
        ] {
            assert!(every(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn times_are_multiples_since_midnight() {
        let six_hours = Duration::from_hours(6);
        // 2026-11-21T05:59:00Z, and six o'clock itself
        let minute_before = Millis(1_795_240_740_000);
        assert_eq!(until_next(minute_before, six_hours), Duration::from_mins(1));
        let on_time = Millis(1_795_240_800_000);
        assert_eq!(until_next(on_time, six_hours), six_hours);
    }
}
