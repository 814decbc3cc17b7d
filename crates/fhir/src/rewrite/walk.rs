//! The walk that finds links: a resource and the element table, side by side.

use serde_json::Value;

use super::LinkKind;
use crate::json::Object;
use crate::path::Path;
use crate::schema::{Element, ElementType, Primitive, Structure, structure};

/// Is told each element that is a link, or a narrative that may contain some.
pub(super) type Visit<'v> = dyn FnMut(&Path<'_>, LinkKind, &str) + 'v;

/// Visits the links and narratives of a resource in document order.
pub(super) fn for_each(resource: &Object, visit: &mut Visit<'_>) {
    let kind = resource
        .get("resourceType")
        .and_then(Value::as_str)
        .unwrap_or("");
    walk_resource(resource, &Path::Root(kind), visit);
}

fn walk_resource(resource: &Object, path: &Path<'_>, visit: &mut Visit<'_>) {
    let kind = resource.get("resourceType").and_then(Value::as_str);
    if let Some(structure) = kind.and_then(structure) {
        walk_object(structure, resource, path, visit);
    }
}

fn walk_object(structure: &Structure, object: &Object, path: &Path<'_>, visit: &mut Visit<'_>) {
    for (name, value) in object {
        let path = path.field(name);
        if let Some(element) = structure.element(name) {
            if let Some(content) = content(structure, element) {
                walk_items(&content, value, &path, visit);
            }
        } else if name.starts_with('_')
            && let Some(extended) = ElementType::from_code("Element")
        {
            // the id and the extensions of a primitive
            walk_items(&Content::Nested(extended), value, &path, visit);
        }
    }
}

/// What to do with an element's values.
enum Content {
    Link(LinkKind),
    Nested(ElementType),
}

/// `None` for a primitive that is no link.
fn content(structure: &Structure, element: &Element) -> Option<Content> {
    match (structure.name(), element.name(), element.element_type()) {
        ("Reference", "reference", _) => Some(Content::Link(LinkKind::Reference)),
        ("Extension", "url", _) => None,
        (_, _, ElementType::Primitive(Primitive::Xhtml)) => {
            Some(Content::Link(LinkKind::Narrative))
        }
        (_, _, ElementType::Primitive(primitive)) => {
            primitive.is_link().then_some(Content::Link(LinkKind::Uri))
        }
        (_, _, nested) => Some(Content::Nested(nested)),
    }
}

fn walk_items(content: &Content, value: &Value, path: &Path<'_>, visit: &mut Visit<'_>) {
    match (content, value) {
        (_, Value::Array(items)) => {
            for (index, item) in items.iter().enumerate() {
                walk_items(content, item, &path.index(index), visit);
            }
        }
        (Content::Link(kind), Value::String(text)) => visit(path, *kind, text),
        (Content::Nested(ElementType::Structure(structure)), Value::Object(object)) => {
            walk_object(structure.get(), object, path, visit);
        }
        (Content::Nested(ElementType::Resource), Value::Object(object)) => {
            walk_resource(object, path, visit);
        }
        _ => {}
    }
}
