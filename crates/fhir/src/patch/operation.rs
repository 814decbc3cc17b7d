//! One operation of a `FHIRPath` Patch.
//!
//! | type | needs | does |
//! |---|---|---|
//! | `add` | path, name, value | sets an element that is not there, or appends to a list |
//! | `insert` | path of a list, index, value | inserts an item |
//! | `delete` | path | removes one element or item, if it is there |
//! | `replace` | path, value | replaces one element or item that is there |
//! | `move` | path of a list, source, destination | moves an item within its list |

use serde_json::Value;

use super::location::{Location, locate};
use super::operations::Problem;
use super::part::{Given, Parts, insert, length, put, take};
use crate::fhirpath::{Path, Step, parse_path};
use crate::schema::Element;

/// An operation, read.
#[derive(Debug)]
pub(super) struct Operation<'a> {
    path: Path,
    text: &'a str,
    change: Change<'a>,
}

#[derive(Debug)]
enum Change<'a> {
    Add { name: &'a str, value: Given<'a> },
    Insert { index: usize, value: Given<'a> },
    Delete,
    Replace { value: Given<'a> },
    Move { source: usize, destination: usize },
}

/// A list: the place whose object has it, and its element.
struct List {
    owner: Location,
    element: &'static Element,
}

impl<'a> Operation<'a> {
    /// Reads a parameter named `operation`.
    pub(super) fn read(parameter: &'a Value) -> Result<Self, String> {
        let name = parameter.get("name").and_then(Value::as_str).unwrap_or("");
        if name != "operation" {
            return Err(format!(
                "'{name}' is no operation; every parameter is an 'operation'"
            ));
        }
        let parts = Parts::of(parameter);
        let text = parts.text("path")?;
        let path = parse_path(text).map_err(|problem| format!("'{text}': {problem}"))?;
        let change = match parts.text("type")? {
            "add" => Change::Add {
                name: parts.text("name")?,
                value: parts.given()?,
            },
            "insert" => Change::Insert {
                index: parts.index("index")?,
                value: parts.given()?,
            },
            "delete" => Change::Delete,
            "replace" => Change::Replace {
                value: parts.given()?,
            },
            "move" => Change::Move {
                source: parts.index("source")?,
                destination: parts.index("destination")?,
            },
            other => {
                let known = "add, insert, delete, replace, move";
                return Err(format!(
                    "'{other}' is no type of operation; there are {known}"
                ));
            }
        };
        Ok(Self { path, text, change })
    }

    /// Changes the resource.
    pub(super) fn apply(&self, resource: &mut Value) -> Result<(), Problem> {
        match &self.change {
            Change::Add { name, value } => self.add(resource, name, *value),
            Change::Insert { index, value } => self.insert(resource, *index, *value),
            Change::Delete => self.delete(resource),
            Change::Replace { value } => self.replace(resource, *value),
            Change::Move {
                source,
                destination,
            } => self.shift(resource, *source, *destination),
        }
    }

    fn failed<T>(&self, text: &str) -> Result<T, Problem> {
        Err(Problem::Failed(format!("'{}' {text}", self.text)))
    }

    /// The one place that the path leads to.
    fn target(&self, resource: &Value) -> Result<Location, Problem> {
        match self.find(resource)? {
            Some(location) => Ok(location),
            None => self.failed("leads to nothing"),
        }
    }

    fn find(&self, resource: &Value) -> Result<Option<Location>, Problem> {
        let mut found = locate(resource, &self.path).map_err(Problem::Malformed)?;
        if found.len() > 1 {
            return self.failed(&format!("leads to {} elements, not to one", found.len()));
        }
        Ok(found.pop())
    }

    fn add(&self, resource: &mut Value, name: &str, value: Given<'_>) -> Result<(), Problem> {
        let target = self.target(resource)?;
        let element = target.element(resource, name, value.kind());
        let element = element.map_err(Problem::Malformed)?;
        let content = value.content(element).map_err(Problem::Malformed)?;
        let Some(object) = target.object(resource) else {
            return self.failed("has no elements");
        };
        let stem = element
            .definition()
            .strip_suffix("[x]")
            .filter(|_| !element.is_many());
        let is_there = |key: &String| {
            let key = key.strip_prefix('_').unwrap_or(key);
            key == element.name() || stem.is_some_and(|stem| is_of_choice(key, stem))
        };
        if !element.is_many() && object.keys().any(is_there) {
            return self.failed(&format!("has '{name}' already; it is replaced, not added"));
        }
        put(object, element, content);
        Ok(())
    }

    fn insert(&self, resource: &mut Value, index: usize, value: Given<'_>) -> Result<(), Problem> {
        let List { owner, element } = self.list(resource)?;
        let content = value.content(element).map_err(Problem::Malformed)?;
        let Some(object) = owner.object(resource) else {
            return self.failed("has no elements");
        };
        let count = length(object, element.name());
        if index > count {
            return self.failed(&format!(
                "has {count} items; there is no index {index} to insert at"
            ));
        }
        insert(object, element.name(), index, content);
        Ok(())
    }

    fn delete(&self, resource: &mut Value) -> Result<(), Problem> {
        let Some(target) = self.find(resource)? else {
            return Ok(());
        };
        let Some((parent, key, index)) = target.parent() else {
            return self.failed("is the resource; it is deleted, not patched");
        };
        if let Some(object) = parent.object(resource) {
            take(object, key, index);
        }
        Ok(())
    }

    fn replace(&self, resource: &mut Value, value: Given<'_>) -> Result<(), Problem> {
        let target = self.target(resource)?;
        let Some((parent, key, index)) = target.parent() else {
            return self.failed("is the resource; it is updated, not patched");
        };
        let element = self.element_of(resource, value.kind())?;
        let content = value.content(element).map_err(Problem::Malformed)?;
        let Some(object) = parent.object(resource) else {
            return self.failed("leads to nothing");
        };
        match index {
            Some(index) => {
                take(object, key, Some(index));
                insert(object, key, index, content);
            }
            // another type of a choice is another element
            None if key != element.name() => {
                take(object, key, None);
                put(object, element, content);
            }
            None => put(object, element, content),
        }
        Ok(())
    }

    fn shift(&self, resource: &mut Value, from: usize, to: usize) -> Result<(), Problem> {
        let List { owner, element } = self.list(resource)?;
        let Some(object) = owner.object(resource) else {
            return self.failed("has no elements");
        };
        let count = length(object, element.name());
        if let Some(index) = [from, to].into_iter().find(|index| *index >= count) {
            return self.failed(&format!("has {count} items; there is no index {index}"));
        }
        let item = take(object, element.name(), Some(from));
        insert(object, element.name(), to, item);
        Ok(())
    }

    /// The list that the path names with its last step.
    fn list(&self, resource: &Value) -> Result<List, Problem> {
        let (owner, name) = self.owner(resource)?;
        let element = owner
            .element(resource, name, None)
            .map_err(Problem::Malformed)?;
        if !element.is_many() {
            return Err(Problem::Malformed(format!("'{}' is no list", self.text)));
        }
        Ok(List { owner, element })
    }

    /// The element that the path names with its last name, for a value of a type.
    fn element_of(
        &self,
        resource: &Value,
        kind: Option<&str>,
    ) -> Result<&'static Element, Problem> {
        let is_name = |step: &Step| matches!(step, Step::Name(_));
        let end = self
            .path
            .steps
            .iter()
            .rposition(is_name)
            .map_or(0, |last| last + 1);
        let named = Self {
            path: Path {
                from_resource: false,
                steps: self.path.steps.get(..end).unwrap_or(&[]).to_vec(),
            },
            text: self.text,
            change: Change::Delete,
        };
        let (owner, name) = named.owner(resource)?;
        let name = name.to_owned();
        owner
            .element(resource, &name, kind)
            .map_err(Problem::Malformed)
    }

    /// The one place that has what the last step names.
    fn owner(&self, resource: &Value) -> Result<(Location, &str), Problem> {
        let Some((Step::Name(name), steps)) = self.path.steps.split_last() else {
            return Err(Problem::Malformed(format!(
                "'{}' does not end with a name",
                self.text
            )));
        };
        let path = Path {
            from_resource: false,
            steps: steps.to_vec(),
        };
        let mut found = locate(resource, &path).map_err(Problem::Malformed)?;
        match (found.pop(), found.len()) {
            (Some(owner), 0) => Ok((owner, name)),
            (None, _) => self.failed("leads to nothing"),
            (Some(_), others) => self.failed(&format!("is in {} elements, not in one", others + 1)),
        }
    }
}

/// Whether a JSON name is one of a choice: `deceasedBoolean` of `deceased`.
fn is_of_choice(key: &str, stem: &str) -> bool {
    let suffix = key.strip_prefix(stem);
    suffix.is_some_and(|suffix| suffix.starts_with(|first: char| first.is_ascii_uppercase()))
}
