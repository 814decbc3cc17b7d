//! A path held against the path of a row: which type, which resource, which version.

use fhir::{
    outcome::IssueType,
    resource::{is_id, is_type},
    version::VersionId,
};
use store::DocumentKey;

use crate::failure::{Failure, Kind};

/// What a path names. Whether that can be is for [`Place::check`] to say.
#[derive(Debug, Default)]
pub(super) struct Place<'a> {
    kind: Option<&'a str>,
    id: Option<&'a str>,
    version: Option<&'a str>,
    /// The query, undecoded.
    pub(super) query: &'a str,
}

impl<'a> Place<'a> {
    /// Fits a path to the path of a row; none when it is another.
    pub(super) fn fit(path: &str, segments: &[&'a str], query: &'a str) -> Option<Self> {
        let wanted: Vec<&str> = path.split('/').collect();
        if wanted.len() != segments.len() {
            return None;
        }
        let mut place = Self {
            query,
            ..Self::default()
        };
        for (wanted, segment) in wanted.into_iter().zip(segments) {
            let slot = match wanted {
                "[type]" => &mut place.kind,
                "[id]" => &mut place.id,
                "[vid]" => &mut place.version,
                literal if literal == *segment => continue,
                _ => return None,
            };
            // No type, id or version begins like an operation does.
            if segment.is_empty() || segment.starts_with(['$', '_']) {
                return None;
            }
            *slot = Some(segment);
        }
        Some(place)
    }

    /// Checks that what the path names can be.
    ///
    /// # Errors
    ///
    /// 404 for an unknown type, 400 for an id that cannot be one.
    pub(super) fn check(&self) -> Result<(), Failure> {
        if self.kind.is_some() {
            self.kind()?;
        }
        if self.id.is_some() {
            self.key()?;
        }
        Ok(())
    }

    /// The type that the path names.
    pub(super) fn kind(&self) -> Result<String, Failure> {
        known_type(self.kind.unwrap_or_default()).map(str::to_owned)
    }

    /// The resource that the path names.
    pub(super) fn key(&self) -> Result<DocumentKey, Failure> {
        let (kind, id) = (self.kind()?, self.id.unwrap_or_default());
        if is_id(id) {
            return Ok(DocumentKey {
                kind,
                id: id.to_owned(),
            });
        }
        let text = format!("\"{id}\" is not an id: 1 to 64 of A-Z, a-z, 0-9, - and .");
        Err(Failure::new(Kind::Malformed, IssueType::Value, text))
    }

    /// The version that the path names. One that is no number of ours is one that does not exist.
    pub(super) fn version(&self) -> Result<(DocumentKey, VersionId), Failure> {
        let key = self.key()?;
        let version = self.version.unwrap_or_default();
        let unknown = || Failure::not_found(&format_args!("{key}/_history/{version}"));
        let version = version.parse::<VersionId>().map_err(|_| unknown())?;
        Ok((key, version))
    }

    /// The criteria of a conditional interaction.
    ///
    /// # Errors
    ///
    /// 405 when there are none.
    pub(super) fn criteria(&self, method: &str) -> Result<(String, String), Failure> {
        let kind = self.kind()?;
        if self.query.is_empty() {
            let text = format!("{method} {kind} needs an id, or criteria in the query");
            return Err(Failure::new(
                Kind::NotAllowed,
                IssueType::NotSupported,
                text,
            ));
        }
        Ok((kind, self.query.to_owned()))
    }
}

/// A resource type of R4.
///
/// # Errors
///
/// 404 for anything else.
pub(super) fn known_type(kind: &str) -> Result<&str, Failure> {
    if is_type(kind) {
        return Ok(kind);
    }
    let text = format!("there is no resource type \"{kind}\" in FHIR R4");
    Err(Failure::new(Kind::NotFound, IssueType::NotFound, text))
}
