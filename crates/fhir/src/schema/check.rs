//! Whether a resource has the structure that R4 gives it.

use serde_json::Value;

use super::primitive::{Kind, Primitive};
use super::structure::{Class, Element, ElementType, Structure};
use super::table::structure;
use crate::json::Object;
use crate::outcome::{Issue, IssueType};
use crate::path::Path;

/// Checks a resource with all that is in it; the resources contained in it, or in the entries of a
/// Bundle, are checked as what they say they are.
///
/// Gives all problems, in document order, with places that start at the resource's type:
/// `Organization.contact[0].name`. An element that is not in the specification, a value of the
/// wrong JSON kind, an array where one value belongs (or the reverse), two values of one choice,
/// an empty object, array or string, a misplaced `null`: `structure`. A missing element:
/// `required`.
pub fn check(resource: &Object) -> Vec<Issue> {
    let kind = resource
        .get("resourceType")
        .and_then(Value::as_str)
        .unwrap_or("Resource");
    let mut checker = Checker::default();
    checker.resource(resource, &Path::Root(kind));
    checker.issues
}

/// Checks an object against the structure of this name, e.g. `Bundle.entry`.
pub(crate) fn check_element(name: &str, object: &Object, path: &Path<'_>) -> Vec<Issue> {
    let mut checker = Checker::default();
    if let Some(structure) = structure(name) {
        checker.object(structure, object, path);
    }
    checker.issues
}

#[derive(Default)]
struct Checker {
    issues: Vec<Issue>,
}

impl Checker {
    fn report(&mut self, path: &Path<'_>, text: impl Into<String>) {
        self.issues
            .push(Issue::error(IssueType::Structure, text).at(path));
    }

    fn resource(&mut self, resource: &Object, path: &Path<'_>) {
        let kind = resource.get("resourceType").and_then(Value::as_str);
        let known = kind
            .and_then(structure)
            .filter(|found| found.class() == Class::Resource);
        if let Some(structure) = known {
            return self.object(structure, resource, path);
        }
        let text = match kind {
            Some(kind) => format!("'{kind}' is no resource type of R4"),
            None => "a resource must have a 'resourceType'".to_owned(),
        };
        self.report(&path.field("resourceType"), text);
    }

    fn object(&mut self, structure: &Structure, object: &Object, path: &Path<'_>) {
        if object.is_empty() {
            self.report(path, "an object must not be empty");
        }
        let mut choices = Vec::new();
        for (name, value) in object {
            let path = path.field(name);
            let (bare, is_primitive_extension) = match name.strip_prefix('_') {
                Some(bare) => (bare, true),
                None => (name.as_str(), false),
            };
            match structure.element(bare) {
                Some(element) if !is_primitive_extension => {
                    self.element(element, value, object, &path);
                    self.choice(element, &mut choices, &path);
                }
                Some(element) if is_primitive(element) => {
                    self.extensions(element, value, &path);
                    self.choice(element, &mut choices, &path);
                }
                _ if name == "resourceType" && structure.class() == Class::Resource => {}
                _ => {
                    let text = format!("'{name}' is no element of {}", structure.name());
                    self.report(&path, text);
                }
            }
        }
        self.required(structure, object, path);
    }

    /// Checks that no other element of the same choice came before.
    fn choice<'e>(
        &mut self,
        element: &'e Element,
        choices: &mut Vec<&'e Element>,
        path: &Path<'_>,
    ) {
        if !element.is_choice() {
            return;
        }
        let definition = element.definition();
        let same = choices
            .iter()
            .find(|earlier| earlier.definition() == definition);
        if same.is_some_and(|earlier| earlier.name() != element.name()) {
            self.report(path, format!("only one of '{definition}' may be given"));
        }
        choices.push(element);
    }

    fn required(&mut self, structure: &Structure, object: &Object, path: &Path<'_>) {
        let elements = structure.required();
        for choice in elements.chunk_by(|one, next| one.definition() == next.definition()) {
            let given = choice
                .iter()
                .any(|element| is_given(object, element.name()));
            if let Some(element) = choice.first().filter(|_| !given) {
                let definition = element.definition();
                let place = path.field(definition.trim_end_matches("[x]"));
                let text = format!("'{definition}' is missing");
                self.issues
                    .push(Issue::error(IssueType::Required, text).at(place));
            }
        }
    }

    fn element(&mut self, element: &Element, value: &Value, parent: &Object, path: &Path<'_>) {
        match (element.is_many(), value) {
            (true, Value::Array(items)) if items.is_empty() => {
                self.report(path, "an array must not be empty");
            }
            (true, Value::Array(items)) => {
                for (index, item) in items.iter().enumerate() {
                    if !(item.is_null() && is_extended(parent, element.name(), index)) {
                        self.value(element, item, &path.index(index));
                    }
                }
            }
            (true, _) => self.report(path, "must be an array"),
            (false, value) => self.value(element, value, path),
        }
    }

    fn value(&mut self, element: &Element, value: &Value, path: &Path<'_>) {
        match (element.element_type(), value) {
            (ElementType::Primitive(primitive), value) => self.primitive(primitive, value, path),
            (ElementType::Structure(structure), Value::Object(object)) => {
                self.object(structure.get(), object, path);
            }
            (ElementType::Resource, Value::Object(object)) => self.resource(object, path),
            _ => self.report(path, format!("must be an object, not {}", kind_of(value))),
        }
    }

    fn primitive(&mut self, primitive: Primitive, value: &Value, path: &Path<'_>) {
        let expected = match (primitive.kind(), value) {
            (Kind::String, Value::String(text)) if text.is_empty() => {
                return self.report(path, "a string must not be empty");
            }
            (Kind::String, Value::String(_))
            | (Kind::Number, Value::Number(_))
            | (Kind::Boolean, Value::Bool(_)) => return,
            (Kind::String, _) => "a string",
            (Kind::Number, _) => "a number",
            (Kind::Boolean, _) => "true or false",
        };
        self.report(path, format!("must be {expected}, not {}", kind_of(value)));
    }

    /// Checks `_name`, the id and the extensions of the primitive `name`.
    fn extensions(&mut self, element: &Element, value: &Value, path: &Path<'_>) {
        let Some(structure) = structure("Element") else {
            return;
        };
        match (element.is_many(), value) {
            (false, Value::Object(object)) => self.object(structure, object, path),
            (true, Value::Array(items)) => {
                for (index, item) in items.iter().enumerate() {
                    match item {
                        Value::Null => {}
                        Value::Object(object) => self.object(structure, object, &path.index(index)),
                        _ => self.report(&path.index(index), "must be an object or null"),
                    }
                }
            }
            (false, _) => self.report(path, "must be an object"),
            (true, _) => self.report(path, "must be an array"),
        }
    }
}

fn is_primitive(element: &Element) -> bool {
    matches!(element.element_type(), ElementType::Primitive(_))
}

/// Whether the null at this position keeps the place of a value that has only extensions.
fn is_extended(object: &Object, name: &str, index: usize) -> bool {
    let extensions = object
        .get(&format!("_{name}"))
        .and_then(|all| all.get(index));
    extensions.is_some_and(Value::is_object)
}

/// Whether there is a value, or at least extensions that stand for it.
fn is_given(object: &Object, name: &str) -> bool {
    object.contains_key(name) || object.contains_key(&format!("_{name}"))
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests;
