//! `GET [base]/Organization/[id]/$traverse-to-sor`: the nearest organization of SOR, upwards from this one.
//!
//! <https://docs.ehealth.sundhed.dk/latest/ig/OperationDefinition-Organization-i-traverse-to-sor.html>
//!
//! The walk follows `partOf` within this server; the organization that it starts from counts.

use std::collections::BTreeSet;

use fhir::{json::Object, reference::Reference};
use serde_json::Value;
use store::DocumentKey;

use crate::{
    failure::{Failure, Kind},
    interaction::{Answer, Context, Stamp},
    rules::fut::{Message, Source},
};

/// A hierarchy that is deeper has a mistake in it.
const MAX_DEPTH: usize = 100;

/// Finds the organization.
///
/// # Errors
///
/// 404 when there is none, 404 and 410 when the walk cannot start.
pub(crate) async fn traverse_to_sor(
    context: &Context,
    key: DocumentKey,
) -> Result<Answer, Failure> {
    let mut at = key.clone();
    let mut seen = BTreeSet::new();
    while seen.len() < MAX_DEPTH && seen.insert(at.clone()) {
        let head = context.store.read(&at).await?;
        let head = match head {
            Some(head) if !head.deleted => head,
            None if at == key => return Err(Failure::not_found(&key)),
            Some(_) if at == key => return Err(Failure::gone(&key)),
            _ => break,
        };
        let organization: Object = serde_json::from_slice(&head.body).map_err(Failure::internal)?;
        if Source::of(&organization) == Some(Source::Sor) {
            let stamp = Stamp::new(at, head.version, head.last_updated);
            return Ok(Answer::stored(stamp, head.body));
        }
        match parent(&organization) {
            Some(parent) => at = parent,
            None => break,
        }
    }
    let issue = Message::TraverseToSorNotPossible(key.to_string()).issue();
    Err(Failure::of(Kind::NotFound, issue))
}

fn parent(organization: &Object) -> Option<DocumentKey> {
    let text = organization
        .get("partOf")?
        .get("reference")
        .and_then(Value::as_str)?;
    match Reference::parse(text) {
        Reference::Relative(target) if target.kind == "Organization" => {
            Some(DocumentKey::new(target.kind, target.id))
        }
        _ => None,
    }
}
