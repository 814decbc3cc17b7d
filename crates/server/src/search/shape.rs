//! Which part of a resource is shown: `_summary` and `_elements`.
//!
//! <http://hl7.org/fhir/R4/search.html#summary>, <http://hl7.org/fhir/R4/search.html#elements>
//!
//! A resource that is not whole carries the tag `SUBSETTED`, so that nobody stores it again.

use fhir::{
    json::Object,
    outcome::{Issue, IssueType},
    query::Parameter,
    summary,
};

use crate::failure::{Failure, Kind};

/// See the module head.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) enum Shape {
    /// All of it.
    #[default]
    Whole,
    /// `_summary=true`: the elements that the specification marks so.
    Summary,
    /// `_summary=text`: the narrative, and what must be there.
    Text,
    /// `_summary=data`: all but the narrative.
    Data,
    /// `_elements`: these, and what must be there.
    Elements(Vec<String>),
}

impl Shape {
    /// What the parameters of a read say; those it does not know are not its business.
    ///
    /// # Errors
    ///
    /// 400 for a value that there is not.
    pub(crate) fn of_read(parameters: &[Parameter]) -> Result<Self, Failure> {
        let about =
            |parameter: &&Parameter| matches!(parameter.name.as_str(), "_summary" | "_elements");
        let mut about = parameters.iter().filter(about);
        let shape = about.try_fold(Self::Whole, Self::with);
        shape.map_err(|issue| Failure::of(Kind::Malformed, issue))
    }

    /// The same with one parameter more.
    ///
    /// # Errors
    ///
    /// What is wrong with its value.
    pub(crate) fn with(self, parameter: &Parameter) -> Result<Self, Issue> {
        let value = parameter.value.as_str();
        let shape = match (parameter.name.as_str(), value) {
            ("_elements", names) => Self::Elements(
                names
                    .split(',')
                    .map(|name| name.rsplit('.').next().unwrap_or(name).trim().to_owned())
                    .filter(|name| !name.is_empty())
                    .collect(),
            ),
            (_, "true") => Self::Summary,
            (_, "text") => Self::Text,
            (_, "data") => Self::Data,
            (_, "false") => Self::Whole,
            _ => {
                let text = format!(
                    "_summary cannot be \"{value}\": true, text, data and false are known, and for a search count"
                );
                return Err(Issue::error(IssueType::Value, text));
            }
        };
        if self == Self::Whole || shape == self {
            return Ok(shape);
        }
        let text = "_summary and _elements cannot be used together";
        Err(Issue::error(IssueType::Value, text))
    }

    /// What is shown of a resource.
    pub(crate) fn of(&self, resource: Object) -> Object {
        match self {
            Self::Whole => resource,
            Self::Summary => summary::summary(&resource),
            Self::Text => summary::text(&resource),
            Self::Data => summary::data(&resource),
            Self::Elements(names) => {
                let names: Vec<&str> = names.iter().map(String::as_str).collect();
                summary::elements(&resource, &names)
            }
        }
    }
}
