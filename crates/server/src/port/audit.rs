//! The port to the log that requests are recorded in.

/// A log of lines, each a JSON object. A line that cannot be written is the host's to complain about:
/// the request has been answered by then.
pub trait AuditLog: Send + Sync {
    /// Adds a line, without its end.
    fn record(&self, line: &str);
}
