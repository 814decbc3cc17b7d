//! The edge: HTTP requests in, HTTP responses out.
//!
//! ```text
//! request    id, body, content type, Accept, Prefer      -> interaction::Request
//! limits     how large the head of a request may be
//! cors       calls from pages of other origins
//! body       the body, as what its route takes
//! content    which media types are spoken
//! lines      NDJSON of organizations         -> a transaction
//! encoding   gzip, both ways, within limits
//! once       Idempotency-Key: the same request again gets the same response
//! response   interaction::Answer or Failure              -> status, headers, body
//! cost       what the request cost                       -> Server-Timing, X-Fyr-Cost
//! ```

mod body;
mod content;
mod cors;
mod cost;
mod encoding;
mod limits;
mod lines;
mod once;
mod request;
mod response;

use std::sync::Arc;

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode, header};
use store::Receipt;

use self::{once::Keyed, request::Edge, response::TextResponse};
use crate::{
    audit::{self, Asked, Record},
    failure::Failure,
    interaction::{self, Context},
    route,
    settings::Audit,
};

pub(crate) use request::{RequestId, below_base};

/// Answers a request, or refuses it for a reason that the host has.
pub(crate) async fn respond(
    context: &Context,
    receipt: &Arc<Receipt>,
    request: Request<Bytes>,
    refused: Option<Failure>,
) -> Response<Bytes> {
    let edge = Edge::of(&request);
    let origin = cors::origin(&context.settings.origins, request.headers());
    let asked = Asked {
        id: RequestId::choose(request.headers(), || context.ids.uuid()),
        method: request.method().clone(),
        uri: request.uri().clone(),
        started: context.clock.now(),
    };
    let (response, failure) = match refused {
        Some(failure) => (response::failed(&failure), Some(failure)),
        None => match perform(context, &edge, origin.as_deref(), request).await {
            Ok(response) => (response, None),
            Err(failure) => (response::failed(&failure), Some(failure)),
        },
    };
    let response = complete(context, &edge, &asked, response);
    let mut response = tell(context, receipt, response);
    cors::allow(
        &context.settings.origins,
        origin.as_deref(),
        response.headers_mut(),
    );
    let status = response.status().as_u16();
    if let Some(failure) = &failure {
        log(&asked.id, failure);
    }
    record(context, &asked, (status, failure.as_ref()), receipt).await;
    response
}

/// What every response has, and the methods that there are where one is not.
fn complete(
    context: &Context,
    edge: &Edge,
    asked: &Asked,
    mut response: TextResponse,
) -> TextResponse {
    let settings = &context.settings;
    if response.status() == StatusCode::METHOD_NOT_ALLOWED {
        let allowed = below_base(settings, &asked.uri).map(|path| allowed(context, path));
        let allowed = response::value(&allowed.unwrap_or_default());
        response.headers_mut().insert(header::ALLOW, allowed);
    }
    response::finish(settings, edge, &asked.id, response)
}

fn tell(context: &Context, receipt: &Receipt, mut response: TextResponse) -> TextResponse {
    if context.settings.cost_headers {
        cost::tell(receipt, response.headers_mut());
    }
    response
}

/// Records a request that has been answered.
async fn record(
    context: &Context,
    asked: &Asked,
    (status, failure): (u16, Option<&Failure>),
    receipt: &Receipt,
) {
    let stores = context.settings.audit == Audit::Store;
    if !stores && !context.trail.has_log() {
        return;
    }
    let record = Record::of(context, asked, status, failure, receipt);
    record.log(&context.trail);
    if stores {
        audit::store_event(context, &record).await;
    }
}

async fn perform(
    context: &Context,
    edge: &Edge,
    origin: Option<&str>,
    request: Request<Bytes>,
) -> Result<TextResponse, Failure> {
    limits::check_head(&request)?;
    if let Some(response) = cors::preflight(&request, origin) {
        return Ok(response);
    }
    let keyed = Keyed::of(&request)?;
    let request = request::read(context, edge, request)?;
    context.trail.asked(&request);
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
    context.trail.answered(&answer, &context.settings.base_url);
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
