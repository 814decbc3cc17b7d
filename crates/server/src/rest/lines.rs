//! NDJSON of organizations becomes the transaction that an import takes.
//!
//! Each line is an Organization; `partOf` may name another line's by its id. A blank line does not count.

use std::collections::HashSet;

use fhir::{
    json::{self, MAX_VALUES, Object},
    outcome::{Issue, IssueType},
};
use serde_json::{Value, json};

use crate::failure::{Failure, Kind};

/// The names of NDJSON.
const NAMES: [&str; 3] = [
    "application/fhir+ndjson",
    "application/ndjson",
    "application/x-ndjson",
];
/// Lines whose problems are told.
const TOLD: usize = 100;
/// Bytes of the largest body for each value that all lines may have: a value takes some 100 bytes in
/// memory. Organizations have one in 20 bytes.
const BYTES_OF_A_VALUE: usize = 12;

/// Whether a body is said to be NDJSON.
pub(super) fn is(content_type: Option<&str>) -> bool {
    let name = content_type.and_then(|text| text.split(';').next());
    let name = name.unwrap_or_default().trim().to_ascii_lowercase();
    NAMES.contains(&name.as_str())
}

/// The failure of an import that is too large for one request, with what to do.
pub(super) fn suggest(mut failure: Failure) -> Failure {
    for issue in &mut failure.issues {
        issue.diagnostics.push_str(
            ". Split the import by tree, or send it with Prefer: respond-async, compressed",
        );
    }
    failure
}

/// The issue of an import that is too much for one text of JSON, with what to do: each line is a text
/// of its own.
pub(super) fn instead(mut issue: Issue) -> Issue {
    if issue
        .diagnostics
        .starts_with(&format!("more than {MAX_VALUES} values"))
    {
        issue.diagnostics.push_str(
            ". Send the import as NDJSON, an organization in each line (Content-Type: \
             application/fhir+ndjson), with Prefer: respond-async, or split it by tree",
        );
    }
    issue
}

/// The transaction that lines are, of a body that may have so many bytes.
///
/// # Errors
///
/// 400 with the problems of the first lines that are no JSON objects, and for too many values.
pub(super) fn bundle(body: &[u8], limit: usize) -> Result<Object, Failure> {
    let (mut resources, mut issues) = (Vec::new(), Vec::new());
    let (mut count, most) = (0, limit / BYTES_OF_A_VALUE);
    let lines = body.split(|byte| *byte == b'\n').zip(1_usize..);
    for (line, number) in lines.filter(|(line, _)| !line.trim_ascii().is_empty()) {
        match json::parse(line) {
            Ok(Value::Object(resource)) => {
                count += resource.values().map(values).sum::<usize>();
                resources.push(resource);
            }
            Ok(_) => {
                let text = format!("line {number} is no resource: a JSON object is needed");
                issues.push(Issue::error(IssueType::Structure, text));
            }
            Err(issue) => issues.push(Issue {
                diagnostics: format!("line {number}: {}", issue.diagnostics),
                ..issue
            }),
        }
        if count > most {
            let text =
                format!("line {number}: more than {most} values by here; split the import by tree");
            issues = vec![Issue::error(IssueType::TooCostly, text)];
        }
        if issues.len() >= TOLD || count > most {
            break;
        }
    }
    if !issues.is_empty() {
        return Err(Failure {
            kind: Kind::Malformed,
            issues,
            source: None,
        });
    }
    let text = |resource: &Object| {
        let id = resource.get("id").and_then(Value::as_str);
        id.map(str::to_owned)
    };
    let ids: HashSet<String> = resources.iter().filter_map(text).collect();
    let entries = resources.into_iter().zip(1_usize..);
    let entries = entries.map(|(mut resource, number)| {
        let url = text(&resource).unwrap_or_else(|| format!("line-{number}"));
        refer_to_line(&mut resource, &ids);
        json!({"fullUrl": format!("urn:uuid:{url}"), "resource": resource,
            "request": {"method": "POST", "url": "Organization"}})
    });
    let mut bundle = Object::new();
    bundle.insert("resourceType".into(), "Bundle".into());
    bundle.insert("type".into(), "transaction".into());
    bundle.insert("entry".into(), entries.collect());
    Ok(bundle)
}

fn values(value: &Value) -> usize {
    let inside: usize = match value {
        Value::Object(members) => members.values().map(values).sum(),
        Value::Array(all) => all.iter().map(values).sum(),
        _ => 0,
    };
    inside + 1
}

/// Lets `partOf` name the entry that a line becomes.
fn refer_to_line(resource: &mut Object, ids: &HashSet<String>) {
    let reference = resource
        .get_mut("partOf")
        .and_then(|one| one.get_mut("reference"));
    let Some(reference) = reference else {
        return;
    };
    let id = reference
        .as_str()
        .and_then(|text| text.strip_prefix("Organization/"));
    if let Some(id) = id.filter(|id| ids.contains(*id)) {
        *reference = format!("urn:uuid:{id}").into();
    }
}
