//! Version ids and the entity tags that carry them.
//!
//! <http://hl7.org/fhir/R4/http.html#versioning>: a version id is a decimal number here, `1`, `2`,
//! …; its ETag is weak, `W/"1"`. Clients of HAPI servers also send `"1"` and `1`, so all three are
//! read.

use std::fmt;
use std::str::FromStr;

/// The version of one resource: 1 for its first version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VersionId(pub u64);

/// The text is no version id, or no entity tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InvalidVersion;

impl fmt::Display for InvalidVersion {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("not a version: expected W/\"1\", \"1\" or 1")
    }
}

impl std::error::Error for InvalidVersion {}

impl VersionId {
    /// The entity tag for the HTTP header `ETag`, e.g. `W/"1"`.
    pub fn etag(self) -> String {
        format!("W/\"{}\"", self.0)
    }

    /// Reads one entity tag: `W/"1"`, `"1"` or `1`.
    ///
    /// # Errors
    /// [`InvalidVersion`] when it is neither.
    pub fn from_etag(text: &str) -> Result<Self, InvalidVersion> {
        let text = text.trim();
        let opaque = text.strip_prefix("W/").unwrap_or(text);
        match opaque.strip_prefix('"') {
            Some(rest) => rest.strip_suffix('"').ok_or(InvalidVersion)?.parse(),
            // W/1 is not a tag in any dialect
            None if opaque.len() == text.len() => text.parse(),
            None => Err(InvalidVersion),
        }
    }
}

impl fmt::Display for VersionId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(out)
    }
}

impl FromStr for VersionId {
    type Err = InvalidVersion;

    /// Reads `1`, `2`, …; neither `0`, `01` nor `+1`, so that a version has one spelling.
    fn from_str(text: &str) -> Result<Self, InvalidVersion> {
        let canonical = text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0');
        if !canonical {
            return Err(InvalidVersion);
        }
        text.parse().map(Self).map_err(|_| InvalidVersion)
    }
}

/// The value of `If-Match` or `If-None-Match`: `*`, or a list of entity tags.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EntityTags {
    /// `*`: any version that exists.
    Any,
    /// These versions. Tags that are well-formed but no version of ours match nothing and are
    /// not in the list, so it may be empty.
    Versions(Vec<VersionId>),
}

impl EntityTags {
    /// Reads the header: `*`, `W/"1"`, `"1", "2"`, `1`.
    ///
    /// # Errors
    /// [`InvalidVersion`] when an item is neither quoted nor a version number.
    pub fn parse(header: &str) -> Result<Self, InvalidVersion> {
        if header.trim() == "*" {
            return Ok(Self::Any);
        }
        let mut versions = Vec::new();
        for tag in header.split(',').map(str::trim) {
            match VersionId::from_etag(tag) {
                Ok(version) => versions.push(version),
                Err(_) if is_opaque_tag(tag) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(Self::Versions(versions))
    }

    /// Whether the current version is among them; `None` stands for "does not exist".
    pub fn matches(&self, current: Option<VersionId>) -> bool {
        match (self, current) {
            (_, None) => false,
            (Self::Any, Some(_)) => true,
            (Self::Versions(versions), Some(current)) => versions.contains(&current),
        }
    }
}

/// RFC 9110 section 8.8.3: `[W/]"…"`.
fn is_opaque_tag(tag: &str) -> bool {
    let tag = tag.strip_prefix("W/").unwrap_or(tag);
    tag.len() >= 2 && tag.starts_with('"') && tag.ends_with('"')
}

#[cfg(test)]
mod tests {
    use super::{EntityTags, InvalidVersion, VersionId};

    #[test]
    fn an_entity_tag_is_read_in_all_spellings() {
        for (text, expected) in [
            ("W/\"1\"", Ok(VersionId(1))),
            ("\"12\"", Ok(VersionId(12))),
            (" 3 ", Ok(VersionId(3))),
            ("W/1", Err(InvalidVersion)),
            ("\"1", Err(InvalidVersion)),
            ("\"\"", Err(InvalidVersion)),
            ("", Err(InvalidVersion)),
            ("0", Err(InvalidVersion)),
            ("01", Err(InvalidVersion)),
            ("+1", Err(InvalidVersion)),
            ("18446744073709551616", Err(InvalidVersion)),
        ] {
            assert_eq!(VersionId::from_etag(text), expected, "{text}");
        }
    }

    #[test]
    fn an_entity_tag_is_written_weak() {
        assert_eq!(VersionId(7).etag(), "W/\"7\"");
        assert_eq!(VersionId::from_etag(&VersionId(7).etag()), Ok(VersionId(7)));
    }

    #[test]
    fn a_precondition_header_is_a_star_or_a_list() {
        let two = Some(VersionId(2));
        for (header, current, expected) in [
            ("*", two, true),
            ("*", None, false),
            ("W/\"1\", \"2\"", two, true),
            ("2", two, true),
            ("W/\"3\"", two, false),
            ("\"a-tag-of-another-server\"", two, false),
            ("W/\"2\"", None, false),
        ] {
            let tags = EntityTags::parse(header).unwrap();
            assert_eq!(tags.matches(current), expected, "{header}");
        }
        assert_eq!(EntityTags::parse("two"), Err(InvalidVersion));
        assert_eq!(EntityTags::parse(""), Err(InvalidVersion));
    }
}
