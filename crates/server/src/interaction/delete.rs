//! `DELETE [base]/[type]/[id]` and `DELETE [base]/[type]?…`: a new version that is a deletion.
//!
//! <http://hl7.org/fhir/R4/http.html#delete>

use store::DocumentKey;

use crate::{
    failure::Failure,
    interaction::{Answer, Conditions, Context},
    write::{self, Action, Criterion, Operation, Target},
};

/// Deletes the resource with this id. One that is not there is a success too.
///
/// # Errors
///
/// 412 for another version than `If-Match` asks for.
pub(super) async fn delete(
    context: &Context,
    key: DocumentKey,
    conditions: &Conditions,
) -> Result<Answer, Failure> {
    let action = Action::Delete {
        target: Target::Id(key),
    };
    write::one(context, Operation::alone(action, conditions.clone())).await
}

/// Deletes the one resource that matches, if there is one.
///
/// # Errors
///
/// 412 when several match.
pub(super) async fn conditional_delete(
    context: &Context,
    kind: String,
    query: &str,
    conditions: &Conditions,
) -> Result<Answer, Failure> {
    let target = Target::Matching(Criterion::parse(&kind, query)?);
    let action = Action::Delete { target };
    write::one(context, Operation::alone(action, conditions.clone())).await
}
