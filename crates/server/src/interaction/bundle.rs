//! What transactions and batches have in common: the entries of the request as requests, and the
//! entries of the response.
//!
//! <http://hl7.org/fhir/R4/http.html#transaction-response>
//!
//! ```json
//! {"resourceType": "Bundle", "type": "transaction-response", "entry": [
//!   {"response": {"status": "201 Created", "location": "Organization/1/_history/1",
//!                 "etag": "W/\"1\"", "lastModified": "2026-04-16T11:26:48.316+00:00",
//!                 "outcome": {"resourceType": "OperationOutcome"}}}]}
//! ```
//!
//! One entry for each entry of the request, in the same order.

use fhir::{
    bundle::{BundleEntry, Request},
    json::Object,
    outcome::{self, Issue, IssueType},
    resource::Resource,
};
use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::{
    Settings,
    failure::{Failure, Kind},
    interaction::{Answer, Conditions, Context, check_type},
    route::{self, Route, Routed},
    write::Patch,
};

/// Refuses a bundle with too many entries, before anything else is done with them.
///
/// # Errors
///
/// 413 with the limit and the number of entries.
pub(super) fn check_size(settings: &Settings, bundle: &Object) -> Result<(), Failure> {
    let entries = bundle
        .get("entry")
        .and_then(Value::as_array)
        .map_or(0, Vec::len);
    let limit = settings.max_transaction_entries;
    if entries <= limit {
        return Ok(());
    }
    let text = format!("the bundle has {entries} entries; the limit is {limit}");
    Err(Failure::of(
        Kind::TooLarge,
        Issue::error(IssueType::TooCostly, text).at("Bundle.entry"),
    ))
}

/// Where an entry goes, and on which conditions.
///
/// # Errors
///
/// As [`route::find`]; 400 for a URL on another server, a condition that cannot be read, and a
/// resource of another type than the URL names; 422 for a bundle inside the bundle.
pub(super) fn route(
    settings: &Settings,
    entry: &BundleEntry,
) -> Result<(Routed, Conditions), Failure> {
    let Request { url, .. } = &entry.request;
    let path = below(&settings.base_url, url).ok_or_else(|| {
        let text = format!("{url} is not below {}", settings.base_url);
        Failure::new(Kind::Malformed, IssueType::Value, text)
    })?;
    let method =
        Method::from_bytes(entry.request.method.as_str().as_bytes()).map_err(Failure::internal)?;
    let routed = route::find(&method, path)?;
    if let Some(text) = unfit(&routed.route) {
        let kind = Kind::Unprocessable;
        return Err(Failure::new(kind, IssueType::NotSupported, text));
    }
    match (&routed.route, &entry.resource) {
        (Route::Search(_), Some(_)) => {
            let text = "a search in a bundle must be a GET";
            return Err(Failure::not_supported(text));
        }
        (Route::Create(kind) | Route::ConditionalUpdate(kind, _), Some(resource)) => {
            check_type(resource, kind)?;
        }
        (Route::Update(key), Some(resource)) => check_type(resource, &key.kind)?,
        _ => {}
    }
    let request = &entry.request;
    let conditions = Conditions::parse(
        request.if_match.as_deref(),
        request.if_none_match.as_deref(),
        request.if_modified_since.as_deref(),
        request.if_none_exist.as_deref(),
    )?;
    Ok((routed, conditions))
}

/// Why this cannot be asked for inside a bundle; none when it can.
fn unfit(route: &Route) -> Option<&'static str> {
    match route {
        Route::Bundle => Some("a bundle inside a bundle is not supported"),
        Route::SmartConfiguration => Some("what is not a resource cannot be read inside a bundle"),
        Route::Expunge(_)
        | Route::ImportOrganizations
        | Route::ImportStatus
        | Route::ImportCancel
        | Route::Export
        | Route::ExportStatus
        | Route::ExportCancel
        | Route::Reindex
        | Route::ReindexStatus => {
            Some("an operation that changes state inside a bundle is not supported")
        }
        _ => None,
    }
}

/// The body of an entry: a resource, or what is to be changed of one.
///
/// # Errors
///
/// 400 for the resource of a PATCH that is no patch.
pub(super) fn body(
    route: &Route,
    resource: Option<Resource>,
) -> Result<(Option<Object>, Option<Patch>), Failure> {
    let body = resource.map(Resource::into_object);
    match (route, body) {
        (Route::Patch(_) | Route::ConditionalPatch(..), Some(body)) => {
            Ok((None, Some(Patch::of_resource(body)?)))
        }
        (_, body) => Ok((body, None)),
    }
}

