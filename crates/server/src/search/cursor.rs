//! Where a page of a search ends, as the `next` link carries it.
//!
//! ```text
//! base64url( mac[16] | {"q": "<hash of the query>", "p": 0, "at": …} )
//! ```
//!
//! A cursor is signed, so that nobody makes us read from a place of their own choice, and belongs to
//! one query: with another it is refused. It says nothing that the caller does not know already, and
//! never expires: whoever reads on sees the state of that moment.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use fhir::{outcome::IssueType, query::Parameter};
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::driver::Chosen;
use crate::failure::{Failure, Kind};

/// The parameter of the `next` links.
pub(crate) const PARAMETER: &str = "_cursor";

/// Bytes of the signature that are kept.
const MAC_BYTES: usize = 16;

/// The place after which a search goes on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Cursor {
    /// The hash of the query that it belongs to.
    q: String,
    /// Which of the types that are searched.
    pub(crate) part: usize,
    /// What finds the candidates; none at the beginning of a type.
    pub(crate) driver: Option<Chosen>,
    /// The place of the last candidate that was looked at.
    pub(crate) after: Option<Place>,
}

/// The place of a candidate among those of its driver.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Place {
    /// The last id of a list in order.
    Id(String),
    /// The range, and the position in it.
    Range {
        /// Parameter, partition, beginning.
        range: (String, String, Option<String>),
        /// The store's own.
        position: String,
    },
    /// A position in time.
    Time {
        /// The store's own.
        position: String,
        /// What changed later counts as it was then, in ms.
        until: Option<i64>,
    },
    /// The last match of a sorted list.
    Sorted {
        /// `Organization/1`
        key: String,
        /// Its version, which says what it was ordered by.
        version: u64,
    },
}

impl Cursor {
    /// A cursor of a query.
    pub(crate) fn of(
        query: &str,
        part: usize,
        driver: Option<Chosen>,
        after: Option<Place>,
    ) -> Self {
        Self {
            q: query.to_owned(),
            part,
            driver,
            after,
        }
    }

    /// The text of the parameter.
    ///
    /// # Errors
    ///
    /// 500 when it cannot be written.
    pub(crate) fn sign(&self, secret: &[u8]) -> Result<String, Failure> {
        let text = serde_json::to_vec(self).map_err(Failure::internal)?;
        let mut signed = mac(secret, &text)?;
        signed.truncate(MAC_BYTES);
        signed.extend_from_slice(&text);
        Ok(URL_SAFE_NO_PAD.encode(signed))
    }

    /// Reads a cursor that must be ours, and of this query.
    ///
    /// # Errors
    ///
    /// 400 when it is not.
    pub(crate) fn read(text: &str, secret: Option<&[u8]>, query: &str) -> Result<Self, Failure> {
        let refuse = |why: &str| {
            let text = format!("{PARAMETER} {why}; start the search again without it");
            Failure::new(Kind::Malformed, IssueType::Value, text)
        };
        let forged = || refuse("is not one that this server made");
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| forged())?;
        let (found, text) = bytes.split_at_checked(MAC_BYTES).ok_or_else(forged)?;
        let mut expected = keyed(secret.ok_or_else(forged)?)?;
        expected.update(text);
        expected
            .verify_truncated_left(found)
            .map_err(|_| forged())?;
        let cursor: Self = serde_json::from_slice(text).map_err(|_| forged())?;
        if cursor.q == query {
            Ok(cursor)
        } else {
            Err(refuse("belongs to another search"))
        }
    }
}

