//! Every way a request fails: what the client is told, and what the operator needs to know.
//!
//! <http://hl7.org/fhir/R4/http.html#Status-Codes>
//!
//! A [`Failure`] is a value with at least one issue; `rest` turns it into an `OperationOutcome`,
//! with the status of its [`Kind`]. What only the operator may see is in `source`: it is logged once
//! at the edge, with the request id, and never sent.

mod edge;

use fhir::{
    outcome::{Issue, IssueType},
    version::{EntityTags, VersionId},
};
use http::StatusCode;
use store::{CommitError, StoreError};

/// The meaning of a failure. Its HTTP status is [`Kind::status`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The request cannot be understood.
    Malformed,
    /// Nobody is calling, or nobody we know.
    Unauthenticated,
    /// The caller may not do this.
    Forbidden,
    /// There is no such resource, version, type or endpoint.
    NotFound,
    /// The interaction is not offered here.
    NotAllowed,
    /// No representation that the client accepts.
    NotAcceptable,
    /// Somebody else is changing the same resources.
    Conflict,
    /// The resource was deleted.
    Gone,
    /// The stored state is not what the request asked for.
    PreconditionFailed,
    /// More than a limit allows.
    TooLarge,
    /// A URL of more bytes than a limit allows.
    UrlTooLong,
    /// Headers of more bytes than a limit allows.
    HeadersTooLarge,
    /// The request did not arrive in time.
    TooSlow,
    /// The body is in a format that is not supported.
    UnsupportedMedia,
    /// Understood, and against a rule.
    Unprocessable,
    /// A fault on our side: nothing was written.
    Internal,
    /// A fault on our side after which it is not known whether the write took effect.
    Unknown,
    /// Not now: nothing was written, try again.
    Unavailable,
    /// The caller has too much under way already.
    TooMany,
}

impl Kind {
    /// The HTTP status. The quoted sentences are those of the R4 specification where it has one.
    pub fn status(self) -> StatusCode {
        match self {
            // "resource could not be parsed or failed basic FHIR validation rules"
            Self::Malformed => StatusCode::BAD_REQUEST,
            // "authorization is required for the interaction that was attempted"
            Self::Unauthenticated => StatusCode::UNAUTHORIZED,
            Self::Forbidden => StatusCode::FORBIDDEN,
            // "resource type not supported, or not a FHIR end-point"
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::NotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::NotAcceptable => StatusCode::NOT_ACCEPTABLE,
            // "version conflict management" between writers we could not put in order in time
            Self::Conflict => StatusCode::CONFLICT,
            // "a GET for a deleted resource returns a 410 status code"
            Self::Gone => StatusCode::GONE,
            // "if the version id given in the If-Match header does not match, the server returns a
            // 412 Precondition Failed"; "the client's criteria were not selective enough"
            Self::PreconditionFailed => StatusCode::PRECONDITION_FAILED,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::UrlTooLong => StatusCode::URI_TOO_LONG,
            Self::HeadersTooLarge => StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::UnsupportedMedia => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            // "the proposed resource violated applicable FHIR profiles or server business rules"
            Self::Unprocessable => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Internal | Self::Unknown => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            // Bulk Data: "should respond with a 429 Too Many Requests"
            Self::TooMany => StatusCode::TOO_MANY_REQUESTS,
        }
    }
}

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
