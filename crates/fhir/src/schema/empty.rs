//! Tolerance for empty strings in arrays.

use serde_json::Value;

use crate::json::Object;
use crate::outcome::{Issue, IssueType};
use crate::path::Path;

/// Drops each `""` from each array, and an array that is empty then: `"alias": [""]` goes away.
/// Published examples have such values, though R4 forbids them
/// (<http://hl7.org/fhir/R4/json.html#primitive>: a string has content or is absent).
///
/// An array beside which there are extensions (`_alias`) is left as it is, since these go by
/// position. Gives one warning per dropped string, with its place.
pub fn drop_empty(resource: &mut Object) -> Vec<Issue> {
    let kind = resource
        .get("resourceType")
        .and_then(Value::as_str)
        .unwrap_or("")
        .to_owned();
    let mut warnings = Vec::new();
    drop_in_object(resource, &Path::Root(&kind), &mut warnings);
    warnings
}

fn drop_in_object(object: &mut Object, path: &Path<'_>, warnings: &mut Vec<Issue>) {
    let with_extensions: Vec<String> = object
        .keys()
        .filter_map(|name| name.strip_prefix('_'))
        .map(ToOwned::to_owned)
        .collect();
    object.retain(|name, value| {
        let path = path.field(name);
        match value {
            Value::Object(inner) => drop_in_object(inner, &path, warnings),
            Value::Array(items) if !with_extensions.contains(name) => {
                let before = items.len();
                drop_in_array(items, &path, warnings);
                return !items.is_empty() || before == 0;
            }
            _ => {}
        }
        true
    });
}

fn drop_in_array(items: &mut Vec<Value>, path: &Path<'_>, warnings: &mut Vec<Issue>) {
    let mut index = 0;
    items.retain_mut(|item| {
        let path = path.index(index);
        index += 1;
        match item {
            Value::Object(inner) => drop_in_object(inner, &path, warnings),
            Value::String(text) if text.is_empty() => {
                let text = "an empty string was dropped";
                warnings.push(Issue::warning(IssueType::Value, text).at(path));
                return false;
            }
            _ => {}
        }
        true
    });
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::drop_empty;

    #[test]
    fn only_empty_strings_in_arrays_are_dropped() {
        for (before, after, places) in [
            (
                json!({"resourceType": "Organization", "alias": [""], "name": "A"}),
                json!({"resourceType": "Organization", "name": "A"}),
                vec!["Organization.alias[0]"],
            ),
            (
                json!({"resourceType": "Patient", "name": [{"given": ["A", "", "B", ""]}]}),
                json!({"resourceType": "Patient", "name": [{"given": ["A", "B"]}]}),
                vec!["Patient.name[0].given[1]", "Patient.name[0].given[3]"],
            ),
            (
                json!({"resourceType": "Organization", "name": "", "alias": []}),
                json!({"resourceType": "Organization", "name": "", "alias": []}),
                vec![],
            ),
            (
                json!({"resourceType": "Organization", "alias": [""], "_alias": [{"id": "a"}]}),
                json!({"resourceType": "Organization", "alias": [""], "_alias": [{"id": "a"}]}),
                vec![],
            ),
        ] {
            let Value::Object(mut resource) = before else {
                panic!("not an object")
            };
            let warnings = drop_empty(&mut resource);
            assert_eq!(Value::Object(resource), after);
            let found: Vec<_> = warnings
                .iter()
                .flat_map(|warning| &warning.expression)
                .collect();
            assert_eq!(found, places);
            assert!(warnings.iter().all(|warning| !warning.is_error()));
        }
    }
}