/// Reads bytes as a cursor, as they came and as what we have signed.
///
/// # Panics
///
/// When what nobody signed is taken for a cursor.
#[cfg(any(test, feature = "simulated"))]
pub(crate) fn read(bytes: &[u8]) {
    const SECRET: &[u8] = b"secret";
    let text = String::from_utf8_lossy(bytes);
    let forged = Cursor::read(&text, Some(SECRET), "q");
    assert!(forged.is_err(), "a forged cursor was taken: {text}");
    let mut signed = mac(SECRET, bytes).unwrap_or_default();
    signed.truncate(MAC_BYTES);
    signed.extend_from_slice(bytes);
    let own = Cursor::read(&URL_SAFE_NO_PAD.encode(signed), Some(SECRET), "q");
    let again = own.ok().and_then(|own| Some((own.sign(SECRET).ok()?, own)));
    if let Some((text, own)) = again {
        let read = Cursor::read(&text, Some(SECRET), "q");
        assert_eq!(read.ok(), Some(own), "signed and read again");
    }
}

fn keyed(secret: &[u8]) -> Result<Hmac<Sha256>, Failure> {
    Hmac::new_from_slice(secret).map_err(|_| Failure::internal("a secret that cannot be used"))
}

fn mac(secret: &[u8], text: &[u8]) -> Result<Vec<u8>, Failure> {
    let mut mac = keyed(secret)?;
    mac.update(text);
    Ok(mac.finalize().into_bytes().to_vec())
}

/// What tells a query from others: its path and its parameters, in any order. The cursor itself and
/// what only changes the look of an answer do not count.
pub(crate) fn query_hash(path: &str, parameters: &[Parameter]) -> String {
    const LOOK: [&str; 4] = [PARAMETER, "_format", "_pretty", "_count"];
    let mut parts: Vec<String> = parameters
        .iter()
        .filter(|parameter| !LOOK.contains(&parameter.name.as_str()))
        .map(|parameter| {
            let modifier = parameter.modifier.as_deref().unwrap_or_default();
            format!("{}:{modifier}={}", parameter.name, parameter.value)
        })
        .collect();
    parts.sort();
    let mut digest = Sha256::new();
    for part in std::iter::once(path).chain(parts.iter().map(String::as_str)) {
        digest.update(part.len().to_be_bytes());
        digest.update(part);
    }
    let digest: Vec<u8> = digest.finalize().iter().copied().take(MAC_BYTES).collect();
    URL_SAFE_NO_PAD.encode(digest)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &[u8] = b"secret";

    fn cursor(query: &str) -> Cursor {
        Cursor::of(query, 0, None, Some(Place::Id("1".into())))
    }

    #[test]
    fn a_cursor_is_read_as_it_was_written() {
        let text = cursor("q").sign(SECRET).unwrap();
        assert_eq!(Cursor::read(&text, Some(SECRET), "q").unwrap(), cursor("q"));
    }

    #[test]
    fn a_cursor_that_was_changed_or_is_of_another_query_or_secret_is_refused() {
        let text = cursor("q").sign(SECRET).unwrap();
        let other = cursor("r").sign(SECRET).unwrap();
        let spliced: String = text
            .chars()
            .take(30)
            .chain(other.chars().skip(30))
            .collect();
        for (text, secret, query) in [
            (text.as_str(), SECRET, "r"),
            (text.as_str(), b"other".as_slice(), "q"),
            (spliced.as_str(), SECRET, "q"),
            ("", SECRET, "q"),
            ("AAAA", SECRET, "q"),
            ("%%%", SECRET, "q"),
        ] {
            let failure = Cursor::read(text, Some(secret), query).unwrap_err();
            assert_eq!(failure.kind, Kind::Malformed, "{text}");
        }
        assert!(Cursor::read(&text, None, "q").is_err());
    }

    #[test]
    fn the_order_of_the_parameters_makes_no_other_query() {
        let hash = |query: &str| query_hash("Organization", &fhir::query::parse(query));
        assert_eq!(
            hash("a=1&b=2"),
            hash("b=2&a=1&_cursor=x&_pretty=true&_count=3")
        );
        assert_ne!(hash("a=1&b=2"), hash("a=1&b=3"));
        assert_ne!(hash("a=1"), hash("a:exact=1"));
        assert_ne!(
            hash("a=1"),
            query_hash("Patient", &fhir::query::parse("a=1"))
        );
    }
}
