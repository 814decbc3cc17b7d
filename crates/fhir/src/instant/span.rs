//! What a date of any precision covers.
//!
//! <http://hl7.org/fhir/R4/search.html#date>: a date in a search parameter or an element stands for
//! every instant it could mean, `2026-04` for the whole of April.

use jiff::civil::{Date, Time};
use jiff::tz::{Offset, TimeZone};

use super::{Instant, InvalidDate};

const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;
const DAY: i64 = 24 * 60 * MINUTE;

/// The instants from `start` up to, but not including, `end`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Span {
    /// The first instant.
    pub start: Instant,
    /// The first instant that is no longer covered.
    pub end: Instant,
}

impl Span {
    /// Reads a FHIR `date`, `dateTime` or `instant`, or the forms that a search adds: a time
    /// without seconds or without a zone (then UTC).
    ///
    /// # Errors
    /// [`InvalidDate`] for anything else, also for dates that are not in the calendar.
    pub fn parse(text: &str) -> Result<Self, InvalidDate> {
        match text.split_once('T') {
            None => Self::parse_date(text),
            Some((date, time)) => Self::parse_date_time(date, time),
        }
    }

    fn parse_date(text: &str) -> Result<Self, InvalidDate> {
        let mut parts = text.split('-');
        let year = digits(parts.next().unwrap_or(""), 4)?;
        let month = parts.next().map(|part| digits(part, 2)).transpose()?;
        let day = parts.next().map(|part| digits(part, 2)).transpose()?;
        if parts.next().is_some() {
            return Err(InvalidDate);
        }
        let first = date(year, month.unwrap_or(1), day.unwrap_or(1))?;
        let next = match (month, day) {
            (_, Some(_)) => first.tomorrow(),
            (Some(_), None) => first.last_of_month().tomorrow(),
            (None, None) => first.last_of_year().tomorrow(),
        };
        // there is no day after 9999-12-31; the span then ends with the range of instants
        let end = next.map_or(Ok(Instant::from_millis(i64::MAX)), midnight)?;
        Ok(Self {
            start: midnight(first)?,
            end,
        })
    }

    fn parse_date_time(date_text: &str, text: &str) -> Result<Self, InvalidDate> {
        let mut parts = date_text.split('-').map(Some).chain([None]);
        let mut part = |width| digits(parts.next().flatten().unwrap_or(""), width);
        let date = date(part(4)?, part(2)?, part(2)?)?;
        if date_text.len() != "2026-04-16".len() {
            return Err(InvalidDate);
        }
        let (time, zone) = split_zone(text);
        let (time, precision) = parse_time(time)?;
        let zone = parse_zone(zone)?;
        let start = date
            .to_datetime(time)
            .to_zoned(TimeZone::fixed(zone))
            .map_err(|_| InvalidDate)?
            .timestamp()
            .as_millisecond();
        Ok(Self {
            start: instant(start),
            end: instant(start.saturating_add(precision)),
        })
    }
}

fn instant(ms: i64) -> Instant {
    Instant::from_millis(ms)
}

fn midnight(date: Date) -> Result<Instant, InvalidDate> {
    let days = date.duration_since(Date::constant(1970, 1, 1)).as_hours() / 24;
    days.checked_mul(DAY).map(instant).ok_or(InvalidDate)
}

fn date(year: i16, month: i16, day: i16) -> Result<Date, InvalidDate> {
    let narrow = |number: i16| i8::try_from(number).map_err(|_| InvalidDate);
    if year == 0 {
        return Err(InvalidDate);
    }
    Date::new(year, narrow(month)?, narrow(day)?).map_err(|_| InvalidDate)
}

/// `hh:mm`, `hh:mm:ss` or `hh:mm:ss.f…`, and how many milliseconds that covers.
fn parse_time(text: &str) -> Result<(Time, i64), InvalidDate> {
    let (whole, fraction) = text
        .split_once('.')
        .map_or((text, None), |(w, f)| (w, Some(f)));
    let mut parts = whole.split(':');
    let hour = digits(parts.next().unwrap_or(""), 2)?;
    let minute = digits(parts.next().unwrap_or(""), 2)?;
    let second = parts.next().map(|part| digits(part, 2)).transpose()?;
    if parts.next().is_some() || (fraction.is_some() && second.is_none()) {
        return Err(InvalidDate);
    }
    let millis = fraction.map(parse_fraction).transpose()?;
    // a leap second is read as the last second of its minute
    let time = clock_time(
        hour,
        minute,
        second.unwrap_or(0).min(59),
        millis.unwrap_or(0),
    )?;
    let precision = match (second, millis) {
        _ if second.is_some_and(|second| second > 60) => return Err(InvalidDate),
        (None, _) => MINUTE,
        (Some(_), None) => SECOND,
        (Some(_), Some(_)) => 1,
    };
    Ok((time, precision))
}

