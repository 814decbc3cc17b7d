//! Business identifiers of a resource, and the token by which a search names one.
//!
//! <http://hl7.org/fhir/R4/datatypes.html#Identifier>, <http://hl7.org/fhir/R4/search.html#token>
//!
//! | search value | matches |
//! |---|---|
//! | `sys\|val` | this value in this system |
//! | `\|val` | this value, without a system |
//! | `val` | this value in any system, or none |
//! | `sys\|` | any value in this system |

use serde_json::Value;

use crate::json::Object;
use crate::query::{split_unescaped, unescape};

/// One identifier of a resource.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct IdentifierValue {
    /// The system's URL, when it has one.
    pub system: Option<String>,
    /// The value.
    pub value: String,
    /// Where it stands, e.g. `Organization.identifier[0]`.
    pub path: String,
}

impl IdentifierValue {
    /// System and value as one text: `sys|val`, or `|val` without a system.
    pub fn token(&self) -> String {
        format!("{}|{}", self.system.as_deref().unwrap_or(""), self.value)
    }
}

/// The resource's own identifiers: its top-level `identifier`, an array or (as `Composition` has
/// it) a single one. An identifier without a value identifies nothing and is left out.
pub fn identifiers(resource: &Object) -> Vec<IdentifierValue> {
    let kind = resource
        .get("resourceType")
        .and_then(Value::as_str)
        .unwrap_or("");
    match resource.get("identifier") {
        Some(Value::Array(items)) => items
            .iter()
            .enumerate()
            .filter_map(|(index, item)| read(item, || format!("{kind}.identifier[{index}]")))
            .collect(),
        Some(item) => read(item, || format!("{kind}.identifier"))
            .into_iter()
            .collect(),
        None => Vec::new(),
    }
}

fn read(identifier: &Value, path: impl FnOnce() -> String) -> Option<IdentifierValue> {
    let text = |name| {
        identifier
            .get(name)
            .and_then(Value::as_str)
            .filter(|text| !text.is_empty())
    };
    let value = text("value")?.to_owned();
    Some(IdentifierValue {
        system: text("system").map(ToOwned::to_owned),
        value,
        path: path(),
    })
}

/// What an `identifier` search parameter asks for; one alternative of it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum TokenCriterion {
    /// `sys|val`
    SystemAndValue {
        /// The system's URL.
        system: String,
        /// The value.
        value: String,
    },
    /// `|val`: the identifier must have no system.
    ValueWithoutSystem(String),
    /// `val`: any system or none.
    Value(String),
    /// `sys|`: any value.
    System(String),
}

impl TokenCriterion {
    /// Reads one alternative of a token parameter (see [`crate::query::alternatives`]). `None`
    /// when it is empty or only `|`.
    pub fn parse(text: &str) -> Option<Self> {
        let parts: Vec<String> = split_unescaped(text, '|')
            .into_iter()
            .map(unescape)
            .collect();
        match parts.as_slice() {
            [value] if !value.is_empty() => Some(Self::Value(value.clone())),
            [system, rest @ ..] if !rest.is_empty() => Self::from_parts(system, rest.join("|")),
            _ => None,
        }
    }

    fn from_parts(system: &str, value: String) -> Option<Self> {
        match (system.is_empty(), value.is_empty()) {
            (true, true) => None,
            (true, false) => Some(Self::ValueWithoutSystem(value)),
            (false, true) => Some(Self::System(system.to_owned())),
            (false, false) => Some(Self::SystemAndValue {
                system: system.to_owned(),
                value,
            }),
        }
    }

    /// The value asked for; `None` for `sys|`.
    pub fn value(&self) -> Option<&str> {
        match self {
            Self::SystemAndValue { value, .. }
            | Self::ValueWithoutSystem(value)
            | Self::Value(value) => Some(value),
            Self::System(_) => None,
        }
    }

    /// The one [`IdentifierValue::token`] that matches; `None` when several tokens could.
    pub fn token(&self) -> Option<String> {
        match self {
            Self::SystemAndValue { system, value } => Some(format!("{system}|{value}")),
            Self::ValueWithoutSystem(value) => Some(format!("|{value}")),
            Self::Value(_) | Self::System(_) => None,
        }
    }

    /// Whether this identifier is one of those asked for.
    pub fn matches(&self, identifier: &IdentifierValue) -> bool {
        let system = identifier.system.as_deref();
        match self {
            Self::SystemAndValue {
                system: wanted,
                value,
            } => system == Some(wanted) && identifier.value == *value,
            Self::ValueWithoutSystem(value) => system.is_none() && identifier.value == *value,
            Self::Value(value) => identifier.value == *value,
            Self::System(wanted) => system == Some(wanted),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{IdentifierValue, TokenCriterion, identifiers};
    use crate::json::object;

    #[test]
    fn identifiers_are_read_from_an_array_or_a_single_one() {
        let organization = json!({"resourceType": "Organization", "identifier": [
            {"system": "http://cvr.dk", "value": "12345674"},
            {"value": "7"},
            {"system": "http://cvr.dk"},
        ]});
        let found: Vec<_> = identifiers(object(&organization))
            .into_iter()
            .map(|i| (i.token(), i.path))
            .collect();
        assert_eq!(
            found,
            [
                (
                    "http://cvr.dk|12345674".into(),
                    "Organization.identifier[0]".into()
                ),
                ("|7".into(), "Organization.identifier[1]".into()),
            ]
        );
        let composition = json!({"resourceType": "Composition", "identifier": {"value": "7"}});
        let [single] = identifiers(object(&composition)).try_into().unwrap();
        assert_eq!(
            single,
            IdentifierValue {
                system: None,
                value: "7".into(),
                path: "Composition.identifier".into()
            }
        );
        let patient = json!({"resourceType": "Patient"});
        assert_eq!(identifiers(object(&patient)), []);
    }

    #[test]
    fn a_token_is_read_in_its_four_forms() {
        let both = |system: &str, value: &str| TokenCriterion::SystemAndValue {
            system: system.into(),
            value: value.into(),
        };
        for (text, expected) in [
            ("sys|val", Some(both("sys", "val"))),
            (
                "|val",
                Some(TokenCriterion::ValueWithoutSystem("val".into())),
            ),
            ("val", Some(TokenCriterion::Value("val".into()))),
            ("sys|", Some(TokenCriterion::System("sys".into()))),
            ("sys|a\\|b", Some(both("sys", "a|b"))),
            ("sys|a|b", Some(both("sys", "a|b"))),
            ("", None),
            ("|", None),
        ] {
            assert_eq!(TokenCriterion::parse(text), expected, "{text}");
        }
    }

    #[test]
    fn a_token_matches_by_system_and_value() {
        let with = IdentifierValue {
            system: Some("sys".into()),
            value: "val".into(),
            path: String::new(),
        };
        let without = IdentifierValue {
            system: None,
            ..with.clone()
        };
        for (text, expected) in [
            ("sys|val", (true, false)),
            ("|val", (false, true)),
            ("val", (true, true)),
            ("sys|", (true, false)),
            ("sys|other", (false, false)),
        ] {
            let criterion = TokenCriterion::parse(text).unwrap();
            assert_eq!(
                (criterion.matches(&with), criterion.matches(&without)),
                expected,
                "{text}"
            );
        }
    }
}
