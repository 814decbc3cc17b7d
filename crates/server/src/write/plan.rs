//! What the store is asked to commit: bodies at rest, identifiers, and the state they replace.

use bytes::Bytes;
use fhir::{identifier, resource::Resource};
use store::{Base, Committed, Identifier, Method, Write};

use super::identity::Identified;
use crate::{
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
    identified: Vec<Identified>,
    bodies: Vec<Option<Resource>>,
) -> Plan {
    let mut writes = Vec::new();
    let mut written = Vec::new();
    let mut origins = Vec::new();
    for (at, ((operation, one), body)) in operations.iter().zip(identified).zip(bodies).enumerate()
    {
        let Identified {
            key,
            head,
            mut effect,
        } = one;
        let resource = body.filter(|_| effect.writes());
        let text = resource
            .as_ref()
            .map(|resource| Bytes::from(resource.stored_body()));
        let unchanged = |text: &Bytes| head.as_ref().is_some_and(|head| head.body == *text);
        if effect == Effect::Updated && text.as_ref().is_some_and(unchanged) {
            effect = Effect::Unchanged;
        }
        written.push(Written::planned(
            operation,
            key.clone(),
            effect,
            head.as_ref(),
            text.clone(),
        ));
        if !effect.writes() {
            continue;
        }
        let identifiers =
            resource.map_or_else(Vec::new, |resource| identifiers(context, &resource));
        origins.push((at, identifiers.iter().map(|id| id.token.clone()).collect()));
        writes.push(Write {
            base: head.map_or(Base::Absent, |head| Base::Head(Box::new(head))),
            key,
            method: method(operation),
            body: text,
            identifiers,
            entries: Vec::new(),
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
    let kind = resource.resource_type();
    let unique = |system: &str| context.settings.unique_systems.contains(kind, system);
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

fn method(operation: &Operation) -> Method {
    match operation.action {
        Action::Create { .. } => Method::Post,
        Action::Update { .. } => Method::Put,
        Action::Delete { .. } => Method::Delete,
    }
}
