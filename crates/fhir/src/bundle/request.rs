//! What an entry asks for.
//!
//! <http://hl7.org/fhir/R4/bundle-definitions.html#Bundle.entry.request>

use std::fmt;

use serde_json::Value;

use crate::json::Object;
use crate::outcome::{Issue, IssueType};

/// The HTTP verb of an entry: <http://hl7.org/fhir/R4/valueset-http-verb.html>.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Method {
    /// Read, vread, history, search, capabilities, read-only operation.
    Get,
    /// As GET, without a body in the answer.
    Head,
    /// Create, or an operation.
    Post,
    /// Update, conditional or not.
    Put,
    /// Patch, conditional or not.
    Patch,
    /// Delete, conditional or not.
    Delete,
}

impl Method {
    /// All verbs of R4.
    pub const ALL: &[Self] = &[
        Self::Get,
        Self::Head,
        Self::Post,
        Self::Put,
        Self::Patch,
        Self::Delete,
    ];

    /// The code, e.g. `POST`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Head => "HEAD",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }

    /// Whether an entry with this verb must have a resource.
    pub fn needs_resource(self) -> bool {
        matches!(self, Self::Post | Self::Put | Self::Patch)
    }
}

impl fmt::Display for Method {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

/// `Bundle.entry.request`. The conditions are kept as sent; they mean what the HTTP headers mean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The verb.
    pub method: Method,
    /// The URL, relative to the base or absolute.
    pub url: String,
    /// `ifMatch`: an entity tag.
    pub if_match: Option<String>,
    /// `ifNoneMatch`: an entity tag.
    pub if_none_match: Option<String>,
    /// `ifModifiedSince`: a FHIR instant.
    pub if_modified_since: Option<String>,
    /// `ifNoneExist`: a query without its `?`.
    pub if_none_exist: Option<String>,
}

impl Request {
    /// Reads `request` of an entry whose structure has been checked into `issues`. `None` when
    /// there is none, or when something is missing that was reported there.
    pub(super) fn parse(
        entry: &Object,
        place: &str,
        has_resource: bool,
        issues: &mut Vec<Issue>,
    ) -> Option<Self> {
        let Some(request) = entry.get("request") else {
            let text = "an entry must have a request with method and URL";
            issues.push(Issue::error(IssueType::Required, text).at(format!("{place}.request")));
            return None;
        };
        let text = |name| request.get(name).and_then(Value::as_str);
        let method = text("method").and_then(|code| {
            let known = Method::ALL
                .iter()
                .copied()
                .find(|method| method.as_str() == code);
            if known.is_none() {
                let text = format!("'{code}' is no HTTP verb of R4");
                let place = format!("{place}.request.method");
                issues.push(Issue::error(IssueType::Value, text).at(place));
            }
            known
        })?;
        if method.needs_resource() && !has_resource {
            let text = format!("an entry with method {method} must have a resource");
            issues.push(Issue::error(IssueType::Required, text).at(format!("{place}.resource")));
        }
        let owned = |name| text(name).map(ToOwned::to_owned);
        Some(Self {
            method,
            url: owned("url")?,
            if_match: owned("ifMatch"),
            if_none_match: owned("ifNoneMatch"),
            if_modified_since: owned("ifModifiedSince"),
            if_none_exist: owned("ifNoneExist"),
        })
    }
}
