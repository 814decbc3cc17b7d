//! What became of an operation, and how it is told: status, storage code and sentence.
//!
//! The codes are those of HAPI FHIR's storage-response code system, which clients of the Danish
//! platform know.

use bytes::Bytes;
use fhir::{
    json::Object,
    outcome::{self, Issue, StorageCode},
};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use store::{Committed, DocumentKey, Head, Millis, Version};

use crate::{
    auth::{self, Caller, Right},
    interaction::{Answer, Content, Stamp},
    write::{Action, Operation},
};

/// What becomes of a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Effect {
    /// A new resource, or one brought back after its deletion.
    Created,
    /// A conditional create found it: nothing is written.
    Matched,
    /// A new version.
    Updated,
    /// An update that changes nothing: nothing is written.
    Unchanged,
    /// Deleted.
    Deleted,
    /// It was deleted already: nothing is written.
    AlreadyDeleted,
    /// There was nothing to delete: nothing is written.
    NotFound,
    /// There was nothing to record: nothing is written.
    NotNeeded,
}

impl Effect {
    /// Whether there is something to commit.
    pub(super) fn writes(self) -> bool {
        matches!(self, Self::Created | Self::Updated | Self::Deleted)
    }
}

/// What was asked for, as far as the storage codes tell it apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verb {
    Update,
    Patch,
    Other,
}

/// The result of one operation.
#[derive(Debug, Clone)]
pub(crate) struct Written {
    key: DocumentKey,
    effect: Effect,
    action: Verb,
    conditional: bool,
    version: Option<(u64, Millis)>,
    body: Option<Bytes>,
    warnings: Vec<Issue>,
}

impl Written {
    /// The result as planned: what is written has no version yet.
    pub(super) fn planned(
        operation: &Operation,
        key: DocumentKey,
        effect: Effect,
        head: Option<&Head>,
        body: Option<Bytes>,
    ) -> Self {
        let is_import = matches!(operation.action, Action::Import { .. });
        let action = match operation.action {
            Action::Update { .. } => Verb::Update,
            Action::Patch { .. } => Verb::Patch,
            _ => Verb::Other,
        };
        let conditional = operation.criterion().is_some() && !is_import;
        let version = head.map(|head| (head.version, head.last_updated));
        let body = body.or_else(|| head.map(|head| head.body.clone()));
        Self {
            key,
            effect,
            action,
            conditional,
            version,
            body,
            warnings: Vec::new(),
        }
    }

    /// The same, with what the rules have to say about it.
    pub(super) fn warned(mut self, warnings: Vec<Issue>) -> Self {
        self.warnings = warnings;
        self
    }

    /// Whether there is nothing to tell of it.
    pub(crate) fn is_nothing(&self) -> bool {
        self.effect == Effect::NotNeeded
    }

    /// The result of a request that took effect before, as it was written down.
    pub(super) fn recalled(
        operation: &Operation,
        key: DocumentKey,
        effect: Effect,
        version: Option<Version>,
    ) -> Self {
        Self {
            version: version
                .as_ref()
                .map(|version| (version.version, version.last_updated)),
            body: version.map(|version| version.body),
            ..Self::planned(operation, key, effect, None, None)
        }
    }

    /// The result with the version that a commit would give it.
    pub(super) fn expected(&self) -> Self {
        let (version, last_updated) = self.version.unwrap_or_default();
        let next = (version + 1, last_updated);
        Self {
            version: if self.effect.writes() {
                Some(next)
            } else {
                self.version
            },
            ..self.clone()
        }
    }

    /// What is written down of it.
    pub(super) fn row(&self) -> (String, Effect, Option<u64>) {
        let version = self.version.map(|(version, _)| version);
        (self.key.to_string(), self.effect, version)
    }

    /// Takes the version that the commit gave it.
    pub(super) fn commit(&mut self, committed: &Committed) {
        self.version = Some((committed.version, committed.last_updated));
    }

    /// The same as its caller may see it: a resource that a conditional create found is shown to
    /// those only who may read it.
    pub(super) fn seen_by(mut self, caller: &Caller) -> Self {
        let right = Right::Read(self.key.kind.clone());
        if self.effect == Effect::Matched && auth::demand(caller, &right).is_err() {
            self.body = None;
        }
        self
    }

