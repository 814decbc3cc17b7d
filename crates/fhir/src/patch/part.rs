//! Parts of a `FHIRPath` Patch, and the values in them: of a datatype, of a group of elements, or a resource.
//!
//! ```json
//! {"name": "value", "valueCode": "female"}
//! {"name": "value", "part": [{"name": "name", "valueHumanName": {"text": "Eva"}}]}
//! {"name": "value", "resource": {"resourceType": "Organization"}}
//! ```

use serde_json::{Value, json};

use crate::json::Object;
use crate::schema::{Element, ElementType, Structure};

/// A value that an operation brings.
#[derive(Debug, Clone, Copy)]
pub(super) struct Given<'a> {
    part: &'a Object,
}

/// A value, and what stands beside it if it is a primitive.
#[derive(Debug, Clone, Default)]
pub(super) struct Content {
    pub(super) value: Option<Value>,
    pub(super) beside: Option<Value>,
}

impl<'a> Given<'a> {
    pub(super) fn new(part: &'a Object) -> Self {
        Self { part }
    }

    /// The type that the value's name tells: `Code` of `valueCode`.
    pub(super) fn kind(self) -> Option<&'a str> {
        let mut names = self.part.keys();
        names.find_map(|name| name.strip_prefix('_').unwrap_or(name).strip_prefix("value"))
    }

    /// The value as the content of an element.
    ///
    /// # Errors
    /// When there is none, or when it has parts that the element does not.
    pub(super) fn content(self, element: &Element) -> Result<Content, String> {
        let value = |prefix: &str| {
            let named = self.part.iter().find(|(name, _)| name.starts_with(prefix));
            named.map(|(_, value)| value.clone())
        };
        let content = Content {
            value: value("value").or_else(|| self.part.get("resource").cloned()),
            beside: value("_value"),
        };
        if content.value.is_some() || content.beside.is_some() {
            return Ok(content);
        }
        match (self.part.get("part"), element.element_type()) {
            (Some(Value::Array(parts)), ElementType::Structure(structure)) => Ok(Content {
                value: Some(Value::Object(group(structure.get(), parts)?)),
                beside: None,
            }),
            (Some(_), _) => Err(format!("'{}' has no parts", element.name())),
            (None, _) => Err("the value is missing".to_owned()),
        }
    }
}

/// An object with an element for each part.
fn group(structure: &'static Structure, parts: &[Value]) -> Result<Object, String> {
    let mut object = Object::new();
    for part in parts {
        let part = part.as_object().ok_or("a part must be an object")?;
        let name = part
            .get("name")
            .and_then(Value::as_str)
            .ok_or("a part must have a name")?;
        let given = Given::new(part);
        let kind = given.kind().unwrap_or("");
        let element = structure.elements().find(|element| {
            let stem = element.definition().strip_suffix("[x]");
            let is_choice = stem == Some(name)
                && element
                    .name()
                    .get(name.len()..)
                    .is_some_and(|suffix| suffix == kind);
            element.name() == name || is_choice
        });
        let problem = || format!("{} has no element '{name}'", structure.name());
        let element = element.ok_or_else(problem)?;
        put(&mut object, element, given.content(element)?);
    }
    Ok(object)
}

/// Sets an element, or appends to it.
pub(super) fn put(object: &mut Object, element: &Element, content: Content) {
    let name = element.name();
    if element.is_many() {
        let index = length(object, name);
        insert(object, name, index, content);
        return;
    }
    for (key, value) in [
        (name.to_owned(), content.value),
        (format!("_{name}"), content.beside),
    ] {
        match value {
            Some(value) => {
                object.insert(key, value);
            }
            None => {
                object.shift_remove(&key);
            }
        }
    }
}

/// The number of items that an element has, also of those that have only what stands beside them.
pub(super) fn length(object: &Object, name: &str) -> usize {
    let count = |key: &str| {
        object
            .get(key)
            .and_then(Value::as_array)
            .map_or(0, Vec::len)
    };
    count(name).max(count(&format!("_{name}")))
}

/// Inserts an item at an index, and keeps what stands beside the others with them.
pub(super) fn insert(object: &mut Object, name: &str, index: usize, content: Content) {
    let beside_name = format!("_{name}");
    let has_beside = object.contains_key(&beside_name) || content.beside.is_some();
    let needed = [
        (name.to_owned(), content.value, true),
        (beside_name, content.beside, has_beside),
    ];
    for (key, value, is_needed) in needed {
        if !is_needed {
            continue;
        }
        let items = object.entry(key).or_insert_with(|| json!([]));
        if let Value::Array(items) = items {
            while items.len() < index {
                items.push(Value::Null);
            }
            items.insert(index, value.unwrap_or(Value::Null));
        }
    }
}

/// Takes an element or an item out, with what stands beside it.
pub(super) fn take(object: &mut Object, name: &str, index: Option<usize>) -> Content {
    let mut take = |key: &str| match index {
        None => object.shift_remove(key),
        Some(index) => {
            let items = object.get_mut(key).and_then(Value::as_array_mut)?;
            let item = (index < items.len()).then(|| items.remove(index));
            if items.iter().all(Value::is_null) {
                object.shift_remove(key);
            }
            item.filter(|item| !item.is_null())
        }
    };
    Content {
        value: take(name),
        beside: take(&format!("_{name}")),
    }
}

/// The parts of an operation.
pub(super) struct Parts<'a>(Option<&'a Vec<Value>>);

impl<'a> Parts<'a> {
    pub(super) fn of(parameter: &'a Value) -> Self {
        Self(parameter.get("part").and_then(Value::as_array))
    }

    fn get(&self, name: &str) -> Result<&'a Object, String> {
        let mut parts = self.0.into_iter().flatten().filter_map(Value::as_object);
        parts
            .find(|part| part.get("name").and_then(Value::as_str) == Some(name))
            .ok_or_else(|| format!("the part '{name}' is missing"))
    }

    fn value(&self, name: &str) -> Result<&'a Value, String> {
        let part = self.get(name)?;
        let value = part.iter().find(|(key, _)| key.starts_with("value"));
        value
            .map(|(_, value)| value)
            .ok_or_else(|| format!("the part '{name}' has no value"))
    }

    pub(super) fn text(&self, name: &str) -> Result<&'a str, String> {
        let value = self.value(name)?;
        value
            .as_str()
            .ok_or_else(|| format!("the part '{name}' must be a string"))
    }

    pub(super) fn index(&self, name: &str) -> Result<usize, String> {
        let value = self.value(name)?.as_u64();
        let index = value.and_then(|index| usize::try_from(index).ok());
        index.ok_or_else(|| format!("the part '{name}' must be an integer from 0"))
    }

    pub(super) fn given(&self) -> Result<Given<'a>, String> {
        self.get("value").map(Given::new)
    }
}
