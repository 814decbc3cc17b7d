//! `PATCH [base]/[type]/[id]` and `PATCH [base]/[type]?…`: a new version that is the old one, changed in
//! parts.
//!
//! <http://hl7.org/fhir/R4/http.html#patch>, <http://hl7.org/fhir/R4/http.html#cond-patch>

use store::DocumentKey;

use crate::{
    failure::Failure,
    interaction::{Answer, Conditions, Context},
    write::{self, Action, Criterion, Operation, Patch, Target},
};

/// Patches the resource with this id.
///
/// # Errors
///
/// 400 for a malformed patch, 422 for one that does not fit the resource, 404 and 410 when there is
/// none, 412 for another version than `If-Match` asks for.
pub(super) async fn patch(
    context: &Context,
    key: DocumentKey,
    patch: Patch,
    conditions: &Conditions,
) -> Result<Answer, Failure> {
    let target = Target::Id(key);
    let action = Action::Patch { target, patch };
    write::one(context, Operation::alone(action, conditions.clone())).await
}

/// Patches the one resource that matches.
///
/// # Errors
///
/// As [`patch`]; 404 when nothing matches, 412 when several do.
pub(super) async fn conditional_patch(
    context: &Context,
    (kind, query): (String, String),
    patch: Patch,
    conditions: &Conditions,
) -> Result<Answer, Failure> {
    let target = Target::Matching(Criterion::read(context, &kind, &query).await?);
    let action = Action::Patch { target, patch };
    write::one(context, Operation::alone(action, conditions.clone())).await
}
