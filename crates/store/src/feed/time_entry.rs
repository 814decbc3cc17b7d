//! A time entry as it is read: the claim that a transaction wrote a version at an instant.

use std::fmt;
use std::str::FromStr;

use crate::clock::Millis;
use crate::document::DocumentKey;
use crate::entry::put_time_entry;
use crate::error::StoreError;
use crate::state::State;
use crate::table::{Key, Sort};

/// Digits of an instant in a sort key: enough until the year 2286.
const DIGITS: usize = 13;

/// A place in the order of all versions of all kinds. Its text is a cursor for clients: made of
/// characters that a URL takes as they are, and good as long as the entries are.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct FeedPosition {
    pub(crate) last_updated: Millis,
    pub(crate) kind: String,
    /// The sort key of the entry: `<lu>#<id>#<version>#<tx>`.
    pub(crate) sort: String,
}

/// See the module head.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TimeEntry {
    pub(crate) at: FeedPosition,
    pub(crate) id: String,
    pub(crate) version: u64,
    pub(crate) transaction: String,
}

/// The text is no position in a feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a position in a feed")]
pub struct NotAPosition;

impl FeedPosition {
    /// The place of the version that a head shows.
    pub(crate) fn of(document: &DocumentKey, state: &State) -> Self {
        let sort = match put_time_entry(document, state).key.sk {
            Sort::Text(sort) => sort,
            Sort::None | Sort::Number(_) => String::new(),
        };
        Self {
            last_updated: state.last_updated,
            kind: document.kind.clone(),
            sort,
        }
    }
}

impl fmt::Display for FeedPosition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}~{}", self.kind, self.sort.replace('#', "~"))
    }
}

impl FromStr for FeedPosition {
    type Err = NotAPosition;

    fn from_str(text: &str) -> Result<Self, NotAPosition> {
        let (kind, sort) = text.split_once('~').ok_or(NotAPosition)?;
        let entry = TimeEntry::parse(kind, &sort.replace('~', "#")).ok_or(NotAPosition)?;
        Ok(entry.at)
    }
}

impl TimeEntry {
    pub(crate) fn decode(kind: &str, key: &Key) -> Result<Self, StoreError> {
        let entry = match &key.sk {
            Sort::Text(sort) => Self::parse(kind, sort),
            _ => None,
        };
        entry.ok_or_else(|| StoreError::Corrupt(format!("time entry {:?}", key.sk)))
    }

    fn parse(kind: &str, sort: &str) -> Option<Self> {
        let mut parts = sort.split('#');
        let last_updated = parts
            .next()
            .filter(|digits| digits.len() == DIGITS)?
            .parse()
            .ok()?;
        let (id, version, transaction) = (parts.next()?, parts.next()?, parts.next()?);
        if kind.is_empty() || id.is_empty() || parts.next().is_some() {
            return None;
        }
        Some(Self {
            at: FeedPosition {
                last_updated: Millis(last_updated),
                kind: kind.to_owned(),
                sort: sort.to_owned(),
            },
            id: id.to_owned(),
            version: version.parse().ok()?,
            transaction: transaction.to_owned(),
        })
    }
}

/// Before every sort key of that instant, and after every one of the instants before.
pub(crate) fn lowest_sort(at: Millis) -> Sort {
    let at = at.0.max(0);
    Sort::Text(format!("{at:0DIGITS$}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_survives_its_text() {
        let entry = TimeEntry::parse("Organization", "1767225600000#a.b-c#12#t-1").unwrap();
        assert_eq!((entry.id.as_str(), entry.version), ("a.b-c", 12));
        let text = entry.at.to_string();
        assert_eq!(text, "Organization~1767225600000~a.b-c~12~t-1");
        assert_eq!(text.parse(), Ok(entry.at));
    }

    #[test]
    fn a_text_that_is_no_position_is_refused() {
        for text in [
            "",
            "Organization",
            "Organization~1~a~1~t",
            "A~1767225600000~a~x~t",
        ] {
            assert_eq!(text.parse::<FeedPosition>(), Err(NotAPosition), "{text}");
        }
    }
}
