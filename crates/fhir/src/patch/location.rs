//! Where a path leads in a resource, as places that can be written to.
//!
//! A primitive's id and extensions stand beside it (`_birthDate`); to a path they are below it
//! (`Patient.birthDate.extension`).

use serde_json::{Value, json};

use crate::fhirpath::{Path, Step};
use crate::json::Object;
use crate::schema::{Element, ElementType, Structure, is_resource_type, structure_type};

/// A place in a resource.
#[derive(Debug, Clone)]
pub(super) struct Location {
    /// The way to it; empty for the resource.
    way: Vec<Segment>,
    /// The type of the value there.
    pub(super) holds: ElementType,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Segment {
    Key(String),
    Index(usize),
}

/// All places that a path leads to.
///
/// # Errors
/// What is wrong with the path, whatever is in the resource.
pub(super) fn locate(resource: &Value, path: &Path) -> Result<Vec<Location>, String> {
    if path.from_resource {
        return Err("%resource has no meaning here".to_owned());
    }
    let kind = resource
        .get("resourceType")
        .and_then(Value::as_str)
        .unwrap_or("");
    let holds = structure_type(kind).unwrap_or(ElementType::Resource);
    let root = Location {
        way: Vec::new(),
        holds,
    };
    let mut steps = path.steps.as_slice();
    if let [Step::Name(name), rest @ ..] = steps {
        if name == kind || ["Resource", "DomainResource"].contains(&name.as_str()) {
            steps = rest;
        } else if is_resource_type(name) {
            return Err(format!("the path is about {name}, the resource is {kind}"));
        }
    }
    let mut found = vec![root];
    for step in steps {
        found = follow(resource, found, step)?;
    }
    Ok(found)
}

fn follow(resource: &Value, found: Vec<Location>, step: &Step) -> Result<Vec<Location>, String> {
    Ok(match step {
        Step::Name(name) => {
            let mut next = Vec::new();
            for location in &found {
                location.enter(resource, name, &mut next)?;
            }
            next
        }
        Step::Index(index) => found.into_iter().skip(*index).take(1).collect(),
        Step::Last => found.into_iter().next_back().into_iter().collect(),
        Step::As(kind) => {
            let of_kind = |location: &Location| location.holds.name() == kind;
            found.into_iter().filter(of_kind).collect()
        }
        Step::Where(conditions) => {
            let holds = |location: &Location| {
                let value = location.value(resource);
                value.is_some_and(|value| conditions.iter().all(|condition| condition.holds(value)))
            };
            found.into_iter().filter(holds).collect()
        }
        Step::Resolves(_) => return Err("resolve() is not supported in a patch".to_owned()),
    })
}

impl Location {
    /// The value there.
    pub(super) fn value<'a>(&self, resource: &'a Value) -> Option<&'a Value> {
        self.way
            .iter()
            .try_fold(resource, |value, segment| match segment {
                Segment::Key(key) => value.get(key),
                Segment::Index(index) => value.get(*index),
            })
    }

    fn join(&self, segment: Segment, holds: ElementType) -> Self {
        let mut way = self.way.clone();
        way.push(segment);
        Self { way, holds }
    }

    /// What has the elements of the value there: the value, or what stands beside a primitive.
    fn body(&self) -> Option<Self> {
        match self.holds {
            ElementType::Primitive(_) => {
                let mut way = self.way.clone();
                let key = way.iter_mut().rev().find_map(|segment| match segment {
                    Segment::Key(key) => Some(key),
                    Segment::Index(_) => None,
                })?;
                key.insert(0, '_');
                let holds = structure_type("Element")?;
                Some(Self { way, holds })
            }
            _ => Some(self.clone()),
        }
    }

    /// The structure of the value there.
    fn structure(&self, resource: &Value) -> Option<&'static Structure> {
        let holds = match self.holds {
            ElementType::Resource => {
                let kind = self.value(resource)?.get("resourceType")?.as_str()?;
                structure_type(kind)?
            }
            other => other,
        };
        match holds {
            ElementType::Structure(structure) => Some(structure.get()),
            _ => None,
        }
    }

    /// Steps to the elements of this name.
    fn enter(&self, resource: &Value, name: &str, next: &mut Vec<Self>) -> Result<(), String> {
        let Some(body) = self.body() else {
            return Ok(());
        };
        let structure = body.structure(resource);
        let elements = structure.map_or_else(Vec::new, |structure| named(structure, name));
        if elements.is_empty() {
            return Err(format!("{} has no element '{name}'", self.holds.name()));
        }
        let Some(object) = body.value(resource).and_then(Value::as_object) else {
            return Ok(());
        };
        for element in elements {
            let key = element.name();
            let length = |value: &Value| value.as_array().map_or(1, Vec::len);
            let count = |key: &str| object.get(key).map_or(0, length);
            let count = count(key).max(count(&format!("_{key}")));
            let at = body.join(Segment::Key(key.to_owned()), element.element_type());
            if element.is_many() {
                let index = |index| at.join(Segment::Index(index), element.element_type());
                next.extend((0..count).map(index));
            } else if count > 0 {
                next.push(at);
            }
        }
        Ok(())
    }

    /// The element of this name below the value there, for a value of a type: `deceased` and
    /// `boolean` lead to `deceasedBoolean`.
    ///
    /// # Errors
    /// When there is no such element, or the type does not say which.
    pub(super) fn element(
        &self,
        resource: &Value,
        name: &str,
        kind: Option<&str>,
    ) -> Result<&'static Element, String> {
        let body = self.body();
        let structure = body.and_then(|body| body.structure(resource));
        let elements = structure.map_or_else(Vec::new, |structure| named(structure, name));
        match (elements.as_slice(), kind) {
            ([], _) => Err(format!("{} has no element '{name}'", self.holds.name())),
            ([only], _) => Ok(only),
            (several, Some(kind)) => {
                let is_meant = |element: &&&Element| {
                    let suffix = element.name().get(name.len()..);
                    suffix.is_some_and(|suffix| suffix.eq_ignore_ascii_case(kind))
                };
                let meant = several.iter().find(is_meant).copied();
                meant.ok_or_else(|| format!("'{name}' cannot be of type {kind}"))
            }
            (_, None) => Err(format!("'{name}' needs a value with a type")),
        }
    }

    /// The object with the elements of the value there; made, where a primitive has none beside it.
    pub(super) fn object<'a>(&self, resource: &'a mut Value) -> Option<&'a mut Object> {
        let body = self.body()?;
        let mut value = resource;
        for segment in &body.way {
            value = match segment {
                Segment::Key(key) => value.as_object_mut()?.entry(key).or_insert(Value::Null),
                Segment::Index(index) => {
                    if value.is_null() {
                        *value = json!([]);
                    }
                    let items = value.as_array_mut()?;
                    if items.len() <= *index {
                        items.resize(index + 1, Value::Null);
                    }
                    items.get_mut(*index)?
                }
            };
        }
        if value.is_null() {
            *value = json!({});
        }
        value.as_object_mut()
    }

    /// The place in whose object this stands, the key, and the index in an array.
    pub(super) fn parent(&self) -> Option<(Self, &str, Option<usize>)> {
        let (key, index, rest) = match self.way.as_slice() {
            [rest @ .., Segment::Key(key)] => (key, None, rest),
            [rest @ .., Segment::Key(key), Segment::Index(index)] => (key, Some(*index), rest),
            _ => return None,
        };
        // the type is not needed to find the object
        let parent = Self {
            way: rest.to_vec(),
            holds: ElementType::Resource,
        };
        Some((parent, key, index))
    }
}

/// The elements that a name stands for: that of the JSON name, or all of a choice.
fn named(structure: &'static Structure, name: &str) -> Vec<&'static Element> {
    let is_named = |element: &&Element| {
        element.name() == name || element.definition().strip_suffix("[x]") == Some(name)
    };
    structure.elements().filter(is_named).collect()
}
