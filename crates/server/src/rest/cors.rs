//! Calls from pages of other origins in a browser, as far as the operator allows them:
//! <https://fetch.spec.whatwg.org/#http-cors-protocol>.
//!
//! Cookies play no part: a page shows its token in `Authorization`, and credentials are never allowed.

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Request, StatusCode, header};

use super::response::{TextResponse, value};
use crate::settings::Origins;

/// What a page may send beside what any page may.
const REQUEST_HEADERS: &str = "Authorization, Content-Type, Content-Encoding, Prefer, If-Match, \
     If-None-Match, If-Modified-Since, If-None-Exist, Idempotency-Key, Range, X-Request-Id";
/// What a page may read of a response.
const RESPONSE_HEADERS: &str = "ETag, Location, Content-Location, Last-Modified, Retry-After, \
     X-Progress, X-Request-Id, X-Correlation-Id, Idempotent-Replayed, Accept-Ranges, \
     Content-Range, WWW-Authenticate";
/// How long a browser may remember an answer to a preflight, in seconds.
const REMEMBERED: &str = "600";

/// The origin of a request, if its pages may call.
pub(super) fn origin(origins: &Origins, headers: &HeaderMap) -> Option<String> {
    let origin = headers.get(header::ORIGIN)?.to_str().ok()?;
    let is_allowed = match origins {
        Origins::None => false,
        Origins::Any => true,
        Origins::These(origins) => origins.contains(origin),
    };
    is_allowed.then(|| origin.to_owned())
}

/// The answer to a browser that asks whether a page may call.
pub(super) fn preflight(request: &Request<Bytes>, origin: Option<&str>) -> Option<TextResponse> {
    let asks = request
        .headers()
        .contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    if origin.is_none() || request.method() != Method::OPTIONS || !asks {
        return None;
    }
    let mut response = TextResponse::new(Bytes::new());
    *response.status_mut() = StatusCode::NO_CONTENT;
    let headers = response.headers_mut();
    let methods = HeaderValue::from_static("GET, HEAD, POST, PUT, PATCH, DELETE");
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, methods);
    let allowed = HeaderValue::from_static(REQUEST_HEADERS);
    headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, allowed);
    let remembered = HeaderValue::from_static(REMEMBERED);
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, remembered);
    Some(response)
}

/// Puts on what a browser looks for.
pub(super) fn allow(origins: &Origins, origin: Option<&str>, headers: &mut HeaderMap) {
    if *origins == Origins::None {
        return;
    }
    // without it a cache would give the answer for one origin to another
    let vary = HeaderValue::from_static("Accept, Accept-Encoding, Origin");
    headers.insert(header::VARY, vary);
    if let Some(origin) = origin {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, value(origin));
        let exposed = HeaderValue::from_static(RESPONSE_HEADERS);
        headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, exposed);
    }
}
