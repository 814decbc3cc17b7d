//! The catalogue of messages, with their symbolic codes.
//!
//! The platform's texts name the rule that is broken; the code is in `details.coding`, which the
//! platform itself leaves out.

use fhir::outcome::{Coding, Issue, IssueType};

use crate::rules::ERROR_CODES;

/// A message of the catalogue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Message {
    SourceMustBeManual,
    MustBeSslWhenSourceManual,
    NotUnique(String),
    SystemNotAllowedForSourceManual,
    TraverseToSorNotPossible(String),
    MustContainCvrForSourceManual,
    /// The identifier, and how many organizations have it.
    UnknownIdentifier(String, usize),
    /// The organization, and the system whose identifier it lacks.
    MissingIdentifier(String, &'static str),
    /// A rule that the catalogue has no message of its own for.
    Validation(String),
}

impl Message {
    fn code(&self) -> &'static str {
        match self {
            Self::SourceMustBeManual => "ORGANIZATION_SOURCE_MUST_BE_MANUAL",
            Self::MustBeSslWhenSourceManual => {
                "ORGANIZATION_IDENTIFIER_MUST_BE_SSL_WHEN_SOURCE_MANUAL"
            }
            Self::NotUnique(_) => "ORGANIZATION_IDENTIFIER_NOT_UNIQUE",
            Self::SystemNotAllowedForSourceManual => {
                "ORGANIZATION_IDENTIFIER_SYSTEM_NOT_ALLOWED_FOR_SOURCE_MANUAL"
            }
            Self::TraverseToSorNotPossible(_) => "ORGANIZATION_TRAVERSE_TO_SOR_NOT_POSSIBLE",
            Self::MustContainCvrForSourceManual => {
                "ORGANIZATION_IDENTIFIER_MUST_CONTAIN_AT_LEAST_CVR_FOR_SOURCE_MANUAL"
            }
            Self::UnknownIdentifier(..) => "ORGANIZATION_UNKNOWN_IDENTIFIER",
            Self::MissingIdentifier(..) => "ORGANIZATION_MISSING_IDENTIFIER",
            Self::Validation(_) => "GENERAL_VALIDATION_ERROR",
        }
    }

    fn text(&self) -> String {
        match self {
            Self::SourceMustBeManual => {
                "The operation can only be performed for Organization with source \"manual\"".into()
            }
            Self::MustBeSslWhenSourceManual => {
                "The operation can only be performed for SSL Organizations when the source is \
                 \"manual\""
                    .into()
            }
            Self::NotUnique(token) => format!("Organization Identifier not unique: {token}"),
            Self::SystemNotAllowedForSourceManual => {
                "Identifier system is not allowed for Organization with source \"manual\"".into()
            }
            Self::TraverseToSorNotPossible(organization) => {
                format!("No related SOR organization could be found for: {organization}")
            }
            Self::MustContainCvrForSourceManual => {
                "Identifier system CVR required for Organization with source \"manual\"".into()
            }
            Self::UnknownIdentifier(token, found) => format!(
                "Unable to find unique Organization with identifier: {token}. Number of search \
                 results: {found}"
            ),
            Self::MissingIdentifier(organization, system) => {
                format!("Organization {organization} does not have identifier of type: {system}")
            }
            Self::Validation(what) => format!("Validation error: {what}."),
        }
    }

    fn kind(&self) -> IssueType {
        match self {
            Self::NotUnique(_) => IssueType::Duplicate,
            Self::UnknownIdentifier(..) => IssueType::MultipleMatches,
            Self::TraverseToSorNotPossible(_) => IssueType::NotFound,
            Self::MissingIdentifier(..) => IssueType::Required,
            Self::Validation(_) => IssueType::Invalid,
            _ => IssueType::BusinessRule,
        }
    }

    /// The message as an error.
    pub(crate) fn issue(&self) -> Issue {
        Issue::error(self.kind(), self.text()).coded(Coding::new(ERROR_CODES, self.code()))
    }

    /// The message as a warning.
    pub(super) fn warning(&self) -> Issue {
        Issue::warning(self.kind(), self.text()).coded(Coding::new(ERROR_CODES, self.code()))
    }
}
