//! `GET [base]/[type]/[id]`: the current version.
//!
//! <http://hl7.org/fhir/R4/http.html#read>

use fhir::{json::Object, query::Parameter};
use http::StatusCode;
use store::DocumentKey;

use crate::{
    failure::Failure,
    interaction::{Answer, Conditions, Content, Context, Stamp},
    route,
    search::Shape,
};

/// Reads the current version, or answers 304 when the client has it already.
///
/// # Errors
///
/// 404 for an unknown resource, 410 for a deleted one, 400 for a `_summary` that there is not.
pub(super) async fn read(
    context: &Context,
    key: &DocumentKey,
    parameters: &[Parameter],
    conditions: &Conditions,
) -> Result<Answer, Failure> {
    let shape = Shape::of_read(parameters)?;
    let Some(head) = context.store.read(key).await? else {
        return match built_in(key) {
            Some(definition) => Answer::complete(definition).shaped(&shape),
            None => Err(Failure::not_found(key)),
        };
    };
    if head.deleted {
        return Err(Failure::gone(key));
    }
    let stamp = Stamp::new(head.key, head.version, head.last_updated);
    if conditions.not_modified(&stamp) {
        let answer = Answer::stored(stamp, head.body);
        return Ok(Answer {
            status: StatusCode::NOT_MODIFIED,
            content: Content::Empty,
            ..answer
        });
    }
    Answer::stored(stamp, head.body).shaped(&shape)
}

/// What this server says of its own operations, unless somebody has stored something else.
fn built_in(key: &DocumentKey) -> Option<Object> {
    (key.kind == "OperationDefinition")
        .then(|| route::definition(&key.id))
        .flatten()
}
