//! What is asked for, before anything is known of the stored state.

use fhir::resource::Resource;
use store::DocumentKey;

use crate::{
    interaction::Conditions,
    write::{Criterion, Patch},
};

/// One write that a request asks for.
#[derive(Debug)]
pub(crate) struct Operation {
    /// Which entry of the bundle asks for it; none for a request of its own.
    pub(crate) entry: Option<usize>,
    /// The entry's `fullUrl`: what other entries call this resource.
    pub(crate) full_url: Option<String>,
    /// The write.
    pub(crate) action: Action,
    /// `If-Match`.
    pub(crate) conditions: Conditions,
}

/// The write of an operation.
#[derive(Debug)]
pub(crate) enum Action {
    /// A new resource, unless the criterion finds one.
    Create {
        /// Its content.
        resource: Resource,
        /// `If-None-Exist`.
        unless: Option<Criterion>,
    },
    /// A new version.
    Update {
        /// Of which resource.
        target: Target,
        /// Its content.
        resource: Resource,
    },
    /// What an import brings: a new version of the resource that matches, or a new resource.
    Import {
        /// Which it is.
        criterion: Criterion,
        /// Its content.
        resource: Resource,
    },
    /// A new version that is the old one, changed in parts.
    Patch {
        /// Of which resource.
        target: Target,
        /// What changes.
        patch: Patch,
    },
    /// A deletion.
    Delete {
        /// Of which resource.
        target: Target,
    },
    /// A resource that records the changes of the others, made by the rule sets in force; nothing
    /// when there is nothing to record.
    Record {
        /// Its type.
        kind: &'static str,
    },
}

/// Which resource an update or a deletion is about.
#[derive(Debug)]
pub(crate) enum Target {
    /// The one with this id.
    Id(DocumentKey),
    /// The one that matches.
    Matching(Criterion),
}

impl Operation {
    /// A write that is a request of its own.
    pub(crate) fn alone(action: Action, conditions: Conditions) -> Self {
        Self {
            entry: None,
            full_url: None,
            action,
            conditions,
        }
    }

    /// `Bundle.entry[3]`, or for a request of its own the given text.
    pub(crate) fn name(&self, alone: &str) -> String {
        self.entry.map_or_else(
            || alone.to_owned(),
            |entry| format!("Bundle.entry[{entry}]"),
        )
    }

    /// The resource that the operation brings.
    pub(crate) fn resource(&self) -> Option<&Resource> {
        match &self.action {
            Action::Create { resource, .. }
            | Action::Update { resource, .. }
            | Action::Import { resource, .. } => Some(resource),
            Action::Patch { .. } | Action::Delete { .. } | Action::Record { .. } => None,
        }
    }

    /// The criterion that decides which resource it is about.
    pub(crate) fn criterion(&self) -> Option<&Criterion> {
        match &self.action {
            Action::Create { unless, .. } => unless.as_ref(),
            Action::Update {
                target: Target::Matching(criterion),
                ..
            }
            | Action::Import { criterion, .. }
            | Action::Patch {
                target: Target::Matching(criterion),
                ..
            }
            | Action::Delete {
                target: Target::Matching(criterion),
            } => Some(criterion),
            Action::Update { .. }
            | Action::Patch { .. }
            | Action::Delete { .. }
            | Action::Record { .. } => None,
        }
    }

    /// The resources whose current state has to be read, apart from those a criterion finds.
    pub(crate) fn keys(&self) -> Option<DocumentKey> {
        match &self.action {
            Action::Update {
                target: Target::Id(key),
                ..
            }
            | Action::Patch {
                target: Target::Id(key),
                ..
            }
            | Action::Delete {
                target: Target::Id(key),
            } => Some(key.clone()),
            // No match and an id in the body: the resource is created with that id (C7).
            Action::Update {
                target: Target::Matching(criterion),
                resource,
            } => resource.id().map(|id| DocumentKey {
                kind: criterion.kind.clone(),
                id: id.to_owned(),
            }),
            Action::Create { .. }
            | Action::Import { .. }
            | Action::Patch { .. }
            | Action::Delete { .. }
            | Action::Record { .. } => None,
        }
    }
}
