//! What went well or wrong, and the OperationOutcome that says so.
//!
//! <http://hl7.org/fhir/R4/operationoutcome.html>
//!
//! ```json
//! {"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"required",
//!  "diagnostics":"'url' is missing","expression":["Bundle.entry[2].request.url"]}]}
//! ```
//!
//! An [`Issue`] is the only error value of this crate. It knows nothing of HTTP: which status
//! stands for which issue type is the server's decision.

mod issue;
mod issue_type;
mod narrative;
mod storage;

use serde_json::{Value, json};

pub use issue::{Coding, Issue, Severity};
pub use issue_type::IssueType;
pub use narrative::narrative;
pub use storage::{STORAGE_SYSTEM, StorageCode};

use crate::json::Object;

/// An OperationOutcome with these issues, in this order, without a narrative.
pub fn outcome(issues: &[Issue]) -> Object {
    let issues: Vec<Value> = issues
        .iter()
        .map(|issue| Value::Object(issue.to_object()))
        .collect();
    Object::from_iter([
        ("resourceType".to_owned(), json!("OperationOutcome")),
        ("issue".to_owned(), Value::Array(issues)),
    ])
}

/// Adds issues to an OperationOutcome. A narrative that it has stays as it is.
pub fn add(outcome: &mut Object, issues: &[Issue]) {
    if let Some(all) = outcome.get_mut("issue").and_then(Value::as_array_mut) {
        all.extend(issues.iter().map(|issue| Value::Object(issue.to_object())));
    }
}

/// The OperationOutcome of a write that succeeded: one informational issue, coded with the
/// storage response code, with its narrative.
pub fn storage_outcome(code: StorageCode, diagnostics: impl Into<String>) -> Object {
    let issues = [Issue::information(IssueType::Informational, diagnostics).coded(code.coding())];
    let outcome = outcome(&issues);
    let text = ("text".to_owned(), narrative(&issues));
    let (kind, issue) = outcome
        .into_iter()
        .partition::<Vec<_>, _>(|(name, _)| name != "issue");
    kind.into_iter().chain([text]).chain(issue).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Coding, Issue, IssueType, StorageCode, outcome, storage_outcome};

    #[test]
    fn an_issue_carries_its_code_place_and_details() {
        let display = "12345-6789 är ett ogiltigt format för organisationsnummer";
        let system = "http://electronichealth.se/CodeSystem/error-codes";
        let issue = Issue::error(IssueType::Invalid, "")
            .coded(Coding::new(system, "2-34-303").display(display))
            .at("Bundle.entry[0]");
        assert_eq!(
            Value::Object(outcome(&[issue])),
            json!({"resourceType": "OperationOutcome", "issue": [{
                "severity": "error",
                "code": "invalid",
                "details": {"coding": [{"system": system, "code": "2-34-303", "display": display}]},
                "expression": ["Bundle.entry[0]"],
            }]})
        );
    }

    #[test]
    fn a_storage_outcome_has_the_published_shape() {
        let text = "Successfully updated resource \"Organization/1061/_history/2\".";
        let outcome = Value::Object(storage_outcome(StorageCode::SuccessfulUpdate, text));
        assert_eq!(
            outcome["issue"],
            json!([{
                "severity": "information",
                "code": "informational",
                "details": {"coding": [{
                    "system": "https://hapifhir.io/fhir/CodeSystem/hapi-fhir-storage-response-code",
                    "code": "SUCCESSFUL_UPDATE",
                    "display": "Update succeeded.",
                }]},
                "diagnostics": text,
            }])
        );
        assert_eq!(outcome["text"]["status"], "generated");
        let div = outcome["text"]["div"].as_str().unwrap();
        assert!(
            div.contains("resource &quot;Organization/1061/_history/2&quot;."),
            "{div}"
        );
    }
}
