//! Decimal numbers, exactly: what `5.40` covers depends on its digits.
//!
//! <http://hl7.org/fhir/R4/search.html#number>

use std::cmp::Ordering;

/// `mantissa * 10 ^ exponent`
#[derive(Debug, Clone, Copy)]
pub(in crate::search) struct Decimal {
    mantissa: i128,
    exponent: i32,
}

/// More digits and larger exponents do not occur; they are no number here.
const MAX_DIGITS: usize = 30;
const MAX_EXPONENT: i32 = 1_000;

impl Decimal {
    /// Reads `-1.50`, `1e3`.
    pub(in crate::search) fn parse(text: &str) -> Option<Self> {
        let (number, power) = match text.split_once(['e', 'E']) {
            Some((number, power)) => (number, power.parse::<i32>().ok()?),
            None => (text, 0),
        };
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        let digits = format!("{whole}{fraction}");
        let bare = digits.strip_prefix(['-', '+']).unwrap_or(&digits);
        let is_number = !bare.is_empty() && bare.bytes().all(|byte| byte.is_ascii_digit());
        if !is_number || bare.len() > MAX_DIGITS || power.abs() > MAX_EXPONENT {
            return None;
        }
        let places = i32::try_from(fraction.len()).ok()?;
        Some(Self {
            mantissa: digits.parse().ok()?,
            exponent: power - places,
        })
    }

    /// What the digits cover: half a unit of the last one to either side.
    pub(in crate::search) fn rounding(self) -> (Self, Self) {
        let around = |half: i128| Self {
            mantissa: self.mantissa * 10 + half,
            exponent: self.exponent - 1,
        };
        (around(-5), around(5))
    }

    /// Ten per cent to either side.
    pub(in crate::search) fn vicinity(self) -> (Self, Self) {
        let tenth = self.mantissa.abs();
        let around = |tenth: i128| Self {
            mantissa: self.mantissa * 10 + tenth,
            exponent: self.exponent - 1,
        };
        (around(-tenth), around(tenth))
    }

    /// The mantissa for a smaller exponent; `None` when it gets too large.
    fn scaled(self, exponent: i32) -> Option<i128> {
        let places = u32::try_from(self.exponent - exponent).ok()?;
        self.mantissa.checked_mul(10_i128.checked_pow(places)?)
    }
}

impl std::fmt::Display for Decimal {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{}e{}", self.mantissa, self.exponent)
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        let sign = self.mantissa.signum().cmp(&other.mantissa.signum());
        if sign != Ordering::Equal || self.mantissa == 0 {
            return sign;
        }
        let exponent = self.exponent.min(other.exponent);
        match (self.scaled(exponent), other.scaled(exponent)) {
            (Some(one), Some(other)) => one.cmp(&other),
            // only the one with the larger exponent can get too large
            (None, _) => Ordering::Greater.reversed_if(self.mantissa < 0),
            (_, None) => Ordering::Less.reversed_if(self.mantissa < 0),
        }
    }
}

trait Reversed {
    fn reversed_if(self, condition: bool) -> Self;
}

impl Reversed for Ordering {
    fn reversed_if(self, condition: bool) -> Self {
        if condition { self.reverse() } else { self }
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Decimal {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Decimal {}

#[cfg(test)]
mod tests {
    use super::Decimal;

    fn decimal(text: &str) -> Decimal {
        Decimal::parse(text).unwrap_or_else(|| panic!("{text}"))
    }

    #[test]
    fn numbers_are_ordered_by_value() {
        let ascending = [
            "-1e40", "-10", "-1.5", "-0.1", "0", "1e-30", "0.15", "1.5", "100", "1e3", "1e40",
        ];
        for (position, text) in ascending.iter().enumerate() {
            for (other, text_of_other) in ascending.iter().enumerate() {
                let expected = position.cmp(&other);
                assert_eq!(
                    decimal(text).cmp(&decimal(text_of_other)),
                    expected,
                    "{text} {text_of_other}"
                );
            }
        }
        assert_eq!(decimal("1.50"), decimal("15E-1"));
        assert_eq!(decimal("0"), decimal("0.00"));
    }

    #[test]
    fn digits_say_what_a_number_covers() {
        for (text, low, high) in [
            ("100", "99.5", "100.5"),
            ("100.00", "99.995", "100.005"),
            ("1e2", "50", "150"),
            ("-0.1", "-0.15", "-0.05"),
        ] {
            assert_eq!(
                decimal(text).rounding(),
                (decimal(low), decimal(high)),
                "{text}"
            );
        }
        assert_eq!(
            decimal("-100").vicinity(),
            (decimal("-110"), decimal("-90"))
        );
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for text in ["", "-", "1,5", "a", "1e", "0x1", "1e9999", &"1".repeat(31)] {
            assert!(Decimal::parse(text).is_none(), "{text}");
        }
    }
}
