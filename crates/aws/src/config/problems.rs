//! What is wrong with the settings: everything, in one report.

use std::fmt;

use super::variable::variables;

/// A list of wrong settings, in the order in which they were met.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Problems(Vec<String>);

impl Problems {
    pub(super) fn unknown(&mut self, name: &str) {
        let meant = variables()
            .map(|variable| (distance(name, variable.name), variable.name))
            .min()
            .filter(|(distance, _)| *distance <= 3);
        let hint = meant.map_or_else(String::new, |(_, name)| format!("; did you mean {name}?"));
        self.0.push(format!("{name} is not a setting{hint}"));
    }

    pub(super) fn invalid(&mut self, name: &str, value: &str, expected: &str) {
        self.0
            .push(format!("{name} is \"{value}\"; expected {expected}"));
    }

    pub(super) fn none_or<T>(self, value: T) -> Result<T, Self> {
        if self.0.is_empty() {
            Ok(value)
        } else {
            Err(self)
        }
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the settings in the environment are wrong")?;
        self.0
            .iter()
            .try_for_each(|problem| write!(f, "\n  {problem}"))
    }
}

impl std::error::Error for Problems {}

/// Levenshtein's distance: how many letters to insert, delete or change.
fn distance(from: &str, to: &str) -> usize {
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (i, a) in from.bytes().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        for (cell, b) in row.iter_mut().skip(1).zip(to.bytes()) {
            let change = diagonal + usize::from(a != b);
            diagonal = *cell;
            left = change.min(diagonal + 1).min(left + 1);
            *cell = left;
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_distance_counts_single_letters() {
        for (from, to, expected) in [("", "", 0), ("abc", "abc", 0), ("abc", "abd", 1)] {
            assert_eq!(distance(from, to), expected, "{from} {to}");
        }
        assert_eq!(distance("FYR_BASE_URI", "FYR_BASE_URL"), 1);
        assert_eq!(distance("kitten", "sitting"), 3);
    }
}
