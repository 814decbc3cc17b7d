//! What a start cost, and the middle of many.

use std::fs;
use std::time::Duration;

use anyhow::{Context, Result};

/// One start of a function, up to its first answer.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Start {
    /// From the process's start to the answer.
    pub(crate) first: Duration,
    /// The second answer, from the event on.
    pub(crate) second: Duration,
    /// CPU time up to the first answer.
    pub(crate) cpu: Duration,
    /// The most memory up to the first answer.
    pub(crate) peak_bytes: u64,
}

/// The middle of some starts, each figure for itself.
pub(crate) fn median(starts: &[Start]) -> Option<Start> {
    Some(Start {
        first: middle(starts, |start| start.first)?,
        second: middle(starts, |start| start.second)?,
        cpu: middle(starts, |start| start.cpu)?,
        peak_bytes: middle(starts, |start| start.peak_bytes)?,
    })
}

fn middle<T: Ord>(starts: &[Start], of: impl Fn(&Start) -> T) -> Option<T> {
    let mut all: Vec<T> = starts.iter().map(of).collect();
    all.sort_unstable();
    let at = all.len() / 2;
    all.into_iter().nth(at)
}

/// The CPU time of a process, to the nanosecond: of the threads that it has, which are all it had.
pub(crate) fn cpu(process: u32) -> Result<Duration> {
    let mut nanoseconds = 0;
    for task in fs::read_dir(format!("/proc/{process}/task"))? {
        let path = task?.path().join("schedstat");
        let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
        let on_cpu = text.split(' ').next().and_then(|first| first.parse().ok());
        nanoseconds += on_cpu.unwrap_or(0_u64);
    }
    Ok(Duration::from_nanos(nanoseconds))
}

/// The most memory that a process has had resident.
pub(crate) fn peak_bytes(process: u32) -> Result<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status"))?;
    peak(&status).context("/proc/…/status has no VmHWM")
}

fn peak(status: &str) -> Option<u64> {
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: u64 = line.trim().strip_suffix(" kB")?.trim().parse().ok()?;
    Some(kilobytes * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_peak_is_read_in_bytes() {
        let status = "Name:\ta\nVmPeak:\t 9 kB\nVmHWM:\t    1960 kB\nVmRSS:\t 1 kB\n";
        assert_eq!(peak(status), Some(1960 * 1024));
        assert_eq!(peak("Name:\ta\n"), None);
    }

    #[test]
    fn the_middle_of_each_figure_is_its_own() {
        let start = |ms, bytes| Start {
            first: Duration::from_millis(ms),
            second: Duration::from_millis(ms),
            cpu: Duration::from_millis(ms),
            peak_bytes: bytes,
        };
        let all = [start(9, 1), start(1, 3), start(2, 2)];
        let middle = median(&all).unwrap();
        assert_eq!((middle.first.as_millis(), middle.peak_bytes), (2, 2));
        assert!(median(&[]).is_none());
    }
}
