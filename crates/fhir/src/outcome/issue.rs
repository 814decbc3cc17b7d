//! One problem, or one thing worth saying.
//!
//! <http://hl7.org/fhir/R4/operationoutcome-definitions.html#OperationOutcome.issue>

use std::fmt;

use serde_json::{Value, json};

use super::issue_type::IssueType;
use crate::json::Object;

/// How much an issue matters (<http://hl7.org/fhir/R4/valueset-issue-severity.html>); ordered, the worst is the greatest.
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
}
