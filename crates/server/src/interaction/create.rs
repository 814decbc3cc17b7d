//! `POST [base]/[type]`: a new resource, with an id from the server.
//!
//! <http://hl7.org/fhir/R4/http.html#create>, and with `If-None-Exist`
//! <http://hl7.org/fhir/R4/http.html#ccreate>.

use fhir::resource::Resource;

use crate::{
    failure::Failure,
    interaction::{Answer, Conditions, Context},
    write::{self, Action, Criterion, Operation},
};

/// Creates a resource; with `If-None-Exist`, only when nothing matches.
///
/// # Errors
///
/// 412 when the criterion matches several.
pub(super) async fn create(
    context: &Context,
    kind: &str,
    resource: Resource,
    conditions: &Conditions,
) -> Result<Answer, Failure> {
    let unless = match &conditions.if_none_exist {
        Some(query) => Some(Criterion::read(context, kind, query).await?),
        None => None,
    };
    let operation = Operation::alone(Action::Create { resource, unless }, conditions.clone());
    write::one(context, operation).await
}
