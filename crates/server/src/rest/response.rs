//! An answer or a failure becomes an HTTP response.
//!
//! Every response carries the headers of G3: nothing is cached, nothing is sniffed, nothing is
//! framed, and the request can be named.

use bytes::Bytes;
use fhir::outcome;
use http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use serde_json::Value;

use super::{
    content::FHIR_JSON,
    encoding,
    request::{Edge, RequestId, Return},
};
use crate::{
    Settings, auth,
    failure::{Failure, Kind},
    interaction::{Answer, Content},
};

/// A response whose body is whole.
pub(crate) type TextResponse = Response<Bytes>;

/// The response to an answer.
///
/// # Errors
///
/// 500 when a stored resource cannot be read.
pub(crate) fn answered(
    settings: &Settings,
    edge: &Edge,
    answer: &Answer,
) -> Result<TextResponse, Failure> {
    if let Content::Special(special) = &answer.content {
        let mut response = Response::new(special.body.clone());
        *response.status_mut() = answer.status;
        *response.headers_mut() = special.headers.clone();
        return Ok(response);
    }
    let (status, body) = representation(edge, answer)?;
    let mut response = Response::new(Bytes::from(body.unwrap_or_default()));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    if let Some(stamp) = &answer.stamp {
        let location = format!("{}/{}", settings.base_url, stamp.location());
        headers.insert(header::ETAG, value(&stamp.version.etag()));
        headers.insert(
            header::LAST_MODIFIED,
            value(&stamp.last_updated.http_date()),
        );
        let name = if answer.written && answer.status != StatusCode::NO_CONTENT {
            header::LOCATION
        } else {
            header::CONTENT_LOCATION
        };
        headers.insert(name, value(&location));
    }
    Ok(response)
}

/// Which body an answer has, and the status that goes with it.
fn representation(edge: &Edge, answer: &Answer) -> Result<(StatusCode, Option<Vec<u8>>), Failure> {
    if !answer.written {
        return Ok((answer.status, answer.resource()?));
    }
    let outcome = || match &answer.outcome {
        Some(outcome) => serde_json::to_vec(outcome)
            .map(Some)
            .map_err(Failure::internal),
        None => Ok(None),
    };
    match (edge.preferred_return, answer.status) {
        (Some(Return::Minimal), status) => Ok((status, None)),
        // A deletion leaves nothing to represent: the client is told what happened instead.
        (_, StatusCode::NO_CONTENT) => Ok((StatusCode::OK, outcome()?)),
        (Some(Return::Outcome), status) => Ok((status, outcome()?)),
        (Some(Return::Representation) | None, status) => Ok((status, answer.resource()?)),
    }
}

/// The response to a failure: an `OperationOutcome` with its issues.
pub(crate) fn failed(failure: &Failure) -> TextResponse {
    let outcome = outcome::outcome(&failure.issues);
    let mut response = Response::new(serde_json::to_vec(&outcome).unwrap_or_default().into());
    *response.status_mut() = failure.kind.status();
    let headers = response.headers_mut();
    if let Some(challenge) = auth::challenge(failure) {
        headers.insert(header::WWW_AUTHENTICATE, challenge);
    }
    match failure.kind {
        Kind::TooMany => {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static("120"));
        }
        Kind::Unavailable | Kind::Conflict => {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        }
        _ => {}
    }
    response
}

/// Puts on what every response has: content type, encoding, and the headers of G3.
pub(crate) fn finish(
    settings: &Settings,
    edge: &Edge,
    id: &RequestId,
    mut response: TextResponse,
) -> TextResponse {
    if edge.pretty {
        let parsed = serde_json::from_slice::<Value>(response.body());
        if let Some(text) = parsed
            .ok()
            .and_then(|value| serde_json::to_vec_pretty(&value).ok())
        {
            *response.body_mut() = text.into();
        }
    }
    if !response.body().is_empty() {
        encode(edge, &mut response);
        let length = HeaderValue::from(response.body().len());
        let headers = response.headers_mut();
        headers
            .entry(header::CONTENT_TYPE)
            .or_insert(HeaderValue::from_static(FHIR_JSON));
        headers.insert(header::CONTENT_LENGTH, length);
    }
    if edge.head {
        *response.body_mut() = Bytes::new();
    }
    let headers = response.headers_mut();
    secure(settings, headers);
    let no_store = "no-cache, no-store, max-age=0, must-revalidate";
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(no_store));
    headers.insert(header::PRAGMA, HeaderValue::from_static("no-cache"));
    headers
        .entry(header::EXPIRES)
        .or_insert(HeaderValue::from_static("0"));
    headers.insert(
        header::VARY,
        HeaderValue::from_static("Accept, Accept-Encoding"),
    );
    headers.insert("x-request-id", value(&id.id));
    if let Some(correlation) = &id.correlation {
        headers.insert("x-correlation-id", value(correlation));
    }
    response
}

/// What a browser has to know that is led here: no answer is a page. What somebody has stored, be it
/// a narrative with scripts or a file that looks like one, is never run in the name of this server.
fn secure(settings: &Settings, headers: &mut HeaderMap) {
    let policy = "default-src 'none'; frame-ancestors 'none'; sandbox";
    let always = [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::REFERRER_POLICY, "no-referrer"),
    ];
    for (name, text) in always {
        headers.insert(name, HeaderValue::from_static(text));
    }
    if settings.base_url.starts_with("https://") {
        let year = HeaderValue::from_static("max-age=31536000");
        headers.insert(header::STRICT_TRANSPORT_SECURITY, year);
    }
}

/// Compresses the body, unless it is encoded already or a part of something.
fn encode(edge: &Edge, response: &mut TextResponse) {
    let is_encoded = response.headers().contains_key(header::CONTENT_ENCODING);
    if is_encoded || response.status() == StatusCode::PARTIAL_CONTENT {
        return;
    }
    let accepted = edge.accept_encoding.as_deref();
    if let Some(packed) = encoding::encode(response.body(), accepted) {
        *response.body_mut() = packed.into();
        let gzip = HeaderValue::from_static("gzip");
        response
            .headers_mut()
            .insert(header::CONTENT_ENCODING, gzip);
    }
}

/// A header value. What cannot be one (it holds a line break, say) is left empty.
pub(crate) fn value(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).unwrap_or_else(|_| HeaderValue::from_static(""))
}
