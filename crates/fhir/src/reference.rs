//! What the text of a reference points to.
//!
//! <http://hl7.org/fhir/R4/references.html#literal>
//!
//! | text | is |
//! |---|---|
//! | `Patient/123`, `Patient/123/_history/4#name` | relative |
//! | `http://x/fhir/Patient/123` | absolute |
//! | `urn:uuid:123-456-789`, `urn:oid:1.2.3` | a URN: any text after `urn:uuid:` |
//! | `#p1` | a contained resource |
//! | `Organization?identifier=sys\|val` | conditional: a search that must match once |
//!
//! Everything else is [`Reference::Other`]: a URL that is not RESTful, or not a URL at all.

use crate::resource::{is_id, is_type};
use crate::version::VersionId;

/// A parsed reference; it borrows the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reference<'a> {
    /// A resource under the base of whoever holds the reference.
    Relative(Target<'a>),
    /// A resource under a named base.
    Absolute {
        /// The base URL without a trailing slash, e.g. `http://example.org/fhir`.
        base: &'a str,
        /// The resource under it.
        target: Target<'a>,
    },
    /// A `urn:`; in a bundle, the `fullUrl` of an entry. The whole text, with its fragment.
    Urn(&'a str),
    /// A contained resource: the text after `#`. Empty for the containing resource itself.
    Fragment(&'a str),
    /// A search that must match exactly one resource; only allowed in transactions.
    Conditional {
        /// The resource type.
        kind: &'a str,
        /// The query after `?`.
        query: &'a str,
    },
    /// None of these.
    Other(&'a str),
}

/// A resource as a RESTful URL names it: `kind/id[/_history/version][#fragment]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Target<'a> {
    /// The resource type, one of R4's.
    pub kind: &'a str,
    /// The logical id.
    pub id: &'a str,
    /// The version, when the reference names one.
    pub version: Option<VersionId>,
    /// The text after `#`.
    pub fragment: Option<&'a str>,
}

impl<'a> Reference<'a> {
    /// Reads a reference. Never fails: what is not understood is [`Reference::Other`].
    pub fn parse(text: &'a str) -> Self {
        if let Some(fragment) = text.strip_prefix('#') {
            return Self::Fragment(fragment);
        }
        if text.starts_with("urn:") {
            return Self::Urn(text);
        }
        if let Some((kind, query)) = text.split_once('?')
            && is_type(kind)
        {
            return Self::Conditional { kind, query };
        }
        let (path, fragment) = text
            .split_once('#')
            .map_or((text, None), |(p, f)| (p, Some(f)));
        match target(path, fragment) {
            Some((None, target)) => Self::Relative(target),
            Some((Some(base), target)) if base.contains("://") => Self::Absolute { base, target },
            _ => Self::Other(text),
        }
    }

    /// The resource, when the reference is a RESTful URL, relative or absolute.
    pub fn target(&self) -> Option<Target<'a>> {
        match self {
            Self::Relative(target) | Self::Absolute { target, .. } => Some(*target),
            _ => None,
        }
    }
}

/// Reads `[base/]kind/id[/_history/version]` from its end; gives the base and the target.
fn target<'a>(path: &'a str, fragment: Option<&'a str>) -> Option<(Option<&'a str>, Target<'a>)> {
    let (resource, version) = match path.rsplit_once("/_history/") {
        Some((resource, version)) => (resource, Some(version.parse().ok()?)),
        None => (path, None),
    };
    let (parent, id) = resource.rsplit_once('/')?;
    let (base, kind) = parent
        .rsplit_once('/')
        .map_or((None, parent), |(b, k)| (Some(b), k));
    let target = Target {
        kind,
        id,
        version,
        fragment,
    };
    (is_type(kind) && is_id(id)).then_some((base, target))
}

#[cfg(test)]
mod tests {
    use super::{Reference, Target};
    use crate::version::VersionId;

    const PATIENT: Target<'static> = Target {
        kind: "Patient",
        id: "123",
        version: None,
        fragment: None,
    };

    #[test]
    fn every_form_of_a_reference_is_told_apart() {
        let versioned = Target {
            version: Some(VersionId(4)),
            ..PATIENT
        };
        let base = "http://example.org/fhir";
        for (text, expected) in [
            ("Patient/123", Reference::Relative(PATIENT)),
            ("Patient/123/_history/4", Reference::Relative(versioned)),
            (
                "Patient/123/_history/4#name",
                Reference::Relative(Target {
                    fragment: Some("name"),
                    ..versioned
                }),
            ),
            (
                "http://example.org/fhir/Patient/123",
                Reference::Absolute {
                    base,
                    target: PATIENT,
                },
            ),
            (
                "http://example.org/fhir/Patient/123/_history/4",
                Reference::Absolute {
                    base,
                    target: versioned,
                },
            ),
            (
                "urn:uuid:123-456-789",
                Reference::Urn("urn:uuid:123-456-789"),
            ),
            ("urn:oid:1.2.3#a", Reference::Urn("urn:oid:1.2.3#a")),
            ("#p1", Reference::Fragment("p1")),
            ("#", Reference::Fragment("")),
            (
                "Organization?identifier=urn:oid:2.5.4.97|2321000040",
                Reference::Conditional {
                    kind: "Organization",
                    query: "identifier=urn:oid:2.5.4.97|2321000040",
                },
            ),
        ] {
            assert_eq!(Reference::parse(text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_restful_url_is_other() {
        for text in [
            "",
            "123-456-789",
            "Patient",
            "Patient/",
            "/Patient/123",
            "Pat/123",
            "Patient/a_b",
            "Patient/123/_history/x",
            "fhir/Patient/123",
            "http://example.org/page.html",
            "Pat?identifier=1",
        ] {
            assert_eq!(Reference::parse(text), Reference::Other(text));
        }
    }
}
