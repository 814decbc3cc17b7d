//! `GET [base]/[type]?…`, `POST [base]/[type]/_search`, and the same of the base: the resources that
//! meet a query.
//!
//! <http://hl7.org/fhir/R4/http.html#search>

use fhir::query::Parameter;

use crate::{
    failure::Failure,
    interaction::{Answer, Context},
    search,
};

/// Searches one type, or when none is given those that `_type` names.
///
/// # Errors
///
/// 400 for parameters that are unknown, unreadable or too costly.
pub(super) async fn search(
    context: &Context,
    kind: Option<&str>,
    parameters: &[Parameter],
    lenient: bool,
) -> Result<Answer, Failure> {
    search::search(context, kind, parameters, lenient).await
}

/// Checks a search before anything is read, for a transaction that must know in time.
///
/// # Errors
///
/// As [`search()`].
pub(super) async fn check(
    context: &Context,
    kind: Option<&str>,
    parameters: &[Parameter],
) -> Result<(), Failure> {
    search::check(context, kind, parameters).await
}
