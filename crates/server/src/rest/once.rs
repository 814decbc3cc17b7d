//! `Idempotency-Key`: a POST that is sent again takes effect once, and is answered the same.
//!
//! <https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/>
//!
//! | the key was used by this caller, within 24 hours | answer |
//! | --- | --- |
//! | never, or for a request that failed | the request is done |
//! | for the same request, which was answered | the same response, with `Idempotent-Replayed: true` |
//! | for the same request, which took effect and was not answered | its response, made anew from what was written |
//! | for the same request, which is being done | 409 with `Retry-After` |
//! | for another request | 422 |
//!
//! Two requests are the same when path, query, `If-None-Exist` and body are. Failures are not kept:
//! they wrote nothing, and the next attempt is done afresh. docs/adr/0007-idempotency-keys.md has the
//! crash points.

use std::sync::Arc;

use bytes::Bytes;
use fhir::outcome::IssueType;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use store::{Attempt, Claimed};

use super::{
    request::Edge,
    response::{TextResponse, value},
};
use crate::{
    failure::{Failure, Kind},
    interaction::{Context, Request},
    write::Once,
};

const MAX_KEY_BYTES: usize = 255;

/// What tells a request with a key apart from others, apart from its body.
pub(super) struct Keyed {
    key: String,
    path: String,
    unless: Bytes,
}

/// A response as it is kept: status, headers, body.
type Kept = (u16, Vec<(String, String)>, String);

impl Keyed {
    /// Reads the key of a request. Only a POST has one: the other methods may be repeated anyway.
    ///
    /// # Errors
    ///
    /// 400 when it is not one key of 1 to 255 visible ASCII characters.
    pub(super) fn of(request: &http::Request<Bytes>) -> Result<Option<Self>, Failure> {
        let headers = request.headers();
        let keys: Vec<&HeaderValue> = headers.get_all("idempotency-key").into_iter().collect();
        if keys.is_empty() || request.method() != Method::POST {
            return Ok(None);
        }
        let refuse = || {
            let text = "Idempotency-Key must be one key of 1 to 255 visible ASCII characters";
            Failure::new(Kind::Malformed, IssueType::Value, text)
        };
        let [key] = keys.as_slice() else {
            return Err(refuse());
        };
        let key = key.to_str().map_err(|_| refuse())?;
        let is_visible = key.bytes().all(|byte| byte.is_ascii_graphic());
        if !is_visible || !(1..=MAX_KEY_BYTES).contains(&key.len()) {
            return Err(refuse());
        }
        Ok(Some(Self {
            key: key.to_owned(),
            path: request.uri().to_string(),
            unless: unless(headers),
        }))
    }

    /// Answers a request once.
    ///
    /// # Errors
    ///
    /// 409 while the same request is being done, 422 when the key was used for another; whatever the
    /// request fails with.
    pub(super) async fn answer(
        &self,
        context: &Context,
        edge: &Edge,
        request: Request,
    ) -> Result<TextResponse, Failure> {
        let caller = context.caller.user_id.as_deref().unwrap_or_default();
        let body = serde_json::to_vec(&request.body).map_err(Failure::internal)?;
        let this = [b"POST", self.path.as_bytes(), &self.unless, &body];
        match context.store.attempt(&[caller, &self.key], &this).await? {
            Claimed::Begun(attempt) => try_once(context, edge, request, attempt, None).await,
            Claimed::Done { attempt, outcome } => {
                let response = try_once(context, edge, request, attempt, Some(outcome)).await;
                response.map(replayed)
            }
            Claimed::Answered(kept) => unpack(&kept).map(replayed),
            Claimed::Running { .. } => {
                let text = "a request with this Idempotency-Key is being done; try again";
                Err(Failure::new(Kind::Conflict, IssueType::Conflict, text))
            }
            Claimed::Different => {
                let text = "this Idempotency-Key was used for another request";
                Err(Failure::new(
                    Kind::Unprocessable,
                    IssueType::BusinessRule,
                    text,
                ))
            }
        }
    }
}

/// Does a request on behalf of an attempt, and keeps its response.
async fn try_once(
    context: &Context,
    edge: &Edge,
    request: Request,
    attempt: Attempt,
    done: Option<Bytes>,
) -> Result<TextResponse, Failure> {
    let context = Context {
        once: Some(Arc::new(Once::new(attempt.clone(), done))),
        ..context.clone()
    };
    let response = super::answer(&context, edge, request).await;
    let kept = match &response {
        Ok(response) => context.store.keep(&attempt, &pack(response)).await,
        // the commit may still arrive: the key is not freed before the lease ends
        Err(failure) if failure.kind == Kind::Unknown => Ok(()),
        Err(_) => context.store.give_up(&attempt).await,
    };
    if let Err(error) = kept {
        // the record says what became of the request, with or without its response
        tracing::warn!(%error, "the record of an idempotency key was not brought up to date");
    }
    response
}

fn unless(headers: &HeaderMap) -> Bytes {
    let values: Vec<&[u8]> = headers
        .get_all("if-none-exist")
        .into_iter()
        .map(HeaderValue::as_bytes)
        .collect();
    values.join(&b'\n').into()
}

fn replayed(mut response: TextResponse) -> TextResponse {
    response.headers_mut().insert(
        HeaderName::from_static("idempotent-replayed"),
        HeaderValue::from_static("true"),
    );
    response
}

fn pack(response: &TextResponse) -> Vec<u8> {
    let headers = response.headers().iter().filter_map(|(name, value)| {
        let value = value.to_str().ok()?;
        Some((name.as_str().to_owned(), value.to_owned()))
    });
    let kept: Kept = (
        response.status().as_u16(),
        headers.collect(),
        String::from_utf8_lossy(response.body()).into_owned(),
    );
    serde_json::to_vec(&kept).unwrap_or_default()
}

fn unpack(kept: &[u8]) -> Result<TextResponse, Failure> {
    let (status, headers, body): Kept = serde_json::from_slice(kept).map_err(Failure::internal)?;
    let mut response = TextResponse::new(body.into());
    *response.status_mut() = StatusCode::from_u16(status).map_err(Failure::internal)?;
    for (name, text) in headers {
        let name = HeaderName::try_from(name).map_err(Failure::internal)?;
        response.headers_mut().insert(name, value(&text));
    }
    Ok(response)
}
