//! How far a step is, as its checkpoints say.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A place in a segment, and what was written on the way there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Place {
    pub(super) segment: u32,
    pub(super) segments: u32,
    /// The position in the segment; none at its beginning.
    pub(super) after: Option<String>,
    /// Whether this may turn out to be too much for one step.
    pub(super) is_survey: bool,
    /// Lines of resources and deletions so far.
    pub(super) lines: u64,
    /// The files so far.
    pub(super) files: Vec<OutputFile>,
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
    /// The beginning of everything.
    pub(super) fn survey() -> Self {
        Self {
            is_survey: true,
            ..Self::segment(0, 1)
        }
    }

    /// The beginning of a segment.
    pub(super) fn segment(segment: u32, segments: u32) -> Self {
        Self {
            segment,
            segments,
            after: None,
            is_survey: false,
            lines: 0,
            files: Vec::new(),
        }
    }

    /// Whether this is the beginning of the first step.
    pub(super) fn is_first(&self) -> bool {
        self.is_survey && self.after.is_none()
    }

    pub(super) fn text(&self) -> Value {
        serde_json::to_value(self).unwrap_or_default()
    }
}
