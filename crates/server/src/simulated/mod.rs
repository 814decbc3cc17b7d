//! Ports in memory, for tests: files and a queue that can be out of reach, lose and repeat.

mod files;
mod queue;

pub use files::SimulatedFiles;
pub use queue::{SimulatedQueue, Waiting};

/// What a port says when a test has switched it off.
#[derive(Debug, thiserror::Error)]
#[error("switched off by the test")]
struct SwitchedOff;
