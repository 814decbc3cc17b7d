//! One problem, or one thing worth saying.
//!
//! Codes: <http://hl7.org/fhir/R4/valueset-issue-type.html>,
//! severities: <http://hl7.org/fhir/R4/valueset-issue-severity.html>.

use std::fmt;

use serde_json::{Value, json};

use crate::json::Object;

/// How much an issue matters; ordered, the worst is the greatest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Nothing is wrong.
    Information,
    /// Done, but look at it.
    Warning,
    /// Not done.
    Error,
    /// Not done, and no further checks were possible.
    Fatal,
}

impl Severity {
    /// The code: `information`, `warning`, `error`, `fatal`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Information => "information",
            Self::Warning => "warning",
            Self::Error => "error",
            Self::Fatal => "fatal",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

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

/// A code that tells programs what `diagnostics` tells people.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Coding {
    /// The code system's URL.
    pub system: String,
    /// The code.
    pub code: String,
    /// The code's text.
    pub display: Option<String>,
}

impl Coding {
    /// A coding without a display.
    pub fn new(system: impl Into<String>, code: impl Into<String>) -> Self {
        Self {
            system: system.into(),
            code: code.into(),
            display: None,
        }
    }

    /// The same coding with this display.
    pub fn display(mut self, text: impl Into<String>) -> Self {
        self.display = Some(text.into());
        self
    }

    fn to_value(&self) -> Value {
        let mut coding = json!({"system": self.system, "code": self.code});
        if let (Value::Object(coding), Some(text)) = (&mut coding, &self.display) {
            coding.insert("display".to_owned(), json!(text));
        }
        coding
    }
}

/// One entry of `OperationOutcome.issue`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Issue {
    /// How much it matters.
    pub severity: Severity,
    /// What kind of issue it is.
    pub code: IssueType,
    /// The text for people; left out of the outcome when empty.
    pub diagnostics: String,
    /// Codes for programs.
    pub details: Vec<Coding>,
    /// The places it is about, e.g. `Bundle.entry[2].resource.partOf`.
    pub expression: Vec<String>,
}

impl Issue {
    /// An issue of any severity.
    pub fn new(severity: Severity, code: IssueType, diagnostics: impl Into<String>) -> Self {
        let diagnostics = diagnostics.into();
        Self {
            severity,
            code,
            diagnostics,
            details: Vec::new(),
            expression: Vec::new(),
        }
    }

    /// An issue because of which nothing was done.
    pub fn error(code: IssueType, diagnostics: impl Into<String>) -> Self {
        Self::new(Severity::Error, code, diagnostics)
    }

    /// An issue that did not stop anything.
    pub fn warning(code: IssueType, diagnostics: impl Into<String>) -> Self {
        Self::new(Severity::Warning, code, diagnostics)
    }

    /// A message.
    pub fn information(code: IssueType, diagnostics: impl Into<String>) -> Self {
        Self::new(Severity::Information, code, diagnostics)
    }

    /// The same issue about one more place.
    pub fn at(mut self, expression: impl fmt::Display) -> Self {
        self.expression.push(expression.to_string());
        self
    }

    /// The same issue with one more code in its details.
    pub fn coded(mut self, coding: Coding) -> Self {
        self.details.push(coding);
        self
    }

    /// The same issue as seen from a surrounding resource: `Organization.name` within
    /// `Bundle.entry[2].resource` is `Bundle.entry[2].resource.name`. An issue without a place
    /// gets the surrounding one.
    pub fn within(mut self, outer: &str) -> Self {
        if self.expression.is_empty() {
            return self.at(outer);
        }
        for place in &mut self.expression {
            // the type name ends where the first step or index begins
            let inner = place
                .find(['.', '['])
                .map_or("", |end| place.get(end..).unwrap_or(""));
            *place = format!("{outer}{inner}");
        }
        self
    }

    /// Whether the issue stands for something that was not done.
    pub fn is_error(&self) -> bool {
        self.severity >= Severity::Error
    }

    pub(super) fn to_object(&self) -> Object {
        let mut issue = Object::new();
        issue.insert("severity".to_owned(), json!(self.severity.as_str()));
        issue.insert("code".to_owned(), json!(self.code.as_str()));
        if !self.details.is_empty() {
            let codings: Vec<Value> = self.details.iter().map(Coding::to_value).collect();
            issue.insert("details".to_owned(), json!({ "coding": codings }));
        }
        if !self.diagnostics.is_empty() {
            issue.insert("diagnostics".to_owned(), json!(self.diagnostics));
        }
        if !self.expression.is_empty() {
            issue.insert("expression".to_owned(), json!(self.expression));
        }
        issue
    }
}

#[cfg(test)]
mod tests {
    use super::{Issue, IssueType, Severity};

    #[test]
    fn an_issue_within_a_bundle_is_rerooted() {
        for (inner, expected) in [
            ("Organization.name", "Bundle.entry[2].resource.name"),
            (
                "Organization.contact[0].name",
                "Bundle.entry[2].resource.contact[0].name",
            ),
            ("Organization", "Bundle.entry[2].resource"),
        ] {
            let issue = Issue::error(IssueType::Structure, "").at(inner);
            assert_eq!(
                issue.within("Bundle.entry[2].resource").expression,
                [expected]
            );
        }
        let placeless = Issue::error(IssueType::Structure, "").within("Bundle.entry[2]");
        assert_eq!(placeless.expression, ["Bundle.entry[2]"]);
    }

    #[test]
    fn only_error_and_fatal_are_errors() {
        let errors = [
            Severity::Information,
            Severity::Warning,
            Severity::Error,
            Severity::Fatal,
        ]
        .map(|severity| Issue::new(severity, IssueType::Processing, "").is_error());
        assert_eq!(errors, [false, false, true, true]);
    }

    #[test]
    fn all_codes_of_r4_are_there_once() {
        let codes: std::collections::BTreeSet<_> =
            IssueType::ALL.iter().map(|code| code.as_str()).collect();
        assert_eq!(codes.len(), IssueType::ALL.len());
        assert_eq!(codes.len(), 31);
        assert!(!codes.contains("success"));
    }
}