    /// The answer to the operation.
    pub(crate) fn answer(self) -> Answer {
        let (status, code) = self.status();
        let stamp = self
            .version
            .map(|(version, last_updated)| Stamp::new(self.key.clone(), version, last_updated));
        let outcome = self.outcome(code, stamp.as_ref());
        let content = match (self.effect, self.body) {
            (
                Effect::Deleted | Effect::AlreadyDeleted | Effect::NotFound | Effect::NotNeeded,
                _,
            )
            | (_, None) => Content::Empty,
            (_, Some(body)) => Content::Stored(body),
        };
        Answer {
            status,
            stamp,
            written: true,
            content,
            outcome: Some(outcome),
        }
    }

    fn status(&self) -> (StatusCode, StorageCode) {
        match (self.effect, self.action, self.conditional) {
            (Effect::Created, Verb::Other, false) => {
                (StatusCode::CREATED, StorageCode::SuccessfulCreate)
            }
            (Effect::Created, Verb::Other, true) => (
                StatusCode::CREATED,
                StorageCode::SuccessfulCreateNoConditionalMatch,
            ),
            (Effect::Created, _, false) => {
                (StatusCode::CREATED, StorageCode::SuccessfulUpdateAsCreate)
            }
            (Effect::Created, _, true) => (
                StatusCode::CREATED,
                StorageCode::SuccessfulUpdateNoConditionalMatch,
            ),
            (Effect::Matched, _, _) => (
                StatusCode::OK,
                StorageCode::SuccessfulCreateWithConditionalMatch,
            ),
            (Effect::Updated, Verb::Patch, false) => (StatusCode::OK, StorageCode::SuccessfulPatch),
            (Effect::Updated, Verb::Patch, true) => {
                (StatusCode::OK, StorageCode::SuccessfulConditionalPatch)
            }
            (Effect::Unchanged, Verb::Patch, false) => {
                (StatusCode::OK, StorageCode::SuccessfulPatchNoChange)
            }
            (Effect::Unchanged, Verb::Patch, true) => (
                StatusCode::OK,
                StorageCode::SuccessfulConditionalPatchNoChange,
            ),
            (Effect::Updated, _, false) => (StatusCode::OK, StorageCode::SuccessfulUpdate),
            (Effect::Updated, _, true) => (
                StatusCode::OK,
                StorageCode::SuccessfulUpdateWithConditionalMatch,
            ),
            (Effect::Unchanged, _, false) => {
                (StatusCode::OK, StorageCode::SuccessfulUpdateNoChange)
            }
            (Effect::Unchanged, _, true) => (
                StatusCode::OK,
                StorageCode::SuccessfulUpdateWithConditionalMatchNoChange,
            ),
            (Effect::Deleted, _, _) => (StatusCode::NO_CONTENT, StorageCode::SuccessfulDelete),
            (Effect::AlreadyDeleted, _, _) => (
                StatusCode::NO_CONTENT,
                StorageCode::SuccessfulDeleteAlreadyDeleted,
            ),
            (Effect::NotFound | Effect::NotNeeded, _, _) => (
                StatusCode::NO_CONTENT,
                StorageCode::SuccessfulDeleteNotFound,
            ),
        }
    }

    fn outcome(&self, code: StorageCode, stamp: Option<&Stamp>) -> Object {
        let name = stamp.map_or_else(|| self.key.to_string(), Stamp::location);
        let done = match self.action {
            Verb::Patch => "patched",
            Verb::Update | Verb::Other => "updated",
        };
        let text = match self.effect {
            Effect::Created => format!("Successfully created resource \"{name}\"."),
            Effect::Updated => format!("Successfully {done} resource \"{name}\"."),
            Effect::Unchanged => {
                format!("Successfully {done} resource \"{name}\" (no changes detected).")
            }
            Effect::Matched => format!("Found resource \"{name}\"; nothing was created."),
            Effect::Deleted => "Successfully deleted 1 resource(s).".to_owned(),
            Effect::AlreadyDeleted => format!("Resource \"{}\" was already deleted.", self.key),
            Effect::NotFound => "There was no resource to delete.".to_owned(),
            Effect::NotNeeded => "There was nothing to record.".to_owned(),
        };
        let mut outcome = outcome::storage_outcome(code, text);
        outcome::add(&mut outcome, &self.warnings);
        outcome
    }
}
