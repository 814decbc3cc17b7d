//! What a host refuses on its own, before or instead of doing it: it has the connection, and the
//! clock that runs while it waits.

use fhir::outcome::IssueType;

use super::{Failure, Kind};

impl Failure {
    /// 408: the body did not arrive in so many seconds.
    pub fn slow_body(seconds: u64) -> Self {
        let text = format!("the body did not arrive within {seconds} seconds");
        Self::new(Kind::TooSlow, IssueType::Timeout, text)
    }

    /// 503: as many requests are under way as there may be.
    pub fn overloaded(limit: usize) -> Self {
        let text = format!("{limit} requests are under way, which is the limit; try again");
        Self::new(Kind::Unavailable, IssueType::Throttled, text)
    }

    /// 503 for a request that could not have written; 500 for one that may have: nobody waits for it
    /// any longer.
    pub fn overdue(seconds: u64, may_have_written: bool) -> Self {
        if may_have_written {
            let text = format!(
                "not done within {seconds} seconds; whether the write took effect is not known. \
                 Read the resources before trying again"
            );
            return Self::new(Kind::Unknown, IssueType::Timeout, text);
        }
        let text = format!("not done within {seconds} seconds; ask for less, or try again");
        Self::new(Kind::Unavailable, IssueType::Timeout, text)
    }
}
