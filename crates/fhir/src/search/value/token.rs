//! Tokens: <http://hl7.org/fhir/R4/search.html#token>
//!
//! Codes are compared exactly. A `code` has no system in the resource: its system is that of the
//! value set it is bound to; a truth value, an id, a plain text or a URI has none to compare.

use serde_json::Value;

use super::{Problem, plain};
use crate::identifier::TokenCriterion;
use crate::query::{split_unescaped, unescape};
use crate::schema::{ElementType, Primitive};
use crate::search_parameter::{Found, Node};

/// A token that is asked for.
#[derive(Debug, Clone)]
pub(in crate::search) struct TokenPattern {
    criterion: TokenCriterion,
    /// `:of-type` asks for an identifier by its type: system, code and value.
    of_type: Option<[String; 3]>,
    /// The systems of the parameter's `code` elements.
    systems: Vec<&'static str>,
}

/// A code or an identifier in a resource.
#[derive(Debug, Clone, Copy)]
pub(in crate::search) struct Code<'a> {
    pub(in crate::search) system: System<'a>,
    pub(in crate::search) code: &'a str,
}

/// Where a code comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::search) enum System<'a> {
    Named(&'a str),
    /// There could be one, but it is not given.
    Absent,
    /// The element is bound to a value set.
    Bound,
    /// The element has no place for one.
    None,
}

impl TokenPattern {
    pub(super) fn parse(text: &str, systems: &[&'static str]) -> Result<Self, Problem> {
        let criterion = TokenCriterion::parse(text).ok_or("a code is missing")?;
        Ok(Self {
            criterion,
            of_type: None,
            systems: systems.to_vec(),
        })
    }

    pub(in crate::search) fn of_type(text: &str) -> Result<Self, Problem> {
        let parts: Vec<String> = split_unescaped(text, '|')
            .into_iter()
            .map(unescape)
            .collect();
        let [system, code, value] = <[String; 3]>::try_from(parts)
            .map_err(|_| "expected type-system|type-code|value".to_owned())?;
        let criterion = TokenCriterion::Value(plain(&value)?);
        Ok(Self {
            criterion,
            of_type: Some([system, code, value]),
            systems: Vec::new(),
        })
    }

    pub(super) fn is_met(&self, found: &Found<'_>) -> bool {
        if let Some([system, code, value]) = &self.of_type {
            return is_of_type(found.node, system, code) && found.node.text("value") == Some(value);
        }
        codes(found).iter().any(|code| self.is(*code))
    }

    /// The token, unless it is an identifier of a type.
    pub(in crate::search) fn plain(&self) -> Option<&TokenCriterion> {
        self.of_type.is_none().then_some(&self.criterion)
    }

    pub(super) fn canonical(&self) -> String {
        match &self.of_type {
            Some(parts) => parts.join("|"),
            None => canonical(&self.criterion),
        }
    }

    fn is(&self, found: Code<'_>) -> bool {
        let named = |system: &str| match found.system {
            System::Named(named) => named == system,
            System::Absent | System::None => false,
            System::Bound => self.systems.is_empty() || self.systems.contains(&system),
        };
        match &self.criterion {
            TokenCriterion::SystemAndValue { system, value } => {
                found.code == value && named(system)
            }
            TokenCriterion::ValueWithoutSystem(value) => {
                found.code == value && !matches!(found.system, System::Named(_))
            }
            TokenCriterion::Value(value) => found.code == value,
            TokenCriterion::System(system) => named(system),
        }
    }
}

/// A token as a query has it.
pub(super) fn canonical(token: &TokenCriterion) -> String {
    match token {
        TokenCriterion::SystemAndValue { system, value } => format!("{system}|{value}"),
        TokenCriterion::ValueWithoutSystem(value) => format!("|{value}"),
        TokenCriterion::Value(value) => value.clone(),
        TokenCriterion::System(system) => format!("{system}|"),
    }
}

fn is_of_type(identifier: Node<'_>, system: &str, code: &str) -> bool {
    let codings = identifier.get("type").and_then(|kind| kind.get("coding"));
    let mut codings = codings.and_then(Value::as_array).into_iter().flatten();
    codings.any(|coding| {
        let text = |name| coding.get(name).and_then(Value::as_str);
        text("system") == Some(system) && text("code") == Some(code)
    })
}

/// The codes of a value.
pub(in crate::search) fn codes<'a>(found: &Found<'a>) -> Vec<Code<'a>> {
    let node = found.node;
    let one = |code: Code<'a>| vec![code];
    match found.holds {
        ElementType::Primitive(primitive) => {
            let system = match primitive {
                Primitive::Code => System::Bound,
                _ => System::None,
            };
            let code = match node {
                Node::Value(Value::String(text)) => Some(text.as_str()),
                Node::Value(Value::Bool(true)) => Some("true"),
                Node::Value(Value::Bool(false)) => Some("false"),
                _ => None,
            };
            code.map(|code| Code { system, code })
                .map_or_else(Vec::new, one)
        }
        ElementType::Structure(structure) => match structure.get().name() {
            "CodeableConcept" => {
                let codings = node.get("coding").and_then(Value::as_array);
                let codings = codings.into_iter().flatten().map(Node::Value);
                codings.filter_map(|coding| pair(coding, "code")).collect()
            }
            "Coding" => pair(node, "code").map_or_else(Vec::new, one),
            "Identifier" | "ContactPoint" => pair(node, "value").map_or_else(Vec::new, one),
            _ => Vec::new(),
        },
        ElementType::Resource => Vec::new(),
    }
}

fn pair<'a>(node: Node<'a>, name: &str) -> Option<Code<'a>> {
    let text = |name| node.text(name).filter(|text| !text.is_empty());
    // `sys|` finds what has a system and no code, too
    let (system, code) = (text("system"), text(name));
    system.or(code)?;
    Some(Code {
        system: system.map_or(System::Absent, System::Named),
        code: code.unwrap_or(""),
    })
}

/// The texts that describe a code, for `:text`.
pub(in crate::search) fn texts<'a>(found: &Found<'a>) -> Vec<&'a str> {
    let mut texts = Vec::new();
    let node = match found.holds.name() {
        "Identifier" => found.node.get("type").map(Node::Value),
        _ => Some(found.node),
    };
    let Some(node) = node else {
        return texts;
    };
    texts.extend(node.text("text"));
    texts.extend(node.text("display"));
    let codings = node.get("coding").and_then(Value::as_array);
    let displays = codings
        .into_iter()
        .flatten()
        .filter_map(|coding| coding.get("display"));
    texts.extend(displays.filter_map(Value::as_str));
    texts
}
