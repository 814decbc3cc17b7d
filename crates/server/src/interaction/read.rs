//! `GET [base]/[type]/[id]`: the current version.
//!
//! <http://hl7.org/fhir/R4/http.html#read>

use http::StatusCode;
use store::DocumentKey;

use crate::{
    failure::Failure,
    interaction::{Answer, Conditions, Content, Context, Stamp},
};

/// Reads the current version, or answers 304 when the client has it already.
///
/// # Errors
///
/// 404 for an unknown resource, 410 for a deleted one.
pub(super) async fn read(
    context: &Context,
    key: &DocumentKey,
    conditions: &Conditions,
) -> Result<Answer, Failure> {
    let head = context
        .store
        .read(key)
        .await?
        .ok_or_else(|| Failure::not_found(key))?;
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
    Ok(Answer::stored(stamp, head.body))
}
