//! What is wrong with a text, and where; the place is put together while the error travels up.

use crate::outcome::{Issue, IssueType, Severity};
use crate::path::Path;

/// A problem, with the steps from the innermost value outwards.
pub(super) struct Problem {
    code: IssueType,
    text: String,
    steps: Vec<Step>,
}

/// One step of a path.
pub(super) enum Step {
    Field(String),
    Index(usize),
}

impl Problem {
    pub(super) fn new(text: impl Into<String>) -> Self {
        Self {
            code: IssueType::Structure,
            text: text.into(),
            steps: Vec::new(),
        }
    }

    /// The problem that a text would take too much to read.
    pub(super) fn too_costly(text: impl Into<String>) -> Self {
        Self {
            code: IssueType::TooCostly,
            ..Self::new(text)
        }
    }

    /// The same problem, as seen from the value around.
    pub(super) fn inside(mut self, step: Step) -> Self {
        self.steps.push(step);
        self
    }

    /// The issue, its place starting with the root's name.
    pub(super) fn into_issue(self, root: &str) -> Issue {
        let place = write_place(&Path::Root(root), &self.steps);
        let issue = Issue::new(Severity::Fatal, self.code, self.text);
        if place.is_empty() {
            issue
        } else {
            issue.at(place)
        }
    }
}

fn write_place(parent: &Path<'_>, steps: &[Step]) -> String {
    match steps.split_last() {
        None => parent.to_string(),
        Some((Step::Field(name), inner)) => write_place(&parent.field(name), inner),
        Some((Step::Index(index), inner)) => write_place(&parent.index(*index), inner),
    }
}
