//! The note in the directory of an export that is not finished: what was asked, and where its job is.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::write;
use crate::failure::Failure;

/// The note of one directory.
#[derive(Debug)]
pub(super) struct Unfinished {
    path: PathBuf,
    request: String,
    status: Option<String>,
}

impl Unfinished {
    /// Makes the directory, or finds the note in it.
    pub(super) fn in_directory(directory: &Path, request: &str) -> Result<Self, Failure> {
        let place = directory.display();
        let refused = |refusal| Failure::usage(format!("{place}: {refusal}"));
        fs::create_dir_all(directory).map_err(refused)?;
        let is_empty = fs::read_dir(directory).map_err(refused)?.next().is_none();
        let mut note = Self {
            path: directory.join("unfinished.json"),
            request: request.to_owned(),
            status: None,
        };
        if is_empty {
            return Ok(note);
        }
        let Ok(text) = fs::read_to_string(&note.path) else {
            return Err(Failure::usage(format!(
                "{place} is not empty, and holds no export that could be gone on with"
            )));
        };
        let kept: Value = serde_json::from_str(&text).unwrap_or_default();
        let text = |name: &str| kept.get(name).and_then(Value::as_str);
        if text("request") != Some(request) {
            return Err(Failure::usage(format!(
                "{place} holds another export that is not finished"
            )));
        }
        note.status = text("status").map(str::to_owned);
        Ok(note)
    }

    /// Where the job is that was started before.
    pub(super) fn status(&self) -> Option<&str> {
        self.status.as_deref()
    }

    /// Notes where the job is.
    pub(super) fn keep(&self, status: &str) -> Result<(), Failure> {
        let note = json!({"request": self.request, "status": status});
        write(&self.path, &note.to_string())
    }

    /// Takes the note away: all files are there.
    pub(super) fn is_over(&self) -> Result<(), Failure> {
        fs::remove_file(&self.path)
            .map_err(|refusal| Failure::usage(format!("{}: {refusal}", self.path.display())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unfinished_export_is_gone_on_with_and_nothing_else_is() {
        let place = tempfile::tempdir().unwrap();
        let directory = place.path().join("new");
        let first = Unfinished::in_directory(&directory, "http://h/$export").unwrap();
        assert_eq!(first.status(), None);
        first.keep("http://h/status").unwrap();
        let again = Unfinished::in_directory(&directory, "http://h/$export").unwrap();
        assert_eq!(again.status(), Some("http://h/status"));
        assert!(Unfinished::in_directory(&directory, "http://h/$export?_type=A").is_err());
        again.is_over().unwrap();
        fs::write(directory.join("Organization.1.ndjson"), "").unwrap();
        assert!(Unfinished::in_directory(&directory, "http://h/$export").is_err());
    }
}
