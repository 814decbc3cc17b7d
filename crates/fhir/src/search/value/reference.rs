//! References: <http://hl7.org/fhir/R4/search.html#reference>
//!
//! | asked for | finds |
//! |---|---|
//! | `1` | `Organization/1`, of any type that the parameter may point to |
//! | `Organization/1`, `:Organization=1` | `Organization/1`, in any version |
//! | `Organization/1/_history/2` | this version |
//! | `http://x/fhir/Organization/1` | the same reference, in any version |
//! | `http://x/ValueSet/a` | a canonical, in any version; `…\|1` this version |
//! | `urn:oid:1.2` | the same text |
//!
//! References to the server itself are stored relative; who searches with its absolute URLs makes
//! them relative first. Contained resources (`#a`) cannot be asked for.

use serde_json::Value;

use super::uri::is_canonical;
use super::{Problem, plain};
use crate::identifier::TokenCriterion;
use crate::reference::Reference;
use crate::resource::is_id;
use crate::schema::ElementType;
use crate::search_parameter::Found;

/// What a reference is asked to point to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::search) enum ReferenceTarget {
    /// A resource of this server.
    Local {
        kind: Option<String>,
        id: String,
        version: Option<u64>,
    },
    /// Anything else: the URL without a version, and the version.
    Remote { url: String, version: Option<u64> },
}

impl ReferenceTarget {
    /// Reads an alternative; the type is that of a modifier.
    pub(in crate::search) fn parse(text: &str, kind: Option<&str>) -> Result<Self, Problem> {
        let text = plain(text)?;
        let text = text.trim();
        let own = Self::of(text);
        match (own, kind) {
            (
                Some(Self::Local {
                    kind: Some(own), ..
                }),
                Some(kind),
            ) if own != kind => Err(format!("'{text}' is no {kind}")),
            (Some(target), _) => Ok(target),
            (None, kind) if is_id(text) => Ok(Self::Local {
                kind: kind.map(ToOwned::to_owned),
                id: text.to_owned(),
                version: None,
            }),
            (None, _) => Err(format!(
                "'{text}' is no reference: expected an id, Type/id or an absolute URL"
            )),
        }
    }

    /// What the text of a reference points to; `None` for what cannot be asked for.
    pub(in crate::search) fn of(text: &str) -> Option<Self> {
        match Reference::parse(text) {
            Reference::Relative(target) => Some(Self::Local {
                kind: Some(target.kind.to_owned()),
                id: target.id.to_owned(),
                version: target.version.map(|version| version.0),
            }),
            Reference::Absolute { base, target } => Some(Self::Remote {
                url: format!("{base}/{}/{}", target.kind, target.id),
                version: target.version.map(|version| version.0),
            }),
            Reference::Urn(url) => Some(Self::Remote {
                url: url.to_owned(),
                version: None,
            }),
            Reference::Other(url) if url.contains(':') => Some(Self::Remote {
                url: url.to_owned(),
                version: None,
            }),
            Reference::Fragment(_) | Reference::Conditional { .. } | Reference::Other(_) => None,
        }
    }

    pub(super) fn is_met(&self, found: &Found<'_>) -> bool {
        target(found).is_some_and(|target| self.is(&target))
    }

    fn is(&self, found: &Self) -> bool {
        let same_version =
            |wanted: &Option<u64>, found: &Option<u64>| wanted.is_none() || wanted == found;
        match (self, found) {
            (
                Self::Local { kind, id, version },
                Self::Local {
                    kind: found_kind,
                    id: found_id,
                    version: found_version,
                },
            ) => {
                id == found_id
                    && (kind.is_none() || kind == found_kind)
                    && same_version(version, found_version)
            }
            (
                Self::Remote { url, version },
                Self::Remote {
                    url: found_url,
                    version: found_version,
                },
            ) => is_canonical(found_url, url) && same_version(version, found_version),
            _ => false,
        }
    }

    pub(super) fn canonical(&self) -> String {
        let (place, version) = match self {
            Self::Local { kind, id, version } => {
                let kind = kind
                    .as_deref()
                    .map_or(String::new(), |kind| format!("{kind}/"));
                (format!("{kind}{id}"), version)
            }
            Self::Remote { url, version } => (url.clone(), version),
        };
        version.map_or(place.clone(), |version| {
            format!("{place}/_history/{version}")
        })
    }
}

/// The text that says what a value points to: of a reference, a canonical or a URI. A resource in
/// a bundle points to itself.
pub(in crate::search) fn link(found: &Found<'_>) -> Option<String> {
    match found.holds {
        ElementType::Primitive(_) => found.node.as_str().map(ToOwned::to_owned),
        ElementType::Structure(_) => found.node.text("reference").map(ToOwned::to_owned),
        ElementType::Resource => {
            let (kind, id) = (found.node.text("resourceType")?, found.node.text("id")?);
            Some(format!("{kind}/{id}"))
        }
    }
}

/// What a value points to.
pub(in crate::search) fn target(found: &Found<'_>) -> Option<ReferenceTarget> {
    link(found).and_then(|link| ReferenceTarget::of(&link))
}

/// `:identifier`: whether a reference names its target by this identifier.
pub(super) fn identifier_is(found: &Found<'_>, token: &TokenCriterion) -> bool {
    let Some(identifier) = found.node.get("identifier") else {
        return false;
    };
    let text = |name| identifier.get(name).and_then(Value::as_str);
    text("value").is_some_and(|value| {
        token.matches(&crate::identifier::IdentifierValue {
            system: text("system").map(ToOwned::to_owned),
            value: value.to_owned(),
            path: String::new(),
        })
    })
}
