//! What simulated clients write: bodies that say what they were derived from, so that the oracle can
//! tell a lost update or a broken guard from the tables alone.
//!
//! `value=7 base=2:5 tokens=u|a,s|b guards=u|a:r1+r2,s|b:` - a value that is unique in the schedule,
//! version and value of the base, identifiers, and who was found for each guarded token.

use std::collections::BTreeSet;
use std::fmt;

use bytes::Bytes;

use crate::identifier::Identifier;
use crate::transaction::Entry;

/// See the module head.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Content {
    pub(crate) value: u64,
    pub(crate) base: (u64, u64),
    pub(crate) tokens: BTreeSet<String>,
    pub(crate) guards: Vec<(String, BTreeSet<String>)>,
}

impl Content {
    pub(crate) fn to_body(&self) -> Bytes {
        Bytes::from(self.to_string())
    }

    pub(crate) fn from_body(body: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(body).ok()?;
        let mut fields = text.split(' ').filter_map(|field| field.split_once('='));
        let mut field = |name: &str| {
            fields
                .next()
                .filter(|(key, _)| *key == name)
                .map(|(_, v)| v)
        };
        let value = field("value")?.parse().ok()?;
        let (version, base) = field("base")?.split_once(':')?;
        let tokens = parts(field("tokens")?, ',');
        let guard = |guard: String| {
            let (token, owners) = guard.split_once(':')?;
            Some((token.to_owned(), parts(owners, '+')))
        };
        let guards = parts(field("guards")?, ',')
            .into_iter()
            .map(guard)
            .collect::<Option<_>>()?;
        Some(Self {
            value,
            base: (version.parse().ok()?, base.parse().ok()?),
            tokens,
            guards,
        })
    }

    /// Each token `u|a` is an identifier with key `a`; `u` means unique.
    pub(crate) fn identifiers(&self) -> Vec<Identifier> {
        let identifier = |token: &String| Identifier {
            key: token
                .split_once('|')
                .map_or(token.as_str(), |(_, key)| key)
                .to_owned(),
            token: token.clone(),
            unique: is_unique(token),
        };
        self.tokens.iter().map(identifier).collect()
    }

    /// What searches find it by.
    pub(crate) fn tag(&self) -> String {
        (self.value % 3).to_string()
    }

    /// The index entry that searches by the tag use.
    pub(crate) fn entries(&self) -> Vec<Entry> {
        vec![Entry {
            parameter: "tag".into(),
            partition: "p".into(),
            sort: self.tag(),
        }]
    }

    /// Entries that only some rules make: those before reindexing, or those after it.
    pub(crate) fn optional_entries(&self) -> Vec<Entry> {
        let optional = |n: u64| Entry {
            parameter: "other".into(),
            partition: "p".into(),
            sort: (self.value % n).to_string(),
        };
        vec![optional(2), optional(5)]
    }
}

pub(crate) fn is_unique(token: &str) -> bool {
    token.starts_with("u|")
}

fn parts(text: &str, separator: char) -> BTreeSet<String> {
    text.split(separator)
        .filter(|part| !part.is_empty())
        .map(str::to_owned)
        .collect()
}

impl fmt::Display for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let join = |all: &BTreeSet<String>, by: &str| {
            all.iter().map(String::as_str).collect::<Vec<_>>().join(by)
        };
        let guards: Vec<String> = self
            .guards
            .iter()
            .map(|(token, owners)| format!("{token}:{}", join(owners, "+")))
            .collect();
        let (version, base) = self.base;
        let tokens = join(&self.tokens, ",");
        let guards = guards.join(",");
        write!(
            f,
            "value={} base={version}:{base} tokens={tokens} guards={guards}",
            self.value
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_survives_being_a_body() {
        let owners = |ids: &[&str]| {
            ids.iter()
                .map(|id| (*id).to_owned())
                .collect::<BTreeSet<_>>()
        };
        let content = Content {
            value: 7,
            base: (2, 5),
            tokens: owners(&["u|a", "s|b"]),
            guards: vec![
                ("s|b".into(), owners(&[])),
                ("u|a".into(), owners(&["r1", "r2"])),
            ],
        };
        assert_eq!(Content::from_body(&content.to_body()), Some(content));
        assert_eq!(
            Content::from_body(&Content::default().to_body()),
            Some(Content::default())
        );
    }
}
