//! Search parameters of a server's own: SearchParameter resources.
//!
//! <http://hl7.org/fhir/R4/searchparameter.html>

use std::borrow::Cow;
use std::sync::OnceLock;

use serde_json::Value;

use super::{Compiled, Form, SearchParameter, SearchType, find};
use crate::json::Object;
use crate::outcome::{Issue, IssueType};
use crate::schema::ElementType;

pub(super) fn compile(resource: &Object) -> Result<SearchParameter, Vec<Issue>> {
    let mut reader = Reader {
        resource,
        issues: Vec::new(),
    };
    let parameter = reader.parameter();
    match parameter {
        Some(parameter) if reader.issues.is_empty() => Ok(parameter),
        _ => Err(reader.issues),
    }
}

struct Reader<'a> {
    resource: &'a Object,
    issues: Vec<Issue>,
}

impl<'a> Reader<'a> {
    fn report(&mut self, code: IssueType, element: &str, text: impl Into<String>) {
        let place = format!("SearchParameter.{element}");
        self.issues.push(Issue::error(code, text).at(place));
    }

    fn parameter(&mut self) -> Option<SearchParameter> {
        let (code, kind, expression) = (self.code(), self.kind(), self.text("expression"));
        let bases = self.bases(code);
        let mut parameter = SearchParameter {
            code: Cow::Owned(code?.to_owned()),
            kind: kind?,
            definition: Cow::Owned(self.optional("url").unwrap_or_default().to_owned()),
            forms: Vec::new(),
            targets: self.targets(),
            systems: Vec::new(),
            is_phonetic: self.optional("xpathUsage") == Some("phonetic"),
            is_custom: true,
            expression: Cow::Owned(expression?.to_owned()),
            components: Vec::new(),
        };
        for base in bases {
            match parameter.compile_for(base) {
                Ok(compiled) => {
                    self.check_leaves(&compiled, parameter.kind, base);
                    let base = Cow::Owned(base.to_owned());
                    let compiled = OnceLock::from(compiled);
                    parameter.forms.push(Form { base, compiled });
                }
                Err(problem) => {
                    let text = format!("the expression is not supported: {problem}");
                    self.report(IssueType::NotSupported, "expression", text);
                }
            }
        }
        Some(parameter)
    }

    fn optional(&self, element: &str) -> Option<&'a str> {
        self.resource.get(element).and_then(Value::as_str)
    }

    fn text(&mut self, element: &str) -> Option<&'a str> {
        let text = self.optional(element);
        if text.is_none() {
            let problem = format!("a search parameter without '{element}' cannot be used");
            self.report(IssueType::Required, element, problem);
        }
        text
    }

    fn texts(&self, element: &str) -> Vec<&'a str> {
        let items = self.resource.get(element).and_then(Value::as_array);
        items
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect()
    }

    fn code(&mut self) -> Option<&'a str> {
        let code = self.text("code")?;
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
        if code.bytes().all(allowed) && (1..=64).contains(&code.len()) {
            return Some(code);
        }
        let text = format!("'{code}' is no code for a parameter: 1 to 64 of A-Z a-z 0-9 - _ are");
        self.report(IssueType::Value, "code", text);
        None
    }

    fn kind(&mut self) -> Option<SearchType> {
        let text = self.text("type")?;
        match SearchType::from_code(text) {
            Some(SearchType::Composite | SearchType::Special) => {
                let problem = format!("own parameters of type '{text}' are not supported");
                self.report(IssueType::NotSupported, "type", problem);
                None
            }
            Some(kind) => Some(kind),
            None => {
                let problem = format!("'{text}' is no type of search parameters");
                self.report(IssueType::Value, "type", problem);
                None
            }
        }
    }

    fn bases(&mut self, code: Option<&str>) -> Vec<&'a str> {
        let bases = self.texts("base");
        if bases.is_empty() {
            let text = "a search parameter without 'base' cannot be used";
            self.report(IssueType::Required, "base", text);
        }
        for base in &bases {
            if code.is_some_and(|code| find(base, code).is_some()) {
                let code = code.unwrap_or_default();
                let text = format!("R4 has a parameter '{code}' of {base}; it stays as it is");
                self.report(IssueType::NotSupported, "code", text);
            }
        }
        bases
    }

    fn targets(&self) -> Vec<Cow<'static, str>> {
        let targets = self.texts("target").into_iter();
        targets
            .map(|target| Cow::Owned(target.to_owned()))
            .collect()
    }

    /// Some of the values must be of types that such a parameter can compare.
    fn check_leaves(&mut self, compiled: &Compiled, kind: SearchType, base: &str) {
        let leaves = compiled.expression.leaves();
        if leaves.iter().any(|leaf| kind.compares(*leaf)) {
            return;
        }
        let mut names: Vec<_> = leaves.iter().map(|leaf| leaf.name()).collect();
        names.dedup();
        let names = names.join(", ");
        let text = format!("of {base} this leads to {names}, by which no {kind} is searched");
        self.report(IssueType::NotSupported, "expression", text);
    }
}

impl SearchType {
    /// Whether a parameter of this type has a meaning for values of this type.
    pub(crate) fn compares(self, leaf: ElementType) -> bool {
        let name = leaf.name();
        let types: &[&str] = match self {
            Self::Number => &["decimal", "integer", "positiveInt", "unsignedInt", "Range"],
            Self::Date => &["date", "dateTime", "instant", "Period", "Timing"],
            Self::String => &[
                "string",
                "markdown",
                "xhtml",
                "code",
                "id",
                "uri",
                "HumanName",
                "Address",
                "CodeableConcept",
                "Coding",
            ],
            Self::Token => &[
                "code",
                "Coding",
                "CodeableConcept",
                "Identifier",
                "ContactPoint",
                "boolean",
                "id",
                "string",
                "uri",
                "oid",
                "uuid",
                "url",
                "canonical",
                "integer",
                "positiveInt",
            ],
            Self::Reference => &["Reference", "canonical", "uri", "Resource"],
            Self::Quantity => &[
                "Quantity",
                "Age",
                "Count",
                "Distance",
                "Duration",
                "Money",
                "Range",
                "SampledData",
            ],
            Self::Uri => &["uri", "url", "canonical", "oid", "uuid"],
            Self::Composite | Self::Special => &[],
        };
        types.contains(&name)
    }
}

#[cfg(test)]
mod tests;
