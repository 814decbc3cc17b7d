//! What cannot be asked, and what the answer says.

use super::read;
use crate::outcome::IssueType;
use crate::search_parameter::Set;

/// Type, query, code of the issue, and a part of its text.
const REFUSED: &[(&str, &str, IssueType, &str)] = &[
    (
        "Organization",
        "nmae=a",
        IssueType::NotSupported,
        "Organization has no search parameter 'nmae'; supported are _content, _id,",
    ),
    (
        "Location",
        "near=1|2",
        IssueType::NotSupported,
        "'near' is not supported",
    ),
    (
        "Patient",
        "_query=a",
        IssueType::NotSupported,
        "'_query' is not supported",
    ),
    (
        "Organization",
        "name:not=a",
        IssueType::NotSupported,
        "the modifier ':not' is not supported; a string has :missing, :exact and :contains",
    ),
    (
        "Organization",
        "type:in=http://v",
        IssueType::NotSupported,
        "a token has :missing,",
    ),
    (
        "Organization",
        "partof:Foo=1",
        IssueType::NotSupported,
        "a reference has :missing,",
    ),
    (
        "Patient",
        "birthdate:exact=2026",
        IssueType::NotSupported,
        "has :missing",
    ),
    (
        "Organization",
        "name=",
        IssueType::Value,
        "name: a value is missing",
    ),
    (
        "Organization",
        "name=a,,b",
        IssueType::Value,
        "a value is missing",
    ),
    (
        "Organization",
        "type=|",
        IssueType::Value,
        "a code is missing",
    ),
    (
        "Organization",
        "partof=a b",
        IssueType::Value,
        "'a b' is no reference",
    ),
    (
        "Organization",
        "partof:Patient=Organization/1",
        IssueType::Value,
        "is no Patient",
    ),
    (
        "Organization",
        "partof:missing=yes",
        IssueType::Value,
        "expected true or false",
    ),
    (
        "Patient",
        "birthdate=2026-13",
        IssueType::Value,
        "'2026-13' is not a date",
    ),
    (
        "Patient",
        "birthdate=xx2026",
        IssueType::Value,
        "'xx' is no prefix",
    ),
    (
        "RiskAssessment",
        "probability=a",
        IssueType::Value,
        "'a' is no number",
    ),
    (
        "Observation",
        "value-quantity=5|mg",
        IssueType::Value,
        "number|system|code",
    ),
    (
        "Observation",
        "code-value-quantity=a",
        IssueType::Value,
        "code$value-quantity",
    ),
    (
        "Observation",
        "code-value-quantity=a$b",
        IssueType::Value,
        "value-quantity: 'b' is no number",
    ),
    (
        "Organization",
        "identifier:of-type=a|b",
        IssueType::Value,
        "type-system|type-code|value",
    ),
];

#[test]
fn what_makes_no_sense_is_refused_with_what_would() {
    for (kind, query, code, part) in REFUSED {
        let issue = read(&Set::default(), kind, query).unwrap_err();
        assert_eq!(issue.code, *code, "{query}: {issue:?}");
        assert!(
            issue.diagnostics.contains(part),
            "{query}: {}",
            issue.diagnostics
        );
    }
    let many = format!("_id={}", vec!["1"; 1_001].join(","));
    let issue = read(&Set::default(), "Patient", &many).unwrap_err();
    assert_eq!(issue.code, IssueType::TooCostly);
    assert_eq!(
        issue.diagnostics,
        "_id: 1001 alternatives; the limit is 1000"
    );
}
