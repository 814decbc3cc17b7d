//! For tests: where the values of an expression stand, to put some there.

use serde_json::{Value, json};

use super::{Expression, TypedStep};
use crate::fhirpath::{Condition, Literal};
use crate::json::Object;
use crate::schema::ElementType;
use crate::search_parameter::found::structure_of;

/// A place to which an expression leads, and one of the types of a value there.
#[derive(Clone, Copy)]
pub(crate) struct Place<'e> {
    pub(crate) from_resource: bool,
    pub(crate) leaf: ElementType,
    steps: &'e [TypedStep],
}

impl Expression {
    /// Every place with every type.
    pub(crate) fn places(&self) -> Vec<Place<'_>> {
        let places = self.paths.iter().flat_map(|path| {
            path.leaves.iter().map(|leaf| Place {
                from_resource: path.from_resource,
                leaf: *leaf,
                steps: &path.steps,
            })
        });
        places.collect()
    }
}

impl Place<'_> {
    /// Whether it is where the evaluation starts.
    pub(crate) fn is_start(&self) -> bool {
        self.steps.is_empty()
    }

    /// The type that a reference there must point to.
    pub(crate) fn target(&self) -> Option<&str> {
        self.steps.iter().find_map(|step| match step {
            TypedStep::Resolves(kind) => Some(kind.as_str()),
            _ => None,
        })
    }

    /// Puts a value there, seen from an object of this type.
    pub(crate) fn put(&self, from: ElementType, object: &mut Object, value: Value) {
        put(self.steps, from, object, self.leaf, value);
    }
}

fn put(
    steps: &[TypedStep],
    from: ElementType,
    object: &mut Object,
    leaf: ElementType,
    value: Value,
) {
    let (step, rest) = steps.split_first().unwrap();
    let is_name = |step: &TypedStep| matches!(step, TypedStep::Field(..) | TypedStep::Open(_));
    let next_name = rest.iter().position(is_name);
    let (filters, rest) = rest.split_at(next_name.unwrap_or(rest.len()));
    let (name, holds) = match step {
        TypedStep::Field(name, holds) => (name.clone(), *holds),
        TypedStep::Open(name) => {
            assert!(rest.is_empty(), "a choice in the middle: {steps:?}");
            let elements = super::elements(structure_of(from).unwrap(), name);
            let mut typed = elements.filter(|(_, holds)| holds.name() == leaf.name());
            (typed.next().unwrap().0.to_owned(), leaf)
        }
        other => panic!("{other:?} is no name"),
    };
    let mut child = if rest.is_empty() {
        value
    } else {
        let mut child = Object::new();
        put(rest, holds, &mut child, leaf, value);
        Value::Object(child)
    };
    for filter in filters {
        if let TypedStep::Where(conditions) = filter {
            for condition in conditions {
                satisfy(condition, &mut child);
            }
        }
    }
    let element = structure_of(from).unwrap().element(&name).unwrap();
    object.insert(
        name,
        if element.is_many() {
            json!([child])
        } else {
            child
        },
    );
}

fn satisfy(condition: &Condition, element: &mut Value) {
    let [name] = condition.path.as_slice() else {
        panic!("a longer path: {condition:?}");
    };
    element[name] = match &condition.literal {
        Literal::Text(text) => json!(text),
        other => panic!("{other:?} is no text"),
    };
}
