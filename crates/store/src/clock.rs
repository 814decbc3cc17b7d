//! The ports for time and chance: the protocol reads neither by itself.
//!
//! Safety never depends on them. A wrong clock can abort a transaction too early or make a reader
//! wait too long, it cannot lose or tear a write; a repeated transaction id could, so ids must be
//! unique.

use std::fmt;

use futures::future::BoxFuture;

/// Milliseconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Millis(pub i64);

impl Millis {
    /// This many milliseconds later.
    pub fn plus(self, milliseconds: i64) -> Self {
        Self(self.0.saturating_add(milliseconds))
    }

    /// Milliseconds from `earlier` to this instant; negative when it is later.
    pub fn since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }
}

impl fmt::Display for Millis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ms", self.0)
    }
}

/// Time, as the host tells it.
pub trait Clock: Send + Sync {
    /// The current time.
    fn now(&self) -> Millis;

    /// Completes after so many milliseconds.
    fn sleep(&self, milliseconds: u64) -> BoxFuture<'static, ()>;
}

/// Identifiers and chance, as the host draws them.
pub trait Ids: Send + Sync {
    /// A new transaction id: a `UUIDv7` in 22 characters (see [`transaction_text`]). Never repeats.
    fn transaction_id(&self, now: Millis) -> String;

    /// A new document id: the text of a `UUIDv4`.
    fn uuid(&self) -> String;

    /// A number below `below` (0 when `below` is 0), to spread retries in time.
    fn jitter(&self, below: u64) -> u64;
}

/// Digits in the order of their bytes; none of them separates anything in a key.
const DIGITS: &[u8; 64] = b"-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz";

/// The number of a transaction as 22 characters, in the order of the numbers. Every head and every
/// entry has it, and a UUID as it is usually written takes 36.
pub fn transaction_text(number: u128) -> String {
    let digit = |place: u32| {
        let at = usize::try_from((number >> (6 * place)) & 63).unwrap_or_default();
        char::from(DIGITS.get(at).copied().unwrap_or_default())
    };
    (0..22).rev().map(digit).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn transaction_texts_are_in_the_order_of_their_numbers_and_have_22_characters() {
        let numbers = [0, 1, 63, 64, 1 << 64, u128::MAX - 1, u128::MAX];
        let texts = numbers.map(transaction_text);
        assert!(texts.is_sorted_by(|a, b| a < b), "{texts:?}");
        assert!(texts.iter().all(|text| text.len() == 22));
        assert_eq!(transaction_text(64), "--------------------0-");
    }
}
