//! How a request asks, beside what it asks for: the headers that matter to single interactions.

/// How a request asks. One that is an entry of a bundle asks in no manner of its own.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a header of its own, and all combinations are possible"
)]
pub(crate) struct Manner {
    /// `Prefer: respond-async`.
    pub(crate) is_async: bool,
    /// `Prefer: handling=lenient`.
    pub(crate) is_lenient: bool,
    /// `HEAD`.
    pub(crate) is_head: bool,
    /// `_format`, or else `Accept`.
    pub(crate) accept: Option<String>,
    /// Whether `Accept-Encoding` takes gzip.
    pub(crate) takes_gzip: bool,
    /// `Range`.
    pub(crate) range: Option<String>,
    /// Path below the base, and query: `/$export?_type=Organization`.
    pub(crate) path: String,
}

impl Manner {
    /// What `Prefer` says: tokens and pairs, in any number of lists.
    pub(crate) fn prefer(mut self, preferences: &str) -> Self {
        for one in preferences.split([',', ';']) {
            match one.split_once('=') {
                None if one.trim().eq_ignore_ascii_case("respond-async") => self.is_async = true,
                Some((name, value)) if name.trim().eq_ignore_ascii_case("handling") => {
                    let value = value.trim().trim_matches('"');
                    self.is_lenient = value.eq_ignore_ascii_case("lenient");
                }
                _ => {}
            }
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn preferences_are_read_from_a_list() {
        for (text, is_async, is_lenient) in [
            ("respond-async", true, false),
            ("return=minimal, respond-async", true, false),
            ("Respond-Async; handling=lenient", true, true),
            ("handling=strict", false, false),
            ("respond-async=no", false, false),
            ("", false, false),
        ] {
            let manner = Manner::default().prefer(text);
            assert_eq!(
                (manner.is_async, manner.is_lenient),
                (is_async, is_lenient),
                "{text}"
            );
        }
    }
}