/// The path below our base that a URL names, which is relative or has our base. None for the URL of
/// another server; a URL in the query is none: `Organization?identifier=http://…`.
fn below<'a>(base_url: &str, url: &'a str) -> Option<&'a str> {
    match url.strip_prefix(base_url) {
        Some(path) if path.is_empty() || path.starts_with(['/', '?']) => Some(path),
        _ => {
            let (path, _) = url.split_once('?').unwrap_or((url, ""));
            (!path.contains("://")).then_some(url)
        }
    }
}

/// How the entries of a response are written.
#[derive(Debug, Clone, Copy)]
pub(crate) struct EntryStyle {
    /// Whether `location` is an absolute URL, or relative to the base.
    pub(crate) absolute_location: bool,
    /// Whether `etag` is `W/"1"`, or just `1`.
    pub(crate) weak_etag: bool,
    /// Whether the resource that was written is there; one that was read always is.
    pub(crate) full: bool,
}

impl EntryStyle {
    /// That of transactions and batches.
    pub(crate) fn plain(full: bool) -> Self {
        Self {
            absolute_location: false,
            weak_etag: true,
            full,
        }
    }
}

/// The response entry for an answer.
///
/// # Errors
///
/// 500 when a stored resource cannot be read.
pub(crate) fn response_entry(
    context: &Context,
    answer: &Answer,
    style: EntryStyle,
    warnings: &[Issue],
) -> Result<Value, Failure> {
    let mut response = Object::new();
    response.insert("status".into(), status_text(answer.status).into());
    if let Some(stamp) = &answer.stamp {
        if answer.written && answer.status != StatusCode::NO_CONTENT {
            let location = stamp.location();
            let location = if style.absolute_location {
                format!("{}/{location}", context.settings.base_url)
            } else {
                location
            };
            response.insert("location".into(), location.into());
        }
        let etag = if style.weak_etag {
            stamp.version.etag()
        } else {
            stamp.version.to_string()
        };
        response.insert("etag".into(), etag.into());
        response.insert("lastModified".into(), stamp.last_updated.to_string().into());
    }
    if let Some(outcome) = with_warnings(answer.outcome.clone(), warnings) {
        response.insert("outcome".into(), outcome.into());
    }
    let mut entry = Object::new();
    if (style.full || !answer.written)
        && let Some(text) = answer.resource()?
    {
        let resource: Value = serde_json::from_slice(&text).map_err(Failure::internal)?;
        let url = match &answer.stamp {
            Some(stamp) => format!("{}/{}", context.settings.base_url, stamp.key),
            // made for the occasion: it has no place of its own
            None => format!("urn:uuid:{}", context.ids.uuid()),
        };
        entry.insert("fullUrl".into(), url.into());
        entry.insert("resource".into(), resource);
    }
    entry.insert("response".into(), response.into());
    Ok(entry.into())
}

/// The response entry for an entry of a batch that failed.
pub(super) fn failed_entry(failure: &Failure) -> Value {
    json!({"response": {
        "status": status_text(failure.kind.status()),
        "outcome": outcome::outcome(&failure.issues),
    }})
}

/// The response bundle.
pub(crate) fn response_bundle(kind: &str, entries: Vec<Value>) -> Answer {
    let mut bundle = Object::new();
    bundle.insert("resourceType".into(), "Bundle".into());
    bundle.insert("type".into(), kind.into());
    if !entries.is_empty() {
        bundle.insert("entry".into(), entries.into());
    }
    Answer::complete(bundle)
}

/// The warnings about each entry, taken out of those about the bundle.
pub(crate) fn warnings_of(warnings: &[(usize, Issue)], entry: usize) -> Vec<Issue> {
    let own = warnings.iter().filter(|(at, _)| *at == entry);
    own.map(|(_, issue)| issue.clone()).collect()
}

fn with_warnings(outcome: Option<Object>, warnings: &[Issue]) -> Option<Object> {
    if warnings.is_empty() {
        return outcome;
    }
    let mut told = outcome::outcome(warnings);
    let Some(mut outcome) = outcome else {
        return Some(told);
    };
    let issues = told
        .get_mut("issue")
        .and_then(Value::as_array_mut)
        .map(std::mem::take);
    if let Some(all) = outcome.get_mut("issue").and_then(Value::as_array_mut) {
        all.extend(issues.unwrap_or_default());
    }
    Some(outcome)
}

/// `201 Created`.
fn status_text(status: StatusCode) -> String {
    format!(
        "{} {}",
        status.as_u16(),
        status.canonical_reason().unwrap_or_default()
    )
}
