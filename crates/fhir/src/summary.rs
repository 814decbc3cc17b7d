//! Parts of resources: `_summary` and `_elements`.
//!
//! <http://hl7.org/fhir/R4/search.html#summary>, <http://hl7.org/fhir/R4/search.html#elements>
//!
//! What a part leaves out may be required; so that nobody takes it for the whole, it has the tag
//! `SUBSETTED`, and must not be written back.

use serde_json::{Value, json};

use crate::json::Object;
use crate::schema::{ElementType, Structure, structure};

const TAG_SYSTEM: &str = "http://terminology.hl7.org/CodeSystem/v3-ObservationValue";
const TAG_CODE: &str = "SUBSETTED";
/// What every part has.
const ALWAYS: [&str; 3] = ["resourceType", "id", "meta"];

/// `_summary=true`: the elements that the specification marks as summary.
pub fn summary(resource: &Object) -> Object {
    let Some(structure) = structure_of(resource) else {
        return resource.clone();
    };
    tagged(summary_elements(structure, resource))
}

/// `_elements=…`: these elements, those that the specification requires, and id and meta. Only names
/// of the resource's own elements count; unknown ones are left out.
pub fn elements<S: AsRef<str>>(resource: &Object, names: &[S]) -> Object {
    let is_wanted = |name: &str| names.iter().any(|wanted| wanted.as_ref() == name);
    part(resource, is_wanted)
}

/// `_summary=text`: the narrative, what is required, and id and meta.
pub fn text(resource: &Object) -> Object {
    part(resource, |name| name == "text")
}

/// `_summary=data`: all but the narrative.
pub fn data(resource: &Object) -> Object {
    let mut data = resource.clone();
    data.shift_remove("text");
    tagged(data)
}

fn structure_of(resource: &Object) -> Option<&'static Structure> {
    resource
        .get("resourceType")
        .and_then(Value::as_str)
        .and_then(structure)
}

/// The elements whose name, or name in the specification (`value` for `valueString`), is wanted, and
/// those that must be there.
fn part(resource: &Object, is_wanted: impl Fn(&str) -> bool) -> Object {
    let Some(structure) = structure_of(resource) else {
        return resource.clone();
    };
    let keep = |name: &str| {
        let bare = name.strip_prefix('_').unwrap_or(name);
        ALWAYS.contains(&bare)
            || structure.element(bare).is_some_and(|element| {
                let definition = element.definition().trim_end_matches("[x]");
                element.is_required() || is_wanted(bare) || is_wanted(definition)
            })
    };
    let kept = resource.iter().filter(|(name, _)| keep(name));
    tagged(
        kept.map(|(name, value)| (name.clone(), value.clone()))
            .collect(),
    )
}

fn summary_elements(structure: &Structure, object: &Object) -> Object {
    let mut summary = Object::new();
    for (name, value) in object {
        let bare = name.strip_prefix('_').unwrap_or(name);
        let is_known = structure
            .element(bare)
            .filter(|element| element.is_summary());
        if name == "resourceType" {
            summary.insert(name.clone(), value.clone());
        } else if let Some(element) = is_known {
            let value = summary_value(element.element_type(), value);
            if !is_empty(&value) {
                summary.insert(name.clone(), value);
            }
        }
    }
    summary
}

/// A group of the resource's own elements is shown in part; a datatype, as a whole.
fn summary_value(element_type: ElementType, value: &Value) -> Value {
    match (element_type, value) {
        (_, Value::Array(items)) => {
            let items = items.iter().map(|item| summary_value(element_type, item));
            Value::Array(items.filter(|item| !is_empty(item)).collect())
        }
        (ElementType::Structure(part), Value::Object(object))
            if part.get().class() == crate::schema::Class::Part =>
        {
            Value::Object(summary_elements(part.get(), object))
        }
        _ => value.clone(),
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Array(items) => items.is_empty(),
        Value::Object(object) => object.is_empty(),
        _ => false,
    }
}

fn tagged(mut resource: Object) -> Object {
    let meta = resource.entry("meta").or_insert_with(|| json!({}));
    if let Some(meta) = meta.as_object_mut() {
        let tags = meta.entry("tag").or_insert_with(|| json!([]));
        let tag = json!({"system": TAG_SYSTEM, "code": TAG_CODE});
        if let Some(tags) = tags.as_array_mut() {
            let is_tagged = tags.iter().any(|known| known["code"] == TAG_CODE);
            if !is_tagged {
                tags.push(tag);
            }
        }
    }
    resource
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{data, elements, summary, text};
    use crate::json::Object;

    fn organization() -> Object {
        let value = json!({
            "resourceType": "Organization", "id": "1",
            "meta": {"versionId": "2", "tag": [{"code": "a"}]},
            "text": {"status": "generated", "div": "<div>A</div>"},
            "active": true, "_active": {"id": "x"}, "name": "A", "alias": ["B"],
            "contact": [{"name": {"text": "C"}}],
        });
        value.as_object().unwrap().clone()
    }

    fn names(part: &Object) -> Vec<&str> {
        part.keys().map(String::as_str).collect()
    }

    fn subsetted() -> Value {
        json!({"system": "http://terminology.hl7.org/CodeSystem/v3-ObservationValue", "code": "SUBSETTED"})
    }

    #[test]
    fn a_summary_has_the_marked_elements_and_says_so() {
        let part = summary(&organization());
        let expected = ["resourceType", "id", "meta", "active", "_active", "name"];
        assert_eq!(names(&part), expected);
        assert_eq!(part["meta"]["tag"], json!([{"code": "a"}, subsetted()]));
        assert_eq!(part["meta"]["versionId"], "2");
    }

    #[test]
    fn groups_of_elements_are_summarized_in_turn() {
        let value = json!({"resourceType": "Account", "status": "active",
            "coverage": [{"coverage": {"reference": "Coverage/1"}, "priority": 1}],
            "guarantor": [{"party": {"reference": "Patient/1"}}]});
        let part = summary(value.as_object().unwrap());
        assert_eq!(names(&part), ["resourceType", "status", "coverage", "meta"]);
        assert_eq!(part["coverage"], value["coverage"]);
        // of a bundle's entry, the search is no summary element, its resource is not either
        let value = json!({"resourceType": "ValueSet", "status": "active",
            "compose": {"include": [{"system": "s"}]}});
        let part = summary(value.as_object().unwrap());
        assert_eq!(names(&part), ["resourceType", "status", "meta"]);
    }

    #[test]
    fn elements_are_those_named_and_those_required() {
        let part = elements(&organization(), &["name", "alias", "nonsense"]);
        assert_eq!(
            names(&part),
            ["resourceType", "id", "meta", "name", "alias"]
        );
        let value = json!({"resourceType": "Observation", "status": "final", "code": {"text": "a"},
            "valueString": "v", "note": [{"text": "n"}]});
        let part = elements(value.as_object().unwrap(), &["value"]);
        let expected = ["resourceType", "status", "code", "valueString", "meta"];
        assert_eq!(names(&part), expected);
    }

    #[test]
    fn text_and_data_are_each_others_complement() {
        let part = text(&organization());
        assert_eq!(names(&part), ["resourceType", "id", "meta", "text"]);
        let part = data(&organization());
        assert!(!part.contains_key("text") && part.contains_key("contact"));
        assert_eq!(part["meta"]["tag"][1], subsetted());
    }

    #[test]
    fn the_tag_is_not_given_twice() {
        let twice = summary(&summary(&organization()));
        assert_eq!(twice["meta"]["tag"].as_array().unwrap().len(), 2);
    }
}
