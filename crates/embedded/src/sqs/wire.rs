//! HTTP around the operations: AWS JSON 1.0, in which the header `x-amz-target` names the operation
//! and `x-amzn-query-error` repeats an error under its older code.
//!
//! Signatures are not looked at.

use aws_smithy_types::body::SdkBody;
use futures::FutureExt;
use futures::future::BoxFuture;
use http::{HeaderValue, Request, Response, StatusCode, request::Parts};
use http_body_util::{BodyExt, Limited};

use super::Sqs;
use super::message::MAX_BYTES;
use super::operations::{self, Reply};
use crate::exchange::{Broken, Responder};

/// What `x-amz-target` starts with.
const SERVICE: &str = "AmazonSQS.";
/// A message of control characters takes six times its bytes as JSON.
const MAX_BODY_BYTES: usize = 8 * MAX_BYTES;

impl Responder for Sqs {
    fn answer(
        &self,
        request: Request<SdkBody>,
    ) -> BoxFuture<'static, Result<Response<SdkBody>, Broken>> {
        let queues = self.0.clone();
        async move {
            let (head, body) = request.into_parts();
            let body = Limited::new(body, MAX_BODY_BYTES)
                .collect()
                .await?
                .to_bytes();
            let reply = operations::run(&queues, operation(&head), &body, &base(&head)).await;
            response(&reply)
        }
        .boxed()
    }
}

fn operation(head: &Parts) -> &str {
    let target = head
        .headers
        .get("x-amz-target")
        .and_then(|target| target.to_str().ok());
    target
        .and_then(|target| target.strip_prefix(SERVICE))
        .unwrap_or_default()
}

/// The URL at which the client reached the engine: URLs of queues start with it.
fn base(head: &Parts) -> String {
    let in_header = head.headers.get("host").and_then(|host| host.to_str().ok());
    let host = in_header.or(head.uri.authority().map(http::uri::Authority::as_str));
    format!("http://{}", host.unwrap_or("embedded"))
}

fn response(reply: &Reply) -> Result<Response<SdkBody>, Broken> {
    let (status, body) = match reply {
        Ok(body) => (StatusCode::OK, body.to_string()),
        Err(refusal) => (StatusCode::BAD_REQUEST, refusal.body().to_string()),
    };
    let mut response = Response::new(SdkBody::from(body));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(
        "content-type",
        HeaderValue::from_static("application/x-amz-json-1.0"),
    );
    if let Err(refusal) = reply {
        headers.insert(
            "x-amzn-query-error",
            HeaderValue::try_from(refusal.header())?,
        );
    }
    Ok(response)
}
