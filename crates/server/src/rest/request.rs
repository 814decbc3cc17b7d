//! An HTTP request becomes an interaction's request.
//!
//! <http://hl7.org/fhir/R4/http.html>: content negotiation, `Prefer`, conditional headers, `_format`,
//! `_pretty`, `X-Request-Id`.

use bytes::Bytes;
use fhir::{
    json::{self, Object},
    outcome::IssueType,
    query::{self, Parameter},
};
use http::{HeaderMap, Method, header};
use serde_json::Value;

use super::{content, encoding};
use crate::{
    Settings,
    failure::{Failure, Kind},
    interaction::{Conditions, Request},
    route::{self, Routed},
};

/// The longest client request id that is echoed (G3).
const MAX_REQUEST_ID: usize = 64;

/// How a request is named in logs and answers.
#[derive(Debug, Clone)]
pub(crate) struct RequestId {
    /// `X-Request-Id`.
    pub(crate) id: String,
    /// The client's own, when it could not be used: `X-Correlation-Id`.
    pub(crate) correlation: Option<String>,
}

impl RequestId {
    /// The client's id when it is 1 to 64 of `A-Z a-z 0-9 -`, else `fresh`.
    pub(crate) fn choose(headers: &HeaderMap, fresh: impl FnOnce() -> String) -> Self {
        let Some(given) = text(headers, "x-request-id") else {
            return Self {
                id: fresh(),
                correlation: None,
            };
        };
        let plain = given.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
        if plain && (1..=MAX_REQUEST_ID).contains(&given.len()) {
            Self {
                id: given.to_owned(),
                correlation: None,
            }
        } else {
            Self {
                id: fresh(),
                correlation: Some(given.to_owned()),
            }
        }
    }
}

/// What the edge has to remember of a request to answer it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Edge {
    /// `HEAD`: the answer has no body.
    pub(crate) head: bool,
    /// `_pretty=true`.
    pub(crate) pretty: bool,
    /// `Accept-Encoding`.
    pub(crate) accept_encoding: Option<String>,
    /// `Prefer: return=…`.
    pub(crate) preferred_return: Option<Return>,
}

/// What a client prefers to get for a write.
///
/// <http://hl7.org/fhir/R4/http.html#ops>
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Return {
    /// Nothing.
    Minimal,
    /// The resource.
    Representation,
    /// An `OperationOutcome`.
    Outcome,
}

impl Edge {
    /// What the answer has to look like, as far as the head of the request says.
    pub(crate) fn of(request: &http::Request<Bytes>) -> Self {
        let headers = request.headers();
        let parameters = query::parse(request.uri().query().unwrap_or_default());
        Self {
            head: request.method() == Method::HEAD,
            pretty: find(&parameters, "_pretty") == Some("true"),
            accept_encoding: text(headers, header::ACCEPT_ENCODING.as_str()).map(str::to_owned),
            preferred_return: preferred_return(headers),
        }
    }
}

/// Reads a request.
///
/// # Errors
///
/// 404 outside the base and for unknown paths, 405, 406, 413, 415; 400 for a body that is not
/// strict JSON.
pub(crate) fn read(
    settings: &Settings,
    edge: &Edge,
    request: http::Request<Bytes>,
) -> Result<Request, Failure> {
    let (parts, body) = request.into_parts();
    let outside = || {
        let text = format!("there is nothing at \"{}\"", parts.uri.path());
        Failure::new(Kind::NotFound, IssueType::NotFound, text)
    };
    let whole = parts
        .uri
        .path_and_query()
        .map_or("/", http::uri::PathAndQuery::as_str);
    let path = whole
        .strip_prefix(&settings.base_path)
        .ok_or_else(outside)?;
    if !path.is_empty() && !path.starts_with(['/', '?']) {
        return Err(outside());
    }
    let method = if edge.head { Method::GET } else { parts.method };
    let Routed { route, parameters } = route::find(&method, path)?;
    let format = find(&parameters, "_format");
    content::check_accept(text(&parts.headers, header::ACCEPT.as_str()), format)?;
    let body = match method {
        Method::POST | Method::PUT | Method::PATCH => {
            Some(read_body(settings, &parts.headers, body)?)
        }
        _ => None,
    };
    Ok(Request {
        route,
        parameters,
        conditions: conditions(&parts.headers)?,
        body,
        full_entries: edge.preferred_return == Some(Return::Representation),
    })
}

fn read_body(settings: &Settings, headers: &HeaderMap, body: Bytes) -> Result<Object, Failure> {
    content::check_content_type(text(headers, header::CONTENT_TYPE.as_str()))?;
    let encoding = text(headers, header::CONTENT_ENCODING.as_str());
    let body = encoding::decode(body, encoding, settings.max_body_bytes)?;
    let value = json::parse(&body).map_err(|issue| Failure::of(Kind::Malformed, issue))?;
    let Value::Object(object) = value else {
        let text = "the body must be a resource: a JSON object";
        return Err(Failure::new(Kind::Malformed, IssueType::Structure, text));
    };
    Ok(object)
}

fn conditions(headers: &HeaderMap) -> Result<Conditions, Failure> {
    Conditions::parse(
        text(headers, header::IF_MATCH.as_str()),
        text(headers, header::IF_NONE_MATCH.as_str()),
        text(headers, header::IF_MODIFIED_SINCE.as_str()),
        text(headers, "if-none-exist"),
    )
}

fn preferred_return(headers: &HeaderMap) -> Option<Return> {
    let preferences = headers
        .get_all("prefer")
        .into_iter()
        .filter_map(|value| value.to_str().ok());
    preferences
        .flat_map(|list| list.split([',', ';']))
        .find_map(|one| match one.trim() {
            "return=minimal" => Some(Return::Minimal),
            "return=representation" => Some(Return::Representation),
            "return=OperationOutcome" => Some(Return::Outcome),
            _ => None,
        })
}

fn find<'a>(parameters: &'a [Parameter], name: &str) -> Option<&'a str> {
    parameters
        .iter()
        .find(|one| one.name == name)
        .map(|one| one.value.as_str())
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}
