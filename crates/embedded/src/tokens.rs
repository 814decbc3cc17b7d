//! The client request tokens of the last ten minutes, so that a transaction sent twice is applied
//! once: <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html>.
//!
//! dynoxide keeps such tokens too, but visits each of them on every call (100,000 after ten minutes
//! at 166 transactions a second: milliseconds a call) and hashes every request through a sorted JSON
//! tree. Here a token costs the same however many there are, and the request is known by a
//! fingerprint that does not depend on the order of a map's entries, which the SDK chooses anew for
//! each request: the multiset of the body's bytes.
//!
//! In memory only, as in dynoxide: after a restart a token is new again.

use std::collections::{HashMap, VecDeque};
use std::time::{Duration, Instant};

/// How long DynamoDB remembers a token.
const REMEMBERED: Duration = Duration::from_mins(10);

/// What a token says about the transaction that comes with it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Seen {
    /// Nothing: it is new.
    Never,
    /// The same transaction was applied with it.
    Applied,
    /// Another transaction was applied with it.
    Otherwise,
}

/// The tokens of applied transactions.
#[derive(Debug, Default)]
pub(crate) struct Tokens {
    applied: HashMap<String, u64>,
    by_age: VecDeque<(Instant, String)>,
}

impl Tokens {
    pub(crate) fn look_up(&mut self, token: &str, fingerprint: u64, now: Instant) -> Seen {
        self.forget_old(now);
        match self.applied.get(token) {
            None => Seen::Never,
            Some(known) if *known == fingerprint => Seen::Applied,
            Some(_) => Seen::Otherwise,
        }
    }

    pub(crate) fn remember(&mut self, token: String, fingerprint: u64, now: Instant) {
        self.applied.insert(token.clone(), fingerprint);
        self.by_age.push_back((now, token));
    }

    fn forget_old(&mut self, now: Instant) {
        while let Some((applied_at, _)) = self.by_age.front()
            && now.duration_since(*applied_at) >= REMEMBERED
            && let Some((_, token)) = self.by_age.pop_front()
        {
            self.applied.remove(&token);
        }
    }
}

/// The same for two bodies that hold the same bytes in any order.
pub(crate) fn fingerprint(body: &[u8]) -> u64 {
    body.iter().fold(body.len() as u64, |sum, byte| {
        // SplitMix64's finalizer: spreads a byte over 64 bits, so that a sum tells multisets apart.
        let mut mixed = u64::from(*byte)
            .wrapping_add(1)
            .wrapping_mul(0x9e37_79b9_7f4a_7c15);
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        sum.wrapping_add(mixed ^ (mixed >> 27))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_known_for_ten_minutes() {
        let mut tokens = Tokens::default();
        let start = Instant::now();
        assert_eq!(tokens.look_up("t", 1, start), Seen::Never);
        tokens.remember("t".to_owned(), 1, start);
        assert_eq!(tokens.look_up("t", 1, start), Seen::Applied);
        assert_eq!(tokens.look_up("t", 2, start), Seen::Otherwise);
        assert_eq!(tokens.look_up("t", 2, start + REMEMBERED), Seen::Never);
        assert!(tokens.applied.is_empty() && tokens.by_age.is_empty());
    }

    #[test]
    fn the_fingerprint_ignores_order_and_nothing_else() {
        assert_eq!(
            fingerprint(br#"{"a":1,"b":2}"#),
            fingerprint(br#"{"b":2,"a":1}"#)
        );
        assert_ne!(
            fingerprint(br#"{"a":1,"b":2}"#),
            fingerprint(br#"{"a":1,"b":3}"#)
        );
    }
}
