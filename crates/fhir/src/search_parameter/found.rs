//! Values in a resource, with their types.

use serde_json::Value;

use crate::fhirpath::Condition;
use crate::json::Object;
use crate::reference::Reference;
use crate::schema::{ElementType, Structure, structure_type};

/// A value that an expression led to, with its type.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Found<'a> {
    pub(crate) node: Node<'a>,
    pub(crate) holds: ElementType,
}

/// A JSON value, or the resource itself.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Node<'a> {
    Value(&'a Value),
    Object(&'a Object),
}

impl<'a> Node<'a> {
    pub(crate) fn object(self) -> Option<&'a Object> {
        match self {
            Self::Value(value) => value.as_object(),
            Self::Object(object) => Some(object),
        }
    }

    pub(crate) fn get(self, name: &str) -> Option<&'a Value> {
        self.object().and_then(|object| object.get(name))
    }

    /// The text of this member.
    pub(crate) fn text(self, name: &str) -> Option<&'a str> {
        self.get(name).and_then(Value::as_str)
    }

    /// The text that this is.
    pub(crate) fn as_str(self) -> Option<&'a str> {
        match self {
            Self::Value(value) => value.as_str(),
            Self::Object(_) => None,
        }
    }
}

impl<'a> Found<'a> {
    /// The resource as a starting point.
    pub(crate) fn resource(resource: &'a Object) -> Self {
        let kind = resource.get("resourceType").and_then(Value::as_str);
        Self {
            node: Node::Object(resource),
            holds: kind
                .and_then(structure_type)
                .unwrap_or(ElementType::Resource),
        }
    }

    pub(super) fn is(&self, conditions: &[Condition]) -> bool {
        match self.node {
            Node::Value(value) => conditions.iter().all(|condition| condition.holds(value)),
            Node::Object(_) => false,
        }
    }

    /// Whether this is a reference to a resource of this type.
    pub(super) fn points_to(&self, kind: &str) -> bool {
        let reference = self.node.text("reference").map(Reference::parse);
        let target = reference.and_then(|reference| reference.target());
        target.map_or(self.node.text("type") == Some(kind), |target| {
            target.kind == kind
        })
    }

    /// Steps into an element of which the type depends on where it is.
    pub(super) fn open(&self, name: &str, next: &mut Vec<Found<'a>>) {
        let (Some(structure), Some(object)) = (structure_of(self.holds), self.node.object()) else {
            return;
        };
        for (key, value) in object.iter().filter(|(key, _)| key.starts_with(name)) {
            let element = structure.element(key).filter(|element| {
                key == name || element.definition().strip_suffix("[x]") == Some(name)
            });
            if let Some(element) = element {
                spread(value, element.element_type(), next);
            }
        }
    }
}

/// Takes the value of an element, or its values.
pub(super) fn spread<'a>(value: &'a Value, holds: ElementType, found: &mut Vec<Found<'a>>) {
    let at = |value| Found {
        node: Node::Value(value),
        holds,
    };
    match value {
        Value::Null => {}
        Value::Array(items) => found.extend(items.iter().filter(|item| !item.is_null()).map(at)),
        one => found.push(at(one)),
    }
}

pub(super) fn structure_of(element_type: ElementType) -> Option<&'static Structure> {
    match element_type {
        ElementType::Structure(structure) => Some(structure.get()),
        _ => None,
    }
}
