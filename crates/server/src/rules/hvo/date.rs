//! Dates as the registry's clients send them (H13).
//!
//! | sent | stored |
//! | --- | --- |
//! | `1970-01-01`, `1970-01`, `1970` | as it is |
//! | `1970-01-01T00:00:00+01:00` | the date in Sweden, with a warning |
//! | `12/31/1969 23:00:00` | read as UTC: the date in Sweden, with a warning |
//! | anything else | refused |

use fhir::instant::Instant;

const HOUR_MS: i64 = 60 * 60 * 1000;
const DAY_MS: i64 = 24 * HOUR_MS;

/// A date of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Sent {
    /// A date, and nothing else.
    Date,
    /// A point in time: the date that it has in Sweden.
    Time(String),
    /// None.
    Wrong,
}

/// Reads a date.
pub(super) fn read(text: &str) -> Sent {
    if is_date(text) {
        return Sent::Date;
    }
    let instant = if text.contains('/') {
        american(text)
    } else if text.contains('T') {
        text.parse().ok()
    } else {
        None
    };
    instant.map_or(Sent::Wrong, |instant: Instant| {
        Sent::Time(in_sweden(instant))
    })
}

fn is_date(text: &str) -> bool {
    let padded = match text.len() {
        4 => format!("{text}-01-01"),
        7 => format!("{text}-01"),
        10 => text.to_owned(),
        _ => return false,
    };
    at_midnight(&padded).is_some()
}

fn at_midnight(date: &str) -> Option<Instant> {
    format!("{date}T00:00:00Z").parse().ok()
}

/// `MM/DD/YYYY HH:MM:SS`, in UTC.
fn american(text: &str) -> Option<Instant> {
    let (date, time) = text.split_once(' ')?;
    let parts: Vec<&str> = date.split('/').collect();
    let [month, day, year] = parts.as_slice() else {
        return None;
    };
    format!("{year}-{month}-{day}T{time}Z").parse().ok()
}

/// The date that it is in Sweden: an hour after UTC, two hours in summer since there is summer time.
pub(super) fn in_sweden(instant: Instant) -> String {
    let hours = if is_summer(instant) { 2 } else { 1 };
    let there = Instant::from_millis(instant.millis() + hours * HOUR_MS);
    there.to_string().chars().take(10).collect()
}

/// Summer time: from the last Sunday of March to that of October, until 1995 to that of September, at
/// one o'clock UTC.
fn is_summer(instant: Instant) -> bool {
    let text = instant.to_string();
    let Some(year) = text.get(..4).and_then(|year| year.parse::<i32>().ok()) else {
        return false;
    };
    if year < 1980 {
        return false;
    }
    let (end, last) = if year < 1996 { ("09", 30) } else { ("10", 31) };
    let begins = last_sunday(&format!("{year}-03"), 31);
    let ends = last_sunday(&format!("{year}-{end}"), last);
    begins.zip(ends).is_some_and(|(begins, ends)| {
        let from = begins.millis() + HOUR_MS;
        let to = ends.millis() + HOUR_MS;
        (from..to).contains(&instant.millis())
    })
}

/// The last Sunday of a month that has so many days.
fn last_sunday(month: &str, days: u8) -> Option<Instant> {
    let last = at_midnight(&format!("{month}-{days}"))?;
    // 1970-01-01 was a Thursday: the fourth day after a Sunday
    let weekday = (last.millis().div_euclid(DAY_MS) + 4).rem_euclid(7);
    Some(Instant::from_millis(last.millis() - weekday * DAY_MS))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn h13_a_time_becomes_the_date_in_sweden() {
        let time = |date: &str| Sent::Time(date.to_owned());
        for (text, expected) in [
            ("1970-01-01", Sent::Date),
            ("1970-01", Sent::Date),
            ("1970", Sent::Date),
            ("12/31/1969 23:00:00", time("1970-01-01")),
            ("12/31/1969 22:59:59", time("1969-12-31")),
            ("06/30/2024 22:00:00", time("2024-07-01")),
            ("06/30/2024 21:59:59", time("2024-06-30")),
            ("2024-01-01T00:00:00+01:00", time("2024-01-01")),
            ("2024-10-27T22:59:59Z", time("2024-10-27")),
            ("2024-10-27T23:00:00Z", time("2024-10-28")),
            ("13/31/1969 23:00:00", Sent::Wrong),
            ("1969-02-30", Sent::Wrong),
            ("yesterday", Sent::Wrong),
            ("", Sent::Wrong),
        ] {
            assert_eq!(read(text), expected, "{text}");
        }
    }
}
