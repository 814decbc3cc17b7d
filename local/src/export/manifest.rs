//! What a server says about a finished export.
//!
//! ```json
//! {"transactionTime": "2026-11-21T06:00:00+00:00", "request": "…", "requiresAccessToken": true,
//!  "output": [{"type": "Organization", "url": "https://…/Binary/1", "count": 1000}], "deleted": [], "error": []}
//! ```

use std::collections::BTreeMap;

use serde_json::Value;

use super::verify::Checked;
use crate::failure::Failure;

/// The lists of a manifest, and what their files are called here; outputs are called by their type.
const LISTS: [(&str, Option<&str>); 3] = [
    ("output", None),
    ("deleted", Some("deleted")),
    ("error", Some("errors")),
];

/// A finished export.
#[derive(Debug)]
pub(super) struct Manifest {
    /// As the server sent it.
    pub(super) text: String,
    /// The state that the files show.
    pub(super) transaction_time: String,
    /// All files.
    pub(super) files: Vec<File>,
}

/// A file at the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct File {
    /// What it is called here.
    pub(super) name: String,
    /// Its title in the summary: its type, or what kind of list it is on.
    pub(super) title: String,
    /// The type of its lines.
    pub(super) kind: String,
    /// Where it is.
    pub(super) url: String,
    /// How many lines it has, if the server says so.
    pub(super) count: Option<u64>,
}

impl Manifest {
    /// Reads the body of the answer.
    pub(super) fn read(body: &[u8]) -> Result<Self, Failure> {
        let json: Option<Value> = serde_json::from_slice(body).ok();
        let manifest = json.as_ref().and_then(|json| {
            Some(Self {
                text: String::from_utf8(body.to_vec()).ok()?,
                transaction_time: json.get("transactionTime")?.as_str()?.to_owned(),
                files: files(json)?,
            })
        });
        manifest.ok_or_else(|| {
            let start: String = String::from_utf8_lossy(body).chars().take(200).collect();
            Failure::refused(format!("this is no manifest of an export: {start}"))
        })
    }
}

fn files(manifest: &Value) -> Option<Vec<File>> {
    let mut files = Vec::new();
    let mut numbers: BTreeMap<String, u32> = BTreeMap::new();
    for (list, title) in LISTS {
        let items = manifest.get(list).and_then(Value::as_array);
        for item in items.into_iter().flatten() {
            let kind = item.get("type")?.as_str()?;
            let is_a_type = !kind.is_empty() && kind.chars().all(|c| c.is_ascii_alphanumeric());
            let kind = is_a_type.then(|| kind.to_owned())?;
            let title = title.unwrap_or(&kind).to_owned();
            let number = numbers.entry(title.clone()).or_default();
            *number += 1;
            files.push(File {
                name: format!("{title}.{number}.ndjson"),
                title,
                url: item.get("url")?.as_str()?.to_owned(),
                count: item.get("count").and_then(Value::as_u64),
                kind,
            });
        }
    }
    Some(files)
}

/// The lines of all files of each title.
pub(super) fn titles(checked: &[Checked]) -> BTreeMap<String, u64> {
    let mut titles = BTreeMap::new();
    for file in checked {
        *titles.entry(file.title.clone()).or_default() += file.lines;
    }
    titles
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn files_are_called_by_their_type_and_number() {
        let file = |kind: &str| json!({"type": kind, "url": "http://h/b"});
        let manifest = json!({
            "transactionTime": "2026-11-21T06:00:00Z", "request": "http://h/$export",
            "output": [file("Organization"), file("Location"), file("Organization")],
            "deleted": [file("Bundle")], "error": [file("OperationOutcome")]
        });
        let manifest = Manifest::read(manifest.to_string().as_bytes()).unwrap();
        let names: Vec<&str> = manifest
            .files
            .iter()
            .map(|file| file.name.as_str())
            .collect();
        let expected = [
            "Organization.1.ndjson",
            "Location.1.ndjson",
            "Organization.2.ndjson",
            "deleted.1.ndjson",
            "errors.1.ndjson",
        ];
        assert_eq!(names, expected);
    }

    #[test]
    fn a_type_that_would_leave_the_directory_is_no_type() {
        let manifest = json!({
            "transactionTime": "2026-11-21T06:00:00Z",
            "output": [{"type": "../../etc/passwd", "url": "http://h/b"}]
        });
        assert!(Manifest::read(manifest.to_string().as_bytes()).is_err());
        assert!(Manifest::read(b"<html>").is_err());
        assert!(Manifest::read(b"{}").is_err());
    }
}
