//! `PUT [base]/[type]/[id]` and `PUT [base]/[type]?…`: a new version of a resource.
//!
//! <http://hl7.org/fhir/R4/http.html#update>, <http://hl7.org/fhir/R4/http.html#cond-update>

use fhir::resource::Resource;
use store::DocumentKey;

use crate::{
    failure::Failure,
    interaction::{Answer, Conditions, Context},
    write::{self, Action, Criterion, Operation, Target},
};

/// Replaces the resource with this id, or creates it where that is switched on.
///
/// # Errors
///
/// 400 for another type or id in the body, 412 for another version than `If-Match` asks for.
pub(super) async fn update(
    context: &Context,
    key: DocumentKey,
    resource: Resource,
    conditions: &Conditions,
) -> Result<Answer, Failure> {
    let action = Action::Update {
        target: Target::Id(key),
        resource,
    };
    write::one(context, Operation::alone(action, conditions.clone())).await
}

/// Replaces the one resource that matches, or creates one.
///
/// # Errors
///
/// As [`update`]; 412 when several match.
pub(super) async fn conditional_update(
    context: &Context,
    kind: String,
    query: &str,
    resource: Resource,
    conditions: &Conditions,
) -> Result<Answer, Failure> {
    let target = Target::Matching(Criterion::read(context, &kind, query).await?);
    let action = Action::Update { target, resource };
    write::one(context, Operation::alone(action, conditions.clone())).await
}
