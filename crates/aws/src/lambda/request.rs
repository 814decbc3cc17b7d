//! An event as the HTTP request that the client sent to the gateway.
//!
//! Traps, all in `lambda_http` 1.3 or the events themselves:
//! - `uri()` has the stage in front of the path, `raw_http_path()` does not, except that an HTTP
//!   API with a named stage has it in `rawPath` too.
//! - An HTTP API keeps the query as the client wrote it; a REST API decodes it into a map, so that
//!   the order of different parameters is lost.
//! - A gzip body is base64 in the event and bytes in the request, whatever its content type.

use bytes::Bytes;
use http::uri::PathAndQuery;
use lambda_http::request::RequestContext;
use lambda_http::{Body, Error, Request, RequestExt};

/// The request, its path beginning with `base_path`.
pub(super) fn request(event: Request, base_path: &str) -> Result<http::Request<Bytes>, Error> {
    let path = without_stage(&event, event.raw_http_path());
    let below_base = path
        .strip_prefix(base_path)
        .filter(|rest| is_path_rest(rest))
        .unwrap_or(path);
    let mut target = format!("{base_path}{below_base}");
    if let Some(query) = event.uri().query() {
        target = format!("{target}?{query}");
    }
    let target: PathAndQuery = if target.is_empty() {
        "/".parse()?
    } else {
        target.parse()?
    };
    let (mut parts, body) = event.into_parts();
    parts.uri = target.into();
    parts.extensions.clear();
    Ok(http::Request::from_parts(parts, bytes(body)))
}

/// The path below `/{stage}` of an HTTP API whose stage is not `$default`.
fn without_stage<'a>(event: &Request, path: &'a str) -> &'a str {
    let Some(RequestContext::ApiGatewayV2(context)) = event.request_context_ref() else {
        return path;
    };
    let stage = context
        .stage
        .as_deref()
        .filter(|stage| *stage != "$default");
    stage
        .and_then(|stage| path.strip_prefix('/')?.strip_prefix(stage))
        .filter(|rest| is_path_rest(rest))
        .unwrap_or(path)
}

fn is_path_rest(rest: &str) -> bool {
    rest.is_empty() || rest.starts_with('/')
}

fn bytes(body: Body) -> Bytes {
    match body {
        Body::Text(text) => Bytes::from(text),
        Body::Binary(bytes) => Bytes::from(bytes),
        _ => Bytes::new(),
    }
}
