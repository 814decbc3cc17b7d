//! Ports in memory, for tests: files and a queue that can be out of reach, lose and repeat.

mod files;
mod queue;
mod token;

pub use files::SimulatedFiles;
pub use queue::{SimulatedQueue, Waiting};
pub use token::read_token;

/// Reads bytes as the cursor of a search, as a client sends it and as one that we have signed. For
/// fuzzing: it must neither panic nor let a forged one pass.
pub fn read_cursor(bytes: &[u8]) {
    crate::search::read_cursor(bytes);
}

/// What a port says when a test has switched it off.
#[derive(Debug, thiserror::Error)]
#[error("switched off by the test")]
struct SwitchedOff;
