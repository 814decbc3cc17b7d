//! What kinds of issue there are: <http://hl7.org/fhir/R4/valueset-issue-type.html>

use std::fmt;

/// Declares the issue types with their codes, so that no code is spelled twice.
macro_rules! issue_types {
    ($($(#[$doc:meta])+ $name:ident = $code:literal,)+) => {
        /// What kind of issue it is. All codes of R4; codes that R5 added (`success`) are absent.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum IssueType {
            $($(#[$doc])+ $name,)+
        }

        impl IssueType {
            /// Every code of R4, in the order of the value set.
            pub const ALL: &[Self] = &[$(Self::$name,)+];

            /// The code, e.g. `business-rule`.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $code,)+
                }
            }
        }
    };
}

issue_types! {
    /// Content that is not valid against the specification or a profile.
    Invalid = "invalid",
    /// A structural issue: wrong JSON, unknown element, wrong cardinality.
    Structure = "structure",
    /// A required element is missing.
    Required = "required",
    /// An element or header value is invalid.
    Value = "value",
    /// A rule about several elements failed.
    Invariant = "invariant",
    /// An authentication, authorization or permission issue.
    Security = "security",
    /// The client needs to initiate an authentication process.
    Login = "login",
    /// The user or system was not able to be authenticated.
    Unknown = "unknown",
    /// The user session expired.
    Expired = "expired",
    /// The user does not have the rights.
    Forbidden = "forbidden",
    /// Some information was not or might not have been returned.
    Suppressed = "suppressed",
    /// Processing issues.
    Processing = "processing",
    /// The interaction, operation, resource or profile is not supported.
    NotSupported = "not-supported",
    /// An attempt was made to create a duplicate record.
    Duplicate = "duplicate",
    /// Multiple matching records were found when one was expected.
    MultipleMatches = "multiple-matches",
    /// The reference provided was not found.
    NotFound = "not-found",
    /// The reference pointed to content that has been deleted.
    Deleted = "deleted",
    /// Provided content is too long.
    TooLong = "too-long",
    /// The code or system could not be understood.
    CodeInvalid = "code-invalid",
    /// An extension was found that was not acceptable.
    Extension = "extension",
    /// The operation was stopped to protect server resources.
    TooCostly = "too-costly",
    /// The content or operation failed to pass some business rule.
    BusinessRule = "business-rule",
    /// Content could not be accepted because of an edit conflict.
    Conflict = "conflict",
    /// Transient processing issues: the same request may succeed later.
    Transient = "transient",
    /// A resource or record locking failure.
    LockError = "lock-error",
    /// The persistent store is unavailable.
    NoStore = "no-store",
    /// An unexpected internal error.
    Exception = "exception",
    /// An internal timeout.
    Timeout = "timeout",
    /// Not all data sources could be accessed.
    Incomplete = "incomplete",
    /// The system is not prepared to handle this request due to load management.
    Throttled = "throttled",
    /// A message unrelated to the success of the request.
    Informational = "informational",
}

impl fmt::Display for IssueType {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::IssueType;

    #[test]
    fn all_codes_of_r4_are_there_once() {
        let codes: std::collections::BTreeSet<_> =
            IssueType::ALL.iter().map(|code| code.as_str()).collect();
        assert_eq!(codes.len(), IssueType::ALL.len());
        assert_eq!(codes.len(), 31);
        assert!(!codes.contains("success"));
    }
}
