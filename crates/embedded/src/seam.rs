//! The AWS SDK's HTTP client, answered by the engine: the SDK's finished request goes in, the
//! response that AWS would have sent comes out.
//!
//! The engine runs on the thread that asks. A call is tens of microseconds of SQLite and JSON, less
//! than handing it to another thread and waking up for the answer (figures in ADR 0004), and the
//! engine's lock admits one at a time anyway. But an answer is always ready at once: before each call
//! others get their turn, or whoever makes thousands, as a job does, would keep the thread, and with it the
//! server's connections. Writes that have come by then are carried out together (`gathering.rs`).

use std::fmt;
use std::sync::Arc;

use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpClient, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;
use bytes::Bytes;

use crate::dispatch::{Answer, Operations};
use crate::wire::SERVICE;

pub(crate) fn http_client(operations: Arc<Operations>) -> SharedHttpClient {
    let connector = SharedHttpConnector::new(Seam(operations));
    http_client_fn(move |_, _| connector.clone())
}

struct Seam(Arc<Operations>);

impl HttpConnector for Seam {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let operations = Arc::clone(&self.0);
        HttpConnectorFuture::new(async move {
            let (operation, body) = read(&request).ok_or_else(unreadable)?;
            drop(request);
            response(operations.answer(operation, body).await)
        })
    }
}

impl fmt::Debug for Seam {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Seam")
    }
}

/// The operation and its body.
fn read(request: &HttpRequest) -> Option<(String, Bytes)> {
    let target = request.headers().get("x-amz-target")?;
    let operation = target.strip_prefix(SERVICE)?;
    let body = Bytes::copy_from_slice(request.body().bytes()?);
    Some((operation.to_owned(), body))
}

fn unreadable() -> ConnectorError {
    ConnectorError::user("not a DynamoDB request with its body in memory".into())
}

fn response(answer: Answer) -> Result<HttpResponse, ConnectorError> {
    let status = StatusCode::try_from(answer.status)
        .map_err(|invalid| ConnectorError::other(invalid.into(), None))?;
    let mut response = HttpResponse::new(status, SdkBody::from(answer.body));
    response
        .headers_mut()
        .insert("content-type", "application/x-amz-json-1.0");
    Ok(response)
}
