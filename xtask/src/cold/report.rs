//! The figures as a table, and whether they are within their targets.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Result, bail};

use crate::cold::figures::{Start, median};

/// The name of the function that the others are compared with.
pub(crate) const BARE: &str = "bare";
/// The first answer takes less than so many times what the bare function takes.
const MOST_TIMES_BARE: f64 = 3.0;
/// Memory of a function up to its first answer, over plain HTTP.
const MOST_PEAK_BYTES: u64 = 16_000_000;

/// The starts of each function.
#[derive(Debug, Default)]
pub(crate) struct Report(BTreeMap<String, Vec<Start>>);

impl Report {
    /// The line above the rows.
    pub(crate) const HEADING: &str =
        "function               first ms  x bare  second ms    CPU ms    RSS MB   size MB";

    /// Notes a start.
    pub(crate) fn add(&mut self, title: String, start: Start) {
        self.0.entry(title).or_default().push(start);
    }

    /// The middle figures of a function, and the size of its binary.
    pub(crate) fn row(&self, title: &str, size: u64) -> Option<String> {
        let middle = median(self.0.get(title)?)?;
        let times = self.times_bare(&middle)?;
        let ms = |duration: Duration| duration.as_secs_f64() * 1e3;
        let mb = |bytes: u64| Duration::from_micros(bytes).as_secs_f64();
        Some(format!(
            "{title:<22} {:>8.1} {times:>7.1} {:>10.2} {:>9.1} {:>9.1} {:>9.1}",
            ms(middle.first),
            ms(middle.second),
            ms(middle.cpu),
            mb(middle.peak_bytes),
            mb(size),
        ))
    }

    fn times_bare(&self, start: &Start) -> Option<f64> {
        let bare = median(self.0.get(BARE)?)?.first.as_secs_f64();
        Some(start.first.as_secs_f64() / bare)
    }

    /// Fails when a function over plain HTTP is slower or larger than it may be.
    pub(crate) fn hold_to_targets(&self) -> Result<()> {
        let mut missed = Vec::new();
        for (title, starts) in &self.0 {
            let Some(middle) = median(starts).filter(|_| !title.ends_with("TLS")) else {
                continue;
            };
            let times = self.times_bare(&middle).unwrap_or_default();
            if times >= MOST_TIMES_BARE {
                missed.push(format!("{title}: {times:.1} times the bare function"));
            }
            if middle.peak_bytes >= MOST_PEAK_BYTES {
                missed.push(format!("{title}: {} bytes", middle.peak_bytes));
            }
        }
        if missed.is_empty() {
            return Ok(());
        }
        bail!(
            "more than {MOST_TIMES_BARE} times the bare function, or {MOST_PEAK_BYTES} bytes:\n{}",
            missed.join("\n")
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn start(ms: u64, megabytes: u64) -> Start {
        Start {
            first: Duration::from_millis(ms),
            second: Duration::from_millis(1),
            cpu: Duration::from_millis(ms),
            peak_bytes: megabytes * 1_000_000,
        }
    }

    #[test]
    fn what_is_slower_or_larger_than_it_may_be_is_named_and_tls_is_not_looked_at() {
        let mut report = Report::default();
        report.add(BARE.to_owned(), start(10, 5));
        report.add("quick".to_owned(), start(29, 15));
        report.add("slow, TLS".to_owned(), start(99, 17));
        report.hold_to_targets().unwrap();
        report.add("slow".to_owned(), start(31, 15));
        report.add("large".to_owned(), start(10, 16));
        let missed = report.hold_to_targets().unwrap_err().to_string();
        assert!(missed.contains("slow: 3.1 times"), "{missed}");
        assert!(missed.contains("large: 16000000 bytes"), "{missed}");
        assert!(!missed.contains("quick"), "{missed}");
    }

    #[test]
    fn a_row_has_a_figure_below_each_word_of_the_heading() {
        let mut report = Report::default();
        report.add(BARE.to_owned(), start(10, 5));
        let row = report.row(BARE, 3_500_000).unwrap();
        assert_eq!(row.len(), Report::HEADING.len());
        assert!(row.ends_with("5.0       3.5"), "{row}");
    }
}
