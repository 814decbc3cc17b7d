//! A page as a searchset.
//!
//! <http://hl7.org/fhir/R4/search.html#return>
//!
//! ```json
//! {"resourceType": "Bundle", "type": "searchset", "total": 1,
//!  "link": [{"relation": "self", "url": "https://fyr.example/fhir/Organization?name=a"}],
//!  "entry": [{"fullUrl": "https://fyr.example/fhir/Organization/1",
//!    "resource": {"resourceType": "Organization"}, "search": {"mode": "match"}}]}
//! ```
//!
//! `total` is there when it is known: when there is one page, or it was asked for.

use fhir::{json::Object, outcome, query::Parameter};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use super::{
    cursor::{self, Cursor},
    include::Included,
    page::Page,
    query::Query,
    verify::Match,
};
use crate::{
    failure::Failure,
    interaction::{Answer, Context},
};

/// Everything but the characters that RFC 3986 section 2.3 leaves as they are, and those that keep a
/// query readable.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b':')
    .remove(b'/')
    .remove(b',');

/// The answer to a search.
///
/// # Errors
///
/// When the cursor of the next page cannot be signed.
pub(super) async fn answer(
    context: &Context,
    query: &Query,
    page: Page,
    included: Included,
) -> Result<Answer, Failure> {
    let base = &context.settings.base_url;
    let next = match &page.next {
        None => None,
        Some(next) => Some(sign(context, next).await?),
    };
    let shape = &query.results.shape;
    let entry = |found: Match, mode: &str| {
        json!({
            "fullUrl": format!("{base}/{}", found.head.key),
            "resource": shape.of(found.object),
            "search": {"mode": mode},
        })
    };
    let mut entries: Vec<Value> = Vec::with_capacity(page.matches.len());
    entries.extend(page.matches.into_iter().map(|found| entry(found, "match")));
    let included_resources = included.resources.into_iter();
    entries.extend(included_resources.map(|found| entry(found, "include")));
    let issues: Vec<_> = query
        .ignored
        .iter()
        .cloned()
        .chain(included.left_out)
        .collect();
    if !issues.is_empty() {
        let outcome = outcome::outcome(&issues);
        entries.push(json!({"resource": outcome, "search": {"mode": "outcome"}}));
    }
    let mut bundle = Object::new();
    bundle.insert("resourceType".into(), "Bundle".into());
    bundle.insert("type".into(), "searchset".into());
    if let Some(total) = page.total {
        bundle.insert("total".into(), total.into());
    }
    bundle.insert("link".into(), links(base, query, next.as_deref()).into());
    if !entries.is_empty() {
        bundle.insert("entry".into(), entries.into());
    }
    Ok(Answer::complete(bundle))
}

async fn sign(context: &Context, next: &Cursor) -> Result<String, Failure> {
    let secret = context.registry.secret(context).await?;
    next.sign(&secret)
}

fn links(base: &str, query: &Query, next: Option<&str>) -> Vec<Value> {
    let own: Vec<String> = query.parameters.iter().map(encoded).collect();
    let mut links = vec![json!({"relation": "self", "url": url(base, query, &own)})];
    if let Some(next) = next {
        let kept = query.parameters.iter();
        let kept = kept.filter(|parameter| parameter.name != cursor::PARAMETER);
        let mut parts: Vec<String> = kept.map(encoded).collect();
        parts.push(format!("{}={next}", cursor::PARAMETER));
        links.push(json!({"relation": "next", "url": url(base, query, &parts)}));
    }
    links
}

fn url(base: &str, query: &Query, parts: &[String]) -> String {
    let slash = if query.path.is_empty() { "" } else { "/" };
    let mark = if parts.is_empty() { "" } else { "?" };
    format!("{base}{slash}{}{mark}{}", query.path, parts.join("&"))
}

/// A parameter as it stands in a URL.
fn encoded(parameter: &Parameter) -> String {
    let encode = |text: &str| utf8_percent_encode(text, RESERVED).to_string();
    let Parameter {
        name,
        modifier,
        value,
    } = parameter;
    match modifier {
        Some(modifier) => format!("{}:{}={}", encode(name), encode(modifier), encode(value)),
        None => format!("{}={}", encode(name), encode(value)),
    }
}
