//! What a long command says while it works: one line on a terminal that changes, or a new line now and
//! then in a log.

use std::io::{IsTerminal, Write, stderr};
use std::time::{Duration, Instant};

/// Between two lines in a log.
const LOG_PAUSE: Duration = Duration::from_secs(5);

/// The line of one piece of work. What is on it goes when it is over.
pub(crate) struct Progress {
    is_terminal: bool,
    shown: String,
    at: Option<Instant>,
}

impl Progress {
    /// Nothing shown yet.
    pub(crate) fn new() -> Self {
        Self {
            is_terminal: stderr().is_terminal(),
            shown: String::new(),
            at: None,
        }
    }

    /// Shows how far it is.
    pub(crate) fn show(&mut self, text: &str) {
        if text == self.shown {
            return;
        }
        let is_early = self.at.is_some_and(|at| at.elapsed() < LOG_PAUSE);
        if !self.is_terminal && is_early {
            return;
        }
        // A closed standard error is no reason to stop.
        let _ = if self.is_terminal {
            write!(stderr().lock(), "\r\x1b[2K{text}")
        } else {
            writeln!(stderr().lock(), "{text}")
        };
        text.clone_into(&mut self.shown);
        self.at = Some(Instant::now());
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.is_terminal && self.at.is_some() {
            let _ = write!(stderr().lock(), "\r\x1b[2K");
        }
    }
}

/// `12.3 MB`
pub(crate) fn megabytes(bytes: u64) -> String {
    let tenths = bytes / 100_000;
    format!("{}.{} MB", tenths / 10, tenths % 10)
}
