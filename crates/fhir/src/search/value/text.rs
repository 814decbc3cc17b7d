//! Strings: <http://hl7.org/fhir/R4/search.html#string>
//!
//! A value starts with what is asked for, without regard to case and accents; `:contains` looks
//! anywhere, `:exact` at every letter. Names and addresses have many parts, each of which counts; of a
//! narrative, what is not markup; and of a whole resource (`_content`), every text in it.

use serde_json::Value;

use super::{Problem, plain};
use crate::schema::{ElementType, Primitive};
use crate::search::fold::{fold, sounds};
use crate::search_parameter::{Found, Node};
use crate::xhtml;

/// A text that is asked for.
#[derive(Debug, Clone)]
pub(in crate::search) struct Text {
    pub(in crate::search) wanted: String,
    pub(in crate::search) how: Comparison,
}

/// How texts are compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::search) enum Comparison {
    /// The value starts with it; folded.
    Starts,
    /// It is somewhere in the value; folded.
    Contains,
    /// They are the same.
    Exact,
    /// Each of these sounds is the start of a word's.
    Sounds(Vec<String>),
}

/// The parts of names and addresses that are searched.
const NAME_PARTS: [&str; 5] = ["family", "given", "text", "prefix", "suffix"];
const ADDRESS_PARTS: [&str; 7] = [
    "text",
    "line",
    "city",
    "district",
    "state",
    "postalCode",
    "country",
];

impl Text {
    pub(in crate::search) fn starting(text: &str) -> Result<Self, Problem> {
        Ok(Self {
            wanted: fold(&plain(text)?),
            how: Comparison::Starts,
        })
    }

    pub(in crate::search) fn containing(text: &str) -> Result<Self, Problem> {
        Ok(Self {
            wanted: fold(&plain(text)?),
            how: Comparison::Contains,
        })
    }

    pub(in crate::search) fn exactly(text: &str) -> Result<Self, Problem> {
        Ok(Self {
            wanted: plain(text)?,
            how: Comparison::Exact,
        })
    }

    pub(super) fn sounding(text: &str) -> Result<Self, Problem> {
        let wanted = fold(&plain(text)?);
        let sounds = sounds(&wanted);
        if sounds.is_empty() {
            return Err(format!("'{wanted}' has no letters that could sound alike"));
        }
        Ok(Self {
            wanted,
            how: Comparison::Sounds(sounds),
        })
    }

    pub(super) fn is_met(&self, found: &Found<'_>) -> bool {
        let mut texts = texts(found).into_iter();
        match found.holds {
            ElementType::Primitive(Primitive::Xhtml) => {
                texts.any(|text| self.is(&xhtml::without_markup(text)))
            }
            _ => texts.any(|text| self.is(text)),
        }
    }

    pub(super) fn is(&self, text: &str) -> bool {
        match &self.how {
            Comparison::Exact => text == self.wanted,
            Comparison::Starts => fold(text).starts_with(&self.wanted),
            Comparison::Contains => fold(text).contains(&self.wanted),
            Comparison::Sounds(wanted) => {
                let words = sounds(text);
                let is_heard = |sound: &String| words.iter().any(|word| word.starts_with(sound));
                wanted.iter().all(is_heard)
            }
        }
    }
}

/// The texts of a value: itself, or the parts that count.
pub(in crate::search) fn texts<'a>(found: &Found<'a>) -> Vec<&'a str> {
    if let Node::Object(resource) = found.node {
        let mut texts = Vec::new();
        let elements = resource.iter().filter(|(name, _)| *name != "resourceType");
        elements.for_each(|(_, value)| collect(value, &mut texts));
        return texts;
    }
    let parts: &[&str] = match found.holds.name() {
        "HumanName" => &NAME_PARTS,
        "Address" => &ADDRESS_PARTS,
        "CodeableConcept" | "Coding" => return super::token::texts(found),
        _ => return found.node.as_str().into_iter().collect(),
    };
    let mut texts = Vec::new();
    for value in parts.iter().filter_map(|part| found.node.get(part)) {
        match value {
            Value::String(text) => texts.push(text.as_str()),
            Value::Array(items) => texts.extend(items.iter().filter_map(Value::as_str)),
            _ => {}
        }
    }
    texts
}

fn collect<'a>(value: &'a Value, texts: &mut Vec<&'a str>) {
    match value {
        Value::String(text) => texts.push(text),
        Value::Array(items) => items.iter().for_each(|item| collect(item, texts)),
        Value::Object(object) => object.values().for_each(|value| collect(value, texts)),
        _ => {}
    }
}
