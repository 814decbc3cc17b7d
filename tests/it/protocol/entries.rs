//! Resources and bundle entries to test with.

use serde_json::{Value, json};

/// The system of unique identifiers of organizations.
pub(super) const SOR: &str = "urn:oid:1.2.208.176.1.1";

/// A system whose values may repeat.
pub(super) const LOCAL: &str = "http://example.org/ids";

/// An organization.
pub(super) fn organization(name: &str) -> Value {
    json!({"resourceType": "Organization", "name": name})
}

/// An organization with an id.
pub(super) fn organization_at(id: &str, name: &str) -> Value {
    json!({"resourceType": "Organization", "id": id, "name": name})
}

/// An organization with an identifier.
pub(super) fn identified(system: &str, value: &str) -> Value {
    json!({"resourceType": "Organization", "name": value,
        "identifier": [{"system": system, "value": value}]})
}

/// The same resource with an id.
pub(super) fn with_id(mut resource: Value, id: &str) -> Value {
    resource["id"] = id.into();
    resource
}

/// The same resource with something changed.
pub(super) fn with(mut resource: Value, name: &str, value: Value) -> Value {
    resource[name] = value;
    resource
}

/// An entry without a resource.
pub(super) fn entry(method: &str, url: &str) -> Value {
    json!({"request": {"method": method, "url": url}})
}

/// An entry that creates a resource.
pub(super) fn post(resource: &Value) -> Value {
    json!({"resource": resource, "request": {"method": "POST", "url": resource["resourceType"]}})
}

/// An entry that creates a resource which others call by this URL.
pub(super) fn post_as(full_url: &str, resource: &Value) -> Value {
    with(post(resource), "fullUrl", full_url.into())
}

/// An entry that creates a resource unless one with this identifier is there.
pub(super) fn post_unless(identifier: &str, resource: &Value) -> Value {
    condition(
        post(resource),
        "ifNoneExist",
        &format!("identifier={identifier}"),
    )
}

/// An entry that updates a resource.
pub(super) fn put(url: &str, resource: &Value) -> Value {
    json!({"resource": resource, "request": {"method": "PUT", "url": url}})
}

/// The same entry with one more member in its request: `ifMatch` and the like.
pub(super) fn condition(mut entry: Value, name: &str, value: &str) -> Value {
    entry["request"][name] = value.into();
    entry
}
