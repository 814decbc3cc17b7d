//! Bundles that a client sends: transactions and batches.
//!
//! <http://hl7.org/fhir/R4/bundle.html>, <http://hl7.org/fhir/R4/http.html#transaction>
//!
//! ```json
//! {"resourceType":"Bundle","type":"transaction","entry":[
//!  {"fullUrl":"urn:uuid:123-456-789","resource":{"resourceType":"Organization","name":"A"},
//!   "request":{"method":"POST","url":"Organization"}}]}
//! ```
//!
//! Reading finds all problems of all entries at once, ordered by entry, each with its place
//! (`Bundle.entry[2].request.url`). Tolerated although R4 forbids it: `total` on a transaction, and
//! an empty string in an array (`"alias": [""]`), which is dropped with a warning.
//!
//! What an entry's URL means, and whether its host is ours, is the server's business.

mod entry;
mod full_url;
mod request;

use std::fmt;

use serde_json::Value;

pub use entry::BundleEntry;
pub use request::{Method, Request};

use crate::json::Object;
use crate::outcome::{Issue, IssueType};
use crate::schema;

/// How the entries of a bundle are processed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BundleKind {
    /// All entries or none.
    Transaction,
    /// Each entry on its own.
    Batch,
}

impl BundleKind {
    /// Both kinds.
    pub const ALL: &[Self] = &[Self::Transaction, Self::Batch];

    /// `Bundle.type` of the request: `transaction`, `batch`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Transaction => "transaction",
            Self::Batch => "batch",
        }
    }

    /// `Bundle.type` of the response: `transaction-response`, `batch-response`.
    pub fn response_type(self) -> &'static str {
        match self {
            Self::Transaction => "transaction-response",
            Self::Batch => "batch-response",
        }
    }
}

impl fmt::Display for BundleKind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

/// A transaction or a batch, checked as far as the bundle alone can tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bundle {
    /// Transaction or batch.
    pub kind: BundleKind,
    /// The bundle without its entries: `id`, `meta.profile` and the like.
    pub envelope: Object,
    /// The entries, in the order of the request.
    pub entries: Vec<BundleEntry>,
    /// What was tolerated: the entry's index and a warning with its full place.
    pub warnings: Vec<(usize, Issue)>,
}

/// An entry of a batch that cannot be performed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// Its position in `Bundle.entry`, from 0.
    pub index: usize,
    /// What is wrong with it; never empty.
    pub issues: Vec<Issue>,
}

impl Bundle {
    /// Reads a bundle of one of the allowed kinds, all of it or nothing. A bundle without entries
    /// is fine.
    ///
    /// # Errors
    /// All problems: first those of the bundle itself (`structure`, `required`; `not-supported`
    /// for another `type`), then those of the entries in their order: structure and ids of their
    /// resources, `required` for a missing method, URL or resource, `value` for an unknown method
    /// or a version-specific `fullUrl`, `duplicate` for a repeated `fullUrl`.
    pub fn parse(bundle: Object, allowed: &[BundleKind]) -> Result<Self, Vec<Issue>> {
        let (bundle, refused) = Self::parse_each(bundle, allowed)?;
        if refused.is_empty() {
            Ok(bundle)
        } else {
            Err(issues(refused))
        }
    }

    /// Like [`Bundle::parse`], but of a batch, whose entries stand alone, those that are wrong are
    /// set aside. The two lists together have every entry once, each list in order.
    ///
    /// # Errors
    /// As for [`Bundle::parse`], except for the problems of a batch's entries.
    pub fn parse_each(
        mut bundle: Object,
        allowed: &[BundleKind],
    ) -> Result<(Self, Vec<Refused>), Vec<Issue>> {
        if bundle.get("resourceType").and_then(Value::as_str) != Some("Bundle") {
            let text = "the body must be a Bundle";
            return Err(vec![
                Issue::error(IssueType::Structure, text).at("Resource.resourceType"),
            ]);
        }
        let entries = take_entries(&mut bundle);
        let mut problems = schema::check(&bundle);
        let kind = read_kind(&bundle, allowed)
            .map_err(|issue| problems.extend(issue))
            .ok();
        let entries = entries
            .map_err(|issue| problems.push(issue))
            .unwrap_or_default();

        let mut warnings = Vec::new();
        let (entries, refused) = read_entries(entries, &mut warnings);
        match kind {
            Some(kind)
                if problems.is_empty() && (kind == BundleKind::Batch || refused.is_empty()) =>
            {
                Ok((
                    Self {
                        kind,
                        envelope: bundle,
                        entries,
                        warnings,
                    },
                    refused,
                ))
            }
            _ => Err(problems.into_iter().chain(issues(refused)).collect()),
        }
    }

    /// Whether `Bundle.meta.profile` names this profile.
    pub fn has_profile(&self, url: &str) -> bool {
        let profiles = self
            .envelope
            .get("meta")
            .and_then(|meta| meta.get("profile"));
        let mut profiles = profiles.and_then(Value::as_array).into_iter().flatten();
        profiles.any(|profile| profile.as_str() == Some(url))
    }
}

fn issues(refused: Vec<Refused>) -> Vec<Issue> {
    refused
        .into_iter()
        .flat_map(|refused| refused.issues)
        .collect()
}

fn read_entries(
    entries: Vec<Value>,
    warnings: &mut Vec<(usize, Issue)>,
) -> (Vec<BundleEntry>, Vec<Refused>) {
    let full_url_issues = full_url::check(&entries);
    let mut read = Vec::with_capacity(entries.len());
    let mut refused = Vec::new();
    for ((index, entry), full_url_issue) in entries.into_iter().enumerate().zip(full_url_issues) {
        let mut issues = Vec::new();
        match BundleEntry::parse(index, entry, warnings) {
            Ok(entry) if full_url_issue.is_none() => read.push(entry),
            Ok(_) => {}
            Err(found) => issues = found,
        }
        issues.extend(full_url_issue);
        if !issues.is_empty() {
            refused.push(Refused { index, issues });
        }
    }
    (read, refused)
}

fn take_entries(bundle: &mut Object) -> Result<Vec<Value>, Issue> {
    match bundle.shift_remove("entry") {
        None => Ok(Vec::new()),
        Some(Value::Array(entries)) => Ok(entries),
        Some(_) => Err(Issue::error(IssueType::Structure, "must be an array").at("Bundle.entry")),
    }
}

/// The kind; `Err(None)` when the type is missing or no string, which the structure check reports.
fn read_kind(bundle: &Object, allowed: &[BundleKind]) -> Result<BundleKind, Option<Issue>> {
    let kind = bundle.get("type").and_then(Value::as_str).ok_or(None)?;
    allowed
        .iter()
        .copied()
        .find(|allowed| allowed.as_str() == kind)
        .ok_or_else(|| {
            let names: Vec<_> = allowed.iter().map(|kind| format!("'{kind}'")).collect();
            let text = format!(
                "a Bundle of type {} is expected, not '{kind}'",
                names.join(" or ")
            );
            Some(Issue::error(IssueType::NotSupported, text).at("Bundle.type"))
        })
}

#[cfg(test)]
mod tests;
