//! JSON Patch: <https://www.rfc-editor.org/rfc/rfc6902>

use json_patch::{Patch, PatchErrorKind, patch_unsafe};
use serde_json::Value;

use super::{MAX_OPERATIONS, PatchError, is_bounded, too_large, too_many};
use crate::outcome::{Issue, IssueType};

/// Applies the operations one by one; what is left after a failure is of no use.
pub(super) fn apply(resource: &mut Value, patch: &Value) -> Result<(), PatchError> {
    let Patch(operations) = serde_json::from_value(patch.clone()).map_err(|error| {
        let text = format!("the body is no JSON Patch: {error}");
        PatchError::Malformed(vec![Issue::error(IssueType::Structure, text)])
    })?;
    if operations.len() > MAX_OPERATIONS {
        return Err(too_many("[0]", operations.len()));
    }
    for (index, operation) in operations.iter().enumerate() {
        let place = format!("[{index}]");
        patch_unsafe(resource, std::slice::from_ref(operation))
            .map_err(|error| failed(&error, &place))?;
        if !is_bounded(resource) {
            return Err(too_large(&place));
        }
    }
    Ok(())
}

fn failed(error: &json_patch::PatchError, place: &str) -> PatchError {
    let (code, problem) = match error.kind {
        PatchErrorKind::TestFailed => (
            IssueType::BusinessRule,
            "the test fails: another value is at",
        ),
        PatchErrorKind::InvalidFromPointer => (IssueType::NotFound, "'from' is not there, for"),
        PatchErrorKind::InvalidPointer => (IssueType::NotFound, "there is no such place:"),
        PatchErrorKind::CannotMoveInsideItself => {
            (IssueType::Invalid, "a value cannot be moved into itself:")
        }
        _ => (IssueType::Processing, "the operation fails at"),
    };
    let text = format!("{problem} '{}'", error.path);
    PatchError::Failed(vec![Issue::error(code, text).at(place)])
}
