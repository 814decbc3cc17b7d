//! A page of versions as a bundle: the same for a resource, a type and the whole server.
//!
//! ```json
//! {"resourceType": "Bundle", "type": "history", "link": [{"relation": "self", "url": "…"}],
//!  "entry": [{"fullUrl": "…/Organization/1", "resource": {"resourceType": "Organization"},
//!    "request": {"method": "PUT", "url": "Organization/1"},
//!    "response": {"status": "200 OK", "etag": "W/\"2\"", "lastModified": "2026-01-01T00:00:01.000+00:00"}}]}
//! ```
//!
//! A patch appears as the PUT that it amounts to; a deletion has no resource.

use fhir::{instant::Instant, json::Object, query::Parameter, resource, version::VersionId};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};
use store::{Method, Version};

use crate::{Settings, failure::Failure, interaction::Answer};

/// Everything but the characters that RFC 3986 section 2.3 leaves as they are.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// A page, and how to come to the next.
pub(super) struct Page<'a> {
    /// The path below the base: `Organization/1/_history`.
    pub(super) path: String,
    /// The parameters of the request.
    pub(super) parameters: &'a [Parameter],
    /// Newest first.
    pub(super) versions: Vec<Version>,
    /// The `_before` of the next page, if there is one.
    pub(super) next: Option<String>,
    /// How many versions there are on all pages.
    pub(super) total: Option<u64>,
    /// The instant before which nothing is missing.
    pub(super) complete_before: Option<Instant>,
}

impl Page<'_> {
    /// The answer to the request.
    ///
    /// # Errors
    ///
    /// 500 when what is stored is not a resource.
    pub(super) fn answer(&self, settings: &Settings) -> Result<Answer, Failure> {
        let base = &settings.base_url;
        let entries: Result<Vec<Value>, Failure> = self
            .versions
            .iter()
            .map(|version| entry(base, version))
            .collect();
        let entries = entries?;
        let mut bundle = Object::new();
        bundle.insert("resourceType".into(), "Bundle".into());
        if let Some(instant) = self.complete_before {
            bundle.insert("meta".into(), json!({"lastUpdated": instant.to_string()}));
        }
        bundle.insert("type".into(), "history".into());
        if let Some(total) = self.total {
            bundle.insert("total".into(), total.into());
        }
        bundle.insert("link".into(), self.links(base).into());
        if !entries.is_empty() {
            bundle.insert("entry".into(), entries.into());
        }
        Ok(Answer::complete(bundle))
    }

    fn links(&self, base: &str) -> Vec<Value> {
        let own: Vec<String> = self.parameters.iter().map(encoded).collect();
        let mut links = vec![json!({"relation": "self", "url": self.url(base, &own)})];
        if let Some(next) = &self.next {
            let kept = self
                .parameters
                .iter()
                .filter(|parameter| parameter.name != "_before");
            let mut parts: Vec<String> = kept.map(encoded).collect();
            parts.push(format!("_before={next}"));
            links.push(json!({"relation": "next", "url": self.url(base, &parts)}));
        }
        links
    }

    fn url(&self, base: &str, parts: &[String]) -> String {
        let query = if parts.is_empty() { "" } else { "?" };
        format!("{base}/{}{query}{}", self.path, parts.join("&"))
    }
}

/// A parameter as it stands in a URL.
fn encoded(parameter: &Parameter) -> String {
    let value = utf8_percent_encode(&parameter.value, RESERVED);
    format!("{}={value}", parameter.name)
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
