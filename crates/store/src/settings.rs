//! What a host can set about the protocol. Every default is the value that the design was
//! measured with.

/// Limits and patience.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// Calls under way at once for one operation.
    pub in_flight: usize,
    /// How often a call is tried: first time included.
    pub attempts: u32,
    /// How often a call is tried that prepares a commit. Throttled tables get warm in seconds, and a
    /// large transaction asks for much at once.
    pub staging_attempts: u32,
    /// Bodies of more bytes than this, compressed, go to the blobs. Old and new state of a document
    /// share an item for a moment, and an item ends at 400 KB.
    pub max_inline_bytes: usize,
    /// How long a commit waits for the alarm when all else is prepared, in ms.
    pub alarm_patience_ms: u64,
    /// First pause between two attempts, in ms; doubles each time, and chance shortens it.
    pub backoff_ms: u64,
    /// How long a write waits for another transaction that is at work on the same item, in ms.
    pub wait_ms: u64,
    /// The same for a transaction that is committed by a decision record, in ms: to begin again costs
    /// it all that it has staged. Longer than a large transaction takes.
    pub wait_large_ms: u64,
    /// After so long without a decision anybody may abort a transaction, in ms. Longer than any
    /// request runs; correctness does not depend on it.
    pub lease_ms: i64,
    /// How it is known that a commit can no longer take effect.
    pub closing: Closing,
    /// Heads and key items that are changed in one atomic call: 100 at most. Transactions with more
    /// of them are committed by a decision record.
    pub max_direct_items: usize,
    /// How long the decision on a large transaction stays on record after it was carried out, in ms:
    /// longer than any request is delayed and any reader takes.
    pub retention_ms: i64,
}

/// Which commits may still be under way; see [`crate::Store::closed_until`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Closing {
    /// Nobody but this process commits: it knows its own, and nobody waits for what another one left.
    OneProcess,
    /// Others commit as well, and none of them is under way longer than this.
    Wait {
        /// Longest run of a function, and slack for clocks and for calls on their way.
        ms: i64,
    },
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            in_flight: 64,
            attempts: 6,
            staging_attempts: 12,
            max_inline_bytes: 100 * 1024,
            alarm_patience_ms: 1_000,
            backoff_ms: 10,
            wait_ms: 200,
            wait_large_ms: 5_000,
            lease_ms: 35_000,
            closing: Closing::Wait { ms: 35_000 },
            max_direct_items: 100,
            retention_ms: 24 * 60 * 60 * 1000,
        }
    }
}
