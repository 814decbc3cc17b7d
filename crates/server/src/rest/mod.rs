//! The edge: HTTP requests in, HTTP responses out.
//!
//! ```text
//! request    id, body, content type, Accept, Prefer      -> interaction::Request
//! content    which media types are spoken
//! encoding   gzip, both ways, within limits
//! once       Idempotency-Key: the same request again gets the same response
//! response   interaction::Answer or Failure              -> status, headers, body
//! cost       what the request cost                       -> Server-Timing, X-Fyr-Cost
//! ```

mod content;
mod cost;
mod encoding;
mod once;
mod request;
mod response;

use std::sync::Arc;

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode, header};
use store::Receipt;

use self::{
    once::Keyed,
    request::{Edge, RequestId},
    response::TextResponse,
};
use crate::{
    failure::Failure,
    interaction::{self, Context},
    route,
};

/// Answers a request.
pub(crate) async fn respond(
    context: &Context,
    receipt: &Arc<Receipt>,
    request: Request<Bytes>,
) -> Response<Bytes> {
    let started = context.clock.now();
    let edge = Edge::of(&request);
    let id = RequestId::choose(request.headers(), || context.ids.uuid());
    let method = request.method().clone();
    let uri = request.uri().clone();
    let settings = &context.settings;
    let response = perform(context, &edge, request).await;
    let mut response = response.unwrap_or_else(|failure| {
        log(&id, &failure);
        response::failed(&failure)
    });
    if response.status() == StatusCode::METHOD_NOT_ALLOWED {
        let allowed = request::below_base(settings, &uri).map(|path| allowed(context, path));
        let allowed = response::value(&allowed.unwrap_or_default());
        response.headers_mut().insert(header::ALLOW, allowed);
    }
    if settings.cost_headers {
        cost::tell(receipt, response.headers_mut());
    }
    let response = response::finish(&edge, &id, response);
    tracing::debug!(
        request_id = id.id,
        %method,
        path = uri.path(),
        status = response.status().as_u16(),
        duration_ms = context.clock.now().since(started),
        "answered"
    );
    response
}

async fn perform(
    context: &Context,
    edge: &Edge,
    request: Request<Bytes>,
) -> Result<TextResponse, Failure> {
    let keyed = Keyed::of(&request)?;
    let request = request::read(context, edge, request)?;
    match keyed {
        Some(keyed) => keyed.answer(context, edge, request).await,
        None => answer(context, edge, request).await,
    }
}

async fn answer(
    context: &Context,
    edge: &Edge,
    request: interaction::Request,
) -> Result<TextResponse, Failure> {
    let answer = interaction::perform(context, request).await?;
    response::answered(&context.settings, edge, &answer)
}

/// The methods that a path takes: `Allow`, which RFC 9110 section 15.5.6 wants with a 405.
fn allowed(context: &Context, path: &str) -> String {
    const NAMES: [(Method, &str); 5] = [
        (Method::GET, "GET, HEAD"),
        (Method::POST, "POST"),
        (Method::PUT, "PUT"),
        (Method::PATCH, "PATCH"),
        (Method::DELETE, "DELETE"),
    ];
    let is_taken = |method: &Method| {
        let routed = route::find(method, path);
        routed.is_ok_and(|routed| context.rules.admit(&routed.route).is_ok())
    };
    let taken = NAMES.iter().filter(|(method, _)| is_taken(method));
    taken.map(|(_, name)| *name).collect::<Vec<_>>().join(", ")
}

/// A failure of ours is logged once, here, with what the client is not told.
fn log(id: &RequestId, failure: &Failure) {
    if let Some(source) = &failure.source {
        let request_id = id.id.as_str();
        let causes = std::iter::successors(Some(source.as_ref() as &dyn std::error::Error), |e| {
            e.source()
        });
        let causes: Vec<String> = causes.map(ToString::to_string).collect();
        tracing::error!(request_id, cause = causes.join(": "), "request failed");
    }
}
