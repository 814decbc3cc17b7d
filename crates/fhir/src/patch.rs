//! Patches: changes of a resource in place of a whole new one.
//!
//! <http://hl7.org/fhir/R4/http.html#patch>
//!
//! The result of a patch is checked as a resource, and must still be the same one: with its id, its
//! type and its version. What a patch leaves empty, such as an array without its last item, goes away.
//!
//! A patch is applied whole or not at all. It has 1,000 operations at most; copies must not make a
//! resource larger than 16 MB, nor deeper than JSON is read.

mod json_patch;
mod location;
mod operation;
mod operations;
mod part;

use serde_json::Value;

use crate::json::{MAX_DEPTH, Object};
use crate::outcome::{Issue, IssueType};
use crate::resource::Resource;

/// The operations of one patch.
const MAX_OPERATIONS: usize = 1_000;
/// About the size that a resource may have between two operations.
const MAX_BYTES: usize = 16 * 1024 * 1024;

/// Why a patch was not applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PatchError {
    /// The patch itself is wrong: it is not of its format.
    Malformed(Vec<Issue>),
    /// The patch is well-formed, but not for this resource: a `test` fails, a path is not there, the
    /// result is no valid resource or another one.
    Failed(Vec<Issue>),
}

/// Applies a JSON Patch (RFC 6902), an array of operations.
///
/// # Errors
/// [`PatchError`], with a place in the patch for each issue.
pub fn json(resource: &Object, patch: &Value) -> Result<Object, PatchError> {
    let mut patched = Value::Object(resource.clone());
    json_patch::apply(&mut patched, patch)?;
    accept(resource, patched)
}

/// Applies a FHIRPath Patch, a Parameters resource: <http://hl7.org/fhir/R4/fhirpatch.html>
///
/// # Errors
/// [`PatchError`], with a place in the patch for each issue.
pub fn fhirpath(resource: &Object, patch: &Object) -> Result<Object, PatchError> {
    let mut patched = Value::Object(resource.clone());
    operations::apply(&mut patched, patch)?;
    accept(resource, patched)
}

/// Takes the result, if it is a resource and the same as before.
fn accept(before: &Object, mut patched: Value) -> Result<Object, PatchError> {
    prune(&mut patched);
    let protected: [(&str, &[&str]); 4] = [
        ("resourceType", &["resourceType"]),
        ("id", &["id"]),
        ("meta.versionId", &["meta", "versionId"]),
        ("meta.lastUpdated", &["meta", "lastUpdated"]),
    ];
    let changed = protected.iter().filter(|(_, path)| {
        let first = path.first().and_then(|name| before.get(*name));
        member(first, path.get(1..).unwrap_or(&[])) != member(Some(&patched), path)
    });
    let issues: Vec<_> = changed
        .map(|(name, _)| {
            let text = format!("a patch must not change '{name}'");
            Issue::error(IssueType::BusinessRule, text).at(name)
        })
        .collect();
    if !issues.is_empty() {
        return Err(PatchError::Failed(issues));
    }
    let resource = Resource::from_value(patched).map_err(PatchError::Failed)?;
    Ok(resource.into_object())
}

fn member<'a>(value: Option<&'a Value>, path: &[&str]) -> Option<&'a Value> {
    path.iter().try_fold(value?, |value, name| value.get(name))
}

/// Removes empty objects and arrays, from the inside out. What stands beside the items of a list
/// (`_given`) goes by position: there, a null keeps the place.
fn prune(value: &mut Value) {
    match value {
        Value::Object(object) => object.retain(|name, value| {
            match value {
                Value::Array(items) if name.starts_with('_') => blank(items),
                _ => prune(value),
            }
            !is_empty(value)
        }),
        Value::Array(items) => {
            items.iter_mut().for_each(prune);
            items.retain(|item| !is_empty(item));
        }
        _ => {}
    }
}

fn blank(items: &mut Vec<Value>) {
    for item in items.iter_mut() {
        prune(item);
        if is_empty(item) {
            *item = Value::Null;
        }
    }
    if items.iter().all(Value::is_null) {
        items.clear();
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Object(object) => object.is_empty(),
        Value::Array(items) => items.is_empty(),
        _ => false,
    }
}

/// Whether a value is within the limits; a copy may double its size and its depth.
fn is_bounded(value: &Value) -> bool {
    let mut bytes = 0;
    measure(value, MAX_DEPTH, &mut bytes)
}

fn measure(value: &Value, depth: usize, bytes: &mut usize) -> bool {
    *bytes += match value {
        Value::String(text) => text.len() + 8,
        _ => 8,
    };
    let Some(below) = depth.checked_sub(1) else {
        return false;
    };
    *bytes <= MAX_BYTES
        && match value {
            Value::Array(items) => items.iter().all(|item| measure(item, below, bytes)),
            Value::Object(object) => object.iter().all(|(name, value)| {
                *bytes += name.len();
                measure(value, below, bytes)
            }),
            _ => true,
        }
}

fn too_many(place: &str, count: usize) -> PatchError {
    let text = format!("the patch has {count} operations; the limit is {MAX_OPERATIONS}");
    PatchError::Malformed(vec![Issue::error(IssueType::TooCostly, text).at(place)])
}

fn too_large(place: &str) -> PatchError {
    let megabytes = MAX_BYTES / 1024 / 1024;
    let text =
        format!("the resource grows beyond {megabytes} MB or {MAX_DEPTH} levels in this operation");
    PatchError::Failed(vec![Issue::error(IssueType::TooCostly, text).at(place)])
}

#[cfg(test)]
mod tests;
