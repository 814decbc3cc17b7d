//! A table embedded as text (`definitions/README.md`): sections, sorted by the word that each begins with.
//!
//! Where they begin is worked out when the program is compiled, and what a section says is read when it is first asked
//! for. So a process that needs three sections looks at three, and at the few that a search for a name passes by.
#![expect(
    clippy::indexing_slicing,
    reason = "positions are those of the table's own sections"
)]

use std::ops::Range;
use std::sync::OnceLock;

/// The sections, `N` of them: [`count`].
pub(crate) struct Sections<T: 'static, const N: usize> {
    text: &'static str,
    /// Where each begins.
    starts: [usize; N],
    /// The word that it begins with.
    names: [&'static str; N],
    read: [OnceLock<T>; N],
}

/// How many sections there are.
pub(crate) const fn count(text: &str) -> usize {
    let (mut count, mut at) = (0, 0);
    while at < text.len() {
        if begins_section(text.as_bytes(), at) {
            count += 1;
        }
        at += 1;
    }
    count
}

impl<T, const N: usize> Sections<T, N> {
    /// Nothing of it read yet.
    pub(crate) const fn of(text: &'static str) -> Self {
        let (mut starts, mut names) = ([0; N], [""; N]);
        let (mut count, mut at) = (0, 0);
        while at < text.len() {
            if begins_section(text.as_bytes(), at) {
                starts[count] = at;
                names[count] = word(text, at);
                count += 1;
            }
            at += 1;
        }
        Self {
            text,
            starts,
            names,
            read: [const { OnceLock::new() }; N],
        }
    }

    /// The positions of all sections.
    pub(crate) fn positions(&self) -> Range<usize> {
        0..self.starts.len()
    }

    /// The position of the section that begins with this word.
    pub(crate) fn find(&self, name: &str) -> Option<usize> {
        self.names.binary_search(&name).ok()
    }

    /// The word that it begins with.
    pub(crate) fn name(&self, position: usize) -> &'static str {
        self.names[position]
    }

    /// What the section says, read by `read`, which sees all of its lines.
    pub(crate) fn get(&self, position: usize, read: impl FnOnce(&'static str) -> T) -> &T {
        self.read[position].get_or_init(|| read(self.text(position)))
    }

    fn text(&self, position: usize) -> &'static str {
        let end = self.starts.get(position + 1).copied();
        &self.text[self.starts[position]..end.unwrap_or(self.text.len())]
    }
}

/// A line that is neither indented nor a comment.
const fn begins_section(text: &[u8], at: usize) -> bool {
    let begins_line = at == 0 || text[at - 1] == b'\n';
    begins_line && !matches!(text[at], b' ' | b'#' | b'\n')
}

const fn word(text: &str, start: usize) -> &str {
    let mut end = start;
    while end < text.len() && !matches!(text.as_bytes()[end], b' ' | b'\n') {
        end += 1;
    }
    text.split_at(end).0.split_at(start).1
}

#[cfg(test)]
mod tests {
    use super::{Sections, count};

    const TEXT: &str = "# a comment\n# another\nCat fur\n legs\n\nDog\n  tail\nEel";
    static TABLE: Sections<usize, { count(TEXT) }> = Sections::of(TEXT);

    #[test]
    fn a_section_is_found_by_its_first_word_and_read_once() {
        assert_eq!(TABLE.positions(), 0..3);
        let dog = TABLE.find("Dog").unwrap();
        assert_eq!(TABLE.name(dog), "Dog");
        assert_eq!(TABLE.get(dog, |text| text.lines().count()), &2);
        assert_eq!(TABLE.get(dog, |_| 0), &2);
        let lengths = TABLE.positions().map(|one| TABLE.text(one).len());
        assert_eq!(lengths.collect::<Vec<_>>(), [15, 11, 3]);
        for name in ["", "#", "Do", "Dogs", "legs", "cat"] {
            assert_eq!(TABLE.find(name), None, "{name}");
        }
    }
}
