//! Identifiers: the business keys of a document, found and guarded through key items.
//!
//! | part    | example              | what it does |
//! |---------|----------------------|--------------|
//! | `key`   | `330001`             | selects the key item: one per kind and key |
//! | `token` | `urn:sor\|330001`    | must match exactly |
//!
//! One key item serves `330001`, `urn:sor|330001` and `|330001` alike. A head keeps 16 bytes of
//! hash of each key and token, so that ownership is verified without reading bodies.

use sha2::{Digest, Sha256};

/// Bytes of a hash that are kept: no two of 2^40 identifiers are expected to share one.
const HASH_BYTES: usize = 16;

/// One identifier of a document.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Identifier {
    /// Selects the key item.
    pub key: String,
    /// Must match exactly where a criterion names it.
    pub token: String,
    /// No two live documents of a kind may hold the token.
    pub unique: bool,
}

impl Identifier {
    /// The same as a deleted document keeps it: it stays under its key, where a search finds it among
    /// the buried ([`crate::Found::buried`]), and holds the token no longer.
    pub fn buried(self) -> Self {
        Self {
            token: buried(&self.token),
            unique: false,
            ..self
        }
    }
}

/// The token of a deleted document. No live document has it: an identifier has no control characters.
fn buried(token: &str) -> String {
    format!("\u{7f}{token}")
}

/// What a document is looked up by.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Criterion {
    /// Selects the key item.
    pub key: String,
    /// Only documents that hold exactly this token; any document under the key when absent.
    pub token: Option<String>,
}

/// A short hash of a key or a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Hash(pub(crate) [u8; HASH_BYTES]);

impl Hash {
    pub(crate) fn of(text: &str) -> Self {
        let digest = Sha256::digest(text.as_bytes());
        let mut hash = [0; HASH_BYTES];
        for (to, from) in hash.iter_mut().zip(digest.iter()) {
            *to = *from;
        }
        Self(hash)
    }

    /// As 32 hexadecimal digits.
    pub(crate) fn to_hex(self) -> String {
        format!("{:032x}", u128::from_be_bytes(self.0))
    }
}

/// An identifier as a head keeps it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Held {
    pub(crate) key: Hash,
    pub(crate) token: Hash,
}

impl Held {
    pub(crate) fn of(identifier: &Identifier) -> Self {
        Self {
            key: Hash::of(&identifier.key),
            token: Hash::of(&identifier.token),
        }
    }

    /// The hashes of all, one after the other: 32 bytes each.
    pub(crate) fn encode(all: &[Self]) -> Vec<u8> {
        all.iter()
            .flat_map(|held| [held.key.0, held.token.0])
            .flatten()
            .collect()
    }

    /// The reverse of [`Self::encode`]; none when the length does not fit.
    pub(crate) fn decode(bytes: &[u8]) -> Option<Vec<Self>> {
        let (pairs, rest) = bytes.as_chunks::<{ 2 * HASH_BYTES }>();
        if !rest.is_empty() {
            return None;
        }
        let held = |pair: &[u8; 2 * HASH_BYTES]| {
            let key = pair.first_chunk().copied()?;
            let token = pair.last_chunk().copied()?;
            Some(Self {
                key: Hash(key),
                token: Hash(token),
            })
        };
        pairs.iter().map(held).collect()
    }
}

/// A criterion, hashed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Wanted {
    pub(crate) key: Hash,
    pub(crate) token: Option<Hash>,
    /// The same token as a deleted document keeps it.
    pub(crate) buried: Option<Hash>,
}

impl Wanted {
    pub(crate) fn of(criterion: &Criterion) -> Self {
        Self {
            key: Hash::of(&criterion.key),
            token: criterion.token.as_deref().map(Hash::of),
            buried: criterion
                .token
                .as_deref()
                .map(|token| Hash::of(&buried(token))),
        }
    }

    /// Whether a deleted document kept this identifier.
    pub(crate) fn is_buried_in(&self, identifiers: &[Held]) -> bool {
        let is_buried = |held: &Held| held.key == self.key && Some(held.token) == self.buried;
        identifiers.iter().any(is_buried)
    }

    /// Whether one of these identifiers meets the criterion.
    pub(crate) fn is_met_by(&self, identifiers: &[Held]) -> bool {
        identifiers
            .iter()
            .any(|held| held.key == self.key && self.token.is_none_or(|token| token == held.token))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identifier(system: &str, value: &str) -> Identifier {
        Identifier {
            key: value.into(),
            token: format!("{system}|{value}"),
            unique: false,
        }
    }

    #[test]
    fn held_identifiers_survive_encoding() {
        let held = vec![
            Held::of(&identifier("a", "1")),
            Held::of(&identifier("", "2")),
        ];
        assert_eq!(Held::decode(&Held::encode(&held)), Some(held));
        assert_eq!(Held::decode(&[1, 2, 3]), None);
    }

    #[test]
    fn a_criterion_without_token_is_met_by_any_system() {
        let held = [Held::of(&identifier("a", "1"))];
        let by_value = Criterion {
            key: "1".into(),
            token: None,
        };
        let without_system = Criterion {
            key: "1".into(),
            token: Some("|1".into()),
        };
        let with_system = Criterion {
            key: "1".into(),
            token: Some("a|1".into()),
        };
        assert!(Wanted::of(&by_value).is_met_by(&held));
        assert!(!Wanted::of(&without_system).is_met_by(&held));
        assert!(Wanted::of(&with_system).is_met_by(&held));
    }
}
