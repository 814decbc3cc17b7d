//! `FHIRPath` Patch: <http://hl7.org/fhir/R4/fhirpatch.html>

use serde_json::Value;

use super::operation::Operation;
use super::{MAX_OPERATIONS, PatchError, is_bounded, too_large, too_many};
use crate::json::Object;
use crate::outcome::{Issue, IssueType};

/// Why an operation does not work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Problem {
    /// It is not of its format, whatever the resource.
    Malformed(String),
    /// It does not fit the resource.
    Failed(String),
}

/// Applies the operations one by one; what is left after a failure is of no use.
pub(super) fn apply(resource: &mut Value, patch: &Object) -> Result<(), PatchError> {
    let operations = read(patch).map_err(PatchError::Malformed)?;
    if operations.len() > MAX_OPERATIONS {
        return Err(too_many("Parameters.parameter", operations.len()));
    }
    for (index, operation) in operations.iter().enumerate() {
        let place = format!("Parameters.parameter[{index}]");
        operation.apply(resource).map_err(|problem| match problem {
            Problem::Malformed(text) => {
                PatchError::Malformed(vec![Issue::error(IssueType::Invalid, text).at(&place)])
            }
            Problem::Failed(text) => {
                PatchError::Failed(vec![Issue::error(IssueType::Processing, text).at(&place)])
            }
        })?;
        if !is_bounded(resource) {
            return Err(too_large(&place));
        }
    }
    Ok(())
}

fn read(patch: &Object) -> Result<Vec<Operation<'_>>, Vec<Issue>> {
    if patch.get("resourceType").and_then(Value::as_str) != Some("Parameters") {
        let text = "a FHIRPath Patch is a Parameters resource";
        return Err(vec![Issue::error(IssueType::Structure, text)]);
    }
    let parameters = patch.get("parameter").and_then(Value::as_array);
    let (mut operations, mut issues) = (Vec::new(), Vec::new());
    for (index, parameter) in parameters.into_iter().flatten().enumerate() {
        match Operation::read(parameter) {
            Ok(operation) => operations.push(operation),
            Err(text) => {
                let place = format!("Parameters.parameter[{index}]");
                issues.push(Issue::error(IssueType::Invalid, text).at(place));
            }
        }
    }
    if issues.is_empty() {
        Ok(operations)
    } else {
        Err(issues)
    }
}
