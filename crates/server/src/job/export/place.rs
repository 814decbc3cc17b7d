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
    /// Who reads the segments after this one.
    pub(super) rest: Rest,
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

/// Who reads the segments after the one that a step is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Rest {
    /// The step itself: so far it is the only one.
    Own,
    /// It leaves them to others, which are not there yet. That is put down before they are: whoever
    /// holds the step after that cannot but do the same.
    Leaving,
    /// Others.
    Others,
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
    pub(super) fn first(course: Course) -> Self {
        Self {
            rest: Rest::Own,
            ..Self::start(course)
        }
    }

    /// The beginning of a course.
    fn start(course: Course) -> Self {
        Self {
            course,
            after: None,
            rest: Rest::Others,
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
        let is_at_beginning = matches!(self.course, Course::Segment(0, _) | Course::Changes);
        self.rest == Rest::Own && self.after.is_none() && is_at_beginning
    }

    /// Goes on to the next segment, if that is its own.
    pub(super) fn goes_on(&mut self) -> bool {
        let next = self.course.next().filter(|_| self.rest == Rest::Own);
        self.course = next.unwrap_or(self.course);
        next.is_some()
    }

    /// Whether there are segments that can be left to others.
    pub(super) fn can_leave(&self) -> bool {
        self.rest == Rest::Own && self.course.next().is_some()
    }

    /// The beginnings of the segments that it leaves to others; none when it does not.
    pub(super) fn hand_over(&mut self) -> Option<Vec<Self>> {
        if self.rest != Rest::Leaving {
            return None;
        }
        self.rest = Rest::Others;
        let following = std::iter::successors(self.course.next(), |course| course.next());
        Some(following.map(Self::start).collect())
    }

    pub(super) fn text(&self) -> Value {
        serde_json::to_value(self).unwrap_or_default()
    }
}
