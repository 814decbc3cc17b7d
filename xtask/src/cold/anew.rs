//! The same event for every start, and yet a new one: a registered organization cannot be created twice.

/// The region of `events/transaction/01-two-organizations.json`, whose clinic's number contains it.
const REGION: &str = "2321000040";

/// The event with the so manieth region in place of its own.
pub(super) fn anew(event: &[u8], number: u32) -> Vec<u8> {
    let event = String::from_utf8_lossy(event);
    event.replace(REGION, &registered(number)).into_bytes()
}

/// An organization number, whose last digit checks the others: <https://en.wikipedia.org/wiki/Luhn_algorithm>
fn registered(number: u32) -> String {
    let digits = format!("2321{:05}", number % 100_000);
    let sum: u32 = digits
        .bytes()
        .zip([2, 1].into_iter().cycle())
        .map(|(digit, weight)| u32::from(digit - b'0') * weight)
        .map(|product| product / 10 + product % 10)
        .sum();
    format!("{digits}{}", (10 - sum % 10) % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_number_is_a_good_one() {
        assert_eq!(registered(4), REGION);
        assert_eq!(anew(b"a 2321000040-b", 16), b"a 2321000164-b");
    }
}
