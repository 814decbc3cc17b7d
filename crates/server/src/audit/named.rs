//! The words for what was asked for: those of <http://hl7.org/fhir/R4/valueset-type-restful-interaction.html>
//! and <http://hl7.org/fhir/R4/valueset-system-restful-interaction.html>.

use fhir::json::Object;
use serde_json::Value;

use super::Touched;
use crate::route::Route;

/// The code of an interaction.
pub(super) fn interaction(route: &Route, body: Option<&Object>) -> &'static str {
    match route {
        Route::Capabilities => "capabilities",
        Route::Bundle => match body
            .and_then(|body| body.get("type"))
            .and_then(Value::as_str)
        {
            Some("batch") => "batch",
            _ => "transaction",
        },
        Route::Read(_) => "read",
        Route::Vread(..) => "vread",
        Route::History(_) => "history-instance",
        Route::TypeHistory(_) => "history-type",
        Route::SystemHistory => "history-system",
        Route::Search(Some(_)) => "search-type",
        Route::Search(None) => "search-system",
        Route::Create(_) => "create",
        Route::Update(_) | Route::ConditionalUpdate(..) => "update",
        Route::Patch(_) | Route::ConditionalPatch(..) => "patch",
        Route::Delete(_) | Route::ConditionalDelete(..) => "delete",
        _ => "operation",
    }
}

/// What a request is about before it is answered.
pub(super) fn subject(route: &Route) -> Option<Touched> {
    let text = match route {
        Route::Read(key)
        | Route::History(key)
        | Route::Meta(key)
        | Route::Expunge(key)
        | Route::TraverseToSor(key)
        | Route::Update(key)
        | Route::Patch(key)
        | Route::Delete(key) => key.to_string(),
        Route::Vread(key, version) => format!("{key}/_history/{version}"),
        Route::TypeHistory(kind)
        | Route::Search(Some(kind))
        | Route::Create(kind)
        | Route::Validate(kind, _)
        | Route::ConditionalUpdate(kind, _)
        | Route::ConditionalPatch(kind, _)
        | Route::ConditionalDelete(kind, _) => kind.clone(),
        _ => return None,
    };
    Some(Touched::of(text))
}
