//! `Bundle.entry.fullUrl`: unique in its bundle, and of no particular version.
//!
//! <http://hl7.org/fhir/R4/bundle.html#bundle-unique>, invariants bdl-7 and bdl-8.

use std::collections::HashMap;

use serde_json::Value;

use crate::outcome::{Issue, IssueType};

/// For each entry, what is wrong with its `fullUrl`. A repeated one is reported on every entry
/// that has it.
pub(super) fn check(entries: &[Value]) -> Vec<Option<Issue>> {
    let mut entries_by_url: HashMap<&str, Vec<usize>> = HashMap::new();
    for (index, entry) in entries.iter().enumerate() {
        if let Some(url) = full_url(entry) {
            entries_by_url.entry(url).or_default().push(index);
        }
    }
    let problem = |index: usize, url: &str| {
        let mut same = entries_by_url.get(url).into_iter().flatten();
        let (code, text) = if let Some(other) = same.find(|other| **other != index) {
            let text = format!("fullUrl '{url}' is also the one of Bundle.entry[{other}]");
            (IssueType::Duplicate, text)
        } else if url.contains("/_history/") {
            (
                IssueType::Value,
                format!("fullUrl '{url}' must not name a version"),
            )
        } else {
            return None;
        };
        Some(Issue::error(code, text).at(format!("Bundle.entry[{index}].fullUrl")))
    };
    let urls = entries.iter().map(full_url).enumerate();
    urls.map(|(index, url)| problem(index, url?)).collect()
}

fn full_url(entry: &Value) -> Option<&str> {
    entry.get("fullUrl").and_then(Value::as_str)
}
