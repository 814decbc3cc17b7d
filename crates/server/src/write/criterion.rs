//! A query that selects the resource that a write is about: `identifier=system|value`.
//!
//! <http://hl7.org/fhir/R4/http.html#ccreate>, <http://hl7.org/fhir/R4/http.html#cond-update>
//!
//! Criteria by identifier are exact and free of races: the store reads the identifier's key item, and
//! guards it until the commit. Other criteria need search, which this server does not have yet; they
//! are refused rather than approximated.

use fhir::{identifier::TokenCriterion, query};

use crate::failure::Failure;

/// Parameters of any request, which say nothing of the resource.
const EDGE: [&str; 2] = ["_format", "_pretty"];

/// A criterion on one resource type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Criterion {
    /// The resource type.
    pub(crate) kind: String,
    /// What must match.
    pub(crate) identifier: store::Criterion,
    /// The query as it was written, for messages: `Organization?identifier=…`.
    pub(crate) text: String,
}

impl Criterion {
    /// Reads a criterion from the query of a conditional request.
    ///
    /// # Errors
    ///
    /// 400 `not-supported` for anything but one `identifier` with a value.
    pub(crate) fn parse(kind: &str, query: &str) -> Result<Self, Failure> {
        let text = format!("{kind}?{query}");
        let refuse = |why: &str| {
            Failure::not_supported(format!(
                "the criterion \"{text}\" is not supported: {why}. \
                 Supported is one identifier, as system|value, |value or value"
            ))
        };
        let mut parameters = query::parse(query);
        parameters.retain(|parameter| !EDGE.contains(&parameter.name.as_str()));
        let [parameter] = parameters.as_slice() else {
            return Err(refuse("it must have exactly one parameter"));
        };
        if parameter.name != "identifier" || parameter.modifier.is_some() {
            return Err(refuse("it is not the plain parameter identifier"));
        }
        let criterion = match query::alternatives(&parameter.value).as_slice() {
            [one] => TokenCriterion::parse(one),
            _ => return Err(refuse("it names several values")),
        };
        let value = criterion.as_ref().and_then(TokenCriterion::value);
        let (Some(criterion), Some(key)) = (&criterion, value) else {
            return Err(refuse("it does not name a value"));
        };
        let identifier = store::Criterion {
            key: key.to_owned(),
            token: criterion.token(),
        };
        Ok(Self {
            kind: kind.to_owned(),
            identifier,
            text,
        })
    }

    /// The criterion on one identifier.
    pub(crate) fn identifier(kind: &str, system: &str, value: &str) -> Self {
        let token = format!("{system}|{value}");
        Self {
            kind: kind.to_owned(),
            text: format!("{kind}?identifier={token}"),
            identifier: store::Criterion {
                key: value.to_owned(),
                token: Some(token),
            },
        }
    }

    /// The same for criteria that ask for the same, however they are written.
    pub(crate) fn name(&self) -> String {
        let store::Criterion { key, token } = &self.identifier;
        format!("{}?identifier={}", self.kind, token.as_ref().unwrap_or(key))
    }
}
