//! The conditions of a request: headers of an HTTP request, or members of `Bundle.entry.request`.
//!
//! <http://hl7.org/fhir/R4/http.html#cread>, <http://hl7.org/fhir/R4/http.html#concurrency>

use fhir::{
    instant::Instant,
    outcome::IssueType,
    version::{EntityTags, VersionId},
};

use crate::{
    failure::{Failure, Kind},
    interaction::Stamp,
};

/// What must hold for a request to be done.
#[expect(
    clippy::struct_field_names,
    reason = "the names of the headers and of the bundle's members"
)]
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Conditions {
    /// `If-Match`: the version that an update replaces.
    pub(crate) if_match: Option<EntityTags>,
    /// `If-None-Match`: a read or a write is wanted only when the version is another.
    pub(crate) if_none_match: Option<EntityTags>,
    /// `If-Modified-Since`: a read is wanted only when the version is newer.
    pub(crate) if_modified_since: Option<Instant>,
    /// `If-None-Exist`: a create is wanted only when nothing matches this query.
    pub(crate) if_none_exist: Option<String>,
}

impl Conditions {
    /// Reads the conditions from their texts.
    ///
    /// # Errors
    ///
    /// 400 for a text that is no entity tag or no time.
    pub(crate) fn parse(
        if_match: Option<&str>,
        if_none_match: Option<&str>,
        if_modified_since: Option<&str>,
        if_none_exist: Option<&str>,
    ) -> Result<Self, Failure> {
        Ok(Self {
            if_match: if_match.map(|text| tags("If-Match", text)).transpose()?,
            if_none_match: if_none_match
                .map(|text| tags("If-None-Match", text))
                .transpose()?,
            // A time that cannot be read is ignored, as RFC 7232 section 3.3 wants it.
            if_modified_since: if_modified_since
                .and_then(|text| Instant::from_http_date(text).or_else(|_| text.parse()).ok()),
            if_none_exist: if_none_exist
                .map(|query| query.trim().trim_start_matches('?').to_owned()),
        })
    }

    /// Whether a read answers 304: the client has this version already.
    pub(crate) fn not_modified(&self, stamp: &Stamp) -> bool {
        match (&self.if_none_match, self.if_modified_since) {
            // "If-Modified-Since is ignored when If-None-Match is present", RFC 7232 section 3.3
            (Some(tags), _) => tags.matches(Some(stamp.version)),
            // HTTP dates have whole seconds.
            (None, Some(since)) => seconds(stamp.last_updated) <= seconds(since),
            (None, None) => false,
        }
    }

    /// Checks `If-Match` and `If-None-Match` of a write against the current version, none when there
    /// is no such resource.
    ///
    /// # Errors
    ///
    /// 412 when it is another, or one that must not be there.
    pub(crate) fn check_match(
        &self,
        resource: &impl std::fmt::Display,
        current: Option<VersionId>,
    ) -> Result<(), Failure> {
        match (&self.if_match, &self.if_none_match) {
            (Some(tags), _) if !tags.matches(current) => {
                Err(Failure::version_conflict(resource, tags, current))
            }
            (_, Some(tags)) if tags.matches(current) => {
                let text = format!("If-None-Match excludes the current version of {resource}");
                Err(Failure::new(
                    Kind::PreconditionFailed,
                    IssueType::Conflict,
                    text,
                ))
            }
            _ => Ok(()),
        }
    }
}

fn seconds(instant: Instant) -> i64 {
    instant.millis().div_euclid(1_000)
}

fn tags(name: &str, text: &str) -> Result<EntityTags, Failure> {
    EntityTags::parse(text).map_err(|_| {
        let text = format!("{name} must be a version such as W/\"1\", not {text:?}");
        Failure::new(Kind::Malformed, IssueType::Value, text)
    })
}
