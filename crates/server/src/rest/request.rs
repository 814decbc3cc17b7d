//! An HTTP request becomes an interaction's request.
//!
//! <http://hl7.org/fhir/R4/http.html>: content negotiation, `Prefer`, conditional headers, `_format`,
//! `_pretty`, `X-Request-Id`.

use bytes::Bytes;
use fhir::{
    outcome::IssueType,
    query::{self, Parameter},
};
use http::{
    HeaderMap, Method, header,
    uri::{PathAndQuery, Uri},
};

use super::{body, content, encoding};
use crate::{
    Settings, auth,
    failure::{Failure, Kind},
    interaction::{Conditions, Context, Manner, Request},
    route::{self, Route, Routed},
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
            accept_encoding: list(headers, header::ACCEPT_ENCODING.as_str()),
            preferred_return: preferred_return(headers),
        }
    }
}

/// Reads a request.
///
/// # Errors
///
/// 404 outside the base and for unknown paths, 405, 406, 413, 415; 401 or 403 for a caller who may
/// not, before the body is looked at; 400 for a body that is not strict JSON, and for a token in the
/// wrong place.
pub(crate) fn read(
    context: &Context,
    edge: &Edge,
    request: http::Request<Bytes>,
) -> Result<Request, Failure> {
    let settings = &context.settings;
    let (parts, body) = request.into_parts();
    let path = below_base(settings, &parts.uri).ok_or_else(|| {
        let text = format!("there is nothing at \"{}\"", parts.uri.path());
        Failure::new(Kind::NotFound, IssueType::NotFound, text)
    })?;
    let method = parts.method;
    let Routed {
        route,
        mut parameters,
    } = route::find(&method, path)?;
    auth::refuse_token(&parameters)?;
    auth::demand(&context.caller, &route.right())?;
    let format = find(&parameters, "_format");
    let manner = manner(edge, &parts.headers, format, path);
    let accept = manner.accept.as_deref();
    let is_offered = route.may_be_lines() && content::takes_lines(accept)
        || route.may_be_text(&parameters) && content::takes_text(accept);
    if !is_offered {
        content::check_accept(accept, format.is_some())?;
    }
    let (mut resource, mut changes) = (None, None);
    match (&method, &route) {
        (&Method::POST, Route::Search(_)) => {
            parameters.extend(body::read_form(settings, &parts.headers, body)?);
            auth::refuse_token(&parameters)?;
            route::check_count(&parameters)?;
        }
        (&Method::PATCH, _) => changes = Some(body::read_patch(settings, &parts.headers, body)?),
        (&Method::POST, route) if route.may_have_no_body() && body.is_empty() => {}
        (&Method::POST | &Method::PUT, _) => {
            let limit = body::most_bytes(settings, &route, &manner);
            resource = Some(body::read_body(limit, &route, &parts.headers, body)?);
        }
        _ => {}
    }
    Ok(Request {
        route,
        parameters,
        conditions: conditions(&parts.headers)?,
        body: resource,
        patch: changes,
        full_entries: edge.preferred_return == Some(Return::Representation),
        manner: Some(manner),
    })
}

fn manner(edge: &Edge, headers: &HeaderMap, format: Option<&str>, path: &str) -> Manner {
    let accepted = edge.accept_encoding.as_deref();
    let manner = Manner {
        is_head: edge.head,
        accept: format
            .map(str::to_owned)
            .or_else(|| list(headers, header::ACCEPT.as_str())),
        takes_gzip: accepted.is_some_and(encoding::takes_gzip),
        range: text(headers, header::RANGE.as_str()).map(str::to_owned),
        path: path.to_owned(),
        ..Manner::default()
    };
    manner.prefer(&list(headers, "prefer").unwrap_or_default())
}

/// The path below the base, with its query; none for what is beside it.
pub(crate) fn below_base<'a>(settings: &Settings, uri: &'a Uri) -> Option<&'a str> {
    let whole = uri.path_and_query().map_or("/", PathAndQuery::as_str);
    let path = whole.strip_prefix(&settings.base_path)?;
    (path.is_empty() || path.starts_with(['/', '?'])).then_some(path)
}

fn conditions(headers: &HeaderMap) -> Result<Conditions, Failure> {
    Conditions::parse(
        condition(headers, header::IF_MATCH.as_str())?.as_deref(),
        condition(headers, header::IF_NONE_MATCH.as_str())?.as_deref(),
        text(headers, header::IF_MODIFIED_SINCE.as_str()),
        condition(headers, "if-none-exist")?.as_deref(),
    )
}

/// A condition, which may be in UTF-8 and in several headers. One that cannot be read must not pass
/// for none: the write would be done unconditionally.
fn condition(headers: &HeaderMap, name: &str) -> Result<Option<String>, Failure> {
    let values = headers.get_all(name).into_iter();
    let values: Result<Vec<&str>, _> = values
        .map(|value| std::str::from_utf8(value.as_bytes()))
        .collect();
    match values {
        Ok(values) if values.is_empty() => Ok(None),
        Ok(values) => Ok(Some(values.join(", "))),
        Err(_) => {
            let text = format!("{name} is not in UTF-8");
            Err(Failure::new(Kind::Malformed, IssueType::Value, text))
        }
    }
}

fn preferred_return(headers: &HeaderMap) -> Option<Return> {
    let preferences = headers
        .get_all("prefer")
        .into_iter()
        .filter_map(|value| value.to_str().ok());
    preferences
        .flat_map(|list| list.split([',', ';']))
        .filter_map(|one| one.split_once('='))
        .filter(|(name, _)| name.trim().eq_ignore_ascii_case("return"))
        .find_map(|(_, value)| match value.trim().trim_matches('"') {
            "minimal" => Some(Return::Minimal),
            "representation" => Some(Return::Representation),
            "OperationOutcome" => Some(Return::Outcome),
            _ => None,
        })
}

fn find<'a>(parameters: &'a [Parameter], name: &str) -> Option<&'a str> {
    parameters
        .iter()
        .find(|one| one.name == name)
        .map(|one| one.value.as_str())
}

/// A header that may be given several times, as one list.
fn list(headers: &HeaderMap, name: &str) -> Option<String> {
    let values = headers.get_all(name).into_iter();
    let values: Vec<&str> = values.filter_map(|value| value.to_str().ok()).collect();
    (!values.is_empty()).then(|| values.join(","))
}

pub(super) fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}
