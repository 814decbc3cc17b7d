//! Chance from a seed, and made-up values of the kinds that resources hold.

/// See the module head.
pub(crate) struct Chance(u64);

impl Chance {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 16
    }

    pub(super) fn below(&mut self, below: usize) -> usize {
        usize::try_from(self.next() % below.max(1) as u64).unwrap_or_default()
    }

    /// One of these.
    #[expect(clippy::indexing_slicing, reason = "a number below the length")]
    pub(super) fn pick<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())]
    }

    /// True so many times in a hundred.
    pub(super) fn percent(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    pub(super) fn digits(&mut self, count: usize) -> String {
        (0..count)
            .map(|_| char::from(b'0' + u8::try_from(self.below(10)).unwrap_or_default()))
            .collect()
    }

    pub(super) fn uuid(&mut self) -> String {
        let (a, b, c) = (self.next(), self.next(), self.next());
        format!(
            "{:08x}-{:04x}-4{:03x}-8{:03x}-{:012x}",
            a & 0xffff_ffff,
            b & 0xffff,
            b >> 20 & 0xfff,
            b >> 32 & 0xfff,
            c & 0xffff_ffff_ffff
        )
    }

    pub(super) fn date(&mut self) -> String {
        let (year, month, day) = (
            1930 + self.below(97),
            1 + self.below(12),
            1 + self.below(28),
        );
        format!("{year}-{month:02}-{day:02}")
    }

    pub(super) fn instant(&mut self) -> String {
        let (month, day) = (1 + self.below(12), 1 + self.below(28));
        let (year, hour) = (2015 + self.below(12), self.below(24));
        let (minute, second) = (self.below(60), self.below(60));
        let zone = self.pick(&["Z", "+01:00", "+02:00"]);
        format!("{year}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{zone}")
    }

    /// A made-up word, like a name.
    pub(super) fn word(&mut self) -> String {
        const STARTS: [&str; 16] = [
            "Ha", "Lin", "Sö", "Ber", "No", "Kar", "Æb", "Vi", "Øs", "Tor", "Ma", "El", "Gri",
            "Jo", "An", "Fre",
        ];
        const MIDDLES: [&str; 12] = [
            "le", "dem", "ri", "sta", "vi", "la", "ke", "ni", "der", "mo", "li", "",
        ];
        const ENDS: [&str; 14] = [
            "sen", "borg", "by", "na", "stad", "rup", "a", "lund", "ing", "holm", "s", "köping",
            "e", "ström",
        ];
        format!(
            "{}{}{}",
            self.pick(&STARTS),
            self.pick(&MIDDLES),
            self.pick(&ENDS)
        )
    }
}
