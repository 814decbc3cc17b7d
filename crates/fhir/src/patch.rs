//! Patches: changes of a resource in place of a whole new one.
//!
//! <http://hl7.org/fhir/R4/http.html#patch>
//!
//! The result of a patch is checked as a resource, and must still be the same one.

use serde_json::Value;

use crate::json::Object;
use crate::outcome::{Issue, IssueType};

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
pub fn json(_resource: &Object, _patch: &Value) -> Result<Object, PatchError> {
    Err(not_supported())
}

/// Applies a FHIRPath Patch, a Parameters resource: <http://hl7.org/fhir/R4/fhirpatch.html>
///
/// # Errors
/// [`PatchError`], with a place in the patch for each issue.
pub fn fhirpath(_resource: &Object, _patch: &Object) -> Result<Object, PatchError> {
    Err(not_supported())
}

fn not_supported() -> PatchError {
    let text = "this kind of patch is not supported";
    PatchError::Malformed(vec![Issue::error(IssueType::NotSupported, text)])
}
