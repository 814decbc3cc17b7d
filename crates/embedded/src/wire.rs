//! The engine on a socket, for those outside the process: Lambda functions under the Runtime Interface
//! Emulator, the AWS command line, a second `DynamoTables`. AWS JSON 1.0, in which the header
//! `x-amz-target` names the operation.
//!
//! Signatures are not looked at.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use aws_smithy_types::body::SdkBody;
use futures::FutureExt;
use futures::future::BoxFuture;
use http::{HeaderMap, HeaderValue, Request, Response, StatusCode};
use http_body_util::{BodyExt, Limited};

use crate::dispatch::{Answer, Operations};
use crate::exchange::{Broken, Responder};
use crate::loopback::Loopback;

/// What `x-amz-target` starts with.
pub(crate) const SERVICE: &str = "DynamoDB_20120810.";
/// Of a request, as AWS takes it: 25 items of 400 KB and what JSON adds to them.
/// <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html>
const MAX_BODY_BYTES: usize = 16 * 1024 * 1024;

/// Starts it. Open requests are answered before it ends.
pub(crate) fn listen(address: SocketAddr, operations: Arc<Operations>) -> io::Result<Loopback> {
    Loopback::start("dynamodb-listener", address, Wire(operations))
}

#[derive(Clone)]
struct Wire(Arc<Operations>);

impl Responder for Wire {
    fn answer(
        &self,
        request: Request<SdkBody>,
    ) -> BoxFuture<'static, Result<Response<SdkBody>, Broken>> {
        let operations = Arc::clone(&self.0);
        async move {
            let (head, body) = request.into_parts();
            let body = Limited::new(body, MAX_BODY_BYTES).collect().await?;
            let operation = operation(&head.headers).to_owned();
            response(operations.answer(operation, body.to_bytes()).await)
        }
        .boxed()
    }
}

/// Nothing, which is no operation, if the request names none.
fn operation(headers: &HeaderMap) -> &str {
    let target = headers
        .get("x-amz-target")
        .and_then(|target| target.to_str().ok());
    target
        .and_then(|target| target.strip_prefix(SERVICE))
        .unwrap_or_default()
}

fn response(answer: Answer) -> Result<Response<SdkBody>, Broken> {
    let mut response = Response::new(SdkBody::from(answer.body));
    *response.status_mut() = StatusCode::from_u16(answer.status)?;
    response.headers_mut().insert(
        "content-type",
        HeaderValue::from_static("application/x-amz-json-1.0"),
    );
    Ok(response)
}
