//! The part of time that `_lastUpdated` leaves open: what is read when time entries are searched.
//!
//! <http://hl7.org/fhir/R4/search.html#date>

use fhir::{instant::Span, query};
use store::Millis;

/// From the first instant to the last, both included; open where there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Window {
    /// The first instant.
    pub(crate) since: Option<Millis>,
    /// The last instant.
    pub(crate) until: Option<Millis>,
}

impl Window {
    /// What both leave open.
    pub(crate) fn and(self, other: Self) -> Self {
        let since = self.since.into_iter().chain(other.since).max();
        let until = self.until.into_iter().chain(other.until).min();
        Self { since, until }
    }
}

/// The window of a value such as `ge2026-01-01`. None when it leaves more open than one window can
/// say; what matches is decided on the resource in any case.
pub(crate) fn of(value: &str) -> Option<Window> {
    let alternatives = query::alternatives(value);
    let [one] = alternatives.as_slice() else {
        return None;
    };
    let prefix = one
        .get(..2)
        .filter(|prefix| prefix.bytes().all(|b| b.is_ascii_lowercase()));
    let text = one.get(prefix.map_or(0, str::len)..)?;
    let span = Span::parse(text).ok()?;
    let (start, end) = (Millis(span.start.millis()), Millis(span.end.millis() - 1));
    let (since, until) = match prefix.unwrap_or("eq") {
        "eq" => (Some(start), Some(end)),
        "gt" | "ge" | "sa" => (Some(start), None),
        "lt" | "le" | "eb" => (None, Some(end)),
        _ => return None,
    };
    Some(Window { since, until })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_opens_a_window() {
        let day = 24 * 60 * 60 * 1000;
        let window = |since: Option<i64>, until: Option<i64>| {
            Some(Window {
                since: since.map(Millis),
                until: until.map(Millis),
            })
        };
        for (value, expected) in [
            ("1970-01-02", window(Some(day), Some(2 * day - 1))),
            ("ge1970-01-02", window(Some(day), None)),
            ("gt1970-01-02", window(Some(day), None)),
            ("le1970-01-02", window(None, Some(2 * day - 1))),
            ("ne1970-01-02", None),
            ("ap1970-01-02", None),
            ("1970-01-02,1970-01-03", None),
            ("yesterday", None),
        ] {
            assert_eq!(of(value), expected, "{value}");
        }
    }

    #[test]
    fn two_windows_are_one() {
        let since = of("ge1970-01-02").unwrap();
        let until = of("lt1970-01-03").unwrap();
        let both = since.and(until);
        assert_eq!((both.since, both.until), (since.since, until.until));
        assert_eq!(
            since.and(of("ge1970-01-05").unwrap()),
            of("ge1970-01-05").unwrap()
        );
    }
}
