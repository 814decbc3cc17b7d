//! Patches, held against what becomes of a resource.

mod fhirpath;
mod json;

use super::PatchError;
use crate::json::object;

/// Whether it was malformed, and the first issue: place and text.
fn problem(error: PatchError) -> (bool, String) {
    let (is_malformed, issues) = match error {
        PatchError::Malformed(issues) => (true, issues),
        PatchError::Failed(issues) => (false, issues),
    };
    let issue = issues.first().unwrap();
    (
        is_malformed,
        format!("{}: {}", issue.expression.join(","), issue.diagnostics),
    )
}
