//! What a rule set can contribute. Everything has a default that contributes nothing.

use std::fmt;

use fhir::{bundle::Bundle, instant::Instant, outcome::Issue, resource::Resource};

use super::{Answers, Change, Question};
use crate::failure::Kind;

/// The rules of one publisher.
///
/// Issues of [`Self::review`] are placed in the resource (`Organization.name`); the server puts the
/// entry before it. Warnings do not stop a write: they are told in the outcome of the entry.
pub trait RuleSet: fmt::Debug + Send + Sync {
    /// Its name in `FYR_RULES`.
    fn name(&self) -> &'static str;

    /// Whether a bundle asks for this set, by its profile.
    fn is_asked_for_by(&self, _bundle: &Bundle) -> bool {
        false
    }

    /// Whether a profile of resources is one of this set.
    fn is_of_profile(&self, _profile: &str) -> bool {
        false
    }

    /// Identifier systems that are unique: the resource type and the system.
    fn unique_systems(&self) -> &'static [(&'static str, &'static str)] {
        &[]
    }

    /// Whether clients may only read resources of this type.
    fn is_read_only(&self, _kind: &str) -> bool {
        false
    }

    /// What the set has to know of the stored state before it receives a bundle. Asked again until
    /// there is nothing new, so that an answer may lead to another question.
    fn questions(&self, _bundle: &Bundle, _answers: &Answers) -> Vec<Question> {
        Vec::new()
    }

    /// Judges a bundle as a whole, and mends it: URLs, references, entries that do not count. An
    /// entry that is taken out of it is answered with 200 and the warnings that it has got; one that
    /// is added is answered after those of the request.
    fn receive(&self, _bundle: &mut Bundle, _answers: &Answers) -> Vec<Issue> {
        Vec::new()
    }

    /// Judges a change of a resource, merges it with what is stored, mends it.
    fn review(&self, _change: &mut Change<'_>) -> Vec<Issue> {
        Vec::new()
    }

    /// The resource that records the changes of a request which asks for such a record: those that
    /// alter something, never none.
    fn record(&self, _changes: &[&Change<'_>], _author: &Author) -> Option<Resource> {
        None
    }

    /// Whether its issues name entries of a bundle only, and no elements.
    fn places_entries_only(&self) -> bool {
        false
    }

    /// What a request means that has these errors.
    fn kind_of(&self, _errors: &[&Issue]) -> Kind {
        Kind::Unprocessable
    }

    /// How it is told that an identifier, `system|value`, is somebody else's already: a resource's, or
    /// another entry's.
    fn duplicate(&self, _kind: &str, _token: &str, _holder: &str) -> Option<Issue> {
        None
    }

    /// How it is told that several resources have an identifier, `system|value`, by which an import
    /// finds one at most.
    fn several(&self, _token: &str, _matches: usize) -> Option<Issue> {
        None
    }
}

/// Who makes a change, and when.
#[derive(Debug, Clone)]
pub struct Author {
    /// The caller's `user_id`.
    pub user_id: Option<String>,
    /// Now.
    pub now: Instant,
}
