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
use server::Deadline;
use store::Millis;

/// Long enough to take back what a transaction left that comes too late, and to say so.
const MARGIN_MS: i64 = 3_000;

/// The request, its path beginning with `base_path`.
pub(super) fn request(event: Request, base_path: &str) -> Result<http::Request<Bytes>, Error> {
    let path = without_stage(&event, event.raw_http_path());
    let below_base = below(path, base_path).unwrap_or(path);
    let mut target = format!("{base_path}{below_base}");
    if let Some(query) = event.uri().query() {
        target = format!("{target}?{query}");
    }
    let target: PathAndQuery = if target.is_empty() {
        "/".parse()?
    } else {
        target.parse()?
    };
    let deadline = event.lambda_context_ref().map(deadline);
    let (mut parts, body) = event.into_parts();
    parts.uri = target.into();
    parts.extensions.clear();
    if let Some(deadline) = deadline {
        parts.extensions.insert(deadline);
    }
    Ok(http::Request::from_parts(parts, bytes(body)))
}

/// When an answer must be there: some time before Lambda stops the function.
fn deadline(invocation: &lambda_http::Context) -> Deadline {
    let stopped = Millis(i64::try_from(invocation.deadline).unwrap_or(i64::MAX));
    Deadline(stopped.plus(-MARGIN_MS))
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
        .and_then(|stage| below(path.strip_prefix('/')?, stage))
        .unwrap_or(path)
}

/// What follows in a path after whole segments.
fn below<'a>(path: &'a str, start: &str) -> Option<&'a str> {
    let rest = path.strip_prefix(start)?;
    (rest.is_empty() || rest.starts_with('/')).then_some(rest)
}

fn bytes(body: Body) -> Bytes {
    match body {
        Body::Text(text) => Bytes::from(text),
        Body::Binary(bytes) => Bytes::from(bytes),
        _ => Bytes::new(),
    }
}

#[cfg(test)]
mod tests {
    use lambda_http::request;
    use serde_json::json;

    use super::*;

    fn of_http_api(stage: &str, path: &str, query: &str) -> Request {
        let context = json!({
            "stage": stage, "timeEpoch": 1_795_240_800_000_i64, "http": {"method": "GET", "path": path}
        });
        let event = json!({
            "version": "2.0", "rawPath": path, "rawQueryString": query, "requestContext": context,
            "headers": {"host": "api.example"}, "isBase64Encoded": false
        });
        request::from_str(&event.to_string()).unwrap()
    }

    fn check(event: Request, base_path: &str, expected: &str) {
        let request = super::request(event, base_path).unwrap();
        assert_eq!(request.uri().to_string(), expected);
    }

    #[test]
    fn the_path_begins_with_the_base_path_whatever_the_gateway_puts_in_front() {
        for (stage, path, base_path, expected) in [
            ("$default", "/Organization/1", "", "/Organization/1"),
            (
                "$default",
                "/Organization/1",
                "/fhir",
                "/fhir/Organization/1",
            ),
            (
                "$default",
                "/fhir/Organization/1",
                "/fhir",
                "/fhir/Organization/1",
            ),
            ("prod", "/prod/Organization/1", "", "/Organization/1"),
            (
                "prod",
                "/prod/Organization/1",
                "/prod",
                "/prod/Organization/1",
            ),
            ("prod", "/product", "", "/product"),
            ("prod", "/prod", "/prod", "/prod"),
            ("$default", "/", "", "/"),
        ] {
            check(of_http_api(stage, path, ""), base_path, expected);
        }
    }

    #[test]
    fn the_answer_must_be_there_before_lambda_stops_the_function() {
        let mut invocation = lambda_http::Context::default();
        invocation.deadline = 30_000;
        let event = of_http_api("$default", "/Organization/1", "").with_lambda_context(invocation);
        let request = super::request(event, "").unwrap();
        let deadline = request.extensions().get::<Deadline>();
        assert_eq!(deadline, Some(&Deadline(Millis(27_000))));
        let elsewhere = of_http_api("$default", "/Organization/1", "");
        let request = super::request(elsewhere, "").unwrap();
        assert_eq!(request.extensions().get::<Deadline>(), None);
    }

    #[test]
    fn the_query_stays_as_the_client_wrote_it() {
        let query = "identifier=urn:oid:2.5.4.97%7C1&b=2&a=1|2&b=3";
        let event = of_http_api("$default", "/Organization", query);
        check(event, "", &format!("/Organization?{query}"));
    }
}
