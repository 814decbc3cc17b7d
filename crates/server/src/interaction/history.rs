//! `GET [base]/[type]/[id]/_history`: all versions of a resource, newest first.
//!
//! <http://hl7.org/fhir/R4/http.html#history>
//!
//! | parameter | meaning |
//! | --- | --- |
//! | `_count` | versions in a page, at most and by default [`PAGE`] |
//! | `_since` | only versions written at or after this instant |
//! | `_at` | only versions that were current at some time in this range |
//! | `_before` | only versions older than this one: the `next` link's own |

use fhir::{
    instant::{Instant, Span},
    json::Object,
    outcome::IssueType,
    query::Parameter,
    resource,
    version::VersionId,
};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};
use store::{DocumentKey, HistoryPage, Method, Millis, Version};

use crate::{
    failure::{Failure, Kind},
    interaction::{Answer, Context},
};

/// Versions in a page of a history.
const PAGE: usize = 100;

/// Checks the parameters of a history before anything is read, for a transaction that must know in
/// time.
///
/// # Errors
///
/// 400 for parameters that are unknown, repeated or unreadable.
pub(super) fn check(parameters: &[Parameter]) -> Result<(), Failure> {
    page(parameters).map(|_| ())
}

/// Reads a page of the history of a resource.
///
/// # Errors
///
/// 404 for a resource that never was, 400 for parameters that are unknown, repeated or unreadable.
pub(super) async fn history(
    context: &Context,
    key: &DocumentKey,
    parameters: &[Parameter],
) -> Result<Answer, Failure> {
    let page = page(parameters)?;
    let found = context.store.history(key, &page).await?;
    let found = found.ok_or_else(|| Failure::not_found(key))?;
    let base = &context.settings.base_url;
    let own = format!("{base}/{key}/_history");
    let query = |before: Option<u64>| {
        let kept = parameters
            .iter()
            .filter(|parameter| parameter.name != "_before");
        let mut parts: Vec<String> = kept.map(encoded).collect();
        parts.extend(before.map(|version| format!("_before={version}")));
        if parts.is_empty() {
            own.clone()
        } else {
            format!("{own}?{}", parts.join("&"))
        }
    };
    let mut links = vec![json!({"relation": "self", "url": query(page.before)})];
    if let Some(before) = found.next {
        links.push(json!({"relation": "next", "url": query(Some(before))}));
    }
    let entries: Result<Vec<Value>, Failure> = found
        .versions
        .iter()
        .map(|version| entry(base, version))
        .collect();
    let mut bundle = Object::new();
    bundle.insert("resourceType".into(), "Bundle".into());
    bundle.insert("type".into(), "history".into());
    bundle.insert("total".into(), found.total.into());
    bundle.insert("link".into(), links.into());
    let entries = entries?;
    if !entries.is_empty() {
        bundle.insert("entry".into(), entries.into());
    }
    Ok(Answer::complete(bundle))
}

fn entry(base: &str, version: &Version) -> Result<Value, Failure> {
    let key = &version.key;
    let (verb, url, status) = match version.method {
        Method::Post => ("POST", key.kind.clone(), "201 Created"),
        Method::Put | Method::Patch if version.version == 1 => {
            ("PUT", key.to_string(), "201 Created")
        }
        Method::Put | Method::Patch => ("PUT", key.to_string(), "200 OK"),
        Method::Delete => ("DELETE", key.to_string(), "204 No Content"),
    };
    let number = VersionId(version.version);
    let last_updated = Instant::from_millis(version.last_updated.0);
    let mut entry = Object::new();
    entry.insert("fullUrl".into(), format!("{base}/{key}").into());
    if !version.deleted {
        let resource = resource::present(&version.body, number, last_updated);
        entry.insert(
            "resource".into(),
            resource.map_err(Failure::internal)?.into(),
        );
    }
    entry.insert("request".into(), json!({"method": verb, "url": url}));
    let response =
        json!({"status": status, "etag": number.etag(), "lastModified": last_updated.to_string()});
    entry.insert("response".into(), response);
    Ok(entry.into())
}

/// Reads the parameters.
fn page(parameters: &[Parameter]) -> Result<HistoryPage, Failure> {
    let mut page = HistoryPage {
        limit: PAGE,
        ..HistoryPage::default()
    };
    let mut seen = Vec::new();
    for parameter in parameters {
        let (name, value) = (parameter.name.as_str(), parameter.value.as_str());
        if seen.contains(&name) {
            return Err(refuse(format!("{name} may be given once")));
        }
        seen.push(name);
        let unreadable = || refuse(format!("{name} cannot be \"{value}\""));
        match name {
            "_count" => {
                let count: usize = value.parse().map_err(|_| unreadable())?;
                page.limit = count.clamp(1, PAGE);
            }
            "_before" => page.before = Some(value.parse().map_err(|_| unreadable())?),
            "_since" => {
                let span = Span::parse(value).map_err(|_| unreadable())?;
                page.since = Some(Millis(span.start.millis()));
            }
            "_at" => {
                let span = Span::parse(value).map_err(|_| unreadable())?;
                let (start, end) = (span.start.millis(), span.end.millis());
                page.current_between = Some((Millis(start), Millis(end - 1)));
            }
            "_format" | "_pretty" => {}
            _ => {
                return Err(refuse(format!(
                    "the parameter {name} is not supported here"
                )));
            }
        }
    }
    if page.since.is_some() && page.current_between.is_some() {
        return Err(refuse("_since and _at cannot be used together".to_owned()));
    }
    Ok(page)
}

/// A parameter as it stands in a URL.
fn encoded(parameter: &Parameter) -> String {
    let value = utf8_percent_encode(&parameter.value, NON_ALPHANUMERIC);
    format!("{}={value}", parameter.name)
}

fn refuse(text: String) -> Failure {
    Failure::new(Kind::Malformed, IssueType::Value, text)
}
