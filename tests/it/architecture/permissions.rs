//! What the functions may do to the tables: what the commit protocol does, verb by verb.
//!
//! `TransactWriteItems` asks for the verb of each item in it: `PutItem` for heads, `UpdateItem` and
//! `ConditionCheckItem` for key items. A head is deleted only when it was never more than an intent;
//! versions are deleted in batches, by `$expunge`. Nothing scans.

use super::sources::text;

/// Each table, and the verbs on it.
const VERBS: [(&str, &[&str]); 4] = [
    (
        "Heads",
        &[
            "GetItem",
            "BatchGetItem",
            "PutItem",
            "UpdateItem",
            "DeleteItem",
        ],
    ),
    (
        "Versions",
        &["GetItem", "BatchGetItem", "Query", "BatchWriteItem"],
    ),
    (
        "Index",
        &[
            "GetItem",
            "BatchGetItem",
            "Query",
            "UpdateItem",
            "ConditionCheckItem",
            "BatchWriteItem",
        ],
    ),
    (
        "Control",
        &[
            "GetItem",
            "BatchGetItem",
            "Query",
            "PutItem",
            "UpdateItem",
            "DeleteItem",
            "BatchWriteItem",
        ],
    ),
];

#[test]
fn a_function_may_do_to_a_table_what_its_code_does() {
    let template = text("template.yaml");
    for function in ["TransactionFunction", "ResourceFunction"] {
        let statements = statements(&template, function);
        let expected: Vec<(String, Vec<String>)> = VERBS
            .iter()
            .map(|(table, verbs)| {
                (
                    format!("!GetAtt {table}.Arn"),
                    verbs.iter().map(ToString::to_string).collect(),
                )
            })
            .collect();
        assert_eq!(statements, expected, "{function}");
    }
}

#[test]
fn no_statement_is_about_everything() {
    let template = text("template.yaml");
    for line in template.lines().map(str::trim) {
        let about_everything = line.starts_with("Resource:") && line.contains('*');
        assert!(!about_everything && !line.contains("dynamodb:*"), "{line}");
    }
}

/// The statements of a function: each resource with the verbs on it, in the template's order.
fn statements(template: &str, function: &str) -> Vec<(String, Vec<String>)> {
    let start = template.find(&format!("\n  {function}:\n")).unwrap();
    let lines = template[start + 1..].lines().skip(1);
    let mut statements = Vec::new();
    let mut verbs = Vec::new();
    // The next resource of the template is as far to the left as this one.
    for line in lines.take_while(|line| line.is_empty() || line.starts_with("   ")) {
        let line = line.trim();
        if let Some(verb) = line.strip_prefix("- dynamodb:") {
            verbs.push(verb.to_owned());
        } else if let Some(resource) = line.strip_prefix("Resource: ") {
            statements.push((resource.to_owned(), std::mem::take(&mut verbs)));
        }
    }
    statements
}
