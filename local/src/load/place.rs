//! Where a resource stands: a file, and a line or an entry of it.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

/// `file.ndjson:17`
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) file: Arc<PathBuf>,
    /// From 1; 0 for the whole file.
    pub(crate) line: u64,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let file = self.file.display();
        match self.line {
            0 => write!(f, "{file}"),
            line => write!(f, "{file}:{line}"),
        }
    }
}
