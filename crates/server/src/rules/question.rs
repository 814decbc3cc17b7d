//! What a rule set asks of the stored state.

use std::collections::{BTreeMap, BTreeSet};

use fhir::{instant::Instant, json::Object};

/// A question about what is stored now.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Question {
    /// The resource of this type and id.
    Resource {
        /// The type.
        kind: String,
        /// The id.
        id: String,
    },
    /// The resources of this type with this identifier.
    Identifier {
        /// The type.
        kind: String,
        /// The identifier's system.
        system: String,
        /// Its value.
        value: String,
    },
    /// The resources of this type that refer to another one.
    Referring {
        /// The type.
        kind: String,
        /// The search parameter that has the reference: `partof`.
        parameter: String,
        /// The other one: `Organization/1`.
        target: String,
    },
}

/// What was found, question by question: current resources, without those that are deleted.
#[derive(Debug, Clone)]
pub struct Answers {
    base_url: String,
    now: Instant,
    found: BTreeMap<Question, Vec<Object>>,
}

impl Answers {
    /// Nothing asked yet, on a server with this public URL, at this time.
    pub fn new(base_url: impl Into<String>, now: Instant) -> Self {
        Self {
            base_url: base_url.into(),
            now,
            found: BTreeMap::new(),
        }
    }

    /// The public URL of the server.
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// When the request is received.
    pub fn now(&self) -> Instant {
        self.now
    }

    /// Whether this was asked.
    pub fn has(&self, question: &Question) -> bool {
        self.found.contains_key(question)
    }

    /// What was found; nothing also when it was not asked.
    pub fn to(&self, question: &Question) -> &[Object] {
        self.found.get(question).map_or(&[], Vec::as_slice)
    }

    /// Adds an answer.
    pub fn add(&mut self, question: Question, found: Vec<Object>) {
        self.found.insert(question, found);
    }

    /// Those of these questions that were not asked yet.
    pub(super) fn missing(&self, questions: Vec<Question>) -> BTreeSet<Question> {
        questions.into_iter().filter(|one| !self.has(one)).collect()
    }
}
