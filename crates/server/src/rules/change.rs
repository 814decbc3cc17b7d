//! A resource before and after a write.

use fhir::{json::Object, resource::Resource};

/// How a change comes about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// A create, conditional or not.
    Create,
    /// An update, conditional or not.
    Update,
    /// A patch.
    Patch,
    /// A deletion.
    Delete,
    /// An import: created or updated, as it is found.
    Import,
}

/// One resource of a write, as it is and as it would become.
#[derive(Debug)]
pub struct Change<'a> {
    /// The entry of the bundle; none for a request of its own.
    pub entry: Option<usize>,
    /// How it comes about.
    pub cause: Cause,
    /// The resource type.
    pub kind: &'a str,
    /// The id, also of a resource that does not exist yet.
    pub id: &'a str,
    /// What is stored; none when nothing is, or when it was deleted.
    pub before: Option<Object>,
    /// What would be stored, with its links resolved; none for a deletion. A rule set may change it.
    pub after: Option<Resource>,
    /// Whether the caller may create, in a test environment, what otherwise only a register brings.
    pub is_test: bool,
}

impl Change<'_> {
    /// Leaves the resource as it is.
    pub fn keep(&mut self) {
        if let (Some(before), Some(after)) = (&self.before, &mut self.after) {
            after.object_mut().clone_from(before);
        }
    }
}
