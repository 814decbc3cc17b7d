//! Points in time, and the spans that partial dates stand for.
//!
//! <http://hl7.org/fhir/R4/datatypes.html#instant>, <http://hl7.org/fhir/R4/datatypes.html#dateTime>
//!
//! | text | is |
//! |---|---|
//! | `2026-04-16T11:26:48.316+00:00` | what this server writes |
//! | `2026-04-16T13:26:48+02:00`, `…Z` | an [`Instant`] |
//! | `2026`, `2026-04`, `2026-04-16` | a [`Span`]: a year, a month, a day |
//! | `Thu, 16 Apr 2026 11:26:48 GMT` | an HTTP date: whole seconds |
//!
//! The resolution is a millisecond; further digits are cut off. A time without a zone is taken as
//! UTC. This module never reads a clock.

mod span;

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use jiff::fmt::rfc2822::{DateTimeParser, DateTimePrinter};
use jiff::tz::TimeZone;

pub use span::Span;

/// 0001-01-01T00:00:00Z, the first instant that FHIR can write.
const FIRST: i64 = -62_135_596_800_000;
/// 9999-12-30T22:00:00Z: the end of the calendar, less the 26 hours that the date library reserves
/// for time zones.
const LAST: i64 = 253_402_207_200_000;

/// A point in time, in milliseconds since 1970-01-01T00:00:00Z; always within the years 1 to 9999.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(i64);

/// The text is no instant, date or HTTP date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InvalidDate;

impl fmt::Display for InvalidDate {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("not a date: expected YYYY, YYYY-MM, YYYY-MM-DD or YYYY-MM-DDThh:mm:ss+zz:zz")
    }
}

impl std::error::Error for InvalidDate {}

impl Instant {
    /// The instant so many milliseconds after 1970; beyond the years 1 to 9999, the nearest.
    pub fn from_millis(ms: i64) -> Self {
        Self(ms.clamp(FIRST, LAST))
    }

    /// Milliseconds since 1970-01-01T00:00:00Z.
    pub fn millis(self) -> i64 {
        self.0
    }

    /// The instant as HTTP headers take it, e.g. `Thu, 16 Apr 2026 11:26:48 GMT`; the
    /// milliseconds are cut off.
    pub fn http_date(self) -> String {
        let timestamp = self.timestamp();
        DateTimePrinter::new()
            .timestamp_to_rfc9110_string(&timestamp)
            .unwrap_or_else(|_| self.to_string())
    }

    /// Reads an HTTP date, e.g. `Thu, 16 Apr 2026 11:26:48 GMT`.
    ///
    /// # Errors
    /// [`InvalidDate`] when it is none. The two obsolete formats of RFC 850 and asctime are not
    /// read.
    pub fn from_http_date(text: &str) -> Result<Self, InvalidDate> {
        let timestamp = DateTimeParser::new()
            .parse_timestamp(text.trim())
            .map_err(|_| InvalidDate)?;
        Ok(Self::from_millis(timestamp.as_millisecond()))
    }

    fn timestamp(self) -> Timestamp {
        // `Instant` is always within jiff's range
        Timestamp::from_millisecond(self.0).unwrap_or_default()
    }
}

impl fmt::Display for Instant {
    /// Milliseconds and a numeric offset, always UTC: `2026-04-16T11:26:48.316+00:00`.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let utc = TimeZone::UTC.to_datetime(self.timestamp());
        write!(
            out,
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}+00:00",
            utc.year(),
            utc.month(),
            utc.day(),
            utc.hour(),
            utc.minute(),
            utc.second(),
            utc.millisecond()
        )
    }
}

impl FromStr for Instant {
    type Err = InvalidDate;

    /// Reads a FHIR `instant`: date, time to the second and zone are all there.
    fn from_str(text: &str) -> Result<Self, InvalidDate> {
        let zoned = text.ends_with('Z') || text.get(19..).is_some_and(|t| t.contains(['+', '-']));
        let to_the_second = text.get(16..17) == Some(":");
        if !(zoned && to_the_second) {
            return Err(InvalidDate);
        }
        Span::parse(text).map(|span| span.start)
    }
}

#[cfg(test)]
mod tests {
    use super::{FIRST, Instant, InvalidDate, LAST};

    #[test]
    fn an_instant_is_written_with_milliseconds_and_offset() {
        for (ms, expected) in [
            (1_776_338_808_316, "2026-04-16T11:26:48.316+00:00"),
            (0, "1970-01-01T00:00:00.000+00:00"),
            (-1, "1969-12-31T23:59:59.999+00:00"),
            (i64::MIN, "0001-01-01T00:00:00.000+00:00"),
            (i64::MAX, "9999-12-30T22:00:00.000+00:00"),
        ] {
            assert_eq!(Instant::from_millis(ms).to_string(), expected);
        }
    }

    #[test]
    fn the_ends_of_the_range_are_read_back() {
        for ms in [FIRST, LAST] {
            let instant = Instant::from_millis(ms);
            assert_eq!(instant.to_string().parse(), Ok(instant));
        }
    }

    #[test]
    fn an_instant_is_read_with_any_zone_and_fraction() {
        for (text, expected) in [
            ("2026-04-16T11:26:48.316+00:00", Ok(1_776_338_808_316)),
            ("2026-04-16T13:26:48.316+02:00", Ok(1_776_338_808_316)),
            ("2026-04-16T11:26:48.3169999Z", Ok(1_776_338_808_316)),
            ("2026-04-16T11:26:48Z", Ok(1_776_338_808_000)),
            ("2015-08-31T08:14:33+10:00", Ok(1_440_972_873_000)),
            ("2026-04-16T11:26:48", Err(InvalidDate)),
            ("2026-04-16T11:26Z", Err(InvalidDate)),
            ("2026-04-16", Err(InvalidDate)),
            ("12/31/1969 23:00:00", Err(InvalidDate)),
            ("", Err(InvalidDate)),
        ] {
            assert_eq!(text.parse().map(Instant::millis), expected, "{text}");
        }
    }

    #[test]
    fn an_http_date_has_whole_seconds() {
        let instant = Instant::from_millis(1_776_338_808_316);
        assert_eq!(instant.http_date(), "Thu, 16 Apr 2026 11:26:48 GMT");
        let read = Instant::from_http_date("Thu, 16 Apr 2026 11:26:48 GMT");
        assert_eq!(read.map(Instant::millis), Ok(1_776_338_808_000));
        assert_eq!(Instant::from_http_date("yesterday"), Err(InvalidDate));
    }
}
