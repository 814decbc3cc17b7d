//! What the store is asked to commit: bodies at rest, identifiers, and the state they replace.

use bytes::Bytes;
use fhir::{identifier, json::Object, resource::Resource, search, search_parameter::Set};
use store::{Base, Committed, Entry, Head, Identifier, Method, Write};

use super::{identity::Identified, review::Reviewed};
use crate::{
    Settings,
    interaction::Context,
    write::{Action, Operation, Written, written::Effect},
};

/// A plan for all operations.
#[derive(Debug)]
pub(super) struct Plan {
    /// What to commit.
    pub(super) writes: Vec<Write>,
    unfinished: Unfinished,
}

/// The operations of a plan, as far as they are known before the commit.
#[derive(Debug)]
pub(super) struct Unfinished {
    written: Vec<Written>,
    /// For each write, its operation and the texts of its identifiers.
    origins: Vec<(usize, Vec<String>)>,
}

/// Plans the writes. An update that changes nothing becomes none (C6).
pub(super) fn plan(
    context: &Context,
    operations: &[Operation],
    (identified, reviewed): (Vec<Identified>, Vec<Reviewed>),
    indexed: &Set,
) -> Plan {
    let mut writes = Vec::new();
    let mut written = Vec::new();
    let mut origins = Vec::new();
    let all = operations.iter().zip(identified).zip(reviewed);
    for (at, ((operation, one), reviewed)) in all.enumerate() {
        let Identified {
            key,
            head,
            mut effect,
        } = one;
        let Reviewed { body, warnings } = reviewed;
        if body.is_none() && matches!(operation.action, Action::Record { .. }) {
            effect = Effect::NotNeeded;
        }
        let resource = body.filter(|_| effect.writes());
        let text = resource
            .as_ref()
            .map(|resource| Bytes::from(resource.stored_body()));
        let unchanged = |text: &Bytes| head.as_ref().is_some_and(|head| head.body == *text);
        if effect == Effect::Updated && text.as_ref().is_some_and(unchanged) {
            effect = Effect::Unchanged;
        }
        let planned = Written::planned(operation, key.clone(), effect, head.as_ref(), text.clone());
        written.push(planned.warned(warnings));
        if !effect.writes() {
            continue;
        }
        let (identifiers, entries) = match resource {
            Some(resource) => {
                let identifiers = identifiers(context, &resource);
                (identifiers, entries(indexed, resource.object()))
            }
            None => (buried(context, head.as_ref()), Vec::new()),
        };
        origins.push((at, identifiers.iter().map(|id| id.token.clone()).collect()));
        writes.push(Write {
            base: head.map_or(Base::Absent, |head| Base::Head(Box::new(head))),
            key,
            method: method(operation, effect),
            body: text,
            identifiers,
            entries,
        });
    }
    Plan {
        writes,
        unfinished: Unfinished { written, origins },
    }
}

impl Plan {
    /// The writes, and what is left to say about them.
    pub(super) fn split(self) -> (Vec<Write>, Unfinished) {
        (self.writes, self.unfinished)
    }

    /// What became of the operations, once the writes are committed.
    pub(super) fn finish(self, committed: Vec<Committed>) -> Vec<Written> {
        self.unfinished.finish(committed)
    }
}

impl Unfinished {
    /// What became of the operations, once the writes are committed.
    pub(super) fn finish(mut self, committed: Vec<Committed>) -> Vec<Written> {
        for ((at, _), committed) in self.origins.iter().zip(committed) {
            if let Some(written) = self.written.get_mut(*at) {
                written.commit(&committed);
            }
        }
        self.written
    }

    /// What will have become of the operations, if the writes are committed.
    pub(super) fn expected(&self) -> Vec<Written> {
        self.written.iter().map(Written::expected).collect()
    }

    /// The operation that a write comes from.
    pub(super) fn operation_of(&self, write: usize) -> Option<usize> {
        self.origins.get(write).map(|(at, _)| *at)
    }

    /// An identifier of a write, as `system|value`.
    pub(super) fn identifier(&self, write: usize, identifier: usize) -> &str {
        let tokens = self.origins.get(write).map(|(_, tokens)| tokens);
        tokens
            .and_then(|tokens| tokens.get(identifier))
            .map_or("", String::as_str)
    }
}

/// The identifiers of a resource, as the store knows them.
pub(crate) fn identifiers(context: &Context, resource: &Resource) -> Vec<Identifier> {
    identifiers_by(&context.settings, resource)
}

/// The same, by the settings alone.
pub(crate) fn identifiers_by(settings: &Settings, resource: &Resource) -> Vec<Identifier> {
    let kind = resource.resource_type();
    let unique = |system: &str| settings.unique_systems.contains(kind, system);
    let mut identifiers: Vec<Identifier> = Vec::new();
    for found in identifier::identifiers(resource.object()) {
        let token = found.token();
        if identifiers.iter().all(|other| other.token != token) {
            let unique = found.system.as_deref().is_some_and(unique);
            identifiers.push(Identifier {
                key: found.value,
                token,
                unique,
            });
        }
    }
    identifiers
}

/// The index entries of a resource, as the store knows them.
pub(crate) fn entries(indexed: &Set, resource: &Object) -> Vec<Entry> {
    let entries = search::index_entries(indexed, resource).into_iter();
    entries
        .map(|entry| Entry {
            parameter: entry.parameter,
            partition: entry.partition,
            sort: entry.sort,
        })
        .collect()
}

/// What a deleted resource stays to be found by: its unique identifiers (I9).
fn buried(context: &Context, head: Option<&Head>) -> Vec<Identifier> {
    let object: Option<Object> = head.and_then(|head| serde_json::from_slice(&head.body).ok());
    let Some(resource) = object.and_then(Resource::from_stored) else {
        return Vec::new();
    };
    let unique = identifiers(context, &resource)
        .into_iter()
        .filter(|identifier| identifier.unique);
    unique.map(Identifier::buried).collect()
}

fn method(operation: &Operation, effect: Effect) -> Method {
    match operation.action {
        Action::Import { .. } if effect == Effect::Updated => Method::Put,
        Action::Create { .. } | Action::Import { .. } | Action::Record { .. } => Method::Post,
        Action::Update { .. } => Method::Put,
        Action::Patch { .. } => Method::Patch,
        Action::Delete { .. } => Method::Delete,
    }
}
