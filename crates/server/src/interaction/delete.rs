//! `DELETE [base]/[type]/[id]` and `DELETE [base]/[type]?…`: a new version that is a deletion.
//!
//! <http://hl7.org/fhir/R4/http.html#delete>

use fhir::outcome::{self, StorageCode};
use store::DocumentKey;

use crate::{
    failure::Failure,
    interaction::{Answer, Conditions, Context},
    search::{Match, Search},
    write::{self, Action, Criterion, Operation, Target, Written},
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

/// Deletes the one resource that matches, if there is one; where the settings allow it, several.
///
/// # Errors
///
/// 412 when more match than may be deleted at once.
pub(super) async fn conditional_delete(
    context: &Context,
    kind: String,
    query: &str,
    conditions: &Conditions,
) -> Result<Answer, Failure> {
    let criterion = Criterion::read(context, &kind, query).await?;
    let most = context.settings.max_conditional_deletes;
    if most > 1 {
        let search = Search::begin(context).await?;
        let found = search.all(&kind, &criterion.conditions, most + 1);
        let found = found.await.map_err(|failure| criterion.failure(failure))?;
        if found.len() > most {
            return Err(Failure::multiple_matches(format!(
                "more than {most} resources match \"{}\"; that many may be deleted at once",
                criterion.text
            )));
        }
        if found.len() > 1 {
            return delete_all(context, found, conditions).await;
        }
    }
    let target = Target::Matching(criterion);
    let action = Action::Delete { target };
    write::one(context, Operation::alone(action, conditions.clone())).await
}

async fn delete_all(
    context: &Context,
    found: Vec<Match>,
    conditions: &Conditions,
) -> Result<Answer, Failure> {
    let operations: Vec<Operation> = found
        .into_iter()
        .map(|found| {
            let target = Target::Id(found.head.key);
            Operation::alone(Action::Delete { target }, conditions.clone())
        })
        .collect();
    let written = write::write(context, &operations, &[]).await?;
    let count = written.len();
    let answer = written.into_iter().next().map(Written::answer);
    let mut answer = answer.ok_or_else(|| Failure::internal("a write without a result"))?;
    answer.stamp = None;
    let text = format!("Successfully deleted {count} resource(s).");
    answer.outcome = Some(outcome::storage_outcome(
        StorageCode::SuccessfulDelete,
        text,
    ));
    Ok(answer)
}
