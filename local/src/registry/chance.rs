//! Chance that repeats itself: `SplitMix64`, <https://prng.di.unimi.it/splitmix64.c>.

/// A sequence of numbers that look random.
pub(super) struct Chance(u64);

impl From<u64> for Chance {
    fn from(seed: u64) -> Self {
        Self(seed)
    }
}

impl Chance {
    /// A number from 0 to below this one, which is not 0.
    pub(super) fn below(&mut self, end: u64) -> u64 {
        self.next() % end.max(1)
    }

    /// One of these words.
    pub(super) fn one_of(&mut self, words: &[&'static str]) -> &'static str {
        let end = u64::try_from(words.len()).unwrap_or(u64::MAX);
        let at = usize::try_from(self.below(end)).unwrap_or_default();
        words.get(at).copied().unwrap_or_default()
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }
}
