//! Every way a request fails: what the client is told, and what the operator needs to know.
//!
//! <http://hl7.org/fhir/R4/http.html#Status-Codes>
//!
//! A [`Failure`] is a value with at least one issue; `rest` turns it into an `OperationOutcome`,
//! with the status of its [`Kind`]. What only the operator may see is in `source`: it is logged once
//! at the edge, with the request id, and never sent.

mod edge;
mod kind;

use fhir::{
    outcome::{Issue, IssueType},
    version::{EntityTags, VersionId},
};
use store::{CommitError, StoreError};

pub use kind::Kind;

/// Why a request was not done.
#[derive(Debug)]
pub struct Failure {
    /// What it means; decides the status.
    pub kind: Kind,
    /// What the client is told: never empty.
    pub issues: Vec<Issue>,
    /// What only the operator is told.
    pub source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl Failure {
    /// A failure with one issue.
    pub fn new(kind: Kind, code: IssueType, diagnostics: impl Into<String>) -> Self {
        Self::of(kind, Issue::error(code, diagnostics))
    }

    /// A failure that one issue describes.
    pub fn of(kind: Kind, issue: Issue) -> Self {
        Self {
            kind,
            issues: vec![issue],
            source: None,
        }
    }

    /// 400 with all the problems found in the request.
    pub fn malformed(issues: Vec<Issue>) -> Self {
        Self {
            kind: Kind::Malformed,
            issues,
            source: None,
        }
    }

    /// 404: no resource of that type and id.
    pub fn not_found(resource: &impl std::fmt::Display) -> Self {
        Self::new(
            Kind::NotFound,
            IssueType::NotFound,
            format!("{resource} is not known"),
        )
    }

    /// 410: the resource was deleted.
    pub fn gone(resource: &impl std::fmt::Display) -> Self {
        Self::new(
            Kind::Gone,
            IssueType::Deleted,
            format!("{resource} was deleted"),
        )
    }

    /// 400: a feature that this server does not have.
    pub fn not_supported(text: impl Into<String>) -> Self {
        Self::new(Kind::Malformed, IssueType::NotSupported, text)
    }

    /// 412: the version in `If-Match` is not the current one.
    pub fn version_conflict(
        resource: &impl std::fmt::Display,
        expected: &EntityTags,
        found: Option<VersionId>,
    ) -> Self {
        let expected = match expected {
            EntityTags::Any => "any version".to_owned(),
            EntityTags::Versions(versions) => {
                let tags: Vec<String> = versions.iter().map(|version| version.etag()).collect();
                if tags.is_empty() {
                    "another version".to_owned()
                } else {
                    tags.join(", ")
                }
            }
        };
        let found = found.map_or("does not exist".to_owned(), |v| format!("is {}", v.etag()));
        let text = format!("If-Match asks for {expected} of {resource}, which {found}");
        Self::new(Kind::PreconditionFailed, IssueType::Conflict, text)
    }

    /// 412: a criterion that must match one resource at most matches several.
    pub fn multiple_matches(text: impl Into<String>) -> Self {
        Self::new(Kind::PreconditionFailed, IssueType::MultipleMatches, text)
    }

    /// 500: a fault of ours; the client learns no more than that.
    pub fn internal(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        let issue = Issue::error(
            IssueType::Exception,
            "an internal error; nothing was written",
        );
        Self {
            kind: Kind::Internal,
            issues: vec![issue],
            source: Some(source.into()),
        }
    }

    /// Whether it is about what a request may cost.
    pub(crate) fn is_too_costly(&self) -> bool {
        let mut codes = self.issues.iter().map(|issue| issue.code);
        codes.any(|code| code == IssueType::TooCostly)
    }

    /// The same failure, said to be in this part of the request: `Bundle.entry[3]`.
    pub fn at(mut self, expression: &str) -> Self {
        self.issues = self
            .issues
            .into_iter()
            .map(|issue| issue.within(expression))
            .collect();
        self
    }

    /// One failure out of several of one bundle, ordered as given: all issues, and the status they
    /// share, or 400 when they differ (T10).
    pub fn together(failures: Vec<Self>) -> Option<Self> {
        let mut failures = failures.into_iter();
        let first = failures.next()?;
        Some(failures.fold(first, |mut all, next| {
            if all.kind != next.kind {
                all.kind = Kind::Malformed;
            }
            all.issues.extend(next.issues);
            all.source = all.source.or(next.source);
            all
        }))
    }
}

/// As a host's log tells it, where nobody is to be answered.
impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let texts: Vec<&str> = self
            .issues
            .iter()
            .map(|one| one.diagnostics.as_str())
            .collect();
        f.write_str(&texts.join("; "))
    }
}

impl std::error::Error for Failure {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Busy => busy(),
            other => Self::internal(other),
        }
    }
}

impl From<CommitError> for Failure {
    /// The outcomes of a commit that are no longer about single entries.
    fn from(error: CommitError) -> Self {
        match error {
            CommitError::Busy => busy(),
            CommitError::Deadline => late(),
            CommitError::Conflict(keys) => {
                let keys: Vec<String> = keys.iter().map(ToString::to_string).collect();
                let text = format!("others keep changing {}; try again", keys.join(", "));
                Self::new(Kind::Conflict, IssueType::Conflict, text)
            }
            CommitError::TakenOver => Self::new(
                Kind::Conflict,
                IssueType::Conflict,
                "another attempt at this request has taken over; try again",
            ),
            CommitError::TooLarge(text) => Self::new(
                Kind::TooLarge,
                IssueType::TooLong,
                format!("too large to store: {text}"),
            ),
            CommitError::Unknown(source) => Self {
                kind: Kind::Unknown,
                issues: vec![Issue::error(
                    IssueType::Incomplete,
                    "the storage did not answer; whether the write took effect is not known. A POST \
                     with an Idempotency-Key can be sent again with the same key: it takes effect \
                     once. Otherwise read the resources before trying again",
                )],
                source: Some(Box::new(Unanswered(source))),
            },
            CommitError::Store(error) => error.into(),
            duplicates @ CommitError::Duplicates(_) => Self::internal(duplicates),
        }
    }
}

/// A commit without an answer, as the store shares its cause.
#[derive(Debug, thiserror::Error)]
#[error("no answer to a commit")]
struct Unanswered(#[source] store::Source);

/// 503: a request may take so long, and this one would have taken longer.
fn late() -> Failure {
    Failure::new(
        Kind::Unavailable,
        IssueType::Timeout,
        "it would have taken longer than a request may; nothing was written, try again",
    )
}

/// 503: the storage is throttled or contended beyond our patience.
fn busy() -> Failure {
    Failure::new(
        Kind::Unavailable,
        IssueType::Transient,
        "too busy; nothing was written, try again",
    )
}
