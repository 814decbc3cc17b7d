//! What can go wrong between a caller and the tables.

use std::fmt;

/// One fault, for one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Applied, but the caller gets no answer.
    LostAnswer,
    /// Never arrives, and the caller gets no answer.
    Dropped,
    /// The caller gets no answer, and the call arrives later.
    Late,
    /// Applied and answered, and a copy arrives later.
    Duplicated,
    /// Refused because of throughput.
    Throttled,
    /// Refused because another transaction is at work on an item.
    Conflict,
    /// Half of a batch is not processed.
    Unprocessed,
}

/// Why a call got no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lost(pub Fault);

impl fmt::Display for Lost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no answer ({:?})", self.0)
    }
}

impl std::error::Error for Lost {}
