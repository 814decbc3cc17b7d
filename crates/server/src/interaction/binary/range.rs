//! `Range: bytes=…`: one part of a file.
//!
//! <https://www.rfc-editor.org/rfc/rfc9110#section-14.2>: a range that cannot be read, and several
//! at once, are left out of account.

/// A part of a file, or all of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) start: u64,
    /// Behind the last byte.
    pub(super) end: u64,
    total: u64,
    is_whole: bool,
}

/// There is nothing in the range.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct OutOfRange;

impl Part {
    /// The part that a header asks for, of so many bytes.
    pub(super) fn of(range: Option<&str>, total: u64) -> Result<Self, OutOfRange> {
        let whole = Self {
            start: 0,
            end: total,
            total,
            is_whole: true,
        };
        let Some((first, last)) = range.and_then(ends) else {
            return Ok(whole);
        };
        let (start, end) = match (first, last) {
            (Some(first), Some(last)) if first > last => return Ok(whole),
            (Some(first), last) => (first, last.map_or(total, |last| last.saturating_add(1))),
            (None, Some(suffix)) => (total.saturating_sub(suffix), total),
            (None, None) => return Ok(whole),
        };
        let end = end.min(total);
        if start >= end {
            return Err(OutOfRange);
        }
        Ok(Self {
            start,
            end,
            is_whole: false,
            ..whole
        })
    }

    pub(super) fn len(&self) -> u64 {
        self.end - self.start
    }

    /// `Content-Range` of a part.
    pub(super) fn content_range(&self) -> Option<String> {
        let last = self.end.saturating_sub(1);
        (!self.is_whole).then(|| format!("bytes {}-{last}/{}", self.start, self.total))
    }
}

/// The two ends of `bytes=2-5`, `bytes=2-`, `bytes=-5`.
fn ends(range: &str) -> Option<(Option<u64>, Option<u64>)> {
    let (first, last) = range.trim().strip_prefix("bytes=")?.split_once('-')?;
    let number = |text: &str| match text.trim() {
        "" => Some(None),
        digits => digits.parse().ok().map(Some),
    };
    Some((number(first)?, number(last)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_a_part_of_the_file() {
        for (range, expected) in [
            ("bytes=0-0", Ok((0, 1))),
            ("bytes=2-5", Ok((2, 6))),
            ("bytes=2-", Ok((2, 10))),
            ("bytes=-3", Ok((7, 10))),
            ("bytes=-30", Ok((0, 10))),
            ("bytes=8-99", Ok((8, 10))),
            ("bytes=10-", Err(OutOfRange)),
            ("bytes=-0", Err(OutOfRange)),
        ] {
            let part = Part::of(Some(range), 10).map(|part| (part.start, part.end));
            assert_eq!(part, expected, "{range}");
        }
    }

    #[test]
    fn what_is_no_range_is_left_out_of_account() {
        for range in [
            "",
            "bytes",
            "bytes=",
            "bytes=-",
            "bytes=5-2",
            "lines=1-2",
            "bytes=0-1,3-4",
        ] {
            let part = Part::of(Some(range), 10).unwrap();
            assert!(part.is_whole, "{range}");
        }
        assert_eq!(Part::of(None, 0).unwrap().len(), 0);
    }

    #[test]
    fn a_part_says_where_it_is() {
        let part = Part::of(Some("bytes=2-5"), 10).unwrap();
        assert_eq!(part.content_range().unwrap(), "bytes 2-5/10");
    }
}
