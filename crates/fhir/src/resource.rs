//! Resources: JSON objects with a type.
//!
//! <http://hl7.org/fhir/R4/resource.html>
//!
//! At rest a body holds neither `meta.versionId` nor `meta.lastUpdated`: the store keeps these
//! beside it, and a body that did not change is the same bytes. The bytes start with
//! `{"resourceType":…,"id":…,"meta":…` (what is there of it), so that presenting a resource is an
//! insertion at a known place, without parsing.

mod body;

use serde_json::Value;

pub use body::{InvalidBody, present, present_bytes};

use crate::json::Object;
use crate::outcome::{Issue, IssueType};
use crate::schema;

/// Whether R4 has a resource type of this name.
pub fn is_type(name: &str) -> bool {
    schema::is_resource_type(name)
}

/// Whether this is a logical id: 1 to 64 characters of `A-Za-z0-9-.`
/// (<http://hl7.org/fhir/R4/datatypes.html#id>).
pub fn is_id(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'.';
    (1..=64).contains(&text.len()) && text.bytes().all(allowed)
}

/// A resource whose type is known and whose structure has been checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resource {
    kind: String,
    object: Object,
}

impl Resource {
    /// Takes a JSON value as a resource.
    ///
    /// # Errors
    /// All problems: `structure` for what is no object, has no known `resourceType`, or differs
    /// from the specification in its structure ([`schema::check`]); `required` for missing
    /// elements; `value` for an id that is none. Places start with the type: `Patient.name`.
    pub fn from_value(value: Value) -> Result<Self, Vec<Issue>> {
        let Value::Object(object) = value else {
            let text = "a resource must be a JSON object";
            return Err(vec![Issue::error(IssueType::Structure, text)]);
        };
        let kind = read_kind(&object).map_err(|issue| vec![issue])?;
        let mut issues = schema::check(&object);
        if let Some(id) = object.get("id").and_then(Value::as_str)
            && !is_id(id)
        {
            let text = format!("'{id}' is no id: 1 to 64 characters of A-Z a-z 0-9 - . are");
            issues.push(Issue::error(IssueType::Value, text).at(format!("{kind}.id")));
        }
        if issues.is_empty() {
            Ok(Self { kind, object })
        } else {
            Err(issues)
        }
    }

    /// A resource that was checked when it was stored; none when the object has no type.
    pub fn from_stored(object: Object) -> Option<Self> {
        let kind = read_kind(&object).ok()?;
        Some(Self { kind, object })
    }

    /// The type, e.g. `Organization`.
    pub fn resource_type(&self) -> &str {
        &self.kind
    }

    /// The logical id.
    pub fn id(&self) -> Option<&str> {
        self.object.get("id").and_then(Value::as_str)
    }

    /// Replaces the logical id; `id` must be one ([`is_id`]).
    pub fn set_id(&mut self, id: &str) {
        self.object
            .insert("id".to_owned(), Value::String(id.to_owned()));
    }

    /// The JSON object.
    pub fn object(&self) -> &Object {
        &self.object
    }

    /// The JSON object, to be changed in place: rewriting references, merging. Its
    /// `resourceType` must stay.
    pub fn object_mut(&mut self) -> &mut Object {
        &mut self.object
    }

    /// Gives the JSON object away.
    pub fn into_object(self) -> Object {
        self.object
    }

    /// The bytes to store: type, id and meta first, without `meta.versionId` and
    /// `meta.lastUpdated`, and without a meta that is empty then. Deterministic: equal resources
    /// with equal order give equal bytes.
    pub fn stored_body(&self) -> Vec<u8> {
        body::write(&self.kind, &self.object)
    }
}

fn read_kind(object: &Object) -> Result<String, Issue> {
    let issue = |text: String| Issue::error(IssueType::Structure, text).at("Resource.resourceType");
    match object.get("resourceType") {
        Some(Value::String(kind)) if is_type(kind) => Ok(kind.clone()),
        Some(Value::String(kind)) => Err(issue(format!("'{kind}' is no resource type of R4"))),
        Some(_) => Err(issue("'resourceType' must be a string".to_owned())),
        None => Err(issue("'resourceType' is missing".to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Resource, is_id, is_type};

    #[test]
    fn types_are_those_of_r4() {
        for (name, expected) in [
            ("Organization", true),
            ("Bundle", true),
            ("organization", false),
            ("Resource", false),
            ("DomainResource", false),
            ("Identifier", false),
            ("Organization.contact", false),
            ("#", false),
            ("", false),
        ] {
            assert_eq!(is_type(name), expected, "{name}");
        }
    }

    #[test]
    fn ids_are_short_and_plain() {
        let longest = "a".repeat(64);
        let too_long = "a".repeat(65);
        for (id, expected) in [
            ("1", true),
            ("7f9724ed-ef8d.A", true),
            (longest.as_str(), true),
            (too_long.as_str(), false),
            ("", false),
            ("a_b", false),
            ("a/b", false),
            ("é", false),
        ] {
            assert_eq!(is_id(id), expected, "{id}");
        }
    }

    #[test]
    fn what_is_no_resource_is_refused_with_its_place() {
        for (value, places) in [
            (json!([]), vec![]),
            (json!({"id": "1"}), vec!["Resource.resourceType"]),
            (json!({"resourceType": 1}), vec!["Resource.resourceType"]),
            (
                json!({"resourceType": "Person2"}),
                vec!["Resource.resourceType"],
            ),
            (
                json!({"resourceType": "Patient", "id": "a b", "colour": 1}),
                vec!["Patient.colour", "Patient.id"],
            ),
            (
                json!({"resourceType": "Patient", "id": 1}),
                vec!["Patient.id"],
            ),
        ] {
            let issues = Resource::from_value(value).unwrap_err();
            let found: Vec<_> = issues.iter().flat_map(|issue| &issue.expression).collect();
            assert_eq!(found, places);
        }
    }

    #[test]
    fn a_resource_gets_its_id() {
        let value = json!({"resourceType": "Patient", "active": true});
        let mut patient = Resource::from_value(value).unwrap();
        assert_eq!((patient.resource_type(), patient.id()), ("Patient", None));
        patient.set_id("7");
        assert_eq!(patient.id(), Some("7"));
        let expected = json!({"resourceType": "Patient", "active": true, "id": "7"});
        assert_eq!(Value::Object(patient.into_object()), expected);
    }
}