fn clock_time(hour: i16, minute: i16, second: i16, millis: i16) -> Result<Time, InvalidDate> {
    let narrow = |number: i16| i8::try_from(number).map_err(|_| InvalidDate);
    Time::new(
        narrow(hour)?,
        narrow(minute)?,
        narrow(second)?,
        i32::from(millis) * 1_000_000,
    )
    .map_err(|_| InvalidDate)
}

/// The first three digits of a fraction of a second, of which there may be any number.
fn parse_fraction(text: &str) -> Result<i16, InvalidDate> {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(InvalidDate);
    }
    let padded: String = text.chars().chain("00".chars()).take(3).collect();
    padded.parse().map_err(|_| InvalidDate)
}

/// Splits `11:26:48+02:00` into the time and the zone; without a zone, that is empty.
fn split_zone(text: &str) -> (&str, &str) {
    let zone = text.find(['Z', '+', '-']).unwrap_or(text.len());
    text.split_at(zone)
}

/// `Z`, `+hh:mm`, `-hh:mm`, or nothing for UTC; at most 14 hours, as FHIR has it.
fn parse_zone(text: &str) -> Result<Offset, InvalidDate> {
    let (sign, rest) = match text.split_at_checked(1) {
        None | Some(("Z", "")) => return Ok(Offset::UTC),
        Some(("+", rest)) => (1, rest),
        Some(("-", rest)) => (-1, rest),
        Some(_) => return Err(InvalidDate),
    };
    let (hours, minutes) = rest.split_once(':').ok_or(InvalidDate)?;
    let (hours, minutes) = (digits(hours, 2)?, digits(minutes, 2)?);
    if minutes > 59 || hours * 60 + minutes > 14 * 60 {
        return Err(InvalidDate);
    }
    let seconds = (i32::from(hours) * 60 + i32::from(minutes)) * 60;
    Offset::from_seconds(sign * seconds).map_err(|_| InvalidDate)
}

/// A number of exactly so many digits.
fn digits(text: &str, width: usize) -> Result<i16, InvalidDate> {
    if text.len() != width || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(InvalidDate);
    }
    text.parse().map_err(|_| InvalidDate)
}

#[cfg(test)]
mod tests {
    use super::{InvalidDate, Span};

    #[test]
    fn a_date_covers_what_it_leaves_open() {
        for (text, start, end) in [
            (
                "2026",
                "2026-01-01T00:00:00.000+00:00",
                "2027-01-01T00:00:00.000+00:00",
            ),
            (
                "2024-02",
                "2024-02-01T00:00:00.000+00:00",
                "2024-03-01T00:00:00.000+00:00",
            ),
            (
                "2024-02-29",
                "2024-02-29T00:00:00.000+00:00",
                "2024-03-01T00:00:00.000+00:00",
            ),
            (
                "1969-12-31",
                "1969-12-31T00:00:00.000+00:00",
                "1970-01-01T00:00:00.000+00:00",
            ),
            (
                "0001",
                "0001-01-01T00:00:00.000+00:00",
                "0002-01-01T00:00:00.000+00:00",
            ),
            (
                "9999-12",
                "9999-12-01T00:00:00.000+00:00",
                "9999-12-30T22:00:00.000+00:00",
            ),
            (
                "2026-04-16T11:26",
                "2026-04-16T11:26:00.000+00:00",
                "2026-04-16T11:27:00.000+00:00",
            ),
            (
                "2026-04-16T11:26:48-01:30",
                "2026-04-16T12:56:48.000+00:00",
                "2026-04-16T12:56:49.000+00:00",
            ),
            (
                "2026-04-16T11:26:48.3Z",
                "2026-04-16T11:26:48.300+00:00",
                "2026-04-16T11:26:48.301+00:00",
            ),
            (
                "2016-12-31T23:59:60Z",
                "2016-12-31T23:59:59.000+00:00",
                "2017-01-01T00:00:00.000+00:00",
            ),
        ] {
            let span = Span::parse(text).unwrap();
            assert_eq!(
                (span.start.to_string(), span.end.to_string()),
                (start.into(), end.into())
            );
        }
    }

    #[test]
    fn what_is_not_in_the_calendar_is_no_date() {
        for text in [
            "",
            "26",
            "0000",
            "2026-13",
            "2026-1",
            "2025-02-29",
            "2026-04-31",
            "2026-04-16-01",
            "2026-04T11:26:48Z",
            "2026-04-16T",
            "2026-04-16T24:00:00Z",
            "2026-04-16T11:60:00Z",
            "2026-04-16T11:26:61Z",
            "2026-04-16T11:26:48.Z",
            "2026-04-16T11:26.5Z",
            "2026-04-16T11:26:48+15:00",
            "2026-04-16T11:26:48+0200",
            "2026-04-16T11:26:48Z+02:00",
            "２０２６",
            "12/31/1969 23:00:00",
        ] {
            assert_eq!(Span::parse(text), Err(InvalidDate), "{text}");
        }
    }
}
