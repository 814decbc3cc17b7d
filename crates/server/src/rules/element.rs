//! Reading the elements that rules are about.

use fhir::json::Object;
use serde_json::Value;

/// The objects of an array, with their positions; none when there is no such array.
pub(crate) fn objects<'a>(
    object: &'a Object,
    name: &str,
) -> impl Iterator<Item = (usize, &'a Object)> {
    let items = object.get(name).and_then(Value::as_array);
    let items = items.into_iter().flatten().enumerate();
    items.filter_map(|(at, item)| Some((at, item.as_object()?)))
}

/// A text; none when it is missing or empty.
pub(crate) fn text<'a>(object: &'a Object, name: &str) -> Option<&'a str> {
    let text = object.get(name).and_then(Value::as_str);
    text.filter(|text| !text.is_empty())
}

/// The extensions with this URL, with their positions.
pub(crate) fn extensions<'a>(
    object: &'a Object,
    url: &str,
) -> impl Iterator<Item = (usize, &'a Object)> {
    objects(object, "extension").filter(move |(_, one)| text(one, "url") == Some(url))
}

/// The first extension with this URL.
pub(crate) fn extension<'a>(object: &'a Object, url: &str) -> Option<&'a Object> {
    extensions(object, url).next().map(|(_, one)| one)
}

/// The code that a `CodeableConcept` has in this system, or a plain code.
pub(crate) fn code_in<'a>(concept: Option<&'a Value>, system: &str) -> Option<&'a str> {
    let concept = concept?.as_object()?;
    objects(concept, "coding")
        .find(|(_, coding)| text(coding, "system") == Some(system))
        .and_then(|(_, coding)| text(coding, "code"))
}

/// The profiles that a resource says it has.
pub(crate) fn has_profile(resource: &Object, url: &str) -> bool {
    let profiles = resource.get("meta").and_then(|meta| meta.get("profile"));
    let mut profiles = profiles.and_then(Value::as_array).into_iter().flatten();
    profiles.any(|profile| profile.as_str() == Some(url))
}

/// The identifiers of a system: positions and values.
pub(crate) fn identifiers<'a>(
    resource: &'a Object,
    system: &str,
) -> impl Iterator<Item = (usize, &'a str)> {
    objects(resource, "identifier")
        .filter(move |(_, one)| text(one, "system") == Some(system))
        .filter_map(|(at, one)| Some((at, text(one, "value")?)))
}

/// The text of a reference.
pub(crate) fn reference<'a>(object: &'a Object, name: &str) -> Option<&'a str> {
    text(object.get(name)?.as_object()?, "reference")
}
