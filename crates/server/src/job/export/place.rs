//! How far a step is, as its checkpoints say.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::Receipt;

/// Files of a page: a record of some kilobytes.
pub(super) const FILES_OF_A_PAGE: usize = 100;

/// A place on a course, and what was written on the way there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Place {
    /// Where the resources are read.
    pub(super) course: Course,
    /// The position on the course; none at its beginning.
    pub(super) after: Option<String>,
    /// Whether this may turn out to be too much for one step.
    pub(super) is_survey: bool,
    /// Versions looked at so far.
    pub(super) looked_at: usize,
    /// Lines of resources and deletions so far.
    pub(super) lines: u64,
    /// The ids of the full pages of files so far.
    pub(super) pages: Vec<String>,
    /// The files that are on no page yet.
    pub(super) files: Vec<OutputFile>,
    /// What reading has cost so far.
    pub(super) cost: Cost,
}

/// What it costs to read resources.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Cost {
    /// Calls to the tables.
    pub(crate) requests: u64,
    /// Read units.
    pub(crate) read_units: f64,
}

impl Cost {
    /// Both together.
    pub(super) fn and(self, more: Self) -> Self {
        Self {
            requests: self.requests + more.requests,
            read_units: self.read_units + more.read_units,
        }
    }
}

impl From<&Receipt> for Cost {
    fn from(receipt: &Receipt) -> Self {
        Self {
            requests: receipt.requests(),
            read_units: receipt.read_units(),
        }
    }
}

/// Where a step reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Course {
    /// A segment of all resources: this one, of so many.
    Segment(u32, u32),
    /// What was changed since the instant that the request names.
    Changes,
}

/// A file of an export.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct OutputFile {
    /// The id of its Binary: 32 random hexadecimal digits.
    pub(crate) id: String,
    /// Where the manifest has it.
    pub(crate) role: Role,
    /// The type of its resources.
    pub(crate) kind: String,
    /// How many they are.
    pub(crate) count: u64,
    /// Its size as it is at rest: compressed.
    pub(crate) bytes: u64,
    /// Its size as text.
    pub(crate) text_bytes: u64,
}

impl OutputFile {
    /// Whether its lines are resources or deletions.
    pub(super) fn is_counted(&self) -> bool {
        self.role != Role::Error
    }
}

/// Where the manifest has a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum Role {
    /// Resources.
    Output,
    /// Deletions, as transactions of one entry.
    Deleted,
    /// What was not done as asked, as outcomes.
    Error,
}

impl Place {
    /// The beginning of the first step, which may be the only one.
    pub(super) fn survey(course: Course) -> Self {
        Self {
            is_survey: true,
            ..Self::start(course)
        }
    }

    /// The beginning of a course.
    pub(super) fn start(course: Course) -> Self {
        Self {
            course,
            after: None,
            is_survey: false,
            looked_at: 0,
            lines: 0,
            pages: Vec::new(),
            files: Vec::new(),
            cost: Cost::default(),
        }
    }

    /// How many files there are so far.
    pub(super) fn count(&self) -> usize {
        self.pages.len() * FILES_OF_A_PAGE + self.files.len()
    }

    /// Whether this is the beginning of the first step.
    pub(super) fn is_first(&self) -> bool {
        self.is_survey && self.after.is_none()
    }

    pub(super) fn text(&self) -> Value {
        serde_json::to_value(self).unwrap_or_default()
    }
}
